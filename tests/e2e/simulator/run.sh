#!/usr/bin/env bash
# Real clients against `plumbline simulate`: wrangler's commands and the calls of the official SDK, each checked for
# its exit code, what it says and what the account holds afterwards. The last line is `N passed, N failed`; where there
# is no npm the answer is 77 (skipped).
#
#   tests/e2e/simulator/run.sh BINARY [WORD...]     only scenarios with one of these words in their names
set -euo pipefail
[ $# -ge 1 ] || { echo "usage: tests/e2e/simulator/run.sh BINARY [WORD...]" >&2; exit 64; }
binary=$(realpath "$1")
shift
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
exec "$here/../with_node.sh" "$here/main.mjs" "$binary" "$@"
