#pragma once

#include <ldap.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "connector/connector.h"
#include "ldap/entry.h"

namespace connector::ldap {

enum class Scope { entry, subtree };

struct Search {
  std::string base;
  Scope scope = Scope::subtree;
  std::string filter;
  std::vector<std::string> attributes = {};  ///< none: all user attributes
  int size_limit = 0;                        ///< 0: no limit of ours
};

/// How a request ended.
struct Outcome {
  int code = LDAP_SUCCESS;  ///< the server's result code, or libldap's negative one
  std::string text = {};    ///< for messages
  std::string cookie = {};  ///< where the next page begins; empty: there is none

  bool ok() const { return code == LDAP_SUCCESS; }
  /// The server has no entry of that name: none at all, none that could be, or another server has it.
  bool absent() const { return code == LDAP_NO_SUCH_OBJECT || code == LDAP_INVALID_DN_SYNTAX || code == LDAP_REFERRAL; }
};

/// One connection to a directory. Requests do not wait: start() sends one, finish() takes its answer, and several may
/// be under way in between. TLS settings hold for this connection alone.
/// libldap writes without MSG_NOSIGNAL: the program has to call ignore_broken_pipes(), as run_program() does.
class Directory {
 public:
  using Take = std::function<void(DirectoryEntry)>;

  /// A request under way, or why it could not be sent.
  struct Request {
    int id = 0;
    Outcome failure = {};
  };

  static constexpr std::chrono::seconds patience{30};  ///< for connecting, and for each message of a response
  static constexpr int page_size = 500;

  /// Connects. url: ldap:// or ldaps://, host and port. Throws SourceError.
  /// stop: ends what waits for a response, with Stopped.
  Directory(std::string url, const TlsSettings& tls, bool start_tls, std::stop_token stop = {});

  /// Simple bind; an anonymous one when both are empty. Throws AuthenticationError when the server refuses it.
  void bind(const std::string& name, const Secret& password);

  /// Sends a search. cookie: asks for one page, the first when the cookie is empty.
  Request start(const Search& search, const std::optional<std::string>& cookie = std::nullopt);

  /// Hands over the search's entries as they come, until it ends.
  Outcome finish(const Request& request, const Take& take);

  /// Hands over all entries, page by page; each page after the next one was asked for.
  Outcome read_pages(const Search& search, const Take& take);

  /// Reads the further parts of attributes that the server gave in ranges (Active Directory's memberOf;range=0-1499).
  /// Empty when all came, else what went wrong.
  std::string read_ranges(DirectoryEntry& entry);

  /// The connection is gone, or the server has stopped answering: what has already come can be read, nothing be asked.
  bool lost() const { return lost_; }

 private:
  void set(int option, const void* value, const char* what);
  void prepare_tls(const TlsSettings& tls);
  void prepare_socket();
  void ask_for_tls();
  void shake_hands();
  int await(int id, LDAPMessage** received);
  Outcome local_outcome(int code);
  Outcome server_outcome(LDAPMessage* message);
  std::optional<DirectoryEntry> entry_of(LDAPMessage* message);
  std::string read_range(const std::string& dn, Attribute& attribute);

  struct Unbind {
    void operator()(LDAP* handle) const { ldap_unbind_ext(handle, nullptr, nullptr); }
  };

  std::string url_;
  std::stop_token stop_;
  std::unique_ptr<LDAP, Unbind> handle_;
  bool lost_ = false;
};

}  // namespace connector::ldap
