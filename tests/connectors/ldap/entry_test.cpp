#include "ldap/entry.h"
#include "ldap/identifiers.h"

#include <gtest/gtest.h>

namespace connector::ldap::entry_test {

using std::string_literals::operator""s;
using Names = std::vector<std::string>;

// A SID of revision 1: its authority's last byte, then parts.
std::string sid(unsigned char parts, unsigned char authority, const std::string& bytes) {
  return "\x01"s + static_cast<char>(parts) + "\0\0\0\0\0"s + static_cast<char>(authority) + bytes;
}

TEST(SidText, Text) {
  EXPECT_EQ(sid_text(sid(5, 5, "\x15\0\0\0\xfa\x4f\x0c\x2f\x16\xc0\xea\x32\xa8\x37\xd6\x65\x0c\x19\0\0"s)),
            "S-1-5-21-789336058-854245398-1708537768-6412");
  EXPECT_EQ(sid_text(sid(1, 1, "\0\0\0\0"s)), "S-1-1-0");
  EXPECT_EQ(sid_text(sid(1, 5, "\xff\xff\xff\xff"s)), "S-1-5-4294967295");
  EXPECT_EQ(sid_text(sid(0, 5, "")), "S-1-5");
}

TEST(SidText, AuthorityIsBigEndian) {
  EXPECT_EQ(sid_text("\x01\x00\x00\x01\x00\x00\x00\x02"s), "S-1-4294967298");
}

TEST(SidText, NothingWhenItIsTooShort) {
  EXPECT_FALSE(sid_text(""));
  EXPECT_FALSE(sid_text("\x01"));
  EXPECT_FALSE(sid_text("\x01\x00\x00\x00\x00\x00\x05"s));
  EXPECT_FALSE(sid_text(sid(2, 5, "\x15\0\0\0\xfa\x4f\x0c"s)));
  EXPECT_FALSE(sid_text(sid(255, 5, "\x15\0\0\0"s)));
  EXPECT_FALSE(sid_text("S-1-5-21-1-2-3-500"));
}

TEST(AttributeName, TypeAndRange) {
  EXPECT_EQ(parse_attribute_name("cn").type, "cn");
  EXPECT_EQ(parse_attribute_name("cn;lang-de;x").type, "cn");
  EXPECT_FALSE(parse_attribute_name("cn;lang-de").is_range);
  EXPECT_EQ(parse_attribute_name("member;Range=0-1499").next, 1500U);
  EXPECT_TRUE(parse_attribute_name("member;range=1500-*").is_range);
  EXPECT_FALSE(parse_attribute_name("member;range=1500-*").next);
  EXPECT_FALSE(parse_attribute_name("member;range=0-x").is_range);
}

TEST(SameName, LettersCaseDoesNotMatter) {
  EXPECT_TRUE(same_name("sAMAccountName", "samaccountname"));
  EXPECT_FALSE(same_name("uid", "uidNumber"));
  EXPECT_FALSE(same_name("a[", "a{"));  // differ in the bit that makes letters lower case
}

TEST(Spellings, OfSourcesAndOfWhatIsBeforeADot) {
  EXPECT_EQ(spellings({"uid", "memberOf.0", "memberOf", "uid", ""}), (Names{"uid", "memberOf.0", "memberOf"}));
  EXPECT_EQ(spellings({"0.9.2342.19200300.100.1.1"}), (Names{"0.9.2342.19200300.100.1.1"}));
}

TEST(AttributesToAsk, EachNameOnce) {
  EXPECT_EQ(attributes_to_ask({"mail", "Mail", "uid", "MAIL"}), (Names{"mail", "uid"}));
  EXPECT_EQ(attributes_to_ask({"objectGUID_TEXT", "objectguid"}), (Names{"objectGUID"}));
}

TEST(RecordOf, FirstValueAsText) {
  const DirectoryEntry entry = {"uid=olha",
                                {{"uid", {"olha"}}, {"mail", {"olha@example.com", "o@example.com"}}, {"empty", {}}}};
  EXPECT_EQ(record_of(entry, {}), (Json{{"uid", "olha"}, {"mail", "olha@example.com"}, {"empty", ""}}));
}

TEST(RecordOf, BytesThatAreNoText) {
  const DirectoryEntry entry = {
      "", {{"photo", {"\xff\xd8\xff"}}, {"latin1", {"Ren\xe9"}}, {"name", {"René"}}, {"nul", {"a\0b"s}}}};
  EXPECT_EQ(record_of(entry, {}),
            (Json{{"photo", "*BINARY*"}, {"latin1", "*BINARY*"}, {"name", "René"}, {"nul", "*BINARY*"}}));
}

TEST(RecordOf, WhatIsBinaryByNatureIsNoTextWhateverItsBytes) {
  const DirectoryEntry entry = {"", {{"OBJECTGUID", {"ABCDefgh12345678"}}, {"userCertificate;binary", {"abc"}}}};
  EXPECT_EQ(
      record_of(entry, {"objectGUID", "userCertificate;binary"}),
      (Json{{"userCertificate;binary", "*BINARY*"}, {"objectGUID", "*BINARY*"}, {"userCertificate", "*BINARY*"}}));
  EXPECT_EQ(record_of({"", {{"memberOf", {"cn=a", "cn=\0"s}}}}, {}), (Json{{"memberOf", "*BINARY*"}}));
}

TEST(RecordOf, GuidAsText) {
  const DirectoryEntry entry = {"",
                                {{"objectGUID", {"\xff\x19\x96\x6f\x86\x8b\x11\xd0\xb4\x2d\0\xc0\x4f\xc9\x64\xff"s}}}};
  EXPECT_EQ(record_of(entry, {"objectGUID_text", "ObjectGuid_Text"}),
            (Json{{"objectGUID", "*BINARY*"},
                  {"objectGUID_text", "6f9619ff-8b86-d011-b42d-00c04fc964ff"},
                  {"ObjectGuid_Text", "6f9619ff-8b86-d011-b42d-00c04fc964ff"}}));
  EXPECT_EQ(record_of({"", {{"objectGUID", {"short"}}}}, {"objectGUID_text"}),
            (Json{{"objectGUID", "*BINARY*"}, {"objectGUID_text", "*BINARY*"}}));
  EXPECT_EQ(record_of({"", {{"uid", {"u"}}}}, {"objectGUID_text"}), (Json{{"uid", "u"}}));
}

TEST(RecordOf, OptionsAreStripped) {
  EXPECT_EQ(record_of({"", {{"cn;lang-de", {"Anna"}}, {"cn", {"Hanna"}}, {"CN;lang-uk", {"Ганна"}}}}, {}),
            (Json{{"cn", "Hanna"}}));
  EXPECT_EQ(record_of({"", {{"sn;lang-de", {"Kraus"}}, {"sn;lang-uk", {"x"}}}}, {}), (Json{{"sn", "Kraus"}}));
  EXPECT_EQ(record_of({"", {{"cn;lang-de", {"Anna"}}}}, {"cn;LANG-de"}),
            (Json{{"cn;LANG-de", "Anna"}, {"cn", "Anna"}}));
}

TEST(RecordOf, RangesAreOneAttribute) {
  const DirectoryEntry entry = {"", {{"memberOf", {}}, {"memberOf;range=0-1", {"cn=a", "cn=b", "cn=c"}}}};
  EXPECT_EQ(record_of(entry, {"memberOf"}), (Json{{"memberOf", {"cn=a", "cn=b", "cn=c"}}}));
}

TEST(RecordOf, MemberOfIsAList) {
  EXPECT_EQ(record_of({"", {{"memberOf", {"cn=a"}}}}, {}), (Json{{"memberOf", {"cn=a"}}}));
  EXPECT_EQ(record_of({"", {{"MEMBEROF", {"cn=a", "cn=b"}}}}, {}), (Json{{"MEMBEROF", {"cn=a", "cn=b"}}}));
  EXPECT_EQ(record_of({"", {{"memberOf", {"cn=a", "cn=\xff"}}}}, {}), (Json{{"memberOf", "*BINARY*"}}));
}

TEST(RecordOf, ObjectSid) {
  EXPECT_EQ(record_of({"", {{"OBJECTSID", {sid(1, 5, "\x20\x02\0\0"s)}}}}, {}), (Json{{"OBJECTSID", "S-1-5-544"}}));
  EXPECT_EQ(record_of({"", {{"objectSid", {sid(2, 5, "\x20\x02\0\0"s)}}}}, {}), (Json{{"objectSid", "*BINARY*"}}));
}

TEST(RecordOf, EverySpellingOfTheMapping) {
  const DirectoryEntry entry = {"", {{"mail", {"m"}}, {"uid", {"u"}}}};
  EXPECT_EQ(record_of(entry, {"Mail", "MAIL"}), (Json{{"Mail", "m"}, {"MAIL", "m"}, {"uid", "u"}}));
}

TEST(Folded, LettersCaseDoesNotMatter) {
  EXPECT_EQ(folded("CN=ŽOFIE,OU=Люди"), folded("cn=žofie,ou=люди"));
  EXPECT_NE(folded("cn=a"), folded("cn=b"));
  EXPECT_EQ(folded("\xff"), "\xff");
}

}  // namespace connector::ldap::entry_test
