// What the files that call libldap share.
#pragma once

#include <ldap.h>

#include <chrono>
#include <memory>
#include <string>

namespace connector::ldap {

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

inline timeval timeval_of(std::chrono::microseconds time) {
  return {.tv_sec = time.count() / 1'000'000, .tv_usec = time.count() % 1'000'000};
}

inline berval berval_of(const std::string& text) {
  return {text.size(), const_cast<char*>(text.data())};
}

/// The text of a result code, with details when there are any (null: none).
std::string described(int code, const char* details);

/// What to do about a refusal; empty: nothing is known.
std::string advice(int code);

}  // namespace connector::ldap
