#!/usr/bin/env bash
# The whole of Plumbline in a minute, on a Debian 12 machine, without an account: builds it, starts the simulated
# Workers API and the daemon, commits a change, edits a Worker behind its back, and shows what the daemon makes of it.
#
#   deploy/demo.sh [BINARY]     with BINARY nothing is installed or built
#
# Everything listens on loopback, lives in a temporary folder, and is gone at the end.
set -Eeuo pipefail
project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
exec </dev/null

work=$(mktemp -d "${TMPDIR:-/tmp}/plumbline-demo.XXXXXX")
children=()

clean_up() {
  local code=$?
  trap - EXIT
  if [ "$code" -ne 0 ]; then
    printf '\nThe demo failed. The end of its logs:\n'
    for log in "$work"/*.log; do
      if [ -s "$log" ]; then printf '\n--- %s\n' "${log##*/}" && tail -n 25 "$log"; fi
    done
  fi
  for child in "${children[@]}"; do kill "$child" 2>/dev/null || true; done
  for child in "${children[@]}"; do wait "$child" 2>/dev/null || true; done
  rm -rf "$work"
  exit "$code"
}
trap clean_up EXIT
trap 'printf "\nline %s failed: %s\n" "$LINENO" "$BASH_COMMAND" >&2' ERR
trap 'exit 130' INT
trap 'exit 143' TERM

# --- small tools

heading() { printf '\n== %s\n' "$*"; }

# wait_until SECONDS WHAT COMMAND...: asks again and again; fails the demo if it does not come true.
wait_until() {
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@"; do
    if [ "$SECONDS" -ge "$deadline" ]; then
      echo "Waited in vain: $what" >&2
      exit 1
    fi
    for child in "${children[@]}"; do
      kill -0 "$child" 2>/dev/null || { echo "A process has ended while waiting: $what" >&2 && exit 1; }
    done
    sleep 0.1
  done
}

http() { curl --silent --show-error --fail --max-time 10 --header "Authorization: Bearer demo" "$@"; }

# The live account, as the Workers API tells it.
live() { http "$api/accounts/$account/workers/scripts${1:+/$1}"; }

# metric NAME{LABELS}: its value; nothing if it is not there.
metric() { http "http://$metrics/metrics" | grep -F -- "$1 " | sed 's/.* //' || true; }

is() { [ "$(metric "$1")" = "$2" ]; }
# passes RESULT NUMBER: whether so many passes have ended like that.
passes() { [ "$(metric "plumbline_reconcile_total{result=\"$1\",source=\"examples\"}")" -ge "$2" ]; }
in_sync() { passes success "$1" && is 'plumbline_workers{source="examples",sync_status="Synced"}' 4; }

# Lines of the daemon's log without what differs from run to run.
tidy() { sed -E 's/^[^ ]+ +/  | /; s/ (reconcile|source)=[^ ]+//g; s/(sha1:[0-9a-f]{8})[0-9a-f]{32}/\1/'; }

# The daemon's log since the last call, but for passes that had nothing to do.
shown=0
show_log() {
  tail -n "+$((shown + 1))" "$work/daemon.log" | { grep -v 'result=noop' || true; } | tidy
  shown=$(wc -l <"$work/daemon.log")
}

# A live Worker: who owns it, its files, its bindings and secrets by name. Code that is no module comes as it is,
# without a name.
show_worker() {
  local settings modules bindings
  settings=$(live "$1/settings")
  modules=$(live "$1/content/v2" | { grep -a -o 'filename="[^"]*"' || echo '"one script"'; } | cut -d'"' -f2)
  bindings=$({ grep -o '"name":"[^"]*","type":"[^"]*"' || true; } <<<"$settings" | awk -F'"' '{ print $4 " (" $8 ")" }')
  printf '  %-11s %s\n' "$1" "$(grep -o 'plumbline=[^"]*' <<<"$settings")"
  printf '  %-11s   %s\n' "" "$(list <<<"$modules")"
  if [ -n "$bindings" ]; then printf '  %-11s   %s\n' "" "$(list <<<"$bindings")"; fi
}

# Lines as one.
list() { paste -sd ',' | sed 's/,/, /g'; }

currency() { live shop/settings | grep -o '"name":"CURRENCY","type":"plain_text","text":"[^"]*"' | cut -d'"' -f12; }
charges() { [ "$(currency)" = "$1" ]; }

commit() {
  git -C "$work/workers" add --all
  git -C "$work/workers" -c user.name=Demo -c user.email=demo@example.com -c commit.gpgsign=false \
    commit --quiet --message "$1"
  git -C "$work/workers" rev-parse HEAD
}

# --- the story

if [ $# -gt 0 ]; then
  plumbline=$(realpath "$1")
else
  heading "Build"
  if [ "${PLUMBLINE_SKIP_INSTALL:-}" != 1 ]; then "$project/deploy/install-dependencies.sh"; fi
  if ! (cd "$project" && cmake --preset release && cmake --build --preset release --parallel "${PLUMBLINE_JOBS:-2}") \
    &>"$work/build.log"; then
    exit 1
  fi
  plumbline=$project/build/release/plumbline
  echo "  $("$plumbline" version | head -n 1), built in $SECONDS s"
fi
story_began=$SECONDS

heading "An account: the Workers API, simulated and empty"
"$plumbline" simulate --listen 127.0.0.1:0 >"$work/simulator.json" 2>"$work/simulator.log" &
children+=($!)
wait_until 10 "the simulator is ready" test -s "$work/simulator.json"
api=$(sed -n 's/.*"api_base_url":"\([^"]*\)".*/\1/p' "$work/simulator.json")
account=$(sed -n 's/.*"account_id":"\([^"]*\)".*/\1/p' "$work/simulator.json")
echo "  $api"

heading "A source: a git repository with the manifests of four Workers"
cp -R "$project/manifests/examples" "$work/workers"
git init --quiet --initial-branch=main "$work/workers"
commit "Four Workers" >/dev/null
git -C "$work/workers" ls-files | grep / | sed -E 's|/([^/]*)$| \1|' |
  awk '{ files[$1] = files[$1] " " $2 } END { for (f in files) printf "  %-15s%s\n", f "/", files[f] }' | sort
mkdir -p "$work/secrets/shop"
printf 'not a real payment key' >"$work/secrets/shop-payment-key"
printf 'not a real session key' >"$work/secrets/shop/SESSION"
printf 'demo' >"$work/token"
printf 'a key that nobody knows' >"$work/fingerprint-key"
echo "  Secrets are in a folder beside it; git knows their names alone."

heading "The daemon: plumbline run --config plumbline.yaml"
cat >"$work/plumbline.yaml" <<END
apiVersion: plumbline.dev/v1beta1
kind: Config
instance: demo
fingerprint_key: {file: fingerprint-key}
accounts:
  simulated: {account_id: $account, api_token: {file: token}, api_base_url: "$api"}
secret_stores:
  files: {directory: secrets}
sources:
  examples:
    repository: workers
    branch: main
    account: simulated
    secret_stores: {default: files}
    policy: sync
    drift: heal
    interval: 1s
    observe_interval: 1s
server: {metrics_listen: "127.0.0.1:0"}
journal: {path: journal.db}
END
: >"$work/daemon.log"
"$plumbline" run --config "$work/plumbline.yaml" 2>>"$work/daemon.log" &
children+=($!)
wait_until 10 "the daemon listens" grep -q 'for=metrics' "$work/daemon.log"
metrics=127.0.0.1:$(sed -n 's/.*for=metrics port=\([0-9]*\).*/\1/p' "$work/daemon.log")
wait_until 30 "all four Workers are in sync" in_sync 1
show_log
wait_until 30 "a pass that has nothing to do" passes noop 1
echo "  From now on a pass that finds nothing to do costs one call:"
grep -m 1 'result=noop' "$work/daemon.log" | tidy

heading "What is live now"
for name in calculator hello legacy shop; do show_worker "$name"; done

heading "A commit: shop charges in CHF, hello says something else"
sed -i 's/text: EUR/text: CHF/' "$work/workers/shop/worker.yaml"
sed -i 's/Hello from git/Hello again/' "$work/workers/hello/index.js"
echo "  What it would do, before it is committed (plumbline plan):"
"$plumbline" plan "$work/workers" --config "$work/plumbline.yaml" --source examples --color never 2>"$work/plan.log" |
  sed 's/^/  | /'
revision=$(commit "Charge in CHF")
echo "  Committed as ${revision:0:8}. The daemon:"
wait_until 30 "the commit is live" charges CHF
wait_until 10 "the pass has ended" in_sync 2
show_log
greeting=$(live hello/content/v2 | grep -a -o 'new Response(.*)')
echo "  Live: CURRENCY is $(currency), hello does $greeting"

heading "An edit behind its back: somebody sets CURRENCY to USD in the dashboard"
http --request POST --data '{"worker": "shop", "action": "set-var", "name": "CURRENCY", "value": "USD"}' \
  "${api%/client/v4}/__simulator__/edit" >"$work/edit.log"
wait_until 30 "the drift is found" is 'plumbline_drift_detected_total{source="examples"}' 1
wait_until 30 "the drift is healed" charges CHF
wait_until 10 "the pass has ended" in_sync 3
show_log
echo "  Live: CURRENCY is $(currency)"

heading "What the metrics tell (http://$metrics/metrics)"
http "http://$metrics/metrics" | grep -E \
  -e '^plumbline_workers\{' -e '^plumbline_reconcile_total.*"(success|noop|error)"' -e '^plumbline_drift' \
  -e '^plumbline_condition.*status="True",type="Ready"' -e '^plumbline_api_requests_total' | sort |
  sed -E 's/^/  /; s/account="simulated",//; s/,source="examples"//; s/source="examples",?//; s/\{\}//'

heading "Stop"
kill -TERM "${children[1]}"
wait "${children[1]}"
show_log
names=$(live "" | grep -o '"id":"[^"]*"' | cut -d'"' -f4 | list)
echo "  The Workers go on without it: $names"
printf '\nDone, %s s after the build.\n' $((SECONDS - story_began))
