#pragma once

#include <filesystem>
#include <string>

namespace connector::test {

/// Whether dbus-run-session, gnome-keyring and secret-tool are installed.
inline bool has_keyring_tools() {
  return std::filesystem::exists("/usr/bin/dbus-run-session") &&
         std::filesystem::exists("/usr/bin/gnome-keyring-daemon") && std::filesystem::exists("/usr/bin/secret-tool");
}

/// A shell script that runs another one on a session bus of its own, with a gnome-keyring that is unlocked, whose files
/// lie in ./home. In both, $connector and $strongbox are the program; `lock` locks the keyring.
inline std::string keyring_session(const std::string& script) {
  static const std::string prelude = R"(
export HOME="$PWD/home" XDG_DATA_HOME="$PWD/home" XDG_CONFIG_HOME="$PWD/home" XDG_CACHE_HOME="$PWD/home"
export XDG_RUNTIME_DIR="$PWD/home"
unset DISPLAY WAYLAND_DISPLAY
mkdir -p -m 700 home
printf password | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1
# Whoever asks before the name is taken makes the bus start another one, which is locked.
for try in $(seq 200); do
  dbus-send --session --print-reply --dest=org.freedesktop.DBus / \
    org.freedesktop.DBus.GetNameOwner string:org.freedesktop.secrets >/dev/null 2>&1 && break
  sleep 0.05
done
lock() {
  dbus-send --session --print-reply --dest=org.freedesktop.secrets /org/freedesktop/secrets \
    org.freedesktop.Secret.Service.Lock array:objpath:/org/freedesktop/secrets/collection/login >/dev/null
}
)";
  return prelude + script;
}

}  // namespace connector::test
