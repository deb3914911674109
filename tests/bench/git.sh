#!/usr/bin/env bash
# What git costs `plumbline run`: how soon a commit is written while other servers are stalled, and what a thousand
# commits, each fetched on its own, leave behind in the process and on disk.
#
#   tests/bench/git.sh [BINARY]     default build/release/plumbline
#
# STALLED: servers that accept and are silent ("0 4"). TIMED: commits whose way is timed at each (5). COMMITS: of the long
# run (1000); 0 leaves it out.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
plumbline=$(realpath "${1:-build/release/plumbline}")
# shellcheck source=tests/bench/simulator_here.sh
source tests/bench/simulator_here.sh

daemon=""
peers=""
end_processes() {
  for process in $daemon $peers; do kill -KILL "$process" 2>/dev/null || true; done
  daemon="" peers=""
}
trap 'end_processes; clean_up' EXIT

export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export GIT_AUTHOR_NAME=bench GIT_AUTHOR_EMAIL=bench@example.com
export GIT_COMMITTER_NAME=bench GIT_COMMITTER_EMAIL=bench@example.com

# commit TEXT: one line of one Worker, committed and pushed.
commit() {
  printf 'apiVersion: plumbline.dev/v1beta1\nkind: Worker\nmetadata: {name: web}\nspec:\n  main: web.js\n' >"$work/tree/web.yaml"
  printf '  compatibility_date: 2026-04-01\n  bindings: {TEXT: {type: plain_text, text: "%s"}}\n' "$1" >>"$work/tree/web.yaml"
  git -C "$work/tree" add -A
  git -C "$work/tree" commit --quiet --message "$1"
  git -C "$work/tree" push --quiet origin main
}

make_repository() {
  rm -rf "$work/tree" "$work/remote.git"
  git init --quiet --bare --initial-branch=main "$work/remote.git"
  git clone --quiet "$work/remote.git" "$work/tree" 2>/dev/null
  git -C "$work/tree" checkout --quiet -B main
  # A push that meets a collection in the background fails.
  git -C "$work/tree" config gc.auto 0
  git -C "$work/remote.git" config gc.auto 0
  echo 'export default { fetch: () => new Response("web") };' >"$work/tree/web.js"
  commit first
}

# start_peers COUNT: prints a port a line.
start_peers() {
  [ "$1" -gt 0 ] || return 0
  python3 -c '
import socket, sys, threading
listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(sys.argv[1]))]
print("\n".join(str(listener.getsockname()[1]) for listener in listeners), flush=True)
threading.Event().wait()' "$1" >"$work/ports" &
  peers=$!
  until [ "$(wc -l <"$work/ports")" -ge "$1" ]; do sleep 0.05; done
}

# start_daemon: one good source, and one for each port of a stalled server.
start_daemon() {
  rm -rf "$work/daemon"
  mkdir "$work/daemon"
  {
    printf 'apiVersion: plumbline.dev/v1beta1\nkind: Config\ninstance: bench\nserver: {listen: "127.0.0.1:0", metrics_listen: "127.0.0.1:0"}\n'
    printf 'journal: {path: journal.db}\naccounts:\n  main: {account_id: %s, api_token: {env: CLOUDFLARE_API_TOKEN}, api_base_url: "%s"}\n' \
      "$CLOUDFLARE_ACCOUNT_ID" "$CLOUDFLARE_API_BASE_URL"
    printf 'sources:\n  good: {repository: "file://%s/remote.git", branch: main, account: main, policy: upsert-only, interval: 1s}\n' "$work"
    while read -r port; do
      printf '  stalled-%s: {repository: "http://127.0.0.1:%s/x.git", branch: main, account: main, policy: upsert-only, interval: 1s}\n' "$port" "$port"
    done <"$work/ports"
  } >"$work/daemon/plumbline.yaml"
  "$plumbline" run --config "$work/daemon/plumbline.yaml" &>"$work/daemon/log" &
  daemon=$!
}

writes() {
  curl --silent --fail "$control/requests" | { grep -oE '"method":"(PUT|PATCH|POST)"' || true; } | wc -l
}

# wait_for_write BEFORE SECONDS: until more was written, asking that often; the daemon must live.
wait_for_write() {
  until [ "$(writes)" -gt "$1" ]; do
    kill -0 "$daemon" || { tail -n 20 "$work/daemon/log" >&2; exit 1; }
    sleep "$2"
  done
}

# shellcheck disable=SC2119  # no options
start_simulator

echo "| stalled | commit | pushed to written s |"
echo "|---------|--------|---------------------|"
for stalled in ${STALLED:-0 4}; do
  curl --silent --fail --request POST "$control/reset" >/dev/null
  make_repository
  : >"$work/ports"
  start_peers "$stalled"
  before=$(writes)
  start_daemon
  begun=$(date +%s.%N)
  for ((i = 0; i <= ${TIMED:-5}; i++)); do
    wait_for_write "$before" 0.02
    printf '| %7s | %6s | %19.2f |\n' "$stalled" "$i" "$(awk "BEGIN { print $(date +%s.%N) - $begun }")"
    sleep 0.5 # what else belongs to that write
    before=$(writes)
    commit "$stalled-$i"
    begun=$(date +%s.%N)
  done
  end_processes
done

[ "${COMMITS:-1000}" -gt 0 ] || exit 0
echo
echo "| commits | descriptors | RSS MiB | packs | mirror KiB |"
echo "|---------|-------------|---------|-------|------------|"
curl --silent --fail --request POST "$control/reset" >/dev/null
make_repository
: >"$work/ports"
before=$(writes)
start_daemon
for ((i = 0; i <= ${COMMITS:-1000}; i++)); do
  wait_for_write "$before" 0.2
  if ((i % 100 == 0)); then
    curl --silent --fail --request DELETE "$control/requests" >/dev/null
    printf '| %7s | %11s | %7.1f | %5s | %10s |\n' "$i" "$(find "/proc/$daemon/fd" -mindepth 1 | wc -l)" \
      "$(awk '/VmRSS/ { print $2 / 1024 }' "/proc/$daemon/status")" \
      "$(find "$work/daemon/mirrors" -name '*.pack' | wc -l)" "$(du -sk "$work/daemon/mirrors" | cut -f 1)"
  fi
  before=$(writes)
  commit "long-$i"
done
end_processes
