#!/usr/bin/env bash
# Installs what Plumbline is built from, on Debian 12. Quick and without root when everything is there already.
#   --tests  also what its tests and checks use
#   --ci     the same, and the git servers that some tests fetch from: Debian starts them as services, so they are
#            only for machines that are thrown away; without them these tests are skipped
set -euo pipefail

usage="usage: deploy/install-dependencies.sh [--tests|--ci]"

packages=(
  # Compiler and build. lld-19 rather than lld: it shares its libraries with clang-19.
  clang-19 lld-19 cmake ninja-build ccache pkg-config git ca-certificates
  # Libraries. Boost 1.81 and never libboost-dev beside it, which is 1.74 and conflicts.
  libboost1.81-dev libboost-url1.81-dev libboost-json1.81-dev libssl-dev libgit2-dev libyaml-cpp-dev
  libsimdjson-dev libtomlplusplus-dev prometheus-cpp-dev libcli11-dev libfmt-dev libspdlog-dev libsqlite3-dev
  # deploy/demo.sh asks the daemon and the simulator with it.
  curl
)
test_packages=(
  # llvm-19 names functions in the reports of sanitizers.
  doctest-dev clang-tidy-19 clang-format-19 libclang-rt-19-dev llvm-19 openssl openssh-client procps python3 time
  tinyproxy-bin
  # tests/bench/simulator.sh.
  wrk
)
# Some tests use the real wrangler and a validator of JSON Schema, which npm installs. Any npm will do, also one that is no package.
command -v npm >/dev/null || test_packages+=(nodejs npm)
ci_packages=(openssh-server nginx-light fcgiwrap gpg gpg-agent gpgv)

case "${1:-}" in
  "") ;;
  --tests) packages+=("${test_packages[@]}") ;;
  --ci) packages+=("${test_packages[@]}" "${ci_packages[@]}") ;;
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
