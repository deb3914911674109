#!/usr/bin/env bash
# Holds `plumbline schema` against `plumbline validate`, with a real validator of JSON Schema: over the examples, the
# cases of cases.yaml, and thousands of mutations of both.
#
#   tests/e2e/manifest_schema/run.sh BINARY
set -euo pipefail
[ $# -eq 1 ] || { echo "usage: tests/e2e/manifest_schema/run.sh BINARY" >&2; exit 64; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
exec "$here/../with_node.sh" "$here/check.mjs" "$(realpath "$1")" "$here/cases.yaml" "$here/../../../manifests/examples"
