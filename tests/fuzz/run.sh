#!/usr/bin/env bash
# Runs fuzz targets: tests/fuzz/run.sh SECONDS [TARGET...]; all of them without a name. They are built by
#   cmake --preset asan && ninja -C build/asan fuzz_targets
#
# Each starts from the inputs in tests/fuzz/corpus/TARGET and from those that it found earlier, which it keeps in
# build/fuzz/corpus. An input that crashes, hangs or leaks is put into build/fuzz/crashes and replayed by
#   build/asan/fuzz_TARGET FILE
# The last line is `N passed, N failed`, counted in targets.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

if [[ ! ${1:-} =~ ^[0-9]+$ ]]; then
  echo "usage: tests/fuzz/run.sh SECONDS [TARGET...]" >&2
  exit 64
fi
build=${PLUMBLINE_FUZZ_BUILD:-build/asan}
kept=build/fuzz
seconds=$1
shift
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
  for source in tests/fuzz/*_*.cpp; do targets+=("$(basename "$source" .cpp)"); done
fi

export ASAN_SYMBOLIZER_PATH=/usr/bin/llvm-symbolizer-19
mkdir -p "$kept/crashes" "$kept/logs"
passed=0
failed=0

for target in "${targets[@]}"; do
  found=$kept/corpus/$target
  log=$kept/logs/$target
  mkdir -p "$found"
  # The first folder receives what is new.
  if "$build/fuzz_$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=8192 \
    -seed=1 -artifact_prefix="$kept/crashes/$target-" -print_final_stats=1 "$found" "tests/fuzz/corpus/$target" \
    &>"$log" </dev/null; then
    passed=$((passed + 1))
    printf 'ok    %-22s %9s runs\n' "$target" "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")"
  else
    failed=$((failed + 1))
    printf 'FAIL  %-22s\n' "$target"
    tail -n 60 "$log"
  fi
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
