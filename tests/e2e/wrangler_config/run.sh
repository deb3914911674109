#!/usr/bin/env bash
# Deploys every config in cases/ twice, by the real wrangler and by plumbline, to a server that records the
# uploads, and compares metadata and modules. Needs npm; without it the answer is 77 (skipped).
#
#   tests/e2e/wrangler_config/run.sh BINARY [CASE...]
set -euo pipefail

usage="usage: tests/e2e/wrangler_config/run.sh BINARY [CASE...]"
[ $# -ge 1 ] || { echo "$usage" >&2; exit 64; }
binary=$(realpath "$1")
shift
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

if ! command -v npm >/dev/null || ! command -v node >/dev/null; then
  echo "SKIPPED: the comparison with wrangler needs node and npm" >&2
  exit 77
fi

# Kept between runs; the checkout stays clean.
work=${PLUMBLINE_WRANGLER_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/plumbline/wrangler-4.86.0}
if [ ! -x "$work/node_modules/.bin/wrangler" ]; then
  mkdir -p "$work"
  cp "$here/package.json" "$work/"
  # Nothing of it runs at installation: its programs come ready for this platform.
  if ! (cd "$work" && npm install --ignore-scripts --no-audit --no-fund --no-package-lock >npm.log 2>&1); then
    echo "SKIPPED: npm cannot install wrangler; see $work/npm.log" >&2
    exit 77
  fi
fi

exec node "$here/compare.mjs" "$binary" "$work/node_modules/.bin/wrangler" "$here/cases" "$@"
