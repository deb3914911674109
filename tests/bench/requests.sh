#!/usr/bin/env bash
# What a call of the client costs, side by side with curl, h2load and wrk against the same nginx, in the same run.
#
#   tests/bench/requests.sh [BUILD]      (build/release)
#
# Wants nginx, curl, h2load (nghttp2-client) and wrk; the last two are left out where they are missing. Times are
# microseconds per call: on the clock, and of the processor (user and system) of the client alone.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

bench=${1:-build/release}/bench_requests
calls=1000
rounds=5
work=$(mktemp -d)
port=$((20000 + RANDOM % 20000))
trap 'kill "$(cat "$work/nginx.pid" 2>/dev/null)" 2>/dev/null; rm -rf "$work"' EXIT

cat >"$work/nginx.conf" <<END
worker_processes 1;
pid $work/nginx.pid;
error_log $work/error.log;
events { worker_connections 64; }
http {
  access_log off;
  client_body_temp_path $work; proxy_temp_path $work; fastcgi_temp_path $work; uwsgi_temp_path $work; scgi_temp_path $work;
  client_body_buffer_size 64k;
  keepalive_requests 1000000;
  default_type application/json;
  server {
    listen 127.0.0.1:$port;
    location / {
      return 200 '{"success":true,"errors":[],"messages":[],"result":{"logpush":false,"tags":[]}}';
    }
  }
}
END
nginx -c "$work/nginx.conf" -e "$work/error.log"

url=http://127.0.0.1:$port/client/v4/accounts/acc/workers/scripts/bench
head -c 10300 /dev/zero | tr '\0' x >"$work/body"
# The form that the client sends is 10,000 bytes of code and about 300 of form.

# cpu COMMAND...: runs it and prints microseconds of clock and of processor per call.
cpu() {
  local out
  out=$({ TIMEFORMAT='%R %U %S'; time "$@" >/dev/null 2>&1; } 2>&1)
  awk -v n="$calls" '{ printf "%.1f %.1f\n", $1 * 1e6 / n, ($2 + $3) * 1e6 / n }' <<<"$out"
}

# best COMMAND...: the round with the least time of the processor.
best() {
  for _ in $(seq "$rounds"); do "$@"; done | sort -k2 -n | head -1
}

row() {
  printf '%-8s %-12s %12s %12s %12s\n' "$1" "$2" "$3" "$4" "$5"
}

config_for() {
  local kind=$1 i
  for ((i = 0; i < calls; ++i)); do
    if [ "$kind" = get ]; then
      printf 'url = "%s/settings"\noutput = /dev/null\n' "$url"
    else
      printf 'url = "%s"\nupload-file = "%s"\noutput = /dev/null\n' "$url" "$work/body"
    fi
    printf 'header = "Authorization: Bearer bench"\n'
    if ((i + 1 < calls)); then echo next; fi
  done
}

row calls connections client 'clock us' 'cpu us'
for kind in get put; do
  config_for "$kind" >"$work/curl-$kind"
  for connections in 1 8; do
    row "$kind" "$connections" plumbline $(best "$bench" "$port" "$calls" "$connections" "$kind")
    parallel=()
    if [ "$connections" -gt 1 ]; then parallel=(--parallel --parallel-max "$connections"); fi
    row "$kind" "$connections" curl $(best cpu curl --silent "${parallel[@]}" --config "$work/curl-$kind")
    if command -v h2load >/dev/null; then
      data=()
      target=$url/settings
      if [ "$kind" = put ]; then data=(--data="$work/body" -H ':method: PUT') target=$url; fi
      row "$kind" "$connections" h2load $(best cpu h2load --h1 -n "$calls" -c "$connections" "${data[@]}" "$target")
    fi
  done
done
if command -v wrk >/dev/null; then
  echo "wrk, get, 1 connection, 2 s:"
  wrk -t1 -c1 -d2s "$url/settings" | grep Requests/sec
fi
