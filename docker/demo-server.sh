#!/bin/sh
# Shows webhooks: `connector server` waits, a made-up Jamf Pro tells of two computers, and they appear in a simulated
# Oomnitza. Usage: docker/demo-server.sh BUILD_FOLDER. Ends with the connector's exit code.
set -eu

[ $# -eq 1 ] || { echo "usage: $0 BUILD_FOLDER" >&2; exit 1; }
build=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
. docker/simulator.sh

start_simulator --vendors-port 0 --vendors-port-file "$scratch/vendors-port" --jamf-computers 12
vendors="http://127.0.0.1:$(cat "$scratch/vendors-port")"
echo "1. A simulated Oomnitza listens on $oomnitza, a Jamf Pro on $vendors/jamf"

sed -e "s|^url = http://127.0.0.1:8080|url = $oomnitza|" -e "s|http://127.0.0.1:8082|$vendors|" \
  config/demo/server/config.ini >"$scratch/config.ini"
chmod 600 "$scratch/config.ini"
echo "2. connector server waits for webhooks:"
log="$scratch/server.log"
NO_PROXY=127.0.0.1 no_proxy=127.0.0.1 "$build/connector" --ini "$scratch/config.ini" --state-dir "$scratch" \
  server --port 0 >"$log" 2>&1 &
connector=$!

# Waits until a command succeeds.
until_true() {
  tries=0
  until "$@"; do
    tries=$((tries + 1))
    if [ "$tries" -gt 300 ] || ! kill -0 "$connector" 2>/dev/null; then
      cat "$log" >&2
      echo "what the demo waits for does not happen" >&2
      exit 2
    fi
    sleep 0.1
  done
}
until_true grep -q 'listening on' "$log"
server=$(sed -n 's|.*listening on \(http://[^ ]*\).*|\1|p' "$log")
echo "   $server"

post() {
  curl -sS --noproxy '*' -o /dev/null -w '%{http_code}' -H "X-Webhook-Secret: $1" --data-binary "$2" "$server/casper"
}
added='{"webhook": {"webhookEvent": "ComputerAdded"}, "event": {"jssID": 7}}'
check_in='{"webhook": {"webhookEvent": "ComputerCheckIn"}, "event": {"computer": {"jssID": 9}}}'
echo "3. Jamf Pro tells of computer 7, which was added:      $(post made-up-secret "$added")"
echo "   and of computer 9, which has checked in:            $(post made-up-secret "$check_in")"
echo "   Somebody else, with a wrong secret, gets:           $(post guessed "$added")"

has_arrived() {
  curl -sS --noproxy '*' "$server/health" | grep -q '"done":2'
}
until_true has_arrived
echo "4. What Oomnitza holds now:"
echo
curl -sS --noproxy '*' "$oomnitza/simulator/table"
echo
echo "   What Jamf Pro was asked: $(curl -sS --noproxy '*' "$vendors/vendors/traffic")"
echo "   The health of the server: $(curl -sS --noproxy '*' "$server/health")"
echo "   Some of its metrics:"
curl -sS --noproxy '*' "$server/metrics" | grep -E '^connector_(records|runs)_total.* [1-9]|^connector_queue' | sed 's/^/     /'

kill "$connector"
status=0
wait "$connector" || status=$?
connector=
echo "5. SIGTERM. What it wrote:"
echo
sed 's/^/   /' "$log"
echo
say_what_is_next
exit "$status"
