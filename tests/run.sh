#!/usr/bin/env bash
# What must hold before a change goes in. From the top of the project or anywhere:
#
#   tests/run.sh            what holds the program: the dev build, its tests with a tenth of the property cases, real clients
#   tests/run.sh --all      the same with all property cases, then clang-tidy, AddressSanitizer and the fuzz targets: what
#                           continuous integration runs
#   tests/run.sh --quick    the dev build with its unit, property and integration tests alone
#   tests/run.sh --tsan     all tests under ThreadSanitizer
#   tests/run.sh --slow     only what takes minutes and root: what is shipped, under a real systemd and as an image
#
# Stops at the first stage that fails, shows the end of its log and names it; every log is in build/logs/. While a stage
# runs, how far it is: on a terminal at once, elsewhere a line a minute. The last line is the sum of CTest's own numbers,
# with each check and each fuzz target as one more: `N passed, N failed`.
#
# PLUMBLINE_JOBS: compilers at a time (2; one takes up to 1.3 GB). PLUMBLINE_FUZZ_SECONDS: per target (5).
# PLUMBLINE_PROPERTY_FACTOR: how many of the property cases (0.1, with --all 1). PLUMBLINE_SANITIZED_FACTOR: the same
# under a sanitizer (0.2, of which it tries a tenth).
# PLUMBLINE_SKIP_INSTALL: set to 1 where the packages of Debian are provided otherwise.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec </dev/null
export NO_COLOR=1

jobs=${PLUMBLINE_JOBS:-2}
fuzz_seconds=${PLUMBLINE_FUZZ_SECONDS:-5}
logs=build/logs
passed=0
failed=0
current=""
running=""
remark=""

case "${1:-}" in
  "" | --all | --quick | --tsan | --slow) mode=${1:-} ;;
  *) echo "usage: tests/run.sh [--all|--quick|--tsan|--slow]" >&2 && exit 64 ;;
esac

# --- how a stage is run and told

at_exit() {
  local code=$?
  if [ -n "$running" ]; then kill -- -"$running" 2>/dev/null || true; fi
  if [ -n "$current" ]; then
    printf '\nFAILED: %s; the log is %s\n' "$current" "$log"
    if [ "$failed" -eq 0 ]; then failed=1; fi
    code=1
  fi
  echo "$((SECONDS / 60)) min $((SECONDS % 60)) s"
  echo "$passed passed, $failed failed"
  exit "$code"
}
trap at_exit EXIT

# add_results LOG: counts what CTest, or a tool that ends with `N passed, N failed`, says.
add_results() {
  local good bad all
  remark=""
  if read -r bad all < <(sed -nE 's/^[0-9]+% tests passed, ([0-9]+) tests failed out of ([0-9]+)$/\1 \2/p' "$1"); then
    # CTest counts a skipped test as passed.
    local skipped
    skipped=$(grep -c '(Skipped)$' "$1" || true)
    passed=$((passed + all - bad - skipped)) failed=$((failed + bad))
    remark=", $((all - bad - skipped)) passed"
    if [ "$skipped" -gt 0 ]; then remark+=", $skipped skipped"; fi
  elif read -r good bad < <(sed -nE 's/^([0-9]+) passed, ([0-9]+) failed$/\1 \2/p' "$1"); then
    passed=$((passed + good)) failed=$((failed + bad))
    remark=", $good passed"
  fi
}

# progress LOG: the newest `[3/175]` of ninja or `12/1722` of CTest in it.
progress() {
  tail -n 3 "$1" | sed -nE 's/^\[([0-9]+\/[0-9]+)\].*/\1/p; s/^ *([0-9]+\/[0-9]+) Test .*/\1/p' | tail -n 1
}

# wait_and_tell HEADING: until the command that runs has ended, whose exit code it gives.
wait_and_tell() {
  local begin=$SECONDS told=0 passed_seconds
  while kill -0 "$running" 2>/dev/null; do
    sleep 0.5
    passed_seconds=$((SECONDS - begin))
    if [ -t 1 ]; then
      printf '\r== %-44s %4d s  %-12s' "$1" "$passed_seconds" "$(progress "$log")"
    elif [ $((passed_seconds / 60)) -gt "$told" ]; then
      told=$((passed_seconds / 60))
      printf '   %-44s %4d s  %s\n' "$1" "$passed_seconds" "$(progress "$log")"
    fi
  done
  if [ -t 1 ]; then printf '\r%72s\r' ""; fi
  wait "$running"
}

# stage HEADING COMMAND...: runs the command into a log. 77 says that it cannot run here, which its last line explains.
stage() {
  current=$1
  shift
  log=$logs/$(tr -cs 'a-z0-9\n' '-' <<<"$current" | sed 's/-$//').log
  local begin=$SECONDS code=0
  # In a process group of its own, so that it ends with this script, and so does whatever it started.
  set -m
  "$@" &>"$log" &
  running=$!
  set +m
  wait_and_tell "$current" || code=$?
  running=""
  printf '== %-44s %4d s' "$current" $((SECONDS - begin))
  if [ "$code" -eq 0 ]; then
    add_results "$log"
    printf '%s\n' "$remark"
    current=""
  elif [ "$code" -eq 77 ]; then
    printf '\n!! NOT RUN: %s\n' "$(tail -n 1 "$log")"
    current=""
  else
    printf '\n\n'
    add_results "$log"
    tail -n 120 "$log"
    exit 1
  fi
}

# check HEADING COMMAND...: a stage that counts as one test.
check() {
  stage "$@"
  passed=$((passed + 1))
}

# --- the stages

build() {
  local preset=$1
  shift
  cmake --preset "$preset" && ninja -C "build/$preset" -j "$jobs" "$@"
}

# Three times as many at a time as compilers: tests that drive processes wait more than they compute.
run_tests() {
  local preset=$1
  shift
  ctest --test-dir "build/$preset" --output-on-failure --no-tests=error -j $((3 * jobs)) "$@"
}

# What a sanitizer looks for shows in few of the property cases, and each takes it several times as long.
run_sanitized() {
  PLUMBLINE_PROPERTY_FACTOR=${PLUMBLINE_SANITIZED_FACTOR:-0.2} run_tests "$@"
}

sources() {
  find base net api manifests reconciler simulator daemon tests -name '*.h' -print0 -o -name '*.cpp' -print0
}

formatted() {
  sources | xargs -0 clang-format-19 --dry-run -Werror
}

export ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1:check_initialization_order=1
export ASAN_SYMBOLIZER_PATH=/usr/bin/llvm-symbolizer-19
export UBSAN_SYMBOLIZER_PATH=$ASAN_SYMBOLIZER_PATH
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1:external_symbolizer_path=$ASAN_SYMBOLIZER_PATH

# install_release: what a package would hold, in build/release/installed.
install_release() {
  rm -rf build/release/installed
  DESTDIR=$PWD/build/release/installed cmake --install build/release --strip --prefix /usr
}

mkdir -p "$logs"
if [ "$mode" = --slow ]; then
  if [ "${PLUMBLINE_SKIP_INSTALL:-}" != 1 ]; then
    stage "install what is missing" deploy/install-dependencies.sh --slow
  fi
  stage "release: build" build release
  stage "release: install" install_release
  stage "slow: the service under a real systemd" tests/slow/systemd.sh build/release/installed
  stage "slow: the image" tests/slow/image.sh
  exit 0
fi

if [ "${PLUMBLINE_SKIP_INSTALL:-}" != 1 ]; then
  stage "install what is missing" deploy/install-dependencies.sh --tests
  stage "unpack the git servers" tests/tools/unpack_servers.sh
fi

if [ "$mode" = --tsan ]; then
  stage "tsan: build" build tsan
  stage "tsan: tests" run_sanitized tsan
  exit 0
fi

if [ "$mode" != --quick ]; then
  check "layering: the check itself" tests/tools/check_layering.py --self-test
  check "layering" tests/tools/check_layering.py
  check "format" formatted
fi
if [ "$mode" = --all ]; then export PLUMBLINE_PROPERTY_FACTOR=${PLUMBLINE_PROPERTY_FACTOR:-1}; fi

stage "dev: build" build dev
stage "dev: unit, property and integration tests" run_tests dev
if [ "$mode" = --quick ]; then exit 0; fi

stage "e2e: the JSON Schema of manifests" tests/e2e/manifest_schema/run.sh build/dev/plumbline
stage "e2e: configs of the real wrangler" tests/e2e/wrangler_config/run.sh build/dev/plumbline
stage "e2e: the schema of wrangler's configs" tests/e2e/wrangler_schema/run.sh build/dev/plumbline
stage "e2e: the plan in the pull request" tests/e2e/pull_request/run.sh build/dev/plumbline
stage "e2e: real clients against the simulator" tests/e2e/simulator/run.sh build/dev/plumbline
stage "e2e: the Helm chart" tests/e2e/helm/run.sh build/dev/plumbline
if [ "$mode" != --all ]; then exit 0; fi

stage "asan: build" build asan all fuzz_targets
stage "asan: unit, property and integration tests" run_sanitized asan
stage "fuzz: every target for ${fuzz_seconds} s" tests/fuzz/run.sh "$fuzz_seconds"

# What changed last first; all files take 40 minutes of 2 cores where none was looked at before.
check "clang-tidy, for up to 15 min" tests/tools/clang_tidy.py "$jobs" build/dev build/asan --seconds 900
tail -n 1 "$log"
