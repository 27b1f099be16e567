#!/bin/sh
# Measures the connector on this machine. Usage: tests/benchmarks/run.sh BUILD_FOLDER [--large] [--rows N]
exec python3 -B "$(dirname "$0")/run.py" "$@"
