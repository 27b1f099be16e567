#!/bin/sh
# Installs the connector's package in an image, with the folders that the image of the Python connector had, and leaves
# out what takes room and serves nobody there. Usage, as root in the image: image.sh PACKAGE.deb
set -eu

cat >/etc/dpkg/dpkg.cfg.d/slim <<EOF
path-exclude=/usr/share/doc/*
path-include=/usr/share/doc/*/copyright
path-exclude=/usr/share/man/*
path-exclude=/usr/share/locale/*
EOF
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "$1" libpython3.11 python3-jinja2 libodbc2 tdsodbc libldap-2.5-0
apt-get clean
rm -rf /var/lib/apt/lists/* /var/cache/debconf/*-old /var/log/*.log /var/log/apt /usr/share/bash-completion
# Python's library is what the connector loads; nobody starts the interpreter.
rm -f /usr/bin/python3.*
rm -rf /usr/lib/python3*/lib2to3 /usr/lib/python3*/pydoc_data /usr/lib/python3*/ensurepip /usr/lib/python3*/distutils/command
find / -xdev -name __pycache__ -type d -prune -exec rm -rf {} +

useradd --uid 1000 --user-group --create-home --home-dir /home/appuser --shell /usr/sbin/nologin appuser
for folder in /app /home/appuser/config /home/appuser/exp /home/appuser/state; do
  install -d -o appuser -g appuser -m 0750 "$folder"
done
# A sample is no configuration: what counts is mounted, or comes from the environment.
rm -f /etc/connector/config.ini

# What is in the image, as CycloneDX 1.4.
{
  printf '{"bomFormat":"CycloneDX","specVersion":"1.4","version":1,"components":['
  dpkg-query -W -f '{"type":"library","name":"${Package}","version":"${Version}","purl":"pkg:deb/debian/${Package}@${Version}?arch=${Architecture}"},' |
    sed 's/,$//'
  printf ']}\n'
} >/usr/share/connector/sbom.json
