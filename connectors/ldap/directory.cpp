#include "ldap/directory.h"

#include <utility>

#include "ldap/libldap.h"
#include "platform/lazy/lazy_library.h"
#include "platform/sockets.h"

namespace connector::ldap {
namespace {

constexpr ber_len_t largest_message = ber_len_t{256} << 20;

// liblber is loaded when it is first used. What is no function is asked for: ber_pvt_opt_on is what LDAP_OPT_ON means.
void* lber_variable(const char* name) {
  return connector_lazy_symbol(CONNECTOR_LBER_LIBRARY, name);
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

}  // namespace connector::ldap
