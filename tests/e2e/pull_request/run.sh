#!/usr/bin/env bash
# A plan as the comment of a pull request: what a renderer of GitHub's Markdown makes of it, the script that keeps the
# comment against a server that answers as GitHub does, and the steps of the workflow as they are written.
#
#   tests/e2e/pull_request/run.sh BINARY
set -euo pipefail
[ $# -eq 1 ] || { echo "usage: tests/e2e/pull_request/run.sh BINARY" >&2; exit 64; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
exec "$here/../with_node.sh" "$here/check.mjs" "$(realpath "$1")" "$(realpath "$here/../../../deploy/pull-request")"
