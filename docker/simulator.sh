# For the demos, to be read in with `.` by a script that has set build and scratch: starts a simulated Oomnitza and waits
# until it can be asked. simulator is its process, oomnitza its address.
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
