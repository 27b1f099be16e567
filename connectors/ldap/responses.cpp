// What a directory's messages say.
#include <utility>

#include "ldap/directory.h"
#include "ldap/libldap.h"

namespace connector::ldap {

std::string described(int code, const char* details) {
  const std::string line = excerpt(details ? details : "");
  return fmt::format("{} ({}){}{}", ldap_err2string(code), code, line.empty() ? "" : ": ", line);
}

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

}  // namespace connector::ldap
