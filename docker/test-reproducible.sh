#!/bin/bash
# Whether two builds of the commit that is checked out, in different folders, make the same program and the same package, to
# the byte. Without ccache, so that the compiler says it: takes as long as two builds. Usage: docker/test-reproducible.sh
# [--ccache], which trusts ccache and is quick.
set -euo pipefail
cd "$(dirname "$0")/.."
launcher=-DCMAKE_CXX_COMPILER_LAUNCHER=env
[ "${1-}" != --ccache ] || launcher=-DCMAKE_CXX_COMPILER_LAUNCHER=ccache
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export SOURCE_DATE_EPOCH
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)

for folder in one/source another/folder/of-the-source; do
  mkdir -p "$scratch/$folder"
  git archive HEAD | tar -x -C "$scratch/$folder"
  (
    cd "$scratch/$folder"
    cmake --preset release -DCONNECTOR_TESTS=OFF -DCONNECTOR_SIMULATOR=OFF -DCMAKE_INSTALL_PREFIX=/usr $launcher >/dev/null
    cmake --build --preset release --target connector >/dev/null
    cd build
    cpack -G DEB >/dev/null
  )
done
status=0
for file in build/connector 'build/packages/connector_*.deb'; do
  sums=$(cd "$scratch" && sha256sum one/source/$file another/folder/of-the-source/$file | cut -d' ' -f1)
  if [ "$(sort -u <<<"$sums" | wc -l)" -eq 1 ]; then
    echo "equal: ${file##*/} $(head -1 <<<"$sums")"
  else
    echo "different: ${file##*/}" >&2
    status=1
  fi
done
exit $status
