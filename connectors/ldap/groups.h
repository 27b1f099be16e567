#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "connector/log.h"
#include "ldap/directory.h"
#include "ldap/filter.h"

namespace connector::ldap {

/// What is read of a group's members.
struct MemberSearch {
  std::string members_attribute;        ///< the attribute of a group's entry that names them
  FilterTemplate member_filter = {};    ///< how to find one; empty: the attribute holds DNs
  std::string base_dn;                  ///< where member_filter searches
  std::string filter;                   ///< that every member's entry must match
  std::vector<std::string> attributes;  ///< none: all user attributes
};

/// Reads the members of groups, each entry once. Several searches are under way at once on the one connection.
class Groups {
 public:
  static constexpr std::size_t searches_at_once = 32;

  Groups(Directory& directory, MemberSearch search, Log log, Directory::Take take);

  /// Throws SourceError at the end when a group or a member could not be read; the others are handed over all the same.
  void read(const std::vector<std::string>& group_dns);

 private:
  struct Pending {
    std::string member;
    std::string group;
    Directory::Request request;
  };

  void read_group(const std::string& dn);
  void ask(const std::string& group, const std::string& member);
  void settle_oldest();
  void hand_on(const Pending& asked, DirectoryEntry entry);
  void fail(const std::string& problem);

  Directory& directory_;
  const MemberSearch search_;
  const Log log_;
  const Directory::Take take_;
  std::deque<Pending> pending_;
  std::unordered_set<std::string> sent_;  ///< DNs, comparable
  std::size_t failures_ = 0;
  bool loss_told_ = false;
  std::string first_failure_;
};

/// The members that one answer names, and where the next range begins when the server gives them in ranges
/// (Active Directory's member;range=0-1499).
struct MemberList {
  std::vector<std::string> values;
  std::optional<std::size_t> next = {};
};

MemberList members_of(const DirectoryEntry& group, const std::string& attribute);

}  // namespace connector::ldap
