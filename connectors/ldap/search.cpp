// What is asked of a directory, and how its entries come.
#include <utility>

#include "ldap/directory.h"
#include "ldap/libldap.h"

namespace connector::ldap {
namespace {

constexpr std::chrono::milliseconds until_stop_is_noticed{200};

}  // namespace

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

}  // namespace connector::ldap
