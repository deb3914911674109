#!/usr/bin/env bash
# The service as it is shipped, under a real systemd in a container: systemd_inside.sh does the checks.
#
#   tests/slow/systemd.sh TREE     TREE is what `DESTDIR=TREE cmake --install BUILD --strip --prefix /usr` has made
#
# The container has a network of its own with nothing but loopback, and forgets at its end what was written in it. The
# answer is 77 where none can be started. The last line is `N passed, N failed`.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
project=$(cd "$here/../.." && pwd)
. "$here/support.sh"
exec </dev/null

[ $# -eq 1 ] || { echo "usage: tests/slow/systemd.sh TREE" >&2; exit 64; }
tree=$(realpath "$1")

[ "$(id -u)" -eq 0 ] || not_here "starting a system in a container needs root"
need_tools debootstrap systemd-nspawn nsenter unshare pgrep
# What a container that may not make containers is refused.
unshare --mount --pid --net --fork mount -t tmpfs none /mnt || not_here "this machine allows no mounts in a namespace"

one_at_a_time "$@"

# Where no systemd runs there is nobody to register the container with, and no unit for it.
container=(systemd-nspawn --quiet --register=no)
[ -d /run/systemd/system ] || container+=(--keep-unit)

# --- a root file system with systemd and what the checks use

packages=(systemd libnss-systemd dbus git curl gpg gpg-agent)
make_root() {
  local key
  make_debian || return 1
  key=$(cat "$project/deploy/install-dependencies.sh" <(echo "${packages[@]}") | sha256sum | head -c 16)
  root=$cache/systemd-$key
  if [ -d "$root" ]; then return 0; fi
  # Older ones too: one is enough.
  rm -rf "$cache"/systemd-*
  cp -a --reflink=auto "$cache/bookworm" "$root.part"
  "${container[@]}" --directory="$root.part" --resolv-conf=replace-host --bind-ro="$project/deploy:/mnt" \
    bash -euc '/mnt/install-dependencies.sh --runtime
      DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends "$@" </dev/null
      apt-get clean' - "${packages[@]}" || return 1
  mv "$root.part" "$root"
}
make_root

# --- the container

work=$(mktemp -d)
nspawn=""
clean_up() {
  local code=$?
  trap - EXIT
  if [ -n "$nspawn" ] && kill -TERM "$nspawn" 2>/dev/null; then
    # Orderly first; what is left dies with its first process.
    wait_for 20 eval "! kill -0 $nspawn 2>/dev/null" || kill -KILL "$nspawn"
    wait "$nspawn" || true
  fi
  rm -rf "$work"
  exit "$code"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# A fixed name of the host would collide with a second run.
"${container[@]}" --directory="$root" --volatile=overlay --private-network --machine="plumbline-$$" --boot \
  --bind-ro="$tree:/mnt/tree" --bind-ro="$here:/mnt/tests" &>"$work/boot.log" &
nspawn=$!

leader=""
inside() {
  nsenter --target "$leader" --mount --uts --ipc --net --pid --root \
    env -i --chdir=/ PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 "$@"
}
# `degraded` says that a unit of the bare system has failed, which is nothing to us.
has_booted() {
  kill -0 "$nspawn" 2>/dev/null || return 0
  leader=$(pgrep --parent "$nspawn" | head -n 1)
  [ -n "$leader" ] && [[ $(inside systemctl is-system-running 2>/dev/null) =~ running|degraded ]]
}
if ! wait_for 60 has_booted || ! kill -0 "$nspawn" 2>/dev/null; then
  tail -n 30 "$work/boot.log"
  echo "the container has not booted" >&2
  exit 1
fi

code=0
inside bash /mnt/tests/systemd_inside.sh || code=$?
exit "$code"
