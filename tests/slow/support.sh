# What the scripts of this folder share; they source it.

# Big things that are made once: a Debian, the packages on it. Remove the folder to have them made anew.
cache=${XDG_CACHE_HOME:-$HOME/.cache}/plumbline-tests

# not_here WHY: ends the script as one that cannot run on this machine. tests/run.sh shows the reason.
not_here() {
  echo "$*"
  exit 77
}

# one_at_a_time ARGUMENT OF THE SCRIPT...: starts the script again under a lock of the cache. What the script starts does
# not inherit it.
one_at_a_time() {
  if [ "${PLUMBLINE_CACHE_LOCKED:-}" = 1 ]; then return 0; fi
  mkdir -p "$cache"
  PLUMBLINE_CACHE_LOCKED=1 exec flock --close "$cache/lock" "$0" "$@"
}

need_tools() {
  local tool
  for tool in "$@"; do
    command -v "$tool" >/dev/null || not_here "$tool is missing: deploy/install-dependencies.sh --slow"
  done
}

# --- checks

passed=0
failed=0

# check WHAT COMMAND...: one test.
check() {
  local what=$1
  shift
  if "$@"; then
    passed=$((passed + 1))
    echo "ok    $what"
  else
    failed=$((failed + 1))
    echo "FAIL  $what"
  fi
}

# Ends the script with what tests/run.sh counts.
finish() {
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ]
}

# wait_for SECONDS COMMAND...: asks again until it is true; false if it never was.
wait_for() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    if [ "$SECONDS" -ge "$deadline" ]; then return 1; fi
    sleep 0.1
  done
}

# Prints what was found where it is not what was wanted.
equals() {
  if [ "$1" = "$2" ]; then return 0; fi
  echo "      found \"$1\", wanted \"$2\""
  return 1
}

# has TEXT PART
has() {
  if [[ $1 == *"$2"* ]]; then return 0; fi
  echo "      \"$2\" is not in:"
  sed 's/^/      | /' <<<"$1"
  return 1
}

has_not() {
  if [[ $1 != *"$2"* ]]; then return 0; fi
  echo "      \"$2\" is in it"
  return 1
}

# --- a Debian

# Where this machine's apt has Debian 12 from, as lines of a sources.list.
debian_sources() {
  local lines
  lines=$(apt-get indextargets --format 'deb $(REPO_URI) $(CODENAME) main' 'Created-By: Packages' 'Origin: Debian' |
    sort -u | grep -E ' bookworm(-updates|-security)? ' || true)
  if ! grep -q ' bookworm ' <<<"$lines"; then lines=$(printf '%s\n%s' "deb http://deb.debian.org/debian bookworm main" "$lines"); fi
  echo "$lines"
}

# A minimal Debian 12 in $cache/bookworm.
make_debian() {
  local root=$cache/bookworm mirror
  if [ -d "$root" ]; then return 0; fi
  mkdir -p "$cache"
  rm -rf "$root.part"
  mirror=$(debian_sources | sed -n 's/^deb \(.*\) bookworm main$/\1/p')
  debootstrap --variant=minbase bookworm "$root.part" "$mirror" || return 1
  debian_sources >"$root.part/etc/apt/sources.list"
  mv "$root.part" "$root"
}
