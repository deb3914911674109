#!/usr/bin/env bash
# Deploys every config in cases/ by real wranglers, the newest and an older one, and by plumbline to a server that
# records the uploads, and compares metadata, modules, assets and triggers; what `plumbline render` prints is compared
# as well.
#
#   tests/e2e/wrangler_config/run.sh BINARY [CASE...]
set -euo pipefail
[ $# -ge 1 ] || { echo "usage: tests/e2e/wrangler_config/run.sh BINARY [CASE...]" >&2; exit 64; }
binary=$(realpath "$1")
shift
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
exec "$here/../with_node.sh" "$here/compare.mjs" "$binary" "$here/cases" "$@"
