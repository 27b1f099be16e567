#!/bin/bash
# Builds the image over a Debian that debootstrap makes here, with the package of the build folder instead of the Dockerfile's
# first stage, and runs what users of the Python connector's image run: their commands, variables and volumes, against a
# simulated Oomnitza. Usage, as root: docker/test-image.sh BUILD_FOLDER. Needs neither a registry nor Docker. Where podman
# cannot run containers (in one itself), buildah runs the commands: user, folders, environment, volumes and entry point are
# the image's then, but processes are not kept apart.
set -euo pipefail
[ $# -eq 1 ] || { echo "usage: $0 BUILD_FOLDER" >&2; exit 1; }
build=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
docker/install-packages.sh image
. docker/simulator.sh
umask 022
chmod 755 "$scratch"
export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot
base=localhost/debian:12-slim
image=localhost/oomnitza/oomnitza-connector:latest

step() { printf -- '-- %s (%s s)\n' "$1" "$SECONDS"; }
fail() { echo "FAILED: $1" >&2; exit 1; }

if command -v docker-compose >/dev/null; then
  step "compose files"
  cp docker/docker-compose*.yml docker/demo.ini "$scratch/"
  touch "$scratch/.env"
  for file in docker-compose.yml docker-compose.demo.yml; do docker-compose -f "$scratch/$file" config -q || fail "$file"; done
fi

step "base"
if ! buildah inspect --type image "$base" >/dev/null 2>&1; then
  docker/debian-root.sh "$scratch/root"
  # What the slim images leave out.
  rm -rf "$scratch/root"/usr/share/{doc,man,locale,info,lintian}/* "$scratch/root"/var/{cache/apt,lib/apt/lists}/*
  container=$(buildah from scratch)
  buildah add --quiet "$container" "$scratch/root" / >/dev/null
  buildah commit --quiet --rm "$container" "$base" >/dev/null
fi

step "image"
context=$scratch/context
mkdir -p "$context/docker"
cp docker/image.sh docker/health.sh "$context/docker/"
cp "$build"/packages/connector_*.deb "$context/connector.deb"
# The Dockerfile from its last stage on.
{ echo "ARG BASE"; sed -n '/ AS product$/,$p' docker/Dockerfile | sed 's|from=build,source=/connector.deb|source=connector.deb|'; } \
  >"$context/Dockerfile"
buildah build --quiet --format docker --layers=false --network host --build-arg "BASE=$base" -f "$context/Dockerfile" -t "$image" "$context" >/dev/null
container=$(buildah from "$image")
root=$(buildah mount "$container")
size=$(du -sm --apparent-size "$root" | cut -f1)
echo "the image has $size MB"
[ "$size" -le 120 ] || fail "the image has $size MB, more than 120"
buildah rm "$container" >/dev/null

start_simulator
podman run --rm --network host "$image" version >/dev/null 2>&1 && runs=podman || runs=buildah
step "containers run by $runs"

# run [--env-file FILE] [-e NAME=VALUE] [-v FROM:TO:ro] [--entrypoint PROGRAM] WORD...
run() {
  local options=() program=connector file='' line
  while [[ ${1-} == -* ]]; do
    case $1 in
      --env-file) file=$2 ;;
      -e) options+=(--env "$2") ;;
      -v) options+=(-v "$2") ;;
      --entrypoint) program=$2 ;;
      --) break ;;
    esac
    shift 2
  done
  [ "${1-}" != -- ] || shift
  if [ -n "$file" ]; then while read -r line; do options+=(--env "$line"); done <"$file"; fi
  if [ "$runs" = podman ]; then
    podman run --rm --network host "${options[@]}" --entrypoint "$program" "$image" "$@"
  else
    buildah run "${options[@]}" "$container" -- "$program" "$@"
  fi
}
container=$(buildah from "$image")
trap 'buildah rm "$container" >/dev/null 2>&1 || :; clean_up' EXIT
[ "$(buildah inspect --type image --format '{{.OCIv1.Config.Entrypoint}} {{.OCIv1.Config.Cmd}} {{.OCIv1.Config.WorkingDir}} {{.OCIv1.Config.User}}' "$image")" = '[connector] [managed] /app appuser' ] ||
  fail "entry point, command, folder or user"

step "as users run it"
cp config/demo/assets.csv "$scratch/assets.csv"
printf 'OOMNITZA_URL=%s\nOOMNITZA_API_TOKEN=api-token\nOOMNITZA_CONNECTOR_SOURCE=default\nCSV_ASSETS_ENABLED=True\nCSV_ASSETS_FILENAME=/home/appuser/exp/assets.csv\nCSV_ASSETS_DIRECTORY=\nCSV_ASSETS_SYNC_FIELD=BARCODE\n' "$oomnitza" >"$scratch/env"
curl -sSf --noproxy '*' -o /dev/null -X PUT -H 'Content-Type: application/json' "$oomnitza/simulator/mappings/CSV_assets" \
  -d '{"Barcode": "BARCODE", "Serial": "SERIAL_NUMBER"}'
printf '[oomnitza]\nurl = %s\napi_token = api-token\n[csv_assets]\nenable = True\nfilename = /home/appuser/config/assets.csv\nsync_field = BARCODE\n' "$oomnitza" >"$scratch/config.ini"
files=(-v "$scratch/assets.csv:/home/appuser/exp/assets.csv:ro" -v "$scratch/assets.csv:/home/appuser/config/assets.csv:ro")
ini=(-v "$scratch/config.ini:/app/config.ini:ro")
run version
run --env-file "$scratch/env" "${files[@]}" upload csv_assets --testmode | grep -q A-1001 || fail ".env in test mode"
run --env-file "$scratch/env" "${files[@]}" upload csv_assets || fail ".env"
run "${ini[@]}" "${files[@]}" upload csv_assets ini_only || fail "ini_only"
run -e OOMNITZA_URL=http://127.0.0.1:1 "${ini[@]}" "${files[@]}" upload csv_assets ini_only || fail "ini_only beside variables"
cp "$scratch/config.ini" "$scratch/python.ini"
printf 'recordfilter:\n    import json\n    return json.loads("true") and record.Status != "scrapped"\n' >>"$scratch/python.ini"
run -v "$scratch/python.ini:/app/config.ini:ro" "${files[@]}" upload csv_assets 2>&1 | tee "$scratch/log" | tail -1
grep -q '2 filtered out.* 10 delivered' "$scratch/log" || fail "code in config.ini"
[ "$(run --entrypoint id -- -un)" = appuser ] || fail "the user"
[ "$(run --entrypoint pwd)" = /app ] || fail "the working folder"

step "managed, which is the default, until it is told to stop"
run --env-file "$scratch/env" managed 2>"$scratch/managed.log" &
managed=$!
for _ in $(seq 200); do grep -q 'state folder' "$scratch/managed.log" && break; sleep 0.1; done
grep -q 'state folder /home/appuser/state' "$scratch/managed.log" || fail "managed: $(cat "$scratch/managed.log")"
descendants() { for process in $(pgrep -P "$1"); do echo "$process"; descendants "$process"; done; }
for process in $(descendants "$managed"); do
  [ "$(cat /proc/"$process"/comm 2>/dev/null)" != connector ] || kill "$process"
done
status=0
wait "$managed" || status=$?
[ "$status" -eq 0 ] || fail "managed ends with $status: $(cat "$scratch/managed.log")"
if [ "$runs" = podman ]; then
  podman run -d --name connector-health --network host --env-file "$scratch/env" "$image" >/dev/null
  podman exec connector-health connector-health || fail "the health check"
  podman rm -f connector-health >/dev/null
else
  echo "not run: the health check, a read-only root, and what else needs containers of podman"
fi
step "done"
