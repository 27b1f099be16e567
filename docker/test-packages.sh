#!/bin/bash
# What becomes of the packages in a clean Debian 12: installed, two lines edited, first sync (into a simulated Oomnitza) in
# less than three minutes; without what is optional; upgraded, removed, purged. And what lintian, systemd and rpm say of
# them. Usage, as root: docker/test-packages.sh BUILD_FOLDER [deb], which leaves the rpm out. In a mount namespace of its
# own, so that nothing stays mounted.
set -euo pipefail
[ "${1-}" != "" ] || { echo "usage: $0 BUILD_FOLDER [deb]" >&2; exit 1; }
[ "$(id -u)" -eq 0 ] || { echo "$0: only root can make a clean Debian" >&2; exit 1; }
if [ "${CONNECTOR_UNSHARED-}" = "" ]; then
  CONNECTOR_UNSHARED=1 exec unshare --mount --propagation private "$0" "$@"
fi
build=$(cd "$1" && pwd)
only=${2-}
cd "$(dirname "$0")/.."
docker/install-packages.sh packages
. docker/simulator.sh
umask 022
chmod 755 "$scratch"
deb=$(ls "$build"/packages/connector_*.deb)

step() { printf -- '-- %s (%s s)\n' "$1" "$SECONDS"; }
fail() { echo "FAILED: $1" >&2; exit 1; }
is() { [ "$1" = "$2" ] || fail "$3: \"$1\" instead of \"$2\""; }

# What is mounted there must go before the folder does: nothing of this machine is ever mounted there, devices neither.
mounted=()
leave() {
  for folder in "${mounted[@]}"; do umount "$folder" || { echo "$folder stays mounted, $scratch is left" >&2; exit 1; }; done
  clean_up
}
trap leave EXIT

# new_root NAME: a clean Debian in $root, in which `inside` runs programs.
new_root() {
  root=$scratch/$1
  docker/debian-root.sh "$root"
  mount -t proc proc "$root/proc"
  mounted+=("$root/proc")
  cp "$deb" "$root/tmp/"
}
inside() { env -u XDG_CACHE_HOME DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 HOME=/root chroot "$root" "$@"; }
install_deb() { inside sh -c "apt-get update -qq && apt-get install -y -qq $* /tmp/${deb##*/} >/dev/null 2>&1"; }
as_connector() { inside runuser -u connector -- env NO_PROXY=127.0.0.1 no_proxy=127.0.0.1 connector "$@"; }

step "lintian"
lintian --allow-root --fail-on error "$deb" || fail "lintian"

step "units"
mkdir "$scratch/content"
dpkg-deb -x "$deb" "$scratch/content"
for unit in connector.service connector-server.service connector@.service; do
  file=$scratch/content/usr/lib/systemd/system/$unit
  if [ "$unit" = connector@.service ]; then cp "$file" "${file%@*}@ldap.service"; file=${file%@*}@ldap.service; fi
  systemd-analyze security --offline=true --threshold=20 "$file" >"$scratch/rating" || fail "$unit is rated worse than 2.0: $(tail -1 "$scratch/rating")"
  tail -1 "$scratch/rating"
done
cmp "$build/connector" "$scratch/content/usr/bin/connector" >/dev/null 2>&1 && fail "the program is not stripped"
size=$(stat -c %s "$scratch/content/usr/bin/connector")
[ "$size" -le $((4 << 20)) ] || fail "the program has $size bytes, more than 4 MiB"
echo "the program has $size bytes"

start_simulator
new_root first
step "a clean Debian is there: apt-get install, two lines, first sync"
begin=$SECONDS
install_deb
inside sed -i -e "s|^url = .*|url = $oomnitza|" -e 's|^api_token = .*|api_token = api-token|' /etc/connector/config.ini
as_connector --state-dir /var/lib/connector upload csv_assets || fail "the first sync"
taken=$((SECONDS - begin))
echo "from nothing to the first sync: $taken s"
[ "$taken" -lt 180 ] || fail "the first sync after $taken s"
is "$(curl -sS --noproxy '*' "$oomnitza/simulator/records?type=assets" | grep -o '"SERIAL_NUMBER"' | wc -l)" 12 "records in Oomnitza"
is "$(inside stat -c '%A %U %G' /etc/connector/config.ini)" "-rw-r----- root connector" "config.ini"
is "$(inside stat -c '%A %U' /var/lib/connector)" "drwxr-x--- connector" "state"
is "$(inside stat -c '%A %U' /var/log/connector)" "drwxr-x--- connector" "logs"
inside runuser -u nobody -- cat /etc/connector/config.ini >/dev/null 2>&1 && fail "nobody can read config.ini"
if [ -x "$root/usr/sbin/logrotate" ] && inside logrotate --debug /etc/logrotate.d/connector 2>&1 | grep '^error'; then
  fail "logrotate"
fi
inside sh -c 'printf "[oomnitza]\nurl = http://127.0.0.1:1\napi_token = x\n[csv_assets]\nenable = True\nfilename = /usr/share/connector/assets.csv\nsync_field = A\nuse_server_map = False\nmapping.A = Serial\nrecordfilter:\n    return True\n" >/tmp/python.ini'
inside connector version --json | grep -q '"python": true' || fail "Python is not found"

step "upgrade"
dpkg-deb -R "$deb" "$scratch/next"
sed -i 's/^Version: .*/Version: 9.0.0-1/' "$scratch/next/DEBIAN/control"
echo '# of the next version' >>"$scratch/next/etc/connector/config.ini"
dpkg-deb --root-owner-group -b "$scratch/next" "$root/tmp/next.deb" >/dev/null
inside chmod 0600 /etc/connector/logging.json
inside apt-get install -y -qq -o Dpkg::Options::=--force-confold /tmp/next.deb >/dev/null 2>&1 || fail "the upgrade"
inside grep -q "^url = $oomnitza" /etc/connector/config.ini || fail "the upgrade loses the configuration"
is "$(inside stat -c '%a %U %G' /etc/connector/config.ini)" "640 root connector" "config.ini after the upgrade"
as_connector --state-dir /var/lib/connector upload csv_assets >/dev/null 2>&1 || fail "the sync after the upgrade"

step "removal"
inside touch /var/lib/connector/kept
inside apt-get remove -y -qq connector >/dev/null 2>&1 || fail "the removal"
inside test ! -e /usr/bin/connector -a -e /etc/connector/config.ini -a -e /var/lib/connector/kept || fail "what stays after the removal"
inside apt-get purge -y -qq connector >/dev/null 2>&1 || fail "the purge"
inside test ! -e /etc/connector -a ! -e /var/lib/connector -a ! -e /var/log/connector || fail "what stays after the purge"

if [ "$only" != deb ]; then
  new_root second
  step "without what is optional"
  install_deb --no-install-recommends
  inside connector version || fail "it does not start"
  said=$(inside connector --ini /tmp/none.ini upload x 2>&1) && fail "a configuration that is not there"
  grep -q none.ini <<<"$said" || fail "it does not say what is missing: $said"
  cp "$scratch/first/tmp/python.ini" "$root/tmp/"
  said=$(inside connector --ini /tmp/python.ini upload csv_assets --testmode 2>&1) && fail "Python code without Python"
  grep -q 'install the package libpython3' <<<"$said" || fail "it does not say that Python is missing: $said"
  printf '[oomnitza]\nurl = http://127.0.0.1:1\napi_token = x\n[sccm]\nenable = True\nserver = s\ndatabase = d\nusername = u\npassword = p\n' >"$root/tmp/sccm.ini"
  said=$(inside connector --ini /tmp/sccm.ini upload sccm 2>&1) && fail "ODBC without unixODBC"
  grep -q 'install the package libodbc' <<<"$said" || fail "it does not say that unixODBC is missing: $said"
  said=$(inside strongbox --list 2>&1) && fail "a keyring without libsecret"
  grep -q 'install the package libsecret' <<<"$said" || fail "it does not say that libsecret is missing: $said"

  step "rpm"
  rpm=$(ls "$build"/packages/connector-*.rpm)
  rpm -K --nosignature "$rpm" || fail "rpm's digests"
  rpm -qp --list "$rpm" >"$scratch/list"
  for file in /usr/bin/connector /usr/bin/strongbox /etc/connector/config.ini /usr/share/man/man1/connector.1.gz; do
    grep -qx "$file" "$scratch/list" || fail "the rpm has no $file"
  done
  rpm -qp --configfiles "$rpm" | grep -qx /etc/connector/config.ini || fail "config.ini is no configuration of the rpm"
  rpm -qp --queryformat '[%{FILEMODES:perms} %{FILEUSERNAME} %{FILEGROUPNAME} %{FILENAMES}\n]' "$rpm" |
    grep -qx -- '-rw-r----- root connector /etc/connector/config.ini' || fail "the rpm's config.ini"
  rpm -qp --scripts "$rpm" | grep -q 'useradd --system' || fail "the rpm makes no user"
  rpm -qp --requires "$rpm" | grep -i -E 'python|ldap|odbc|secret|devel' && fail "the rpm requires what is optional"
  echo "$(wc -l <"$scratch/list") files"
fi
step "done"
