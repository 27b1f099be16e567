#!/bin/sh
# Feeds every reader of other people's text with made-up input, two at a time. Fails at the first crash, hang or leak of
# a checked property; the input that did it stands in FOLDER/TARGET.
# usage: tests/fuzz/run.sh BUILD_FOLDER [SECONDS_EACH] [FOLDER]
set -eu

fuzzer=$(cd "${1:?usage: $0 BUILD_FOLDER [SECONDS_EACH] [FOLDER]}" && pwd)/fuzzer
seconds=${2:-30}
folder=${3:-$(mktemp -d)}
corpus=$(cd "$(dirname "$0")/corpus" && pwd)

for target in "$corpus"/*; do basename "$target"; done | xargs -P 2 -I TARGET sh -c '
  target=$1; fuzzer=$2; seconds=$3; folder=$4; corpus=$5
  mkdir -p "$folder/$target/found"
  if ASAN_OPTIONS=detect_leaks=0 "$fuzzer" --target="$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
      -max_len=16384 -artifact_prefix="$folder/$target/" "$folder/$target/found" "$corpus/$target" >"$folder/$target/log" 2>&1
  then
    echo "fuzz: $target: $(grep -c . "$folder/$target/log") lines, $(sed -n "s/^Done \([0-9]*\) runs.*/\1 inputs/p" "$folder/$target/log")"
  else
    echo "fuzz: $target failed; its input is in $folder/$target:"
    tail -n 40 "$folder/$target/log"
    exit 255
  fi' sh TARGET "$fuzzer" "$seconds" "$folder" "$corpus"
