#include "ldap/groups.h"

#include <utility>

#include "ldap/libldap.h"

namespace connector::ldap {
namespace {

// A DN that compares with others: letters' case, blanks and escapes (\\, and \\2C) no longer differ. The case comes
// first: libldap escapes what is not ASCII.
std::string comparable(const std::string& dn) {
  const std::string in_one_case = folded(dn);
  char* normal = nullptr;
  const int code = ldap_dn_normalize(in_one_case.c_str(), LDAP_DN_FORMAT_LDAPV3, &normal, LDAP_DN_FORMAT_LDAPV3);
  const Text owner(normal);
  return code == LDAP_SUCCESS && normal ? normal : in_one_case;
}

}  // namespace

MemberList members_of(const DirectoryEntry& group, const std::string& attribute) {
  MemberList members;
  for (const Attribute& found : group.attributes) {
    const AttributeName name = parse_attribute_name(found.name);
    if (!same_name(name.type, attribute) || (!name.is_range && name.type != found.name)) continue;
    members.values.insert(members.values.end(), found.values.begin(), found.values.end());
    if (name.is_range) members.next = name.next;
  }
  return members;
}

Groups::Groups(Directory& directory, MemberSearch search, Log log, Directory::Take take)
    : directory_(directory), search_(std::move(search)), log_(std::move(log)), take_(std::move(take)) {}

void Groups::read(const std::vector<std::string>& group_dns) {
  for (const std::string& dn : group_dns) {
    if (!directory_.lost()) read_group(dn);
  }
  while (!pending_.empty()) settle_oldest();
  if (failures_ > 0) {
    throw SourceError(failures_ == 1 ? first_failure_
                                     : fmt::format("{} (and {} more failures)", first_failure_, failures_ - 1));
  }
}

void Groups::read_group(const std::string& dn) {
  std::string attribute = search_.members_attribute;
  std::size_t members = 0;
  for (std::size_t begin = 0;;) {
    std::optional<DirectoryEntry> group;
    const Search whole = {.base = dn, .scope = Scope::entry, .filter = "(objectClass=*)", .attributes = {attribute}};
    const Outcome outcome =
        directory_.finish(directory_.start(whole), [&](DirectoryEntry entry) { group = std::move(entry); });
    if (!group) {
      return fail(
          fmt::format("group '{}' cannot be read: {}", dn, outcome.ok() ? "there is no such entry" : outcome.text));
    }
    const MemberList list = members_of(*group, search_.members_attribute);
    if (begin > 0 && list.values.empty()) {
      return fail(fmt::format("group '{}': the server gives no members from number {} on", dn, begin));
    }
    for (const std::string& member : list.values) ask(dn, member);
    members += list.values.size();
    if (!list.next) break;
    if (*list.next <= begin) return fail(fmt::format("group '{}': the server's ranges of members do not go on", dn));
    begin = *list.next;
    attribute = fmt::format("{};range={}-*", search_.members_attribute, begin);
  }
  if (members == 0) log_.warning("group '{}' has no members: no attribute {}", dn, search_.members_attribute);
}

void Groups::ask(const std::string& group, const std::string& member) {
  if (directory_.lost()) return;
  if (pending_.size() == searches_at_once) settle_oldest();

  Search search = {.base = member, .scope = Scope::entry, .filter = search_.filter, .attributes = search_.attributes};
  if (!search_.member_filter.empty()) {
    search.base = search_.base_dn;
    search.scope = Scope::subtree;
    search.filter = "(&" + search_.filter + search_.member_filter.with(member) + ")";
    search.size_limit = 1;
  } else if (member.empty() || sent_.contains(comparable(member))) {
    return;
  }
  pending_.push_back({member, group, directory_.start(search)});
}

void Groups::settle_oldest() {
  const Pending asked = std::move(pending_.front());
  pending_.pop_front();
  std::optional<DirectoryEntry> found;
  const Outcome outcome = directory_.finish(asked.request, [&](DirectoryEntry entry) {
    if (!found) found = std::move(entry);
  });
  if (found) {
    hand_on(asked, std::move(*found));
  } else if (outcome.absent()) {
    log_.warning("member '{}' of group '{}': there is no such entry, skipped", asked.member, asked.group);
  } else if (outcome.ok()) {
    log_.info("member '{}' of group '{}': no entry matches, skipped", asked.member, asked.group);
  } else {
    fail(fmt::format("member '{}' of group '{}' cannot be read: {}", asked.member, asked.group, outcome.text));
  }
}

void Groups::hand_on(const Pending& asked, DirectoryEntry entry) {
  if (entry.attributes.empty()) {
    log_.info("member '{}' of group '{}': the entry has none of the mapped attributes, skipped", asked.member,
              asked.group);
    return;
  }
  if (sent_.insert(comparable(entry.dn)).second) take_(std::move(entry));
}

void Groups::fail(const std::string& problem) {
  const bool first = failures_++ == 0;
  if (loss_told_) return;  // all that is under way fails with the connection
  loss_told_ = directory_.lost();
  const std::string line = problem + (loss_told_ ? "; no more can be read" : "");
  log_.error("{}", line);
  if (first) first_failure_ = line;
}

}  // namespace connector::ldap
