#!/usr/bin/env bash
# How the cost of `plumbline apply` grows with the number of Workers, against the simulator and without pacing: all of them
# fresh, nothing to do, 1 % changed, all but one deleted; plain, with a route each, and as one chain of depends_on. Beside
# each wall time stands the floor of the same run: the time in which curl, over eight connections, makes as many calls that
# do nothing.
#
#   tests/bench/growth.sh [BINARY]     default build/release/plumbline
#
# WORKERS: numbers of Workers ("10 100 1000 10000"). KINDS: of plain, routes, chain (all). LATENCY: of the simulator (0ms).
# TABLE: a file that gets the rows as comma-separated values, for picture.py.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
plumbline=$(realpath "${1:-build/release/plumbline}")
# shellcheck source=tests/bench/simulator_here.sh
source tests/bench/simulator_here.sh
# shellcheck source=tests/bench/workers_here.sh
source tests/bench/workers_here.sh

# change_some COUNT: the last hundredth of them, at least one.
change_some() {
  local last=$((($1 - 1) / 100)) lines=$((($1 + 99) / 100))
  awk -v left="$lines" '/text: one/ && left > 0 { sub("one", "two"); left-- } { print }' \
    "$work/manifests/workers-$last.yaml" >"$work/changed"
  mv "$work/changed" "$work/manifests/workers-$last.yaml"
}

# keep_one: all but the first are to be deleted.
keep_one() {
  awk '/^---/ { n++ } n < 2 { print }' "$work/manifests/workers-0.yaml" >"$work/changed"
  rm "$work"/manifests/*.yaml
  mv "$work/changed" "$work/manifests/workers-0.yaml"
}

start_simulator --latency "${LATENCY:-0ms}"

# The time of one call that does nothing, over eight connections.
calls_to_time=4000
curl_calls() {
  curl --silent --fail --no-progress-meter --parallel --parallel-max 8 --output /dev/null \
    --header "Authorization: Bearer bench" "$CLOUDFLARE_API_BASE_URL/user/tokens/verify?[1-$1]"
}
curl_calls 200
begun=$(date +%s%N)
curl_calls $calls_to_time
per_call=$((($(date +%s%N) - begun) / calls_to_time))

# measure WORKERS KIND WHAT COMMAND...: one row of the table.
measure() {
  local workers=$1 kind=$2 what=$3
  shift 3
  curl --silent --fail --request DELETE "$control/requests" >/dev/null
  if ! /usr/bin/time -o "$work/time" -f '%e %U %S %M' "$@" &>"$work/log"; then
    tail -n 30 "$work/log" >&2
    exit 1
  fi
  local calls wall user system memory floor
  calls=$(curl --silent --fail "$control/requests" | grep -o '"method":"' | wc -l)
  read -r wall user system memory <"$work/time"
  floor=$(awk "BEGIN { printf \"%.2f\", $calls * $per_call / 1e9 }")
  printf '| %7s | %-6s | %-11s | %8s | %8s | %8s | %8s | %8s |\n' "$workers" "$kind" "$what" "$wall" "$floor" \
    "$(awk "BEGIN { print $user + $system }")" "$calls" "$(awk "BEGIN { printf \"%.0f\", $memory / 1024 }")"
  if [ -n "${TABLE:-}" ]; then echo "$workers,$kind,$what,$wall,$floor,$user,$system,$calls,$memory" >>"$TABLE"; fi
}

# apply and plan as the owner of the Workers that may delete them.
on_manifests() {
  local command=$1
  shift
  "$plumbline" "$command" "$work/manifests" --journal "$work/journal.db" --instance bench --policy sync "$@"
}
delete_most() {
  local digest
  digest=$(on_manifests plan --refresh list --output json | sed -n 's/^  "digest": "\(sha256:[0-9a-f]*\)".*/\1/p')
  measure "$1" "$2" "all deleted" "$plumbline" apply "$work/manifests" --journal "$work/journal.db" --instance bench \
    --policy sync --refresh list --yes --digest "$digest"
}

echo "| Workers | kind   | what        |   wall s |  floor s |    CPU s |    calls | peak MiB |"
echo "|--------:|--------|-------------|---------:|---------:|---------:|---------:|---------:|"
apply=("$plumbline" apply "$work/manifests" --journal "$work/journal.db" --instance bench --policy sync --yes)
for kind in ${KINDS:-plain routes chain}; do
  for workers in ${WORKERS:-10 100 1000 10000}; do
    write_workers "$work/manifests" "$workers" "$kind"
    curl --silent --fail --request POST "$control/reset" >/dev/null
    rm -f "$work"/journal.db*
    measure "$workers" "$kind" "all fresh" "${apply[@]}"
    measure "$workers" "$kind" "no-op" "${apply[@]}" --refresh list
    change_some "$workers"
    measure "$workers" "$kind" "1 % changed" "${apply[@]}" --refresh list
    keep_one
    delete_most "$workers" "$kind"
  done
done
