#!/usr/bin/env bash
# What `plumbline apply` costs for an account with many Workers, against the simulator and without pacing (which loopback
# does not have): all of them fresh, nothing to do, and 1 % changed. Prints wall time, CPU time and peak memory of
# `plumbline apply`, and the requests that the simulator has seen.
#
#   tests/bench/scale.sh [BINARY]     default build/release/plumbline
#
# WORKERS: numbers of Workers ("1000 10000"). RUNS: of what changes nothing (3).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
plumbline=$(realpath "${1:-build/release/plumbline}")
# shellcheck source=tests/bench/simulator_here.sh
source tests/bench/simulator_here.sh

# write_workers COUNT: a hundred in a file, ten that share a module.
write_workers() {
  rm -rf "$work/manifests"
  mkdir -p "$work/manifests"
  awk -v count="$1" -v folder="$work/manifests" 'BEGIN {
    for (i = 0; i < count; i++) {
      file = sprintf("%s/workers-%d.yaml", folder, int(i / 100))
      code = sprintf("module-%d.js", int(i / 10))
      printf "---\napiVersion: plumbline.dev/v1beta1\nkind: Worker\nmetadata: {name: bench-%d}\nspec:\n  main: %s\n", i, code >file
      printf "  compatibility_date: 2026-04-01\n  bindings:\n    TEXT: {type: plain_text, text: one}\n" >file
      printf "    CACHE: {type: kv_namespace, namespace_id: \"%032x\"}\n  observability: {enabled: true}\n", i >file
      if (i % 10 == 0) printf "export default { fetch: () => new Response(\"%d\") };\n", i >(folder "/" code)
      if (i % 10 == 9) close(folder "/" code)
      if (i % 100 == 99) close(file)
    }
  }'
}

# The last 1 % of them.
change_some() {
  local files=$(($1 / 100)) lines=$(($1 / 100))
  awk -v left="$lines" '/text: one/ && left > 0 { sub("one", "two"); left-- } { print }' \
    "$work/manifests/workers-$((files - 1)).yaml" >"$work/changed"
  mv "$work/changed" "$work/manifests/workers-$((files - 1)).yaml"
}

# shellcheck disable=SC2119  # no options
start_simulator

# measure WORKERS WHAT OPTIONS...: one row of the table.
measure() {
  local workers=$1 what=$2
  shift 2
  curl --silent --fail --request DELETE "$control/requests" >/dev/null
  if ! /usr/bin/time -o "$work/time" -f '%e %U %S %M' \
    "$plumbline" apply "$work/manifests" --yes --journal "$work/journal.db" "$@" &>"$work/log"; then
    tail -n 30 "$work/log" >&2
    exit 1
  fi
  local requests wall user system memory
  requests=$(curl --silent --fail "$control/requests" | grep -o '"method":"' | wc -l)
  read -r wall user system memory <"$work/time"
  printf '| %7s | %-28s | %7s | %7s | %8s | %8s |\n' "$workers" "$what" "$wall" "$(awk "BEGIN { print $user + $system }")" \
    "$(awk "BEGIN { printf \"%.1f\", $memory / 1024 }")" "$requests"
}

echo "| Workers | what                         |  wall s |   CPU s | peak MiB | requests |"
echo "|---------|------------------------------|---------|---------|----------|----------|"
for workers in ${WORKERS:-1000 10000}; do
  write_workers "$workers"
  curl --silent --fail --request POST "$control/reset" >/dev/null
  rm -f "$work"/journal.db*
  measure "$workers" "fresh"
  for ((run = 0; run < ${RUNS:-3}; run++)); do measure "$workers" "no-op, --refresh list" --refresh list; done
  change_some "$workers"
  measure "$workers" "1 % changed, --refresh list" --refresh list
  measure "$workers" "no-op, --refresh list" --refresh list
done
