#!/usr/bin/env bash
# Walks the JSON Schema of the newest wrangler's configs, and of the older one's, and proves of every property what
# `plumbline` makes of it: applied, refused by name, or harmless, with the reason in properties.json.
#
#   tests/e2e/wrangler_schema/run.sh BINARY
set -euo pipefail
[ $# -eq 1 ] || { echo "usage: tests/e2e/wrangler_schema/run.sh BINARY" >&2; exit 64; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
exec "$here/../with_node.sh" "$here/walk.mjs" "$(realpath "$1")" "$here/properties.json"
