#!/bin/sh
# Shows managed mode: a simulated Oomnitza says what to pull from a made-up service and how to map it, `connector managed`
# does so until the sync has ended, and is told to stop. Usage: docker/demo-managed.sh BUILD_FOLDER. Ends with the
# connector's exit code.
set -eu

[ $# -eq 1 ] || { echo "usage: $0 BUILD_FOLDER" >&2; exit 1; }
build=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
. docker/simulator.sh

start_simulator --saas-port 0 --saas-port-file "$scratch/saas-port" --saas-devices 12 --saas-page-size 5 --saas-broken 7
saas="http://127.0.0.1:$(cat "$scratch/saas-port")"
echo "1. A simulated Oomnitza listens on $oomnitza, a service with 12 devices on $saas"

put() {
  curl -sSf --noproxy '*' -o /dev/null -X PUT -H 'Content-Type: application/json' --data-binary "@$2" "$oomnitza/simulator/$1"
}
demo=config/demo/managed
sed "s|http://127.0.0.1:8081|$saas|" "$demo/configuration.json" >"$scratch/configuration.json"
put managed-mappings/50 "$demo/mapping.json"
put configurations/50 "$scratch/configuration.json"
echo "2. Oomnitza has an integration: a session, a list in pages, a call for each device, software; and its mapping"

sed "s|^url = .*|url = $oomnitza|" "$demo/config.ini" >"$scratch/config.ini"
echo "3. connector managed, with the service's password in config.ini; the details of device 7 cannot be had:"
NO_PROXY=127.0.0.1 no_proxy=127.0.0.1 "$build/connector" --ini "$scratch/config.ini" --state-dir "$scratch" managed &
connector=$!

ended() {
  curl -sS --noproxy '*' "$oomnitza/simulator/portions" | grep -q '"finalized":[1-9]' ||
    curl -sS --noproxy '*' "$oomnitza/simulator/ready-portions" | grep -q service
}
tries=0
until ended; do
  tries=$((tries + 1))
  if [ "$tries" -gt 300 ] || ! kill -0 "$connector" 2>/dev/null; then
    echo "the sync does not end" >&2
    break
  fi
  sleep 0.2
done
echo "   The sync has ended; SIGTERM."
kill "$connector" 2>/dev/null || :
status=0
wait "$connector" || status=$?
connector=

echo "4. What Oomnitza holds now:"
echo
curl -sS --noproxy '*' "$oomnitza/simulator/table"
echo
echo "   and what it knows of the sync:"
echo
curl -sS --noproxy '*' "$oomnitza/simulator/sessions"
echo
say_what_is_next
if [ "$status" -ne 0 ]; then echo "The connector ended with $status." >&2; fi
exit "$status"
