#!/bin/bash
# Builds the image over a Debian that debootstrap makes here, with the package of the build folder instead of the Dockerfile's
# first stage, and runs what users of the Python connector's image run: their commands, variables and volumes, against a
# simulated Oomnitza. Usage, as root: docker/test-image.sh [--where-possible] BUILD_FOLDER. Needs neither a registry nor
# Docker. Where podman cannot run containers (in one itself), buildah runs the commands: user, folders, environment, volumes
# and entry point are the image's then, but processes are not kept apart. --where-possible: where that cannot be either, it
# says so and is content.
set -euo pipefail
where_possible=false
[ "${1-}" != --where-possible ] || { where_possible=true; shift; }
[ $# -eq 1 ] || { echo "usage: $0 [--where-possible] BUILD_FOLDER" >&2; exit 1; }
build=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
docker/install-packages.sh image
. docker/simulator.sh
. tests/support/slapd.sh
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

container=$(buildah from "$base")
if ! buildah run "$container" -- true; then
  "$where_possible" || fail "buildah cannot run commands in containers here"
  echo "left out: buildah cannot run commands in containers here"
  exit 0
fi
buildah rm "$container" >/dev/null

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
  if [ -n "$file" ]; then while read -r line; do options+=(--env "$line"); done < <(grep '^[A-Z]' "$file"); fi
  if [ "$runs" = podman ]; then
    podman run --rm --network host "${options[@]}" --entrypoint "$program" "$image" "$@"
  else
    buildah run "${options[@]}" "$container" -- "$program" "$@"
  fi
}
descendants() { for process in $(pgrep -P "$1"); do echo "$process"; descendants "$process"; done; }
wait_for_start() { # LOG
  for _ in $(seq 200); do
    ! grep -q 'state folder' "$1" 2>/dev/null || return 0
    sleep 0.1
  done
  fail "it does not start: $(cat "$1")"
}
# Runs a service and tells it to stop once it works. LOG, then the words of run.
run_until_stopped() {
  local log=$1 process service
  shift
  run "$@" >"$log" 2>&1 &
  service=$!
  wait_for_start "$log"
  for process in $(descendants "$service"); do
    [ "$(cat /proc/"$process"/comm 2>/dev/null)" != connector ] || kill "$process"
  done
  wait "$service"
}
container=$(buildah from "$image")
trap '[ -z "$slapd" ] || kill "$slapd"; buildah rm "$container" >/dev/null 2>&1 || :; clean_up' EXIT
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

step "each service of docker-compose.yml, with values filled in"
mkdir "$scratch/exp"
cp config/demo/assets.csv "$scratch/exp/"
chmod -R go+rX "$scratch/exp"
cat >"$scratch/people.ldif" <<'LDIF'
dn: dc=example,dc=com
objectClass: dcObject
objectClass: organization
o: Example
dc: example

dn: uid=ada,dc=example,dc=com
objectClass: inetOrgPerson
uid: ada
cn: Ada Example
sn: Example
givenName: Ada
mail: ada@example.com
LDIF
start_slapd "$scratch" "$scratch/people.ldif"
sed "s|^OOMNITZA_URL=.*|OOMNITZA_URL=$oomnitza|; s|^OOMNITZA_API_TOKEN=.*|OOMNITZA_API_TOKEN=api-token|
  s|^LDAP_ENABLED=.*|LDAP_ENABLED=True|; s|^LDAP_URL=.*|LDAP_URL=$ldap|
  s|^LDAP_USERNAME=.*|LDAP_USERNAME=cn=admin,dc=example,dc=com|; s|^LDAP_PASSWORD=.*|LDAP_PASSWORD=admin-password|
  s|^CSV_ASSETS_ENABLED=.*|CSV_ASSETS_ENABLED=True|; s|^CSV_ASSETS_FILENAME=.*|CSV_ASSETS_FILENAME=/home/appuser/exp/assets.csv|
  s|^CSV_ASSETS_DIRECTORY=.*|CSV_ASSETS_DIRECTORY=|; s|^CSV_ASSETS_SYNC_FIELD=.*|CSV_ASSETS_SYNC_FIELD=BARCODE|" docker/example.env >"$scratch/.env"
printf '[oomnitza]\nurl = %s\napi_token = api-token\n[ldap]\nenable = True\nurl = %s\nusername = cn=admin,dc=example,dc=com\npassword = admin-password\nbase_dn = dc=example,dc=com\ndefault_role = 25\ndefault_position = Employee\n' \
  "$oomnitza" "$ldap" >"$scratch/ldap.ini"
chmod go+r "$scratch/ldap.ini"
# Of each service: its name, env file, volumes of files as options of run, and command.
python3 - docker/docker-compose.yml "$scratch" >"$scratch/services" <<'PYTHON'
import shlex, sys, yaml
file, scratch = sys.argv[1:]
with open(file) as text:
    services = yaml.safe_load(text)["services"]
for name, service in services.items():
    options = [word for _ in service.get("env_file", []) for word in ("--env-file", scratch + "/.env")]
    for volume in service["volumes"]:
        here, there = volume.split(":", 1)
        if "/" in here:
            options += ["-v", here.replace("/path/config.ini", scratch + "/ldap.ini").replace("./", scratch + "/") + ":" + there]
    print(name, shlex.join([*options, "--", *service["command"]]))
PYTHON
while read -r service words <&3; do
  eval "set -- $words"
  status=0
  case " $* " in
    *" managed "*) run_until_stopped "$scratch/service.log" "$@" || status=$? ;;
    *) run "$@" >"$scratch/service.log" 2>&1 || status=$? ;;
  esac
  [ "$status" -eq 0 ] || fail "$service ended with $status: $(cat "$scratch/service.log")"
  echo "$service: $(grep ' - INFO - ' "$scratch/service.log" | tail -n 1 | sed 's|.* - INFO - ||')"
done 3<"$scratch/services"

step "managed, which is the default, until it is told to stop"
run_until_stopped "$scratch/managed.log" --env-file "$scratch/env" managed || fail "managed: $(cat "$scratch/managed.log")"
grep -q 'state folder /home/appuser/state' "$scratch/managed.log" || fail "managed: $(cat "$scratch/managed.log")"

step "the health check"
# Of a program that is process 1, as a container's is: well, then one that does not answer, then one that listens nowhere.
begin() { # WORD...
  rm -f "$scratch/health.log"
  unshare --pid --fork --mount-proc "$build/connector" --ini "$scratch/config.ini" --state-dir "$scratch/health" "$@" 2>"$scratch/health.log" &
  wait_for_start "$scratch/health.log"
  first=$(pgrep -P $!)
  connector=$first
}
check() { timeout 20 nsenter --target "$first" --pid --mount "$PWD/docker/health.sh"; }
begin managed --listen "127.0.0.1:$((ldap_port + 1))"
for _ in $(seq 50); do check 2>/dev/null && break; sleep 0.1; done
check || fail "the health check of a program that is well: $(cat "$scratch/health.log")"
kill -STOP "$first"
! check || fail "the health check of a program that does not answer"
kill -CONT "$first"
kill "$first"
wait $! || fail "managed --listen: $(cat "$scratch/health.log")"
begin managed
check || fail "the health check of a program that listens nowhere"
kill "$first"
wait $! || fail "managed: $(cat "$scratch/health.log")"
if [ "$runs" = podman ]; then
  podman run -d --name connector-health --network host --env-file "$scratch/env" "$image" >/dev/null
  podman exec connector-health connector-health || fail "the health check in a container"
  podman rm -f connector-health >/dev/null
else
  echo "not run: the health check in a container, a read-only root, and what else needs containers of podman"
fi
step "done"
