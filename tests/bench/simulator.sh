#!/usr/bin/env bash
# What one simulator serves on one core, and the memory that 10,000 Workers take. Requests per second are what came
# through; per CPU second is what a core of its own would give, whatever else the machine does.
#
#   tests/bench/simulator.sh [BINARY]     default build/release/plumbline
#
# SECONDS_EACH: per row (4). CORE: the core of the simulator (0); the client has the others.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
plumbline=$(realpath "${1:-build/release/plumbline}")
seconds=${SECONDS_EACH:-4}
core=${CORE:-0}

if ! command -v wrk >/dev/null; then
  echo "wrk is missing: deploy/install-dependencies.sh --tests" >&2
  exit 1
fi

work=$(mktemp -d)
simulator=""
stop_simulator() {
  if [ -n "$simulator" ]; then
    kill "$simulator" 2>/dev/null || true
    wait "$simulator" || true
  fi
  simulator=""
}
trap 'stop_simulator; rm -rf "$work"' EXIT

start_simulator() {
  : >"$work/ready"
  taskset -c "$core" "$plumbline" simulate --listen 127.0.0.1:0 >"$work/ready" 2>"$work/simulator.log" &
  simulator=$!
  for ((i = 0; i < 100; i++)); do
    if [ -s "$work/ready" ]; then break; fi
    sleep 0.1
  done
  local base account
  base=$(sed -n 's/.*"api_base_url":"\([^"]*\)".*/\1/p' "$work/ready")
  account=$(sed -n 's/.*"account_id":"\([^"]*\)".*/\1/p' "$work/ready")
  workers=$base/accounts/$account/workers
}

# A request each: PUT of a Worker with 10 kB of code of its own, under one of 1,000 names after the other.
cat >"$work/put.lua" <<'END'
local count = 0
local text = string.rep("// 64 characters of a comment, which no minifier has taken out.\n", 156)
function request()
  local name = "bench-" .. (count % 1000)
  local body = '--b\r\nContent-Disposition: form-data; name="metadata"\r\n\r\n' ..
    '{"main_module":"index.js","compatibility_date":"2026-01-01","bindings":[{"type":"plain_text","name":"A","text":"a"}]}\r\n' ..
    '--b\r\nContent-Disposition: form-data; name="index.js"; filename="index.js"\r\nContent-Type: application/javascript+module\r\n\r\n' ..
    text .. "export default { fetch() { return new Response('" .. name .. "'); } };\r\n--b--\r\n"
  count = count + 1
  return wrk.format("PUT", wrk.path .. "/" .. name, { ["Authorization"] = "Bearer bench", ["Content-Type"] = "multipart/form-data; boundary=b" }, body)
end
END

# make_workers COUNT: as many Workers of 10 kB, each with code of its own.
make_workers() {
  python3 - "$workers/scripts" "$1" <<'END'
import http.client, sys, urllib.parse
url = urllib.parse.urlsplit(sys.argv[1])
connection = http.client.HTTPConnection(url.netloc)
metadata = '{"main_module":"index.js","bindings":[{"type":"plain_text","name":"A","text":"a"}]}'
for number in range(int(sys.argv[2])):
    code = f"// {number}\n" + "// 64 characters of a comment, which no minifier has taken out.\n" * 156 + "export default { fetch() {} };\n"
    body = ('--b\r\nContent-Disposition: form-data; name="metadata"\r\n\r\n' + metadata +
            '\r\n--b\r\nContent-Disposition: form-data; name="index.js"; filename="index.js"\r\n'
            'Content-Type: application/javascript+module\r\n\r\n' + code + '\r\n--b--\r\n')
    connection.request("PUT", f"{url.path}/bench-{number}", body.encode(),
                       {"Authorization": "Bearer bench", "Content-Type": "multipart/form-data; boundary=b"})
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 200, answer.status
END
}

# By the scheduler's own clock; the ticks of /proc/PID/stat miss much of what runs in short bursts.
cpu_seconds() {
  cat "/proc/$1/task/"*/schedstat | awk '{ sum += $1 } END { print sum / 1e9 }'
}

resident() {
  awk '/^VmRSS/ { printf "%.0f", $2 / 1024 }' "/proc/$1/status"
}

# measure NAME CONNECTIONS URL [OPTION...]: a row of the table.
measure() {
  local name=$1 connections=$2 url=$3
  shift 3
  local before after
  before=$(cpu_seconds "$simulator")
  wrk -t1 -c"$connections" -d"${seconds}s" --latency -H 'Authorization: Bearer bench' "$@" "$url" >"$work/wrk"
  after=$(cpu_seconds "$simulator")
  if grep -q 'Non-2xx' "$work/wrk"; then
    cat "$work/wrk" >&2
    exit 1
  fi
  awk -v name="$name" -v cpu="$(awk "BEGIN { print $after - $before }")" '
    /^Requests\/sec/ { rate = $2 } / 99%/ { slow = $2 } /requests in/ { count = $1 }
    END { printf "| %-36s | %10.0f | %14.0f | %9s |\n", name, rate, count / cpu, slow }' "$work/wrk"
}

printf '| one simulator on one core            | requests/s | per CPU second | 99%% below |\n'
printf '|--------------------------------------|------------|----------------|-----------|\n'
start_simulator
measure "PUT of a Worker, 10 kB" 16 "$workers/scripts" -s "$work/put.lua"
measure "GET scripts/NAME/subdomain" 16 "$workers/scripts/bench-1/subdomain"
measure "GET scripts/NAME/settings" 16 "$workers/scripts/bench-1/settings"
measure "GET scripts/NAME/deployments" 16 "$workers/scripts/bench-1/deployments"
measure "GET scripts: a list of 1,000 Workers" 4 "$workers/scripts"
measure "the same in gzip" 4 "$workers/scripts" -H 'Accept-Encoding: gzip'
measure "GET workers/workers: a page of 100" 4 "$workers/workers?per_page=100"
stop_simulator

start_simulator
empty=$(resident "$simulator")
make_workers 10000
printf '\nMemory: %s MiB when it starts, %s MiB with 10,000 Workers of 10 kB.\n' "$empty" "$(resident "$simulator")"
