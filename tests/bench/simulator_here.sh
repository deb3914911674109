# Sourced by the benches that run against a simulator of their own: `plumbline` is the binary.
# shellcheck shell=bash
#
# Makes a folder, `work`, which goes with the bench, as the simulator does.
# shellcheck disable=SC2034,SC2154  # those who source this set `plumbline` and use `control`

[ -x /usr/bin/time ] || { echo "GNU time is missing: deploy/install-dependencies.sh --tests" >&2; exit 1; }

work=$(mktemp -d)
simulator=""
clean_up() {
  if [ -n "$simulator" ]; then
    kill "$simulator" 2>/dev/null || true
    wait "$simulator" || true
  fi
  rm -rf "$work"
}
trap clean_up EXIT

# start_simulator OPTIONS...: sets what plumbline and wrangler need to find it, and `control`, where it is looked at.
start_simulator() {
  local i
  "$plumbline" simulate --listen 127.0.0.1:0 "$@" >"$work/ready" 2>"$work/simulator.log" &
  simulator=$!
  for ((i = 0; i < 100; i++)); do
    if [ -s "$work/ready" ]; then break; fi
    sleep 0.1
  done
  CLOUDFLARE_API_BASE_URL=$(sed -n 's/.*"api_base_url":"\([^"]*\)".*/\1/p' "$work/ready")
  CLOUDFLARE_ACCOUNT_ID=$(sed -n 's/.*"account_id":"\([^"]*\)".*/\1/p' "$work/ready")
  export CLOUDFLARE_API_BASE_URL CLOUDFLARE_ACCOUNT_ID CLOUDFLARE_API_TOKEN=bench PLUMBLINE_FINGERPRINT_KEY=bench
  control=${CLOUDFLARE_API_BASE_URL%/client/v4}/__simulator__
}
