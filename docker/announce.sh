#!/bin/sh
# Says how long the first build takes on this machine.
set -eu
packages=1  # minutes
compiler=4  # minutes of one processor
processors=$(nproc)
echo "The first time this installs packages and builds the program: about $((packages + (compiler + processors - 1) / processors)) minutes"
echo "with $processors processors. Later it takes seconds."
