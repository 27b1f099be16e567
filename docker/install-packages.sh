#!/bin/sh
# Installs the Debian 12 packages that building and testing need. Quick when they are there already.
set -eu

program="g++ cmake ninja-build make pkg-config
  libcurl4-openssl-dev nlohmann-json3-dev libinih-dev libldap-dev unixodbc-dev libsecret-1-dev libspdlog-dev libfmt-dev
  libcli11-dev pybind11-dev python3-dev python3-jinja2 libcsv-dev libunistring-dev libidn2-dev libpugixml-dev libsimdjson-dev
  libsqlite3-dev libssl-dev libexpat1-dev zlib1g-dev libseccomp-dev"
build="$program libboost-dev ccache git"
demo="$program libcpp-httplib-dev curl"
tests="$demo libgtest-dev libgmock-dev slapd ldap-utils openssl procps
  postgresql odbc-postgresql unixodbc gnome-keyring dbus libsecret-tools python3
  prometheus python3-prometheus-client"
style="clang-format-14 clang-tidy-14"
package="dpkg-dev file rpm"
packages="$package debootstrap lintian logrotate systemd"
image="debootstrap podman buildah python3-yaml slapd ldap-utils"
fuzz="clang-14 libclang-rt-14-dev"

wanted=""
for group in "${@:-build}"; do
  case "$group" in
    build) wanted="$wanted $build" ;;
    demo) wanted="$wanted $demo" ;;
    tests) wanted="$wanted $tests" ;;
    style) wanted="$wanted $style" ;;
    package) wanted="$wanted $package" ;;
    packages) wanted="$wanted $packages" ;;
    image) wanted="$wanted $image" ;;
    fuzz) wanted="$wanted $fuzz" ;;
    *) echo "usage: $0 [build] [demo] [tests] [style] [package] [packages] [image] [fuzz]" >&2; exit 1 ;;
  esac
done

missing=""
for package in $wanted; do
  dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

echo "installing:$missing"
root=""
[ "$(id -u)" -eq 0 ] || root=sudo
$root apt-get update -qq
# Daemons that packages bring (slapd, postgresql, prometheus) are started by the tests themselves, never by the installation.
$root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq --no-install-recommends $missing >/dev/null
