#!/bin/sh
# Reads 50,000 people from a private slapd into the Oomnitza simulator, and the same with ldapsearch, page by page.
# Prints records per second, the greatest memory of the connector and the ratio of both times; fails when records are
# missing, or when the connector takes more than 1.5 times as long.
# usage: tests/benchmarks/ldap.sh BUILD_FOLDER [PEOPLE]
set -eu

here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:?usage: $0 BUILD_FOLDER [PEOPLE]}" && pwd)
people=${2:-50000}
limit=1.5
folder=$(mktemp -d)
simulator=
. "$here/../support/slapd.sh"

clean_up() {
  for process in $simulator $slapd; do kill "$process" 2>/dev/null || true; done
  wait
  rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 1' INT TERM

wait_for() { # until a command succeeds
  tries=0
  until "$@" >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ "$tries" -lt 200 ] || { echo "gave up waiting for: $*" >&2; exit 1; }
    sleep 0.1
  done
}

awk -v people="$people" 'BEGIN {
  print "dn: dc=example,dc=com\nobjectClass: dcObject\nobjectClass: organization\no: Example\ndc: example\n"
  print "dn: ou=people,dc=example,dc=com\nobjectClass: organizationalUnit\nou: people\n"
  for (i = 0; i < people; i++)
    print "dn: uid=p" i ",ou=people,dc=example,dc=com\nobjectClass: inetOrgPerson\nuid: p" i "\ncn: Person " i \
          "\nsn: Number" i "\ngivenName: Given" i "\nmail: p" i "@example.com\nemployeeNumber: " i "\n"
}' >"$folder/people.ldif"

"$build/oomnitza-simulator" --port 0 --port-file "$folder/port" --no-checks --quiet >"$folder/simulator.log" 2>&1 &
simulator=$!
wait_for test -s "$folder/port"
port=$(cat "$folder/port")

start_slapd "$folder" "$folder/people.ldif"
admin=cn=admin,dc=example,dc=com

cat >"$folder/config.ini" <<INI
[oomnitza]
url = http://127.0.0.1:$port
api_token = api-token

[ldap]
enable = True
url = $ldap
username = $admin
password = admin-password
base_dn = dc=example,dc=com
default_role = 25
default_position = Employee
sync_field = USER
INI

cd "$folder"
PYTHONPATH=$here python3 -B - "$build/connector" "$people" "$ldap" "$limit" <<'PYTHON'
import re, sys
from commands import measure, peak_mib
program, people, ldap, limit = sys.argv[1], int(sys.argv[2]), sys.argv[3], float(sys.argv[4])
search = ["ldapsearch", "-x", "-LLL", "-H", ldap, "-D", "cn=admin,dc=example,dc=com", "-w", "admin-password", "-b",
          "dc=example,dc=com", "-E", "pr=500/noprompt", "(objectClass=*)", "uid", "givenName", "sn", "mail", "sAMAccountName"]

def upload():
    taken, done = measure([program, "--ini", "config.ini", "upload", "ldap"])
    last = done.stderr.rstrip().splitlines()[-1]
    if str(people) not in re.findall(r"\d+", last):
        sys.exit(f"the connector's last line does not name {people} records: {last}")
    return taken

# In turns, the best of each: the machine may have other work.
connector = [upload()]
memory = peak_mib()  # of the connector, the only child so far
directory = []
for _ in range(3):
    directory.append(measure(search)[0])
    connector.append(upload())
(ours, our_cpu), (theirs, their_cpu) = map(min, zip(*connector)), map(min, zip(*directory))
print(f"ldap: {people} records in {ours:.2f} s: {people / ours:.0f} records/s, {our_cpu / people * 1e6:.2f} µs of processor "
      f"time a record, {memory:.0f} MB of memory")
print(f"peer: ldapsearch: {theirs:.2f} s, {their_cpu / people * 1e6:.2f} µs; ratio {ours / theirs:.2f} on the clock, "
      f"{our_cpu / their_cpu:.2f} of processor time")
if ours / theirs > limit:
    sys.exit(f"more than {limit} times as long as ldapsearch")
PYTHON
