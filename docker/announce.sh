#!/bin/sh
# Says how long the first build takes on this machine.
set -eu
processors=$(nproc)
echo "The first time this installs packages and builds the program: about $(((MINUTES + processors - 1) / processors)) minutes with"
echo "$processors processors. Later it takes seconds."
