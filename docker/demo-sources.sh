#!/bin/sh
# Shows two sources: a Jamf Pro whose tokens end soon and an Okta that takes few requests a second, both made up, and what
# `connector upload casper okta` brings of them. Usage: docker/demo-sources.sh BUILD_FOLDER. Ends with the connector's
# exit code.
set -eu

[ $# -eq 1 ] || { echo "usage: $0 BUILD_FOLDER" >&2; exit 1; }
build=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
. docker/simulator.sh

start_simulator --vendors-port 0 --vendors-port-file "$scratch/vendors-port" --vendors-latency 300 \
  --jamf-computers 12 --jamf-broken 7 --jamf-token-life 1 --okta-users 450 --okta-rate 2
vendors="http://127.0.0.1:$(cat "$scratch/vendors-port")"
echo "1. A simulated Oomnitza listens on $oomnitza, a Jamf Pro on $vendors/jamf, an Okta on $vendors/okta"

sed -e "s|^url = http://127.0.0.1:8080|url = $oomnitza|" -e "s|http://127.0.0.1:8082|$vendors|" \
  config/demo/sources/config.ini >"$scratch/config.ini"
chmod 600 "$scratch/config.ini"
echo "2. connector upload casper okta: 12 computers with a request each, of which one fails; tokens end after a second;"
echo "   450 users in pages of 100, of which Okta gives two a second:"
status=0
NO_PROXY=127.0.0.1 no_proxy=127.0.0.1 "$build/connector" --ini "$scratch/config.ini" --state-dir "$scratch" \
  upload casper okta || status=$?

echo "3. What the vendors were asked: $(curl -sS --noproxy '*' "$vendors/vendors/traffic")"
echo "   What Oomnitza holds now, and the first of $(curl -sS --noproxy '*' "$oomnitza/simulator/records" |
  grep -o '"PERMISSIONS_ID"' | wc -l) people:"
echo
curl -sS --noproxy '*' "$oomnitza/simulator/table"
echo
curl -sS --noproxy '*' "$oomnitza/simulator/table?type=users" | sed -n 1,6p
echo
say_what_is_next
if [ "$status" -eq 2 ]; then echo "The connector ended with 2: computer 7 could not be read, all else arrived." >&2; fi
[ "$status" -eq 2 ] || exit "$status"
