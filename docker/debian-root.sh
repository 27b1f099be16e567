#!/bin/sh
# A clean Debian 12 in a folder, as small as debootstrap makes one, with this machine's package sources. Usage, as root:
# debian-root.sh FOLDER. Quicker the second time: what was made is kept in ~/.cache/connector.
set -eu

[ $# -eq 1 ] || { echo "usage: $0 FOLDER" >&2; exit 1; }
root=$1
kept=${XDG_CACHE_HOME:-$HOME/.cache}/connector/debian-12.tar
mkdir -p "$root" "${kept%/*}"
if [ ! -f "$kept" ]; then
  made=$(mktemp -d "${kept%/*}/root.XXXXXX")
  trap 'rm -rf "$made" "$kept.part"' EXIT
  mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' |
    awk '$2 ~ /^bookworm$|^stable$|^oldstable$/ && $3 == "main" { print $1; exit }')
  debootstrap --variant=minbase bookworm "$made" "${mirror:-http://deb.debian.org/debian}" >/dev/null
  tar -C "$made" -cf "$kept.part" .
  mv "$kept.part" "$kept"
fi
tar -C "$root" -xf "$kept"
chmod 755 "$root"
[ ! -f /etc/apt/sources.list.d/debian.sources ] || rm -f "$root/etc/apt/sources.list"
for sources in sources.list sources.list.d/debian.sources; do
  [ ! -f "/etc/apt/$sources" ] || cp "/etc/apt/$sources" "$root/etc/apt/$sources"
done
cp /etc/resolv.conf "$root/etc/resolv.conf"
cp /etc/hosts "$root/etc/hosts"
