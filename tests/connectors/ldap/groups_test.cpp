#include "ldap/groups.h"

#include <gtest/gtest.h>

namespace connector::ldap::groups_test {

using Values = std::vector<std::string>;

DirectoryEntry group(std::vector<Attribute> attributes) {
  return {"cn=it", std::move(attributes)};
}

TEST(MembersOf, TheAttributeInAnyCase) {
  const MemberList members = members_of(group({{"cn", {"it"}}, {"UniqueMember", {"uid=a", "uid=b"}}}), "uniqueMember");
  EXPECT_EQ(members.values, (Values{"uid=a", "uid=b"}));
  EXPECT_FALSE(members.next);
}

TEST(MembersOf, NoneIsEmpty) {
  EXPECT_TRUE(members_of(group({{"members", {"x"}}}), "member").values.empty());
}

TEST(MembersOf, Ranges) {
  const MemberList first = members_of(group({{"member", {}}, {"Member;Range=0-1499", {"uid=a"}}}), "member");
  EXPECT_EQ(first.values, Values{"uid=a"});
  EXPECT_EQ(first.next, 1500U);

  const MemberList last = members_of(group({{"member;range=1500-*", {"uid=b"}}}), "member");
  EXPECT_EQ(last.values, Values{"uid=b"});
  EXPECT_FALSE(last.next);
}

TEST(MembersOf, WhatIsNoRangeIsAnotherAttribute) {
  for (const char* name :
       {"member;range=", "member;range=0-x", "member;range=0-", "member;lang-en", "xmember;range=0-1"}) {
    EXPECT_TRUE(members_of(group({{name, {"x"}}}), "member").values.empty()) << name;
  }
}

}  // namespace connector::ldap::groups_test
