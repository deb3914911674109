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

if [ ! -x /usr/bin/time ]; then
  echo "GNU time is missing: deploy/install-dependencies.sh --tests" >&2
  exit 1
fi

work=$(mktemp -d)
simulator=""
clean_up() {
  if [ -n "$simulator" ]; then
    kill "$simulator" 2>/dev/null || true
    wait "$simulator" || true
  fi
  rm -rf "$work"
}
trap clean_up EXIT

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

"$plumbline" simulate --listen 127.0.0.1:0 ${LATENCY:+--latency "$LATENCY"} >"$work/ready" 2>"$work/simulator.log" &
simulator=$!
for ((i = 0; i < 100; i++)); do
  if [ -s "$work/ready" ]; then break; fi
  sleep 0.1
done
CLOUDFLARE_API_BASE_URL=$(sed -n 's/.*"api_base_url":"\([^"]*\)".*/\1/p' "$work/ready")
CLOUDFLARE_ACCOUNT_ID=$(sed -n 's/.*"account_id":"\([^"]*\)".*/\1/p' "$work/ready")
export CLOUDFLARE_API_BASE_URL CLOUDFLARE_ACCOUNT_ID
export CLOUDFLARE_API_TOKEN=bench PLUMBLINE_FINGERPRINT_KEY=bench
control=${CLOUDFLARE_API_BASE_URL%/client/v4}/__simulator__

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
