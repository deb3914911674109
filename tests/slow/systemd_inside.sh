# Run by systemd.sh inside its container, as root of a system that is thrown away: installs the program, starts the
# shipped unit with the shipped example configuration against the simulator, and looks at what becomes of it.
set -euo pipefail
. /mnt/tests/support.sh

account=023e105f4ecef8ad9ca31a8372d0c353
simulator=http://127.0.0.1:8787/__simulator__
status=http://127.0.0.1:8080
token=a-token-that-no-log-shows
secret=a-secret-that-no-log-shows

heading() { printf '\n== %s\n' "$*"; }
http() { curl --silent --show-error --fail --max-time 5 "$@"; }

# --- the service

property() { systemctl show --value --property "$1" plumbline; }
is() { [ "$(property "$1")" = "$2" ]; }
ready() { http "$status/readyz" &>/dev/null; }
main_pid() { property MainPID; }
# What the service and systemd have said of it since the last mark.
mark() { journalctl --sync && mark=$(journalctl --show-cursor --lines 0 | sed -n 's/^-- cursor: //p'); }
log() { journalctl --sync && journalctl --unit plumbline --after-cursor "$mark" --output cat --no-pager; }
# What a person sees who asks what is wrong.
shown() { systemctl status --no-pager --full --lines 20 plumbline || true; }
# A source's condition: `True`, `False` or `Unknown`.
condition() {
  http "$status/api/v1/status" | tr -d '\n' | sed -E "s/.*\{([^{}]*\"type\": ?\"$1\"[^{}]*)\}.*/\1/" |
    sed -E 's/.*"status": ?"([A-Za-z]*)".*/\1/'
}
condition_is() { [ "$(condition "$1")" = "$2" ]; }
quietly_stopped() { is ActiveState inactive && is Result success; }
failed_for_good() { is ActiveState failed && is ExecMainStatus "$1" && is NRestarts 0; }

# The lines of /proc that hold `/proc/PID/status` of the service.
of_process() { sed -n "s/^$1:[[:space:]]*\([^[:space:]]*\).*/\1/p" "/proc/$(main_pid)/status"; }

# --- the account

names() { http "http://127.0.0.1:8787/client/v4/accounts/$account/workers/scripts" -H 'Authorization: Bearer any' | grep -o '"id":"[^"]*"' | cut -d'"' -f4; }
settings_of() { http "http://127.0.0.1:8787/client/v4/accounts/$account/workers/scripts/$1/settings" -H 'Authorization: Bearer any'; }
count() { names | grep -c "^$1" || true; }
at_least() { [ "$(count "$1")" -ge "$2" ]; }
all_of() { [ "$(count "$1")" -eq "$2" ]; }
greets() { [[ $(settings_of "$1" 2>/dev/null) == *"\"text\":\"$2\""* ]]; }
latency() { http --request POST --data "{\"latency_ms\": $1}" "$simulator/settings" >/dev/null; }

# --- the repository

# worker NAME GREETING
worker() {
  mkdir -p "/root/checkout/workers/$1"
  echo 'export default { fetch(request, env) { return new Response(env.GREETING) } }' >"/root/checkout/workers/$1/index.js"
  cat >"/root/checkout/workers/$1/worker.yaml" <<END
apiVersion: plumbline.dev/v1beta1
kind: Worker
metadata: {name: $1}
spec:
  main: index.js
  compatibility_date: 2026-10-01
  bindings:
    GREETING: {type: plain_text, text: $2}
END
}
# push MESSAGE [OPTION OF GIT COMMIT...]
push() {
  local message=$1
  shift
  git -C /root/checkout add --all
  git -C /root/checkout commit --quiet --message "$message" "$@"
  git -C /root/checkout push --quiet origin main
}

# --- the machine

heading "The program, its unit and its example configuration, as installed"
cp -a /mnt/tree/. /
systemctl daemon-reload
plumbline version | head -n 1
check "the program finds its libraries" eval '! ldd /usr/bin/plumbline | grep "not found"'
check "systemd-analyze verify has nothing to say" \
  equals "$(systemd-analyze verify --man=no /usr/lib/systemd/system/plumbline.service 2>&1)" ""
systemd-analyze security --offline=yes --no-pager /usr/lib/systemd/system/plumbline.service | grep -E '^✗|→'
# The threshold is ten times the score.
check "its exposure is 1.5 at most" systemd-analyze security --offline=yes --no-pager --threshold=15 \
  /usr/lib/systemd/system/plumbline.service >/dev/null

systemd-run --quiet --unit simulator --property DynamicUser=yes plumbline simulate --listen 127.0.0.1:8787
wait_for 20 http "$simulator/settings" >/dev/null 2>&1

install -d /etc/plumbline /etc/plumbline/keys
install -d -m 0700 /etc/plumbline/credentials /etc/plumbline/workers
echo "$token" >/etc/plumbline/credentials/cloudflare-token
echo "any long text" >/etc/plumbline/credentials/fingerprint-key
echo "$secret" >/etc/plumbline/workers/hello_API_KEY
sed -E -e "s/ACCOUNT_ID/$account/; s|https://GIT_HOST/OWNER/REPOSITORY.git|file:///srv/workers.git|" \
  -e 's/^( *)# (secret_stores:|  prod:|secret_key:|fingerprint_key:)/\1\2/; s/policy: report/policy: sync/' \
  -e 's/^( *)api_token: .*/&\n\1api_base_url: http:\/\/127.0.0.1:8787\/client\/v4/' \
  -e 's/^( *)branch: main/&\n\1verify: {keys: keys}\n\1interval: 1s\n\1observe_interval: 1s/' \
  /usr/share/doc/plumbline/plumbline.yaml >/etc/plumbline/plumbline.yaml
install -d /etc/systemd/system/plumbline.service.d
cat >/etc/systemd/system/plumbline.service.d/credentials.conf <<END
[Service]
LoadCredential=fingerprint-key:/etc/plumbline/credentials/fingerprint-key
SetCredential=fingerprint-key:\\n
LoadCredential=workers:/etc/plumbline/workers
END
systemctl daemon-reload

# Commits are signed with both kinds of keys: gpgv and ssh-keygen run under everything that the unit forbids.
git config --global user.name Test && git config --global user.email test@example.com
git config --global init.defaultBranch main
ssh-keygen -q -t ed25519 -N '' -C ssh-signer -f /root/signer
cp /root/signer.pub /etc/plumbline/keys/
gpg --batch --quiet --passphrase '' --quick-gen-key 'Test <test@example.com>' ed25519 sign never 2>/root/gpg.log
gpg --export --armor >/etc/plumbline/keys/signer.asc
git init --quiet --bare /srv/workers.git
git clone --quiet /srv/workers.git /root/checkout 2>/dev/null
worker hello "first"
sed -i '$a\  secrets: {API_KEY: {}}' /root/checkout/workers/hello/worker.yaml
git -C /root/checkout config gpg.format ssh
git -C /root/checkout config user.signingKey /root/signer.pub
push "A Worker" --gpg-sign

heading "What is missing before it starts"
checked() { CREDENTIALS_DIRECTORY=/etc/plumbline/credentials plumbline check --config /etc/plumbline/plumbline.yaml; }
mv /etc/plumbline/credentials/cloudflare-token /root/
said=$(checked || true)
check "plumbline check names the token" has "$said" "failed   accounts.production.credentials"
mv /root/cloudflare-token /etc/plumbline/credentials/
sed 's/^/  | /' <<<"$(checked || true)"

heading "Start"
mark
# Git is not there yet: that is no reason not to be up, or to be started over and over.
mv /srv/workers.git /srv/away.git
check "systemctl start returns without git" timeout 30 systemctl start plumbline
check "once the listeners answer" http "$status/livez"
check "systemd waits to be told so" is Type notify
check "and asks for a sign of life" is WatchdogUSec 1min
check "it says how its sources are" wait_for 10 is StatusText "0 of 1 source ready; 0 Workers"
mv /srv/away.git /srv/workers.git
check "it becomes ready" wait_for 30 ready
check "it has not been started again" is NRestarts 0
check "a commit that is signed with ssh is live" wait_for 30 greets hello first
check "who signed it is known" wait_for 10 condition_is SourceVerified True
check "the secret of a Worker comes out of a folder of credentials" has "$(settings_of hello)" '"name":"API_KEY"'
log

said=$(CREDENTIALS_DIRECTORY=/etc/plumbline/credentials plumbline plan --config /etc/plumbline/plumbline.yaml \
  --source production 2>&1 || true)
check "a person can plan by the same configuration" has "$said" "No changes"

heading "What the process may do"
uid=$(of_process Uid)
systemctl show --property DynamicUser,MainPID plumbline
check "it is not root, but a user that the service alone has" test "$uid" -ge 61184 -a "$uid" -le 65519
check "it has no capability" equals "$(of_process CapEff) $(of_process CapBnd)" "0000000000000000 0000000000000000"
check "it can gain none" equals "$(of_process NoNewPrivs)" 1
check "its system calls are filtered" equals "$(of_process Seccomp)" 2
# The hard limit is lowered by the program itself, which a filter of system calls would hinder.
check "it leaves no core dump" grep -qE '^Max core file size +0 +0 ' "/proc/$(main_pid)/limits"
check "the journal lies in the state folder" test -s /var/lib/private/plumbline/journal.db
check "and belongs to the service alone" equals \
  "$(stat --format '%u %a' /var/lib/private/plumbline/journal.db /var/lib/private/plumbline | sort -u | paste -sd ' ')" \
  "$uid 600 $uid 700"
check "the mirror lies in the cache folder" eval 'ls -d /var/cache/private/plumbline/mirrors/*.git/objects >/dev/null'
in_its_mounts() { nsenter --target "$(main_pid)" --mount "$@" >/dev/null; }
cp /usr/bin/gpgv /var/lib/private/plumbline/
check "gpgv can be run" in_its_mounts /usr/bin/gpgv --version
check "and nothing that it writes" has "$(in_its_mounts /var/lib/private/plumbline/gpgv --version 2>&1 || true)" "Permission denied"
rm /var/lib/private/plumbline/gpgv

heading "A commit arrives"
mark
git -C /root/checkout config gpg.format openpgp
git -C /root/checkout config --unset user.signingKey
worker hello "second"
push "Another greeting" --gpg-sign
check "a commit that is signed with OpenPGP is live" wait_for 30 greets hello second
worker hello "forged"
push "Nobody's greeting" --no-gpg-sign
check "a commit that nobody signed is refused" wait_for 30 condition_is SourceVerified False
check "and changes nothing" greets hello second
worker hello "third"
push "A greeting" --gpg-sign
check "the next one that is signed is live" wait_for 30 greets hello third
log

heading "Reload"
before=$(main_pid)
check "systemctl reload reaches the process" systemctl reload plumbline
check "which goes on" eval 'is ActiveState active && [ "$(main_pid)" = "$before" ]'

heading "Killed"
mark
before=$(main_pid)
systemctl kill --kill-whom main --signal KILL plumbline
check "systemd starts it again" wait_for 30 is NRestarts 1
check "it is ready again" wait_for 30 ready
check "as another process" test "$(main_pid)" -ne "$before"
log

heading "Hung"
mark
install -d /run/systemd/system/plumbline.service.d
printf '[Service]\nWatchdogSec=2\n' >/run/systemd/system/plumbline.service.d/watchdog.conf
systemctl daemon-reload
systemctl restart plumbline
check "it is up" http "$status/livez"
check "who says that it is alive stays" eval 'sleep 5; is NRestarts 0'
before=$(main_pid)
systemctl kill --kill-whom main --signal STOP plumbline
check "who says nothing is started again" wait_for 60 eval '[ "$(main_pid)" != "$before" ] && is ActiveState active'
check "systemd says why" has "$(log)" "Watchdog timeout"
rm /run/systemd/system/plumbline.service.d/watchdog.conf
systemctl daemon-reload
systemctl restart plumbline

heading "Its socket from systemd"
mark
cat >/run/systemd/system/plumbline.socket <<END
[Socket]
ListenStream=127.0.0.1:8080
FileDescriptorName=listen
END
cp /etc/plumbline/plumbline.yaml /root/
sed -i 's/listen: 127.0.0.1:8080/listen: systemd:listen/' /etc/plumbline/plumbline.yaml
systemctl daemon-reload
systemctl stop plumbline
systemctl start plumbline || true
check "without the socket it has failed, and is not started again" wait_for 20 failed_for_good 78
check "it says what to do" has "$(log)" 'server.listen: systemd passes no socket "listen"; start a socket unit with FileDescriptorName=listen'
systemctl reset-failed plumbline
systemctl start plumbline.socket
# Nobody serves yet: the answer comes from the service that this starts.
check "a connection starts it, and is answered" http "$status/livez"
check "it becomes ready" wait_for 30 ready
systemctl stop plumbline.socket plumbline
rm /run/systemd/system/plumbline.socket
cp /root/plumbline.yaml /etc/plumbline/
systemctl daemon-reload
systemctl start plumbline

heading "Stopped in the midst of an apply"
mark
latency 200
many=40
for number in $(seq "$many"); do worker "many-$number" "hi"; done
push "Many Workers" --gpg-sign
check "it is at work" wait_for 60 at_least many- 5
stop_began=$(date +%s%N)
systemctl stop plumbline
echo "stopped in $((($(date +%s%N) - stop_began) / 1000000)) ms, with $(count many-) of $many Workers made"
check "it ends with success" quietly_stopped
check "in the midst of it" test "$(count many-)" -lt "$many"
stopped=$(log)
check "in good order" has "$stopped" "info stopped"
check "no write is left under way" has_not "$stopped" "stopped before a write had ended"
tail -n 8 <<<"$stopped"
latency 0
systemctl start plumbline
check "the next start makes the rest" wait_for 60 all_of many- "$many"
check "and is ready" wait_for 30 ready
check "and in sync" wait_for 30 condition_is Ready True
# Every upload of a Worker by the daemon; one that was made twice stands there twice.
uploads() { http "$simulator/requests" | tr '{' '\n' | grep -E '"method":"(PUT|POST)"' | grep -oE '/scripts/many-[0-9]+(/versions)?"' | sort; }
check "no Worker was uploaded twice" equals "$(uploads | uniq --repeated)" ""
check "and each once" equals "$(uploads | wc -l)" "$many"

# --- what a person sees who made a mistake

# told LINE: it comes to stand in what `systemctl status` and the journal show, which is printed. (Between two tries
# systemctl shows no lines of the program.)
told() {
  local seen=""
  shows() {
    seen=$(shown && echo && log)
    [[ $seen == *"$1"* ]]
  }
  wait_for 20 shows "$1" || true
  sed 's/^/  | /' <<<"$seen"
  check "it is told: $1" has "$seen" "$1"
}

# without_credential NAME PLACE: the service without the file of that credential, which the configuration names at PLACE.
without_credential() {
  mv "/etc/plumbline/credentials/$1" /root/
  mark
  systemctl start plumbline || true
  check "it has failed and is not started again" wait_for 20 failed_for_good 78
  told "plumbline.yaml: error: $2: the credential $1 is empty; put the value into the file that the service's LoadCredential=$1:FILE names, then restart the service"
  mv "/root/$1" /etc/plumbline/credentials/
}

heading "The file of the token is missing"
systemctl stop plumbline
without_credential cloudflare-token accounts.production.api_token

heading "The file of another credential is missing"
without_credential fingerprint-key fingerprint_key

heading "A folder of credentials is missing"
mv /etc/plumbline/workers /root/
mark
systemctl reset-failed plumbline
systemctl start plumbline || true
check "systemd tries again" wait_for 30 eval '[ "$(property NRestarts)" -ge 1 ]'
told "status=243/CREDENTIALS"
mv /root/workers /etc/plumbline/
check "it starts by itself once the folder is there" wait_for 30 ready

heading "The system has no name for the user of the service"
sed -i.before 's/ systemd//' /etc/nsswitch.conf
mark
git -C /root/checkout config gpg.format ssh
git -C /root/checkout config user.signingKey /root/signer.pub
worker hello "fourth"
push "A greeting that is signed with ssh" --gpg-sign
check "a commit that is signed with ssh is not applied" wait_for 30 condition_is SourceVerified False
told "ssh-keygen does not run for a user without a name"
mv /etc/nsswitch.conf.before /etc/nsswitch.conf
systemctl restart plumbline
check "with a name it is" wait_for 30 greets hello fourth

heading "The configuration is wrong"
systemctl stop plumbline
cp /etc/plumbline/plumbline.yaml /root/
sed -i 's/policy: sync/policy: synk/' /etc/plumbline/plumbline.yaml
mark
systemctl start plumbline || true
check "it has failed and is not started again" wait_for 20 failed_for_good 78
told "plumbline.yaml:32:13: error: \"policy\" must be one of sync, upsert-only, report; did you mean \"sync\"?"

heading "There is no configuration"
rm /etc/plumbline/plumbline.yaml
mark
systemctl reset-failed plumbline
systemctl start plumbline || true
check "it has failed and is not started again" wait_for 20 failed_for_good 78
told "/etc/plumbline/plumbline.yaml: error: cannot be read: No such file or directory; --config wants a file that this process may read"
cp /root/plumbline.yaml /etc/plumbline/

heading "Its port is taken"
systemd-run --quiet --unit occupant --property DynamicUser=yes plumbline simulate --listen 127.0.0.1:8080
wait_for 20 http http://127.0.0.1:8080/__simulator__/settings >/dev/null 2>&1
mark
systemctl reset-failed plumbline
systemctl start plumbline || true
told "plumbline run: server.listen: cannot listen on 127.0.0.1:8080: Address already in use; stop the program that listens there, or set server.listen to another address"
check "systemd tries again" wait_for 30 eval '[ "$(property NRestarts)" -ge 1 ]'
systemctl stop occupant
check "it starts by itself once the port is free" wait_for 30 ready

heading "In all of this"
journal=$(journalctl --no-pager --output cat)
check "the journal knows the service" has "$journal" "reconciled"
check "and never the token" has_not "$journal" "$token"
check "nor the secret" has_not "$journal" "$secret"
systemctl stop plumbline
check "it ends with success" quietly_stopped
finish
