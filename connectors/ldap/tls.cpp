// How a directory's connection is encrypted.
#include <atomic>
#include <thread>

#include "ldap/directory.h"
#include "ldap/libldap.h"
#include "platform/sockets.h"
#include "platform/wait.h"

namespace connector::ldap {
namespace {

// Ends a connection when it has not been destroyed in time.
class Deadline {
 public:
  Deadline(int socket, std::chrono::seconds time)
      : thread_([this, socket, time](const std::stop_token& stop) {
          if (!wait_for(time, stop)) return;
          passed_ = true;
          shut_down(socket);
        }) {}

  bool passed() const { return passed_; }

 private:
  std::atomic<bool> passed_ = false;
  std::jthread thread_;
};

// What stands for a ssl_protocol in the TLS library. Debian's libldap is built with GnuTLS, which takes versions in its
// priority string only. Empty: the library's default.
std::string gnutls_priority(std::string_view protocol) {
  if (same_name(protocol, "tls") || same_name(protocol, "tls1")) return "NORMAL:-VERS-ALL:+VERS-TLS1.0";
  if (same_name(protocol, "tls1.2")) return "NORMAL:-VERS-ALL:+VERS-TLS1.2:+VERS-TLS1.3";
  if (same_name(protocol, "tls1.3")) return "NORMAL:-VERS-ALL:+VERS-TLS1.3";
  return "";
}

struct Authorities {
  std::string file;
  std::string folder;
};

// Those of ldap.conf, or Debian's where it names none: a handle with a TLS context of its own inherits neither.
Authorities system_authorities() {
  const auto of_ldap_conf = [](int option) {
    char* found = nullptr;
    ldap_get_option(nullptr, option, &found);
    const Text owner(found);
    return std::string(found ? found : "");
  };
  Authorities authorities = {of_ldap_conf(LDAP_OPT_X_TLS_CACERTFILE), of_ldap_conf(LDAP_OPT_X_TLS_CACERTDIR)};
  if (authorities.file.empty() && authorities.folder.empty()) authorities.file = "/etc/ssl/certs/ca-certificates.crt";
  return authorities;
}

}  // namespace

void Directory::prepare_tls(const TlsSettings& tls) {
  const int require = tls.verify ? LDAP_OPT_X_TLS_DEMAND : LDAP_OPT_X_TLS_NEVER;
  const int name = tls.verify ? LDAP_OPT_X_TLS_TRY : LDAP_OPT_X_TLS_NEVER;
  set(LDAP_OPT_X_TLS_REQUIRE_CERT, &require, "certificate check");
  set(LDAP_OPT_X_TLS_REQUIRE_SAN, &name, "host name check");

  const bool own = !tls.cacert_file.empty() || !tls.cacert_dir.empty();
  const Authorities authorities = own ? Authorities{tls.cacert_file, tls.cacert_dir} : system_authorities();
  set(LDAP_OPT_X_TLS_CACERTFILE, authorities.file.c_str(), "cacert_file");
  set(LDAP_OPT_X_TLS_CACERTDIR, authorities.folder.c_str(), "cacert_dir");
  if (const std::string priority = gnutls_priority(tls.protocol); !priority.empty()) {
    set(LDAP_OPT_X_TLS_CIPHER_SUITE, priority.c_str(), "ssl_protocol");
  }

  // Without a context of its own the connection would take the process's.
  const int client = 0;
  if (ldap_set_option(handle_.get(), LDAP_OPT_X_TLS_NEWCTX, &client) != LDAP_OPT_SUCCESS) {
    throw SourceError(
        fmt::format("{}: the TLS library does not take the settings cacert_file, cacert_dir or ssl_protocol{}", url_,
                    tls.cacert_file.empty() ? "" : "; is cacert_file a PEM file?"));
  }
}

void Directory::ask_for_tls() {
  Request request;
  const int code = ldap_start_tls(handle_.get(), nullptr, nullptr, &request.id);
  if (code != LDAP_SUCCESS) request.failure = local_outcome(code);
  const Outcome outcome = finish(request, [](const DirectoryEntry&) {});
  if (!outcome.ok()) throw SourceError(fmt::format("{}: StartTLS failed: {}", url_, outcome.text));
}

// libldap's handshake with GnuTLS knows no timeout, and on a socket that does not block, which a network timeout makes
// it, it would take all of a processor. So the socket blocks, and a deadline of ours ends it.
void Directory::shake_hands() {
  const timeval none = {.tv_sec = -1, .tv_usec = 0};
  set(LDAP_OPT_NETWORK_TIMEOUT, &none, "network timeout");
  int descriptor = -1;
  ldap_get_option(handle_.get(), LDAP_OPT_DESC, &descriptor);
  const Deadline deadline(descriptor, patience);
  if (const int code = ldap_install_tls(handle_.get()); code != LDAP_SUCCESS) {
    const std::string text = deadline.passed() ? local_outcome(LDAP_TIMEOUT).text : local_outcome(code).text;
    throw SourceError(fmt::format("{}: no TLS connection: {}", url_, text));
  }
}

}  // namespace connector::ldap
