#!/usr/bin/env bash
# Everything that must hold before a change goes in. From the top of the project or anywhere:
#
#   tests/run.sh            all of it
#   tests/run.sh --quick    the dev build with its unit and integration tests
#   tests/run.sh --tsan     all tests under ThreadSanitizer (else only those that are labelled `threads`)
#
# Stops at the first stage that fails, shows the end of its log and names it; every log is in build/logs/. The last
# line is the sum of CTest's own numbers, with each check and each fuzz target as one more: `N passed, N failed`.
#
# PLUMBLINE_JOBS: compilers at a time (2; one takes up to 1.3 GB). PLUMBLINE_FUZZ_SECONDS: per target (5).
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
remark=""

case "${1:-}" in
  "" | --quick | --tsan) mode=${1:-} ;;
  *) echo "usage: tests/run.sh [--quick|--tsan]" >&2 && exit 64 ;;
esac

# --- how a stage is run and told

at_exit() {
  local code=$?
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

# stage HEADING COMMAND...: runs the command into a log. 77 says that it cannot run here, which its last line explains.
stage() {
  current=$1
  shift
  log=$logs/$(tr -cs 'a-z0-9\n' '-' <<<"$current" | sed 's/-$//').log
  local begin=$SECONDS code=0
  printf '== %-44s ' "$current"
  "$@" &>"$log" || code=$?
  if [ "$code" -eq 0 ]; then
    add_results "$log"
    printf '%4d s%s\n' $((SECONDS - begin)) "$remark"
    current=""
  elif [ "$code" -eq 77 ]; then
    printf '%4d s\n!! NOT RUN: %s\n' $((SECONDS - begin)) "$(tail -n 1 "$log")"
    current=""
  else
    printf '%4d s\n\n' $((SECONDS - begin))
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

run_tests() {
  local preset=$1
  shift
  ctest --test-dir "build/$preset" --output-on-failure --no-tests=error -j "$jobs" "$@"
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

threaded_tests() {
  ctest --test-dir build/dev -N -L '^threads$' | sed -n 's/^Total Tests: //p'
}

mkdir -p "$logs"
if [ "${PLUMBLINE_SKIP_INSTALL:-}" != 1 ]; then
  stage "install what is missing" deploy/install-dependencies.sh --tests
fi

if [ "$mode" = --tsan ]; then
  stage "tsan: build" build tsan
  stage "tsan: tests" run_tests tsan
  exit 0
fi

if [ "$mode" != --quick ]; then
  check "layering: the check itself" tests/tools/check_layering.py --self-test
  check "layering" tests/tools/check_layering.py
  check "format" formatted
fi

stage "dev: build" build dev
stage "dev: unit and integration tests" run_tests dev
if [ "$mode" = --quick ]; then exit 0; fi

stage "e2e: the JSON Schema of manifests" tests/e2e/manifest_schema/run.sh build/dev/plumbline
stage "e2e: configs of the real wrangler" tests/e2e/wrangler_config/run.sh build/dev/plumbline
stage "e2e: real clients against the simulator" tests/e2e/simulator/run.sh build/dev/plumbline

stage "asan: build" build asan
stage "asan: unit, property and integration tests" run_tests asan

stage "fuzz: build" build fuzz fuzz_targets
stage "fuzz: every target for ${fuzz_seconds} s" tests/fuzz/run.sh "$fuzz_seconds"

check "clang-tidy" tests/tools/clang_tidy.py "$jobs" build/dev build/fuzz

if [ "$(threaded_tests)" -gt 0 ]; then
  stage "tsan: build" build tsan
  stage "tsan: tests of threads" run_tests tsan -L '^threads$'
fi
