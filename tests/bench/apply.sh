#!/usr/bin/env bash
# What `plumbline apply` costs against the simulator, in two processes: for fresh Workers, and again when there is
# nothing left to do. Prints wall time, CPU time and peak memory of `plumbline apply`, and the requests that the
# simulator has seen.
#
#   tests/bench/apply.sh [BINARY]     default build/release/plumbline
#
# WORKERS: how many (20). LATENCY: of every answer, as `plumbline simulate --latency` takes it (none).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
plumbline=$(realpath "${1:-build/release/plumbline}")
workers=${WORKERS:-20}
# shellcheck source=tests/bench/simulator_here.sh
source tests/bench/simulator_here.sh

for ((i = 1; i <= workers; i++)); do
  mkdir -p "$work/manifests/w$i"
  cat >"$work/manifests/w$i/worker.yaml" <<END
apiVersion: plumbline.dev/v1beta1
kind: Worker
metadata: {name: bench-$i}
spec:
  main: index.js
  compatibility_date: 2026-10-01
  bindings: {NUMBER: {type: plain_text, text: "$i"}}
  subdomain: {enabled: true}
END
  # shellcheck disable=SC2016  # the ${…} is JavaScript's
  printf 'export default {\n  async fetch(request, env) {\n    return new Response(`Worker %s: ${env.NUMBER}`);\n  },\n};\n' \
    "$i" >"$work/manifests/w$i/index.js"
done

start_simulator ${LATENCY:+--latency "$LATENCY"}

# measure NAME OPTIONS...: one row of the table, and the requests by kind for later.
kinds=""
measure() {
  local name=$1
  shift
  curl --silent --fail --request DELETE "$control/requests" >/dev/null
  if ! /usr/bin/time -o "$work/time" -f '%e %U %S %M' \
    "$plumbline" apply "$work/manifests" --yes --journal "$work/journal.db" "$@" &>"$work/apply.log"; then
    tail -n 30 "$work/apply.log" >&2
    exit 1
  fi
  local requests wall user system memory
  requests=$(curl --silent --fail "$control/requests" | grep -o '"method":"[A-Z]*","path":"[^"]*"' || true)
  read -r wall user system memory <"$work/time"
  printf '| %-34s | %6s | %5s | %9s | %8s |\n' "$name" "$wall" "$(awk "BEGIN { print $user + $system }")" \
    "$(awk "BEGIN { printf \"%.1f\", $memory / 1024 }")" "$(grep -c . <<<"$requests" || true)"
  kinds+="$name:"$'\n'$(sed -E 's/"method":"([A-Z]*)","path":"(.*)"/\1 \2/; s|/accounts/[0-9a-f]+|/accounts/{account_id}|
    s|(/workers/scripts/)[^/]+|\1{script_name}|' <<<"$requests" | sort | uniq -c)$'\n'
}

printf '| %-34s | wall s | CPU s | peak MiB | requests |\n' "apply of $workers Workers"
echo "|------------------------------------|--------|-------|-----------|----------|"
measure "fresh"
measure "nothing to do, --refresh list" --refresh list
measure "nothing to do, --refresh full" --refresh full
printf '\n%s' "$kinds"
