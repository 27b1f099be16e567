#!/bin/sh
# Reads 20,000 computers with 60 programs each from a private PostgreSQL through psqlODBC into the Oomnitza simulator.
# Prints records per second and the greatest memory of the connector; fails when that exceeds 60 MB.
# usage: tests/benchmarks/sccm.sh BUILD_FOLDER [COMPUTERS]
set -eu

here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:?usage: $0 BUILD_FOLDER [COMPUTERS]}" && pwd)
computers=${2:-20000}
limit_mb=60
bin=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)
folder=$(mktemp -d)
simulator=
as_user=
if [ "$(id -u)" -eq 0 ]; then # PostgreSQL does not run as root
  chown postgres "$folder"
  as_user="runuser -u postgres --"
fi

clean_up() {
  [ -z "$simulator" ] || kill "$simulator" 2>/dev/null || true
  (cd / && $as_user "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1) || true
  rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 1' INT TERM

(
  cd /
  $as_user "$bin/initdb" -D "$folder/data" -U postgres --auth=trust -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null
  $as_user "$bin/pg_ctl" -D "$folder/data" -l "$folder/log" -w \
    -o "-c listen_addresses= -p 5432 -k $folder -c fsync=off -c jit=off" start >/dev/null
  $as_user "$bin/createdb" -h "$folder" -U postgres cm_dct
  $as_user "$bin/psql" -q -h "$folder" -U postgres -d cm_dct -v ON_ERROR_STOP=1 -v n="$computers" <<'SQL'
CREATE SCHEMA dbo;
SET search_path = dbo;
CREATE TABLE v_GS_COMPUTER_SYSTEM AS SELECT i AS ResourceID, ('PC-' || i)::varchar(255) AS Name0, 'CORP'::varchar(255) AS Domain0,
  'Dell Inc.'::varchar(255) AS Manufacturer0, 'Latitude 7430'::varchar(255) AS Model0, 'x64-based PC'::varchar(255) AS SystemType0,
  ('CORP\user' || i)::varchar(255) AS UserName0 FROM generate_series(1, :n) i;
CREATE TABLE v_GS_PROCESSOR AS SELECT i AS ResourceID, 1 AS GroupID, 'Intel(R) Core(TM) i7'::varchar(255) AS Name0 FROM generate_series(1, :n) i;
CREATE TABLE v_GS_DISK AS SELECT i AS ResourceID, 512105::bigint AS Size0 FROM generate_series(1, :n) i;
CREATE TABLE v_GS_NETWORK_ADAPTER_CONFIGURATION AS SELECT i AS ResourceID, '10.0.0.5'::varchar(255) AS IPAddress0,
  '00:11:22:33:44:55'::varchar(255) AS MACAddress0 FROM generate_series(1, :n) i;
CREATE TABLE v_GS_ENCRYPTABLE_VOLUME AS SELECT i AS ResourceID, 'C:'::varchar(255) AS DriveLetter0, 1 AS ProtectionStatus0 FROM generate_series(1, :n) i;
CREATE TABLE v_GS_AntimalwareHealthStatus AS SELECT i AS ResourceID, 1 AS AntivirusEnabled FROM generate_series(1, :n) i;
CREATE TABLE v_GS_X86_PC_MEMORY AS SELECT i AS ResourceID, 16482420::bigint AS TotalPhysicalMemory0 FROM generate_series(1, :n) i;
CREATE TABLE v_GS_PC_BIOS AS SELECT i AS ResourceID, ('SN-' || i)::varchar(255) AS SerialNumber0 FROM generate_series(1, :n) i;
CREATE TABLE v_R_System AS SELECT i AS ResourceID, timestamp '2024-03-05 14:30:00' AS Last_Logon_Timestamp0 FROM generate_series(1, :n) i;
CREATE TABLE v_UserMachineRelationship AS SELECT i AS MachineResourceID, ('corp\user' || i)::varchar(255) AS UniqueUserName FROM generate_series(1, :n) i;
CREATE TABLE v_GS_OPERATING_SYSTEM AS SELECT i AS ResourceID, 'Microsoft Windows 11 Enterprise'::varchar(255) AS Caption0 FROM generate_series(1, :n) i;
CREATE TABLE v_GS_ADD_REMOVE_PROGRAMS AS SELECT i AS ResourceID, ('Program ' || p)::varchar(255) AS DisplayName0, ('1.2.' || p)::varchar(255) AS Version0,
  ('Publisher ' || p % 7)::varchar(255) AS Publisher0 FROM generate_series(1, :n) i, generate_series(1, 30) p;
CREATE TABLE v_GS_ADD_REMOVE_PROGRAMS_64 AS SELECT ResourceID, ('64 bit ' || DisplayName0)::varchar(255) AS DisplayName0, Version0, Publisher0
  FROM v_GS_ADD_REMOVE_PROGRAMS;
ANALYZE;
SQL
)

mkdir "$folder/odbc" "$folder/run"
printf '[PostgreSQL Unicode]\nDriver=psqlodbcw.so\n' >"$folder/odbc/odbcinst.ini"

"$build/oomnitza-simulator" --port 0 --port-file "$folder/port" --no-checks >/dev/null 2>"$folder/simulator.log" &
simulator=$!
tries=0
until [ -s "$folder/port" ]; do
  tries=$((tries + 1))
  if [ $tries -gt 100 ] || ! kill -0 "$simulator" 2>/dev/null; then
    echo "the simulator does not start:" >&2
    cat "$folder/simulator.log" >&2
    exit 1
  fi
  sleep 0.1
done

cat >"$folder/run/config.ini" <<INI
[oomnitza]
url = http://127.0.0.1:$(cat "$folder/port")
api_token = api-token

[sccm]
enable = True
server = $folder
database = cm_dct
username = postgres
password = not-asked-for
driver = PostgreSQL Unicode
use_server_map = False
sync_field = SERIAL
mapping.SERIAL = hardware.serial_number
mapping.NAME = hardware.computer_name
mapping.LAST_LOGON = hardware.last_logon
INI

cd "$folder/run"
PYTHONPATH=$here ODBCSYSINI="$folder/odbc" python3 -B - "$build/connector" "$computers" "$limit_mb" "$bin/psql" "$folder" <<'PYTHON'
import sys
from commands import measure, peak_mib
program, computers, limit, psql, host = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:]
PROGRAMS = 60

def upload():
    return measure([program, "--ini", "config.ini", "upload", "sccm"])[0]

runs = [upload()]
memory = peak_mib()  # of the connector, the only child so far
copies = []
for _ in range(2):
    copies.append(measure([psql, "-q", "-o", "/dev/null", "-h", host, "-U", "postgres", "-d", "cm_dct", "-c", """COPY (SELECT * FROM
        (SELECT ResourceID, DisplayName0, Version0, Publisher0 FROM dbo.v_GS_ADD_REMOVE_PROGRAMS UNION
         SELECT ResourceID, DisplayName0, Version0, Publisher0 FROM dbo.v_GS_ADD_REMOVE_PROGRAMS_64) programs
        ORDER BY ResourceID) TO STDOUT"""])[0])
    runs.append(upload())
(seconds, cpu), (copy_seconds, copy_cpu) = map(min, zip(*runs)), map(min, zip(*copies))
rows = computers * PROGRAMS
print(f"sccm: {computers} records with {PROGRAMS} programs each in {seconds:.2f} s: {computers / seconds:.0f} records/s, "
      f"{cpu / rows * 1e6:.2f} µs of processor time a program, {memory:.0f} MB of memory")
print(f"peer: psql, COPY of the programs: {copy_seconds:.2f} s, {copy_cpu / rows * 1e6:.2f} µs of processor time a program; "
      f"ratio {seconds / copy_seconds:.2f} on the clock, {cpu / copy_cpu:.1f} of processor time")
if memory > limit:
    sys.exit(f"more than {limit} MB of memory")
PYTHON
