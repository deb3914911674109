#!/usr/bin/env bash
# health.sh [BINARY]: how fast a daemon says how it is, /livez over a new connection each time, while so many other
# connections say nothing.
set -euo pipefail
plumbline=$(realpath "${1:-build/release/plumbline}")
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/bench/simulator_here.sh
. "$here/simulator_here.sh"
start_simulator
mkdir "$work/manifests"
cat >"$work/plumbline.yaml" <<CONFIG
apiVersion: plumbline.dev/v1beta1
kind: Config
instance: bench
accounts:
  bench: {account_id: $CLOUDFLARE_ACCOUNT_ID, api_token: {env: CLOUDFLARE_API_TOKEN}, api_base_url: "$CLOUDFLARE_API_BASE_URL"}
sources:
  bench: {repository: $work/manifests, account: bench, policy: report}
server: {listen: "127.0.0.1:0"}
journal: {path: $work/journal.db}
CONFIG
"$plumbline" run --config "$work/plumbline.yaml" 2>"$work/daemon.log" &
daemon=$!
trap 'kill "$daemon" 2>/dev/null || true; wait "$daemon" || true; clean_up' EXIT
for ((i = 0; i < 100; i++)); do
  if grep -q for=status "$work/daemon.log"; then break; fi
  sleep 0.1
done
python3 - "$(sed -n 's/.*for=status port=\([0-9]*\).*/\1/p' "$work/daemon.log")" <<'PYTHON'
import socket, sys, threading, time

port = int(sys.argv[1])


def ask():
    begun = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port), timeout=120) as peer:
        peer.sendall(b"GET /livez HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n")
        answer = b""
        while piece := peer.recv(4096):
            answer += piece
    assert answer.startswith(b"HTTP/1.1 200"), answer
    return (time.perf_counter() - begun) * 1000


def hold(count, stop):
    """Keeps so many silent connections open: one that is ended is made again."""
    peers = [None] * count
    while not stop.is_set():
        for i, peer in enumerate(peers):
            try:
                gone = peer is None or peer.recv(1) == b""
            except BlockingIOError:
                gone = False
            except OSError:
                gone = True
            if gone:
                peers[i] = socket.create_connection(("127.0.0.1", port))
                peers[i].setblocking(False)
        time.sleep(0.01)


print("silent  asked     p50 ms     p99 ms     max ms")
for silent in (0, 64, 500):
    stop = threading.Event()
    holder = threading.Thread(target=hold, args=(silent, stop))
    holder.start()
    time.sleep(1)
    times = sorted(ask() for _ in range(1000))
    stop.set()
    holder.join()
    print(f"{silent:6} {len(times):6} {times[499]:10.2f} {times[989]:10.2f} {times[-1]:10.2f}")
PYTHON
