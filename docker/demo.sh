#!/bin/sh
# Shows a whole run: a CSV file, a filter, converters in C++ and in Python, and what arrives in a simulated Oomnitza.
# Usage: docker/demo.sh BUILD_FOLDER. Ends with the connector's exit code.
set -eu

[ $# -eq 1 ] || { echo "usage: $0 BUILD_FOLDER" >&2; exit 1; }
build=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
. docker/simulator.sh

start_simulator
echo "1. A simulated Oomnitza listens on $oomnitza"

curl -sSf --noproxy '*' -o /dev/null -X PUT -H 'Content-Type: application/json' "$oomnitza/simulator/mappings/CSV_assets" -d '{
  "Barcode": "BARCODE", "Serial": "SERIAL_NUMBER", "Model": "MODEL", "Kind": "ASSET_TYPE", "Status": "STATUS"}'
echo "2. Its mapping for CSV_assets is set; config/demo/config.ini adds a filter, a converter in Python and three built-in ones"

sed "s|^url = .*|url = $oomnitza|" config/demo/config.ini >"$scratch/config.ini"
echo "3. connector upload csv_assets, with the $(($(wc -l <config/demo/assets.csv) - 1)) rows of config/demo/assets.csv:"
status=0
NO_PROXY=127.0.0.1 no_proxy=127.0.0.1 "$build/connector" --ini "$scratch/config.ini" --state-dir "$scratch" upload csv_assets || status=$?

echo "4. What Oomnitza holds now:"
echo
curl -sS --noproxy '*' "$oomnitza/simulator/table"
echo
say_what_is_next
if [ "$status" -ne 0 ]; then echo "The connector ended with $status." >&2; fi
exit "$status"
