#include "ldap/filter.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "ldap/setting_types.h"

namespace connector::ldap::filter_test {

using std::string_literals::operator""s;

TEST(EscapedFilterValue, Rfc4515) {
  EXPECT_EQ(escaped_filter_value("Parens R Us (for all)"), "Parens R Us \\28for all\\29");
  EXPECT_EQ(escaped_filter_value("*"), "\\2a");
  EXPECT_EQ(escaped_filter_value("C:\\Files"), "C:\\5cFiles");
  EXPECT_EQ(escaped_filter_value("a\0b"s), "a\\00b");
  EXPECT_EQ(escaped_filter_value("Žofie & {x} = |!"), "Žofie & {x} = |!");
}

TEST(FilterTemplate, PutsTheValueInEveryPlace) {
  EXPECT_EQ(FilterTemplate("(uid={})").with("ann"), "(uid=ann)");
  EXPECT_EQ(FilterTemplate("(|(uid={0})(mail={}@example.com))").with("a*"), "(|(uid=a\\2a)(mail=a\\2a@example.com))");
  EXPECT_EQ(FilterTemplate("(cn={{{}}})").with("{0}"), "(cn={{0}})");
  EXPECT_EQ(FilterTemplate("uid={}").with("ann"), "(uid=ann)");
}

TEST(FilterTemplate, OtherBracesAreRefused) {
  for (const char* text : {"(uid={1})", "(uid={name})", "(uid={)", "(uid=})", "(uid={0)", "(uid={ })", "{"}) {
    EXPECT_THROW(FilterTemplate{text}, std::invalid_argument) << text;
  }
}

TEST(FilterTemplate, Empty) {
  EXPECT_TRUE(FilterTemplate().empty());
  EXPECT_TRUE(FilterTemplate("").empty());
  EXPECT_FALSE(FilterTemplate("{}").empty());
  EXPECT_FALSE(FilterTemplate("(uid=x)").empty());
}

TEST(IsFilter, Rfc4515) {
  for (const char* text :
       {"(objectClass=*)", "(&(a=b)(!(c=d*e)))", "uid=x", "(cn=a\\2ab)", "(memberOf:1.2.840:=cn=x)"}) {
    EXPECT_TRUE(is_filter(text)) << text;
  }
  for (const char* text : {"(&(objectClass=*)(uid=o*", "(uid=x", "(", "nonsense", "(uid)", "(&(a=b)"}) {
    EXPECT_FALSE(is_filter(text)) << text;
  }
}

TEST(DirectoryAddress, OnlySchemeHostAndPortCount) {
  EXPECT_EQ(directory_address("ldap://ldap.example.com:1389/dc=x??sub?(a=b)"), "ldap://ldap.example.com:1389");
  EXPECT_EQ(directory_address("ldaps://ldap.example.com"), "ldaps://ldap.example.com:636");
  EXPECT_EQ(directory_address("ldap://[::1]:10389"), "ldap://[::1]:10389");
  for (const char* url : {"", "ldap.example.com", "http://x", "ldapi:///", "ldap://", "ldap://x:port"}) {
    EXPECT_THROW(directory_address(url), std::invalid_argument) << url;
  }
}

}  // namespace connector::ldap::filter_test
