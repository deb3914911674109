#!/usr/bin/env bash
# The image of deploy/Dockerfile, built as it stands and run as a cautious host runs it: read-only, without capabilities,
# by a user that is not root. No registry is asked: the Debian that it begins with is made here.
#
#   tests/slow/image.sh
#
# PLUMBLINE_JOBS: compilers at a time (2). The answer is 77 where no container can be run. The last line is
# `N passed, N failed`.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
project=$(cd "$here/../.." && pwd)
. "$here/support.sh"
exec </dev/null

[ $# -eq 0 ] || { echo "usage: tests/slow/image.sh" >&2; exit 64; }
[ "$(id -u)" -eq 0 ] || not_here "building an image without a registry needs root"
need_tools debootstrap buildah podman runc curl git ssh-keygen
unshare --mount --pid --net --fork mount -t tmpfs none /mnt || not_here "this machine allows no mounts in a namespace"

one_at_a_time "$@"

# --- a store of its own: nothing here touches the images and containers of the machine

store=$cache/containers
mkdir -p "$store/tmp"
work=$(mktemp -d)
# The user of the image reads files that are mounted out of here.
chmod 0755 "$work"
cat >"$store/storage.conf" <<END
[storage]
driver = "overlay"
graphroot = "$store/storage"
runroot = "/run/plumbline-tests/storage"
END
# runc, because crun refuses where cgroups are of the first version; the limits, because raising them needs a capability
# that root in a container often lacks.
cat >"$store/containers.conf" <<END
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
tmp_dir = "/run/plumbline-tests/tmp"
volume_path = "$store/volumes"
END
export CONTAINERS_STORAGE_CONF=$store/storage.conf CONTAINERS_CONF=$store/containers.conf
# Where buildah keeps what RUN --mount=type=cache asks for: what ccache has compiled before.
export TMPDIR=$store/tmp

image=localhost/plumbline:test
containers=()
volumes=(plumbline-test-state-$$ plumbline-test-cache-$$)
clean_up() {
  local code=$?
  trap - EXIT
  for name in "${containers[@]}"; do podman rm --force --time 1 "$name" &>/dev/null || true; done
  podman volume rm --force "${volumes[@]}" &>/dev/null || true
  wait || true
  # What the store keeps mounted, and what its programs wrote about containers that have gone.
  umount "$store/storage/overlay" 2>/dev/null || true
  rm -rf "$work" /run/plumbline-tests
  exit "$code"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

heading() { printf '\n== %s\n' "$*"; }

# --- the image

heading "Build"
make_debian
base=docker.io/library/debian:bookworm-slim
if ! buildah images --quiet "$base" &>/dev/null; then
  container=$(buildah from scratch)
  buildah add --quiet "$container" "$cache/bookworm" / >/dev/null
  buildah config --cmd /bin/bash --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$container"
  buildah commit --quiet --rm "$container" "$base" >/dev/null
fi
version=$(sed -n 's/^project(plumbline VERSION \([^ ]*\).*/\1/p' "$project/CMakeLists.txt")
revision=$(git -C "$project" rev-parse HEAD)
buildah build --pull-never --isolation chroot --layers --file "$project/deploy/Dockerfile" --tag "$image" \
  --build-arg JOBS="${PLUMBLINE_JOBS:-2}" --build-arg VERSION="$version" --build-arg REVISION="$revision" "$project"
podman image inspect --format 'size: {{.Size}}' "$image"

config_of() { podman image inspect --format "$1" "$image"; }
check "its user is a number and not root" equals "$(config_of '{{.Config.User}}')" "65532:65532"
check "it starts the program" equals "$(config_of '{{.Config.Entrypoint}} {{.Config.Cmd}}')" \
  "[plumbline] [run --config /etc/plumbline/plumbline.yaml]"
check "it names its ports" equals "$(config_of '{{range $port, $_ := .Config.ExposedPorts}}{{$port}} {{end}}')" \
  "8080/tcp 9090/tcp "
check "and what it is" equals "$(config_of '{{index .Config.Labels "org.opencontainers.image.version"}} {{index .Config.Labels "org.opencontainers.image.revision"}} {{index .Config.Labels "org.opencontainers.image.licenses"}}')" \
  "$version $revision Apache-2.0"

# --- commands

cautious=(--network host --read-only --cap-drop all --security-opt no-new-privileges --no-healthcheck --log-driver none)
# run NAME ARGUMENT...: a container of this run, which goes with its process.
run() {
  local name=plumbline-test-$1-$$
  shift
  podman run --rm --name "$name" "${cautious[@]}" "$@"
}

heading "A command"
said=$(run version "$image" version)
head -n 1 <<<"$said"
check "it tells its version" has "$said" "plumbline $version"

heading "A plan and an apply against the simulator"
containers+=(plumbline-test-simulator-$$ plumbline-test-daemon-$$)
run simulator "$image" simulate --listen 127.0.0.1:0 >"$work/simulator.json" 2>"$work/simulator.log" &
wait_for 30 test -s "$work/simulator.json" || { cat "$work/simulator.log"; exit 1; }
api=$(sed -n 's/.*"api_base_url":"\([^"]*\)".*/\1/p' "$work/simulator.json")
account=$(sed -n 's/.*"account_id":"\([^"]*\)".*/\1/p' "$work/simulator.json")
live() {
  curl --silent --fail --max-time 5 -H 'Authorization: Bearer any' "$api/accounts/$account/workers/scripts${1:+/$1}"
}
mkdir "$work/workers"
cp -R "$project/manifests/examples/hello" "$project/manifests/examples/legacy" "$work/workers/"
chmod -R a+rX "$work/workers"
on_account=(--env CLOUDFLARE_API_TOKEN=any --env CLOUDFLARE_ACCOUNT_ID="$account"
  --env CLOUDFLARE_API_BASE_URL="$api" --volume "$work/workers:/workers:ro")
exit_code=0
said=$(run plan "${on_account[@]}" "$image" plan /workers --detailed-exitcode 2>&1) || exit_code=$?
echo "$said"
check "a plan shows what is to be made" has "$said" "2 to add"
check "and says so by its exit code" equals "$exit_code" 2
run apply "${on_account[@]}" "$image" apply /workers --yes
check "an apply makes it" has "$(live)" '"id":"hello"'
check "after which a plan is empty" run plan "${on_account[@]}" "$image" plan /workers --detailed-exitcode

# --- the daemon

heading "The daemon, by the default command"
git init --quiet --initial-branch=main "$work/repository"
ssh-keygen -q -t ed25519 -N '' -C signer -f "$work/signer"
mkdir "$work/keys"
cp "$work/signer.pub" "$work/keys/"
cp -R "$project/manifests/examples/hello" "$work/repository/"
commit() {
  git -C "$work/repository" add --all
  git -C "$work/repository" -c user.name=Test -c user.email=test@example.com \
    -c gpg.format=ssh -c user.signingKey="$work/signer" commit --quiet --gpg-sign --message "$1"
  chmod -R a+rX "$work/repository"
}
commit "A Worker"
mkdir "$work/etc"
printf 'a-token-that-no-log-shows\n' >"$work/etc/token"
cat >"$work/etc/plumbline.yaml" <<END
apiVersion: plumbline.dev/v1beta1
kind: Config
instance: image
accounts:
  simulated: {account_id: $account, api_token: {file: token}, api_base_url: "$api"}
sources:
  production:
    repository: file:///srv/repository
    branch: main
    verify: {keys: /srv/keys}
    account: simulated
    name_suffix: -of-the-daemon
    policy: sync
    drift: heal
    interval: 1s
    observe_interval: 1s
server: {listen: "127.0.0.1:0", metrics_listen: "127.0.0.1:0"}
END
mounted=(--volume "$work/etc:/etc/plumbline:ro" --volume "$work/repository:/srv/repository:ro"
  --volume "$work/keys:/srv/keys:ro"
  --volume "${volumes[0]}:/var/lib/plumbline" --volume "${volumes[1]}:/var/cache/plumbline")
daemon=""
start_daemon() {
  run daemon "${mounted[@]}" "$image" >"$work/daemon.out" 2>"$work/daemon.log" &
  daemon=$!
}
ready() {
  local port
  port=$(sed -n 's/.*listening for=status port=\([0-9]*\).*/\1/p' "$work/daemon.log")
  [ -n "$port" ] && curl --silent --fail --max-time 5 "http://127.0.0.1:$port/readyz" &>/dev/null
}
# stop: sets exit_code to the daemon's.
stop_daemon() {
  exit_code=0
  podman stop --time 30 "plumbline-test-daemon-$$" >/dev/null
  wait "$daemon" || exit_code=$?
}
greets() { [[ $(live hello-of-the-daemon/content/v2) == *"$1"* ]]; }

start_daemon
check "it becomes ready" wait_for 30 ready
check "a signed commit is live" wait_for 30 greets "Hello from git"
sed -i 's/Hello from git/Hello again/' "$work/repository/hello/index.js"
commit "Another greeting"
check "another one is live" wait_for 30 greets "Hello again"
process=$(podman inspect --format '{{.State.Pid}}' "plumbline-test-daemon-$$")
of_process() { sed -n "s/^$1:[[:space:]]*\([^[:space:]]*\).*/\1/p" "/proc/$process/status"; }
check "it runs as the user of the image" equals "$(of_process Uid)" 65532
check "without capabilities, and can gain none" equals "$(of_process CapBnd) $(of_process NoNewPrivs)" "0000000000000000 1"
stop_daemon
sed 's/^/  | /' "$work/daemon.log"
check "it ends well when asked to" equals "$exit_code" 0
check "in good order" has "$(tail -n 1 "$work/daemon.log")" "info stopped"
state=$(podman volume inspect --format '{{.Mountpoint}}' "${volumes[0]}")
check "its journal lies in the volume" test -s "$state/journal.db"
check "its mirror lies in the other one" eval \
  'ls -d "$(podman volume inspect --format "{{.Mountpoint}}" "${volumes[1]}")"/mirrors/*.git/objects >/dev/null'
start_daemon
check "it starts again with them" wait_for 30 ready
check "finds all as it should be" wait_for 30 grep -q 'result=noop' "$work/daemon.log"
stop_daemon
check "and has written nothing" has_not "$(cat "$work/daemon.log")" "worker written"
check "no log shows the token" has_not "$(cat "$work/daemon.log")" "a-token-that-no-log-shows"

# --- what a person sees who made a mistake

# fails_with CODE LINE: what the last command said and how it ended.
fails_with() {
  sed 's/^/  | /' <<<"$said"
  check "it ends with $1" equals "$exit_code" "$1"
  check "and says: $2" has "$said" "$2"
  check "in one line" equals "$(wc -l <<<"$said")" 1
}

heading "No configuration is mounted"
exit_code=0
said=$(run bare "$image" 2>&1) || exit_code=$?
fails_with 78 "/etc/plumbline/plumbline.yaml: error: cannot be read: No such file or directory; --config wants a file that this process may read"

heading "A configuration that its user may not read"
chmod 0600 "$work/etc/plumbline.yaml"
exit_code=0
said=$(run unreadable "${mounted[@]}" "$image" 2>&1) || exit_code=$?
fails_with 78 "/etc/plumbline/plumbline.yaml: error: cannot be read: Permission denied; --config wants a file that this process may read"
chmod 0644 "$work/etc/plumbline.yaml"

finish
