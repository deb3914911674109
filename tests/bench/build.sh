#!/usr/bin/env bash
# What a release build from nothing costs, without ccache: wall time, CPU time, the memory of the largest process, and
# the most that all processes together had at one time (resident, sampled five times a second).
#
#   tests/bench/build.sh [JOBS]     default 2
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
jobs=${1:-2}

if [ ! -x /usr/bin/time ]; then
  echo "GNU time is missing: deploy/install-dependencies.sh --tests" >&2
  exit 1
fi

work=$(mktemp -d)
build=""
clean_up() {
  if [ -n "$build" ]; then kill -- "-$build" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap clean_up EXIT
export CCACHE_DISABLE=1

# In a session of its own, so that its processes can be told from others.
setsid /usr/bin/time -o "$work/time" -f '%e %U %S %M' \
  bash -c "cmake --preset release -B '$work/build' && ninja -C '$work/build' -j $jobs" &>"$work/log" &
build=$!

peak=0
while kill -0 "$build" 2>/dev/null; do
  now=$(ps -o rss= -s "$build" | awk '{ sum += $1 } END { print sum + 0 }')
  if [ "$now" -gt "$peak" ]; then peak=$now; fi
  sleep 0.2
done
if ! wait "$build"; then
  tail -n 40 "$work/log" >&2
  exit 1
fi
build=""

read -r wall user system largest <"$work/time"
printf '| release build, -j %s | wall s | CPU s | largest process MiB | all together MiB | binary MB |\n' "$jobs"
echo "|---------------------|--------|-------|---------------------|------------------|-----------|"
printf '| %-19s | %6.0f | %5.0f | %19.0f | %16.0f | %9.1f |\n' "" "$wall" "$(awk "BEGIN { print $user + $system }")" \
  "$(awk "BEGIN { print $largest / 1024 }")" "$(awk "BEGIN { print $peak / 1024 }")" \
  "$(awk "BEGIN { print $(stat -c %s "$work/build/plumbline") / 1e6 }")"
