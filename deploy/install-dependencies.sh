#!/usr/bin/env bash
# Installs what Plumbline is built from, on Debian 12. Quick and without root when everything is there already.
#   --tests    also what its tests and checks use
#   --slow     what it is built from, and what boots a system and makes an image for tests/run.sh --slow
#   --runtime  only what the built program needs to run
set -euo pipefail

usage="usage: deploy/install-dependencies.sh [--tests|--slow|--runtime]"

packages=(
  # Compiler and build. lld-19 rather than lld: it shares its libraries with clang-19.
  clang-19 lld-19 cmake ninja-build ccache pkg-config git ca-certificates
  # Libraries. Boost 1.81 and never libboost-dev beside it, which is 1.74 and conflicts.
  libboost1.81-dev libboost-url1.81-dev libboost-json1.81-dev libssl-dev zlib1g-dev libgit2-dev libyaml-cpp-dev
  libsimdjson-dev libtomlplusplus-dev prometheus-cpp-dev libcli11-dev libfmt-dev libspdlog-dev libsqlite3-dev
  # deploy/demo.sh asks the daemon and the simulator with it.
  curl
)
test_packages=(
  # llvm-19 names functions in the reports of sanitizers. No server that Debian would start: tests/tools/unpack_servers.sh.
  doctest-dev clang-tidy-19 clang-format-19 libclang-rt-19-dev llvm-19 openssl openssh-client gpgv procps python3 time
  tinyproxy-bin
  # tests/bench/simulator.sh.
  wrk
)
# Some tests use the real wrangler and a validator of JSON Schema, which npm installs. Any npm will do, also one that is no package.
command -v npm >/dev/null || test_packages+=(nodejs npm)
# crun, which podman takes by default, cannot run where cgroups are of the first version.
slow_packages=(systemd-container debootstrap buildah podman runc openssh-client)
# What the program is linked with, and what checks signatures of commits.
runtime_packages=(
  libstdc++6 libssl3 zlib1g libgit2-1.5 libyaml-cpp0.7 libsimdjson14 libsqlite3-0 libprometheus-cpp-core1.0 libfmt9
  libspdlog1.10 libboost-container1.81.0 libboost-json1.81.0 libboost-url1.81.0 ca-certificates gpgv openssh-client
)

case "${1:-}" in
  "") ;;
  --tests) packages+=("${test_packages[@]}") ;;
  --slow) packages+=("${slow_packages[@]}") ;;
  --runtime) packages=("${runtime_packages[@]}") ;;
  -h | --help) echo "$usage" && exit 0 ;;
  *) echo "$usage" >&2 && exit 64 ;;
esac

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
  cat >&2 <<END
This is no Debian: install by hand what these packages of Debian 12 hold, then set
PLUMBLINE_SKIP_INSTALL=1 for deploy/demo.sh and tests/run.sh.
  ${packages[*]}
Needed are clang 19 or later, CMake 3.25, Boost 1.81 or later, OpenSSL 3, libgit2 1.5, and libstdc++ 12.
END
  exit 1
fi

installed=$(dpkg-query --show --showformat='${db:Status-Status} ${Package}\n' 2>/dev/null | sed -n 's/^installed //p')
mapfile -t missing < <(comm -23 <(printf '%s\n' "${packages[@]}" | sort -u) <(sort -u <<<"$installed"))
if [ ${#missing[@]} -eq 0 ]; then
  exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "Missing packages: ${missing[*]}" >&2
    echo "Neither root nor sudo: run as root  apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi

echo "Installing ${#missing[@]} packages: ${missing[*]}"
apt() {
  # Waits for another apt rather than failing, asks nothing, and removes nothing to make room.
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@"
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { apt update && apt install --yes --no-install-recommends --no-remove "${missing[@]}"; } </dev/null &>"$log"; then
  tail -n 30 "$log" >&2
  cat >&2 <<END
The packages could not be installed. They are all in Debian 12 (bookworm, with bookworm-updates and
bookworm-security); on another release some have other names or versions. Where libboost-dev 1.74 is installed, remove
it first: it conflicts with Boost 1.81.
END
  exit 1
fi
