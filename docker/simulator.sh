# For the demos, to be read in with `.` by a script that has set build: a folder, scratch, that goes when the script ends,
# and the start of a simulated Oomnitza, whose process is simulator and whose address is oomnitza. What runs as connector
# is ended, too. Files there hold tokens: they are their owner's alone.
umask 077
scratch=$(mktemp -d)
simulator=
connector=
clean_up() {
  for process in $connector $simulator; do { kill "$process" && wait "$process"; } 2>/dev/null || :; done
  rm -rf --one-file-system "$scratch"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say_what_is_next() {
  echo "next: $build/connector generate-ini                    writes a config.ini: fill in [oomnitza] and a section"
  echo "      $build/connector upload csv_assets --testmode    shows what would be sent, and sends nothing"
  echo "      $build/connector upload csv_assets               sends it"
}

# Waits until it can be asked.
start_simulator() {
  "$build/oomnitza-simulator" --port 0 --port-file "$scratch/port" --quiet "$@" &
  simulator=$!
  tries=0
  until [ -s "$scratch/port" ]; do
    tries=$((tries + 1))
    if [ "$tries" -gt 100 ] || ! kill -0 "$simulator" 2>/dev/null; then
      echo "the simulator does not start" >&2
      exit 1
    fi
    sleep 0.05
  done
  oomnitza="http://127.0.0.1:$(cat "$scratch/port")"
}
