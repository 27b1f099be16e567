#include "ldap/directory.h"

#include <sys/time.h>

#include <algorithm>
#include <map>
#include <stdexcept>
#include <utility>

namespace connector {
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

constexpr ber_len_t largest_message = ber_len_t{256} << 20;
constexpr auto system_authorities = "/etc/ssl/certs/ca-certificates.crt";

timeval timeval_of(std::chrono::seconds time) {
  return {.tv_sec = time.count(), .tv_usec = 0};
}

berval berval_of(const std::string& text) {
  return {text.size(), const_cast<char*>(text.data())};
}

// What a server says may be anything: one short line of it.
std::string one_line(const char* text) {
  std::string line(text ? std::string_view(text).substr(0, 500) : std::string_view());
  std::ranges::replace_if(
      line, [](unsigned char c) { return c < ' ' || c == 0x7f; }, ' ');
  return line;
}

std::string described(int code, const char* details) {
  const std::string line = one_line(details);
  return fmt::format("{} ({}){}{}", ldap_err2string(code), code, line.empty() ? "" : ": ", line);
}

// Debian builds libldap with GnuTLS, which takes protocol versions in its priority string only.
const char* gnutls_priority(const std::string& protocol) {
  static const std::map<std::string, const char*, std::less<>> priorities = {
      {"tls", "NORMAL:-VERS-ALL:+VERS-TLS1.0"},
      {"tls1", "NORMAL:-VERS-ALL:+VERS-TLS1.0"},
      {"tls1.2", "NORMAL:-VERS-ALL:+VERS-TLS1.2:+VERS-TLS1.3"},
      {"tls1.3", "NORMAL:-VERS-ALL:+VERS-TLS1.3"},
  };
  const auto found = priorities.find(protocol);
  return found == priorities.end() ? nullptr : found->second;
}

}  // namespace

Directory::Directory(std::string url, const TlsSettings& tls, bool start_tls) : url_(std::move(url)) {
  LDAP* handle = nullptr;
  if (const int code = ldap_initialize(&handle, url_.c_str()); code != LDAP_SUCCESS) {
    throw SourceError(fmt::format("{}: {}", url_, described(code, nullptr)));
  }
  handle_.reset(handle);

  // Whatever an ldap.conf says, a search must not be cut short or sent elsewhere.
  const int version = LDAP_VERSION3, unlimited = LDAP_NO_LIMIT;
  const timeval timeout = timeval_of(patience);
  set(LDAP_OPT_PROTOCOL_VERSION, &version, "protocol version");
  set(LDAP_OPT_REFERRALS, LDAP_OPT_OFF, "referrals");
  set(LDAP_OPT_RESTART, LDAP_OPT_ON, "restart");
  set(LDAP_OPT_SIZELIMIT, &unlimited, "size limit");
  set(LDAP_OPT_TIMELIMIT, &unlimited, "time limit");
  set(LDAP_OPT_NETWORK_TIMEOUT, &timeout, "network timeout");
  set(LDAP_OPT_TIMEOUT, &timeout, "timeout");
  if (start_tls || url_.starts_with("ldaps:")) use_tls(tls);

  if (ldap_connect(handle) != LDAP_SUCCESS) {
    throw SourceError(fmt::format("{}: no connection: {}", url_, local_outcome(0).text));
  }
  Sockbuf* socket = nullptr;
  ldap_get_option(handle, LDAP_OPT_SOCKBUF, &socket);
  ber_len_t largest = largest_message;
  if (socket) ber_sockbuf_ctrl(socket, LBER_SB_OPT_SET_MAX_INCOMING, &largest);

  if (start_tls) {
    if (const int code = ldap_start_tls_s(handle, nullptr, nullptr); code != LDAP_SUCCESS) {
      throw SourceError(fmt::format("{}: StartTLS failed: {}", url_, local_outcome(code).text));
    }
  }
}

void Directory::set(int option, const void* value, const char* what) {
  if (ldap_set_option(handle_.get(), option, value) != LDAP_OPT_SUCCESS) {
    throw SourceError(fmt::format("{}: libldap does not take the option {}", url_, what));
  }
}

void Directory::use_tls(const TlsSettings& tls) {
  const int require = tls.verify ? LDAP_OPT_X_TLS_DEMAND : LDAP_OPT_X_TLS_NEVER;
  const int name = tls.verify ? LDAP_OPT_X_TLS_TRY : LDAP_OPT_X_TLS_NEVER;
  set(LDAP_OPT_X_TLS_REQUIRE_CERT, &require, "certificate check");
  set(LDAP_OPT_X_TLS_REQUIRE_SAN, &name, "host name check");

  if (!tls.cacert_file.empty() || !tls.cacert_dir.empty()) {
    set(LDAP_OPT_X_TLS_CACERTFILE, tls.cacert_file.c_str(), "cacert_file");
    set(LDAP_OPT_X_TLS_CACERTDIR, tls.cacert_dir.c_str(), "cacert_dir");
  } else {
    char *file = nullptr, *folder = nullptr;
    ldap_get_option(handle_.get(), LDAP_OPT_X_TLS_CACERTFILE, &file);
    ldap_get_option(handle_.get(), LDAP_OPT_X_TLS_CACERTDIR, &folder);
    const Text file_of_ldap_conf(file), folder_of_ldap_conf(folder);
    if (!file && !folder) set(LDAP_OPT_X_TLS_CACERTFILE, system_authorities, "authorities");
  }
  if (const char* priority = gnutls_priority(tls.protocol)) set(LDAP_OPT_X_TLS_CIPHER_SUITE, priority, "ssl_protocol");

  // Without a context of its own the connection would take the process's.
  const int client = 0;
  if (ldap_set_option(handle_.get(), LDAP_OPT_X_TLS_NEWCTX, &client) != LDAP_OPT_SUCCESS) {
    throw SourceError(
        fmt::format("{}: the TLS library does not take the settings cacert_file, cacert_dir or ssl_protocol{}", url_,
                    tls.cacert_file.empty() ? "" : "; is cacert_file a PEM file?"));
  }
}

void Directory::bind(const std::string& name, const Secret& password) {
  const berval credentials = berval_of(password.value);
  Request request;
  const int code = ldap_sasl_bind(handle_.get(), name.c_str(), LDAP_SASL_SIMPLE, const_cast<berval*>(&credentials),
                                  nullptr, nullptr, &request.id);
  if (code != LDAP_SUCCESS) request.failure = local_outcome(code);

  const Outcome outcome = finish(request, [](Entry) {});
  if (lost_) throw SourceError(fmt::format("{}: the bind got no answer: {}", url_, outcome.text));
  if (!outcome.ok()) {
    throw AuthenticationError(fmt::format("{} refuses the bind as {}: {}. Check username and password.", url_,
                                          name.empty() ? "anonymous" : "'" + name + "'", outcome.text));
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
    timeval timeout = timeval_of(lost_ ? std::chrono::seconds(0) : patience);
    const int type = ldap_result(handle_.get(), request.id, LDAP_MSG_ONE, &timeout, &received);
    const Message message(received);
    if (type < 0) return local_outcome(0);
    if (type == 0) return local_outcome(LDAP_TIMEOUT);
    if (type == LDAP_RES_SEARCH_REFERENCE || type == LDAP_RES_INTERMEDIATE) continue;
    if (type != LDAP_RES_SEARCH_ENTRY) return server_outcome(message.get());

    std::optional<Entry> entry = entry_of(message.get());
    if (!entry) return local_outcome(LDAP_DECODING_ERROR);
    take(std::move(*entry));
  }
}

Outcome Directory::read_pages(const Search& search, const Take& take) {
  std::vector<Entry> page;
  const auto hand_on = [&] {
    for (Entry& entry : page) take(std::move(entry));
    page.clear();
  };
  std::string cookie;
  Request request = start(search, cookie);
  for (;;) {
    std::size_t entries = 0;
    Outcome outcome = finish(request, [&](Entry entry) {
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

// What libldap itself found. code 0: what it noted down.
Outcome Directory::local_outcome(int code) {
  if (code == 0) ldap_get_option(handle_.get(), LDAP_OPT_RESULT_CODE, &code);
  if (code == 0) code = LDAP_SERVER_DOWN;
  char* details = nullptr;
  ldap_get_option(handle_.get(), LDAP_OPT_DIAGNOSTIC_MESSAGE, &details);
  const Text owner(details);
  lost_ = lost_ || code == LDAP_SERVER_DOWN || code == LDAP_TIMEOUT || code == LDAP_CONNECT_ERROR ||
          code == LDAP_DECODING_ERROR || code == LDAP_LOCAL_ERROR;
  if (code == LDAP_TIMEOUT) return {code, fmt::format("no answer within {} seconds", patience.count())};
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

  outcome.text = described(outcome.code, details);
  if (LDAPControl* paging = ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, found, nullptr)) {
    ber_int_t estimate = 0;
    berval cookie{};
    if (ldap_parse_pageresponse_control(handle_.get(), paging, &estimate, &cookie) != LDAP_SUCCESS) {
      return local_outcome(LDAP_DECODING_ERROR);
    }
    const Text cookie_owner(cookie.bv_val);
    outcome.cookie.assign(cookie.bv_val ? cookie.bv_val : "", cookie.bv_len);
  }
  return outcome;
}

std::optional<Entry> Directory::entry_of(LDAPMessage* message) {
  BerElement* position = nullptr;
  berval dn{};
  if (ldap_get_dn_ber(handle_.get(), message, &position, &dn) != LDAP_SUCCESS) return std::nullopt;
  const Ber position_owner(position);

  Entry entry{.dn = std::string(dn.bv_val, dn.bv_len), .attributes = {}};
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

}  // namespace connector
