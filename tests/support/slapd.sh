# For shell scripts, to be read in with `.`: start_slapd FOLDER LDIF starts a directory with the entries of a file, below
# dc=example,dc=com. Its process is slapd, which the script ends, its address is ldap; cn=admin,dc=example,dc=com logs in with
# admin-password. FOLDER keeps its files.
slapd=
start_slapd() {
  mkdir "$1/directory"
  cat >"$1/slapd.conf" <<CONF
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile $1/slapd.pid
sizelimit unlimited
database mdb
suffix dc=example,dc=com
rootdn cn=admin,dc=example,dc=com
rootpw admin-password
directory $1/directory
maxsize 2147483648
index objectClass eq
CONF
  /usr/sbin/slapadd -q -f "$1/slapd.conf" -l "$2"
  # slapd takes no port 0: another process may have the one we try.
  ldap_port=$((20000 + $$ % 20000))
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    ldap=ldap://127.0.0.1:$ldap_port
    /usr/sbin/slapd -h "$ldap" -f "$1/slapd.conf" -d 0 >"$1/slapd.log" 2>&1 &
    slapd=$!
    tries=0
    while kill -0 "$slapd" 2>/dev/null && [ "$tries" -lt 200 ]; do
      tries=$((tries + 1))
      if ldapsearch -x -H "$ldap" -b dc=example,dc=com -s base >/dev/null 2>&1 && kill -0 "$slapd" 2>/dev/null; then return; fi
      sleep 0.1
    done
    kill "$slapd" 2>/dev/null || :
    ldap_port=$((ldap_port + 1))
  done
  cat "$1/slapd.log" >&2
  exit 1
}
