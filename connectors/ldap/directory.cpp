#include "ldap/directory.h"

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <thread>
#include <utility>

#include "platform/lazy/lazy_library.h"
#include "platform/sockets.h"
#include "platform/wait.h"

namespace connector::ldap {
namespace {

template <auto free>
struct Free {
  template <class T>
  void operator()(T* pointer) const {
    free(pointer);
  }
};

using Message = std::unique_ptr<LDAPMessage, Free<ldap_msgfree>>;
using Control = std::unique_ptr<LDAPControl, Free<ldap_control_free>>;
using Controls = std::unique_ptr<LDAPControl*, Free<ldap_controls_free>>;
using Text = std::unique_ptr<char, Free<ldap_memfree>>;
using Values = std::unique_ptr<berval, Free<ber_memfree>>;
using Description = std::unique_ptr<LDAPURLDesc, Free<ldap_free_urldesc>>;

struct FreeBer {
  void operator()(BerElement* ber) const { ber_free(ber, 0); }
};
using Ber = std::unique_ptr<BerElement, FreeBer>;

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

constexpr ber_len_t largest_message = ber_len_t{256} << 20;
constexpr std::chrono::milliseconds until_stop_is_noticed{200};

timeval timeval_of(std::chrono::microseconds time) {
  return {.tv_sec = time.count() / 1'000'000, .tv_usec = time.count() % 1'000'000};
}

// liblber is loaded when it is first used. What is no function is asked for: ber_pvt_opt_on is what LDAP_OPT_ON means.
void* lber_variable(const char* name) {
  return connector_lazy_symbol(CONNECTOR_LBER_LIBRARY, name);
}

berval berval_of(const std::string& text) {
  return {text.size(), const_cast<char*>(text.data())};
}

std::string described(int code, const char* details) {
  const std::string line = excerpt(details ? details : "");
  return fmt::format("{} ({}){}{}", ldap_err2string(code), code, line.empty() ? "" : ": ", line);
}

// What to do about a refusal; empty: nothing is known.
std::string advice(int code) {
  switch (code) {
    case LDAP_STRONG_AUTH_REQUIRED:
    case LDAP_CONFIDENTIALITY_REQUIRED:
      return ". The server wants an encrypted connection: use an ldaps:// url or start_tls = True.";
    case LDAP_BUSY:
    case LDAP_UNAVAILABLE:
      return ". Try again later.";
    default:
      return "";
  }
}

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

Directory::Directory(std::string url, const TlsSettings& tls, bool start_tls, std::stop_token stop)
    : url_(std::move(url)), stop_(std::move(stop)) {
  // An ldaps:// connection begins as a plain one too: see shake_hands().
  const bool ldaps = url_.starts_with("ldaps://");
  const std::string plain = ldaps ? "ldap" + url_.substr(5) : url_;
  LDAP* handle = nullptr;
  if (const int code = ldap_initialize(&handle, plain.c_str()); code != LDAP_SUCCESS) {
    throw SourceError(fmt::format("{}: {}", url_, described(code, nullptr)));
  }
  handle_.reset(handle);

  // Whatever an ldap.conf says, a search must not be cut short or sent elsewhere.
  const int version = LDAP_VERSION3, unlimited = LDAP_NO_LIMIT;
  const timeval timeout = timeval_of(patience);
  set(LDAP_OPT_PROTOCOL_VERSION, &version, "protocol version");
  set(LDAP_OPT_REFERRALS, LDAP_OPT_OFF, "referrals");
  set(LDAP_OPT_RESTART, lber_variable("ber_pvt_opt_on"), "restart");
  set(LDAP_OPT_SIZELIMIT, &unlimited, "size limit");
  set(LDAP_OPT_TIMELIMIT, &unlimited, "time limit");
  set(LDAP_OPT_NETWORK_TIMEOUT, &timeout, "network timeout");
  if (ldaps || start_tls) prepare_tls(tls);

  if (ldap_connect(handle) != LDAP_SUCCESS) {
    throw SourceError(fmt::format("{}: no connection: {}", url_, local_outcome(0).text));
  }
  prepare_socket();
  if (start_tls) ask_for_tls();
  if (ldaps || start_tls) shake_hands();
}

void Directory::set(int option, const void* value, const char* what) {
  if (ldap_set_option(handle_.get(), option, value) != LDAP_OPT_SUCCESS) {
    throw SourceError(fmt::format("{}: libldap does not take the option {}", url_, what));
  }
}

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

// Bounds what one message may take: memory, and the time between its pieces. Reads ahead, or libldap would ask the
// system twice for each entry; below TLS, so that nothing that came unencrypted is taken for a response behind it.
void Directory::prepare_socket() {
  Sockbuf* socket = nullptr;
  int descriptor = -1;
  auto* const read_ahead = static_cast<Sockbuf_IO*>(lber_variable("ber_sockbuf_io_readahead"));
  ldap_get_option(handle_.get(), LDAP_OPT_SOCKBUF, &socket);
  ldap_get_option(handle_.get(), LDAP_OPT_DESC, &descriptor);
  ber_len_t largest = largest_message;
  if (!socket || ber_sockbuf_ctrl(socket, LBER_SB_OPT_SET_MAX_INCOMING, &largest) < 0 ||
      !limit_socket_waits(descriptor, patience) ||
      ber_sockbuf_add_io(socket, read_ahead, LBER_SBIOD_LEVEL_PROVIDER, nullptr) < 0) {
    throw SourceError(fmt::format("{}: the connection's limits cannot be set", url_));
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

void Directory::bind(const std::string& name, const Secret& password) {
  const berval credentials = berval_of(password.value);
  Request request;
  const int code = ldap_sasl_bind(handle_.get(), name.c_str(), LDAP_SASL_SIMPLE, const_cast<berval*>(&credentials),
                                  nullptr, nullptr, &request.id);
  if (code != LDAP_SUCCESS) request.failure = local_outcome(code);

  const Outcome outcome = finish(request, [](const DirectoryEntry&) {});
  if (lost_) throw SourceError(fmt::format("{}: no response to the bind: {}", url_, outcome.text));
  if (!outcome.ok()) {
    throw AuthenticationError(fmt::format("{} refuses the bind as {}: {}{}", url_,
                                          name.empty() ? "anonymous" : "'" + name + "'", outcome.text,
                                          advice(outcome.code).empty() ? ". Check username and password." : ""));
  }
}

Directory::Request Directory::start(const Search& search, const std::optional<std::string>& cookie) {
  // libldap would open another connection, on which nobody has bound.
  if (lost_) return {.failure = {LDAP_SERVER_DOWN, described(LDAP_SERVER_DOWN, nullptr)}};

  Control paging;
  if (cookie) {
    berval begin = berval_of(*cookie);
    LDAPControl* control = nullptr;
    const bool critical = false;
    if (const int code = ldap_create_page_control(handle_.get(), page_size, &begin, critical, &control)) {
      return {.failure = local_outcome(code)};
    }
    paging.reset(control);
  }
  LDAPControl* controls[] = {paging.get(), nullptr};

  std::vector<char*> attributes;
  for (const std::string& name : search.attributes) attributes.push_back(const_cast<char*>(name.c_str()));
  attributes.push_back(nullptr);

  Request request;
  const int code = ldap_search_ext(handle_.get(), search.base.c_str(),
                                   search.scope == Scope::entry ? LDAP_SCOPE_BASE : LDAP_SCOPE_SUBTREE,
                                   search.filter.c_str(), search.attributes.empty() ? nullptr : attributes.data(), 0,
                                   controls, nullptr, nullptr, search.size_limit, &request.id);
  if (code != LDAP_SUCCESS) request.failure = local_outcome(code);
  return request;
}

Outcome Directory::finish(const Request& request, const Take& take) {
  if (!request.failure.ok()) return request.failure;
  for (;;) {
    LDAPMessage* received = nullptr;
    const int type = await(request.id, &received);
    const Message message(received);
    if (type < 0) return local_outcome(0);
    if (type == 0) return local_outcome(LDAP_TIMEOUT);
    if (type == LDAP_RES_SEARCH_REFERENCE || type == LDAP_RES_INTERMEDIATE) continue;
    if (type != LDAP_RES_SEARCH_ENTRY) return server_outcome(message.get());

    std::optional<DirectoryEntry> entry = entry_of(message.get());
    if (!entry) return local_outcome(LDAP_DECODING_ERROR);
    take(std::move(*entry));
  }
}

// The type of the next message, as ldap_result() gives it.
int Directory::await(int id, LDAPMessage** received) {
  const auto end = std::chrono::steady_clock::now() + patience;
  for (;;) {
    if (stop_.stop_requested()) throw Stopped();
    timeval timeout = timeval_of(lost_ ? std::chrono::milliseconds(0) : until_stop_is_noticed);
    const int type = ldap_result(handle_.get(), id, LDAP_MSG_ONE, &timeout, received);
    if (type != 0 || lost_ || std::chrono::steady_clock::now() >= end) return type;
  }
}

Outcome Directory::read_pages(const Search& search, const Take& take) {
  std::vector<DirectoryEntry> page;
  const auto hand_on = [&] {
    for (DirectoryEntry& entry : page) take(std::move(entry));
    page.clear();
  };
  std::string cookie;
  Request request = start(search, cookie);
  for (;;) {
    std::size_t entries = 0;
    Outcome outcome = finish(request, [&](DirectoryEntry entry) {
      if (page.size() == page_size) hand_on();  // a server that does not know paging sends all at once
      page.push_back(std::move(entry));
      ++entries;
    });
    const bool more = outcome.ok() && !outcome.cookie.empty();
    const bool stuck = more && entries == 0 && outcome.cookie == cookie;
    if (more && !stuck) request = start(search, cookie = outcome.cookie);
    hand_on();
    if (stuck) return {LDAP_OTHER, "the server gives the same empty page again and again"};
    if (!more) return outcome;
  }
}

std::string Directory::read_ranges(DirectoryEntry& entry) {
  for (Attribute& attribute : entry.attributes) {
    if (!attribute.has_options()) continue;
    const std::string problem = read_range(entry.dn, attribute);
    if (!problem.empty()) return fmt::format("'{}', {}: {}", entry.dn, attribute.name, problem);
  }
  return {};
}

std::string Directory::read_range(const std::string& dn, Attribute& attribute) {
  const std::string type(parse_attribute_name(attribute.name).type);
  for (std::optional<std::size_t> begin = parse_attribute_name(attribute.name).next; begin;) {
    const Search rest = {.base = dn,
                         .scope = Scope::entry,
                         .filter = "(objectClass=*)",
                         .attributes = {fmt::format("{};range={}-*", type, *begin)}};
    std::optional<Attribute> part;
    const Outcome outcome = finish(start(rest), [&](const DirectoryEntry& entry) {
      for (const Attribute& found : entry.attributes) {
        if (parse_attribute_name(found.name).is_range) part = found;
      }
    });
    if (!outcome.ok()) return fmt::format("the values from number {} on: {}", *begin, outcome.text);
    const std::optional<std::size_t> next = part ? parse_attribute_name(part->name).next : std::nullopt;
    if (!part || part->values.empty() || (next && *next <= *begin)) {
      return fmt::format("the server gives no values from number {} on", *begin);
    }
    attribute.values.insert(attribute.values.end(), part->values.begin(), part->values.end());
    begin = next;
  }
  return {};
}

// What libldap itself found. code 0: what it noted down.
Outcome Directory::local_outcome(int code) {
  if (code == 0) ldap_get_option(handle_.get(), LDAP_OPT_RESULT_CODE, &code);
  if (code == 0) code = LDAP_SERVER_DOWN;
  char* details = nullptr;
  ldap_get_option(handle_.get(), LDAP_OPT_DIAGNOSTIC_MESSAGE, &details);
  const Text owner(details);
  lost_ = lost_ || code == LDAP_SERVER_DOWN || code == LDAP_TIMEOUT || code == LDAP_CONNECT_ERROR ||
          code == LDAP_DECODING_ERROR || code == LDAP_LOCAL_ERROR;
  if (code == LDAP_TIMEOUT) return {code, fmt::format("no response within {} seconds", patience.count())};
  // All that GnuTLS is asked to say about libldap's own verdict.
  if (details && std::string_view(details) == "(unknown error code)") {
    return {code,
            "the server's certificate does not verify: no CA of cacert_file (or the system) signed it, it has "
            "expired, or it is another host's"};
  }
  return {code, described(code, details)};
}

Outcome Directory::server_outcome(LDAPMessage* message) {
  Outcome outcome;
  char* details = nullptr;
  LDAPControl** found = nullptr;
  const int code =
      ldap_parse_result(handle_.get(), message, &outcome.code, nullptr, &details, nullptr, &found, /*freeit=*/0);
  const Text details_owner(details);
  const Controls controls(found);
  if (code != LDAP_SUCCESS) return local_outcome(code);

  outcome.text = described(outcome.code, details) + advice(outcome.code);
  if (LDAPControl* paging = ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, found, nullptr)) {
    ber_int_t estimate = 0;
    berval cookie{};
    if (!paging->ldctl_value.bv_val) return local_outcome(LDAP_DECODING_ERROR);  // libldap ends the process over it
    if (ldap_parse_pageresponse_control(handle_.get(), paging, &estimate, &cookie) != LDAP_SUCCESS) {
      return local_outcome(LDAP_DECODING_ERROR);
    }
    const Text cookie_owner(cookie.bv_val);
    outcome.cookie.assign(cookie.bv_val ? cookie.bv_val : "", cookie.bv_len);
  }
  return outcome;
}

std::optional<DirectoryEntry> Directory::entry_of(LDAPMessage* message) {
  BerElement* position = nullptr;
  berval dn{};
  if (ldap_get_dn_ber(handle_.get(), message, &position, &dn) != LDAP_SUCCESS) return std::nullopt;
  const Ber position_owner(position);

  DirectoryEntry entry{.dn = std::string(dn.bv_val, dn.bv_len), .attributes = {}};
  entry.attributes.reserve(8);
  for (;;) {
    berval name{};
    berval* found = nullptr;
    if (ldap_get_attribute_ber(handle_.get(), message, position, &name, &found) != LDAP_SUCCESS) return std::nullopt;
    const Values owner(found);
    if (!name.bv_val) return entry;
    Attribute attribute{.name = std::string(name.bv_val, name.bv_len), .values = {}};
    for (const berval* value = found; value && value->bv_val; ++value) {
      attribute.values.emplace_back(value->bv_val, value->bv_len);
    }
    entry.attributes.push_back(std::move(attribute));
  }
}

std::string directory_address(const std::string& url) {
  LDAPURLDesc* parsed = nullptr;
  const int code = ldap_url_parse(url.c_str(), &parsed);
  const Description owner(parsed);
  const std::string scheme = code == LDAP_URL_SUCCESS && parsed->lud_scheme ? parsed->lud_scheme : "";
  if ((scheme != "ldap" && scheme != "ldaps") || !parsed->lud_host || !*parsed->lud_host) {
    throw std::invalid_argument("must be ldap://host:port or ldaps://host:port");
  }
  LDAPURLDesc address{};
  address.lud_scheme = parsed->lud_scheme;
  address.lud_host = parsed->lud_host;
  address.lud_port = parsed->lud_port;
  address.lud_scope = LDAP_SCOPE_DEFAULT;
  const Text text(ldap_url_desc2str(&address));
  return text.get();
}

bool is_filter(const std::string& text) {
  // libldap has no public function that only parses a filter. A search encodes it before it connects, and this one has
  // nowhere to connect to.
  LDAP* created = nullptr;
  if (ldap_initialize(&created, "ldapi://%2Fdev%2Fnull%2Fnowhere") != LDAP_SUCCESS) return true;
  int id = 0;
  const int code =
      ldap_search_ext(created, "", LDAP_SCOPE_BASE, text.c_str(), nullptr, 0, nullptr, nullptr, nullptr, 0, &id);
  ldap_unbind_ext(created, nullptr, nullptr);
  return code != LDAP_FILTER_ERROR;
}

}  // namespace connector::ldap
