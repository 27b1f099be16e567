#pragma once

#include <memory>
#include <string>

#include "support/process.h"
#include "support/temporary_folder.h"

namespace connector::test {

/// A real OpenLDAP server on loopback with dc=example,dc=com, the usual schemas and that of Active Directory's users.
/// cn=admin,dc=example,dc=com with admin-password may do everything.
class Slapd {
 public:
  enum class Listen { ldap, ldaps };

  struct Start {
    std::string ldif;
    Listen listen = Listen::ldap;
    bool certificate = false;              ///< for StartTLS; ldaps has one anyway
    std::string certified_host = {};       ///< that the certificate names, beside its CN; empty: this one
    std::string size_limit = "unlimited";  ///< slapd.conf(5), sizelimit
  };

  /// Whether slapd and openssl are installed.
  static bool installed();

  /// Throws std::runtime_error when it does not come up.
  explicit Slapd(const Start& start);

  const std::string& url() const { return url_; }
  /// The server's own certificate, which vouches for itself.
  std::string certificate() const { return file("cert.pem"); }
  std::string file(const std::string& name) const { return (folder_.path() / name).string(); }

  /// Ends it at once.
  void kill();

 private:
  void make_certificate(const std::string& host);
  void add_entries(const std::string& ldif);
  bool listens(int port);

  TemporaryFolder folder_;
  std::string url_;
  std::unique_ptr<Process> process_;
};

}  // namespace connector::test
