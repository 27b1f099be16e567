#!/bin/sh
# Measures the connector on this machine. Usage: tests/benchmarks/run.sh BUILD_FOLDER [--large] [--rows N]
set -eu
here=$(dirname "$0")
python3 -B "$here/run.py" "$@"
echo
"$here/ldap.sh" "$1"
echo
"$here/sccm.sh" "$1"
