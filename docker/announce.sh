#!/bin/sh
# Says how long the first build takes on this machine.
set -eu
packages=30   # seconds
compiler=160  # seconds of one processor
processors=$(nproc)
minutes=$(((packages + compiler / processors + 59) / 60))
echo "The first time this installs packages and builds the program: about $minutes min with $processors processors."
echo "Later it takes seconds."
