#!/usr/bin/env bash
# What `plumbline run` costs with many Workers: its memory after it has made all of them, after a restart and after
# commits; how long its answers take; from a push to the first write, the time and what the daemon computes meanwhile; and
# the longest answer of /livez on the way.
#
#   tests/bench/daemon.sh [BINARY]     default build/release/plumbline
#
# WORKERS: how many (10000). COMMITS: commits that change one of them (5).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
plumbline=$(realpath "${1:-build/release/plumbline}")
# shellcheck source=tests/bench/simulator_here.sh
source tests/bench/simulator_here.sh
# shellcheck source=tests/bench/workers_here.sh
source tests/bench/workers_here.sh
workers=${WORKERS:-10000}

daemon=""
end_daemon() {
  if [ -n "$daemon" ]; then
    kill "$daemon" 2>/dev/null || true
    wait "$daemon" || true
  fi
  daemon=""
}
trap 'end_daemon; clean_up' EXIT

export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export GIT_AUTHOR_NAME=bench GIT_AUTHOR_EMAIL=bench@example.com
export GIT_COMMITTER_NAME=bench GIT_COMMITTER_EMAIL=bench@example.com
git init --quiet --initial-branch=main "$work/tree"
write_workers "$work/tree/manifests" "$workers" plain
commit() {
  git -C "$work/tree" add -A
  git -C "$work/tree" commit --quiet --message "$1"
}
commit first

# shellcheck disable=SC2119  # no options
start_simulator
mkdir "$work/daemon"
cat >"$work/daemon/plumbline.yaml" <<CONFIG
apiVersion: plumbline.dev/v1beta1
kind: Config
instance: bench
server: {listen: "127.0.0.1:0", metrics_listen: "127.0.0.1:0"}
journal: {path: journal.db}
accounts:
  main: {account_id: $CLOUDFLARE_ACCOUNT_ID, api_token: {env: CLOUDFLARE_API_TOKEN}, api_base_url: "$CLOUDFLARE_API_BASE_URL"}
sources:
  good: {repository: "file://$work/tree", branch: main, account: main, policy: upsert-only, interval: 1s}
CONFIG

start_daemon() {
  "$plumbline" run --config "$work/daemon/plumbline.yaml" >/dev/null 2>"$work/daemon/log" &
  daemon=$!
}
# wait_for_log TEXT COUNT [PAUSE]: until the log has so many lines with the text, asking every PAUSE s.
wait_for_log() {
  until [ "$(cat "$work/daemon/log" 2>/dev/null | grep -c -- "$1")" -ge "$2" ]; do
    kill -0 "$daemon" || { tail -n 20 "$work/daemon/log" >&2; exit 1; }
    sleep "${3:-0.02}"
  done
}
resident() { awk '/VmRSS/ { printf "%.0f", $2 / 1024 }' "/proc/$daemon/status"; }
# In hundredths of a second.
computed() { awk '{ print $14 + $15 }' "/proc/$daemon/stat"; }

# ask_livez: prints the longest answer in milliseconds once it is told to end.
ask_livez() {
  python3 - "$(sed -n 's/.*for=status port=\([0-9]*\).*/\1/p' "$work/daemon/log" | head -n 1)" "$work/asking" <<'PYTHON'
import os, socket, sys, time

longest = 0
while os.path.exists(sys.argv[2]):
    begun = time.perf_counter()
    with socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=60) as peer:
        peer.sendall(b"GET /livez HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n")
        while peer.recv(4096):
            pass
    longest = max(longest, time.perf_counter() - begun)
    time.sleep(0.002)
print(f"{longest * 1000:.0f}")
PYTHON
}

start_daemon
wait_for_log "worker written" "$workers" 1
wait_for_log reconciled 1
sleep 3 # what is given back is given back, and nothing else is under way
echo "after a fresh apply of $workers Workers: $(resident) MiB"
end_daemon
start_daemon
wait_for_log reconciled 1
sleep 3
echo "after a restart: $(resident) MiB, $(computed) hundredths of a second of the processor"

# As a person or a scraper asks, of five times the middle one.
port_for() { sed -n "s/.*for=$1 port=\([0-9]*\).*/\1/p" "$work/daemon/log" | head -n 1; }
median_ms() {
  for _ in 1 2 3 4 5; do curl --silent --output /dev/null --write-out '%{time_total}\n' "$1"; done |
    sort -n | sed -n 3p | awk '{ printf "%.0f", $1 * 1000 }'
}
server=http://127.0.0.1:$(port_for status)
echo "/api/v1/status takes $(median_ms "$server/api/v1/status") ms, /metrics $(median_ms "http://127.0.0.1:$(port_for metrics)/metrics") ms,"
echo "/api/v1/explain of a Worker $(median_ms "$server/api/v1/explain?worker=bench-0") ms, of a URL $(median_ms "$server/api/v1/explain?url=https://shop.example.com/") ms"

echo "| commit | pushed to first write s | CPU s | longest /livez ms | RSS MiB |"
echo "|-------:|------------------------:|------:|------------------:|--------:|"
for ((i = 1; i <= ${COMMITS:-5}; i++)); do
  sed -i "0,/text: [a-z0-9]*}/s//text: c$i}/" "$work/tree/manifests/workers-0.yaml"
  touch "$work/asking"
  ask_livez >"$work/longest" &
  asker=$!
  before=$(computed)
  commit "change $i"
  begun=$(date +%s.%N)
  wait_for_log "worker written" "$i"
  ended=$(date +%s.%N)
  after=$(computed)
  sleep 3
  rm "$work/asking"
  wait "$asker"
  printf '| %6s | %23s | %5s | %17s | %7s |\n' "$i" "$(awk "BEGIN { printf \"%.2f\", $ended - $begun }")" \
    "$(awk "BEGIN { printf \"%.2f\", ($after - $before) / 100 }")" "$(cat "$work/longest")" "$(resident)"
done
