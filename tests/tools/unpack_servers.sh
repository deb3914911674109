#!/usr/bin/env bash
# Unpacks the programs that tests of git need beside git itself (sshd, nginx with fcgiwrap, gpg) from their packages of
# Debian 12 to build/git-servers/root: installed, Debian would start some of them on this machine. Needs no root, and
# changes nothing elsewhere. Quick where it is done already.
#
# They are unpacked where they are installed as well, so that every machine tests the same; of the libraries that they
# need, only those that are not installed. Where this cannot be, the answer is 77 (skipped), and the last line says why.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# The wrappers give sshd a user of a test. Without spawn-fcgi, fcgiwrap asks for the whole of systemd.
programs=(openssh-server libnss-wrapper libuid-wrapper nginx nginx-common fcgiwrap spawn-fcgi gpg gpg-agent gpgconf)
folder=$PWD/build/git-servers
root=$folder/root

not_here() {
  echo "the git servers cannot be unpacked, and tests that find none installed are skipped: $*"
  exit 77
}

if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then not_here "this is no Debian"; fi
mkdir -p "$folder/packages"
exec 9>"$folder/lock"
flock 9

# What is installed decides what is unpacked.
key=$(echo "$root" | cat - tests/tools/unpack_servers.sh /var/lib/dpkg/status | sha256sum)
if [ "$(cat "$root/key" 2>/dev/null)" = "$key" ]; then exit 0; fi

own_lists=()
apt() {
  apt-get -qq -o Debug::NoLocking=1 -o APT::Sandbox::User=root "${own_lists[@]}" "$@" </dev/null
}

# Sets `packages`, each as `name=version`: of what apt would install, the programs and libraries.
find_packages() {
  local plan pattern name
  plan=$(apt install --simulate --reinstall --no-install-recommends "${programs[@]}") || return 1
  pattern=$(IFS='|' && echo "lib[^ ]*|${programs[*]}")
  mapfile -t packages < <(sed -nE "s/^Inst ($pattern) (\[[^]]*\] )?\(([^ ]+) .*/\1=\3/p" <<<"$plan")
  for name in "${programs[@]}"; do
    [[ " ${packages[*]}" == *" $name="* ]] || return 1
  done
}

download() {
  # A package that is there already is not asked for again.
  find_packages && (cd "$folder/packages" && apt download "${packages[@]}")
}

if ! download; then
  echo "apt has no lists on this machine, or old ones: with lists of its own"
  own_lists=(-o "Dir::State::lists=$folder/apt/lists" -o "Dir::Cache=$folder/apt/cache")
  mkdir -p "$folder"/apt/{lists/partial,cache/archives/partial}
  apt update || true
  download || not_here "apt cannot download ${programs[*]}, which are all in Debian 12"
fi
rm -rf "$folder/apt"

rm -rf "$root" "$root.new"
mkdir -p "$root.new/libraries"
for package in "${packages[@]}"; do
  name=${package//:/%3a}
  dpkg-deb --extract "$folder"/packages/"${name/=/_}"_*.deb "$root.new"
done
find "$root.new" \( -name '*.so' -o -name '*.so.*' \) -exec ln -sfr -t "$root.new/libraries" {} +
# By this file, GnuPG finds its other programs beside itself.
echo "rootdir = $root/usr" >"$root.new/usr/bin/gpgconf.ctl"
echo "$key" >"$root.new/key"
mv "$root.new" "$root"
printf 'unpacked %s\n' "${packages[@]}"
