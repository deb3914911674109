#!/usr/bin/env bash
# plumbline beside wrangler 4.164 and alchemy 0.94, in one run against one simulator, at no latency and at 50 ms: 1 and 20
# Workers fresh, with nothing to do, and with one line changed. Prints wall time, CPU time, the memory of the largest
# process and the requests that the simulator has seen; then how many times faster plumbline was than which version.
#
#   tests/bench/compare.sh [BINARY]     default build/release/plumbline
#
# WORKERS: numbers of Workers ("1 20"). LATENCIES: in ms ("0 50"). RUNS: of each, of which the fastest counts (1).
# WRANGLER: newest, or older for the other one of tests/e2e/package.json, 4.86.
#
# wrangler deploys one Worker a process, one after the other, as a CI job does; with one line changed it deploys that
# Worker alone. plumbline and alchemy look at all of them each time, in one process. alchemy keeps its state in files; a
# fresh deploy begins without. Where npm cannot install alchemy, the table comes without it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
plumbline=$(realpath "${1:-build/release/plumbline}")
runs=${RUNS:-1}
# shellcheck source=tests/bench/simulator_here.sh
source tests/bench/simulator_here.sh

# installed [FOLDER]: where node and the packages of FOLDER (tests/e2e) are; nothing where npm cannot install them.
installed() {
  # shellcheck disable=SC2016  # the ${…} is JavaScript's
  PLUMBLINE_PACKAGES=${1:-} tests/e2e/with_node.sh -p '`${process.execPath} ${process.env.PLUMBLINE_NODE_MODULES}`'
}
read -r node modules < <(installed)
case "${WRANGLER:-newest}" in
  newest) wrangler=$modules/wrangler ;;
  older) wrangler=$modules/wrangler-older ;;
  *) echo "WRANGLER is newest or older, not $WRANGLER" >&2 && exit 64 ;;
esac
# version FOLDER: of the package in it
# shellcheck disable=SC2016  # the ${…} is JavaScript's
version() { "$node" -p 'JSON.parse(require("fs").readFileSync(`${process.argv[1]}/package.json`)).version' "$1"; }
read -r alchemy_node alchemy_modules < <(installed tests/bench/alchemy) || echo "without alchemy" >&2

# write_workers COUNT: the same Workers as manifests, as wrangler's projects and as one of alchemy's.
write_workers() {
  rm -rf "$work/manifests" "$work/projects" "$work/alchemy"
  local i
  for ((i = 1; i <= $1; i++)); do
    mkdir -p "$work/manifests/w$i" "$work/projects/w$i" "$work/alchemy/w$i"
    cat >"$work/manifests/w$i/worker.yaml" <<END
apiVersion: plumbline.dev/v1beta1
kind: Worker
metadata: {name: bench-$i}
spec:
  main: index.js
  compatibility_date: 2026-04-01
  bindings: {NUMBER: {type: plain_text, text: "$i"}}
  subdomain: {enabled: true}
END
    cat >"$work/projects/w$i/wrangler.json" <<END
{"name": "bench-$i", "main": "index.js", "compatibility_date": "2026-04-01", "vars": {"NUMBER": "$i"},
 "workers_dev": true}
END
    write_code "$i" "one"
  done
  cp tests/bench/alchemy/alchemy.run.ts tests/bench/alchemy/package.json "$work/alchemy/"
  ln -s "${alchemy_modules:-none}" "$work/alchemy/node_modules"
}

# write_code NUMBER TEXT
write_code() {
  # shellcheck disable=SC2016  # the ${…} is JavaScript's
  printf 'export default {\n  async fetch(request, env) {\n    return new Response(`%s ${env.NUMBER}`);\n  },\n};\n' "$2" |
    tee "$work/manifests/w$1/index.js" "$work/projects/w$1/index.js" >"$work/alchemy/w$1/index.js"
}

# shellcheck disable=SC2119  # no options
start_simulator
export CI=1 NO_COLOR=1 WRANGLER_SEND_METRICS=false WRANGLER_SEND_ERROR_REPORTS=false WRANGLER_HIDE_BANNER=true
export ALCHEMY_CI_STATE_STORE_CHECK=false ALCHEMY_TELEMETRY_DISABLED=1
export HOME=$work WRANGLER_CACHE_DIR=$work/cache WRANGLER_LOG_PATH=$work/logs

ask() { curl --silent --fail --request "$1" ${3:+--data "$3"} "$control/$2"; }

# shellcheck disable=SC2119,SC2120  # its arguments come from measure
apply() { "$plumbline" apply "$work/manifests" --yes --journal "$work/journal.db" "$@"; }

# deploy NUMBER...: with wrangler.
deploy() {
  local i
  for i in "$@"; do
    (cd "$work/projects/w$i" && "$node" "$wrangler/bin/wrangler.js" deploy)
  done
}

# run_alchemy COUNT
run_alchemy() {
  cd "$work/alchemy"
  WORKERS=$1 CLOUDFLARE_BASE_URL=$CLOUDFLARE_API_BASE_URL "$alchemy_node" alchemy.run.ts
}
export -f apply deploy run_alchemy
export plumbline work node wrangler alchemy_node

# What a row is of: the figures of one version say little of another.
declare -A label=([plumbline]=plumbline [wrangler]="wrangler $(version "$wrangler")")
if [ -n "${alchemy_modules:-}" ]; then label[alchemy]="alchemy $(version "$alchemy_modules/alchemy")"; fi
declare -A best  # wall time of the fastest run, by what was measured

# measure LATENCY WORKERS WHAT TOOL PREPARATION COMMAND...: one row of the table.
measure() {
  local latency=$1 workers=$2 what=$3 tool=$4 prepare=$5
  shift 5
  local row="" fastest="" run
  for ((run = 0; run < runs; run++)); do
    $prepare
    ask DELETE requests >/dev/null
    if ! /usr/bin/time -o "$work/time" -f '%e %U %S %M' bash -c '"$@"' bash "$@" &>"$work/log"; then
      tail -n 30 "$work/log" >&2
      exit 1
    fi
    local requests wall user system memory
    requests=$(ask GET requests | grep -o '"method":"' | wc -l)
    read -r wall user system memory <"$work/time"
    if [ -z "$fastest" ] || awk "BEGIN { exit !($wall < $fastest) }"; then
      fastest=$wall
      row=$(printf '| %4s ms | %7s | %-28s | %-16s | %7s | %7s | %8s | %8s |' "$latency" "$workers" "$what" "${label[$tool]}" \
        "$wall" "$(awk "BEGIN { print $user + $system }")" "$(awk "BEGIN { printf \"%.1f\", $memory / 1024 }")" \
        "$requests")
    fi
  done
  echo "$row"
  best["$latency $workers $tool $what"]=$fastest
}

nothing() { :; }
start_afresh() {
  ask POST reset >/dev/null
  rm -rf "$work"/journal.db* "$work/alchemy/.alchemy"
}
forget() { rm -f "$work"/journal.db*; }
# A run of its own changes the line to what it has not been yet.
change_line() { write_code 1 "changed $RANDOM$RANDOM"; }

compare() {
  local latency=$1 workers=$2 all
  all=$(seq 1 "$workers")
  write_workers "$workers"
  ask POST settings "{\"latency_ms\": $latency}" >/dev/null
  measure "$latency" "$workers" "fresh" plumbline start_afresh apply
  measure "$latency" "$workers" "no-op, --refresh list" plumbline nothing apply --refresh list
  measure "$latency" "$workers" "no-op, in full" plumbline nothing apply
  measure "$latency" "$workers" "no-op, in full, no journal" plumbline forget apply
  # shellcheck disable=SC2119
  apply >/dev/null 2>&1
  measure "$latency" "$workers" "one line, --refresh list" plumbline change_line apply --refresh list
  # shellcheck disable=SC2086  # numbers
  measure "$latency" "$workers" "fresh" wrangler start_afresh deploy $all
  # shellcheck disable=SC2086
  measure "$latency" "$workers" "no-op" wrangler nothing deploy $all
  measure "$latency" "$workers" "one line" wrangler change_line deploy 1
  if [ -z "$alchemy_modules" ]; then return; fi
  measure "$latency" "$workers" "fresh" alchemy start_afresh run_alchemy "$workers"
  measure "$latency" "$workers" "no-op" alchemy nothing run_alchemy "$workers"
  measure "$latency" "$workers" "one line" alchemy change_line run_alchemy "$workers"
}

# times LATENCY WORKERS OURS THEIRS: how many times faster than each of the others.
times() {
  local tool
  for tool in wrangler ${alchemy_modules:+alchemy}; do
    awk -v ours="${best["$1 $2 plumbline $3"]}" -v theirs="${best["$1 $2 $tool $4"]}" -v what="$3" -v tool="${label[$tool]}" \
      "BEGIN { printf \"%s ms, %s Workers, %s: %.0f times faster than %s\\n\", $1, $2, what, theirs / (ours > 0 ? ours : 0.01), tool }"
  done
}

echo "| latency | Workers | what                         | tool             |  wall s |   CPU s | peak MiB | requests |"
echo "|---------|---------|------------------------------|------------------|---------|---------|----------|----------|"
for latency in ${LATENCIES:-0 50}; do
  for workers in ${WORKERS:-1 20}; do compare "$latency" "$workers"; done
done
echo
for latency in ${LATENCIES:-0 50}; do
  for workers in ${WORKERS:-1 20}; do
    times "$latency" "$workers" "fresh" "fresh"
    times "$latency" "$workers" "no-op, --refresh list" "no-op"
    times "$latency" "$workers" "no-op, in full" "no-op"
    times "$latency" "$workers" "one line, --refresh list" "one line"
  done
done
