// The connectors ldap and ldap_assets against a real slapd, and against a scripted server for what slapd does not do.
#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <map>
#include <mutex>
#include <set>
#include <stop_token>

#include "catalogue.h"
#include "commands/program_test.h"
#include "connector/plugins.h"
#include "support/emit_to.h"
#include "support/scripted_directory.h"
#include "support/slapd.h"

namespace connector::ldap_test {

using namespace std::chrono_literals;
using test::ScriptedDirectory;
using test::Slapd;

using Settings = std::map<std::string, std::string>;

// Keeps what is logged.
class Lines final : public Log::Output {
 public:
  bool enabled(Level) const override { return true; }
  void write(Level level, const std::string& message) override {
    (level >= Level::warning ? warnings : others) += message + "\n";
  }
  void hide(std::string_view) override {}
  std::string redact(std::string text) const override { return text; }

  std::string warnings, others;
};

// One run of a section, as the program does it.
class Sync {
 public:
  explicit Sync(const std::string& section, const Settings& settings) : lines_(std::make_shared<Lines>()) {
    const Plugin& plugin = *catalogue().find(section);
    connector = plugin.make();
    connector->log = Log(lines_);
    connector->sources = {"uid", "givenName", "sn", "mail"};
    for (const Setting& setting : plugin.settings) {
      if (const auto given = settings.find(setting.name); given != settings.end()) {
        setting.assign(*connector, given->second);
      }
    }
  }

  // Reads to the end; what is thrown is noted.
  void read(const std::function<void()>& after_each = [] {}) {
    try {
      connector->authenticate();
      connector->read(EmitTo([&](Record record) {
        records.push_back(std::move(record.data));
        errors.push_back(std::move(record.error));
        after_each();
      }));
    } catch (const AuthenticationError& refused) {
      authentication_error = refused.what();
    } catch (const SourceError& failed) {
      source_error = failed.what();
    }
  }

  // The values of one attribute in all records.
  std::multiset<std::string> values(const std::string& name) const {
    std::multiset<std::string> found;
    for (const Json& record : records) {
      if (record.contains(name)) found.insert(record[name].get<std::string>());
    }
    return found;
  }

  bool succeeded() const { return source_error.empty() && authentication_error.empty(); }
  const std::string& warnings() const { return lines_->warnings; }
  const std::string& other_lines() const { return lines_->others; }

  std::unique_ptr<Connector> connector;
  std::vector<Json> records;
  std::vector<std::string> errors;  ///< of each record
  std::string source_error, authentication_error;

 private:
  std::shared_ptr<Lines> lines_;
};

using Names = std::multiset<std::string>;

const std::string base = R"(dn: dc=example,dc=com
objectClass: dcObject
objectClass: organization
o: Example
dc: example

dn: ou=people,dc=example,dc=com
objectClass: organizationalUnit
ou: people

)";

std::string person(const std::string& uid, const std::string& more = "") {
  return "dn: uid=" + uid +
         ",ou=people,dc=example,dc=com\nobjectClass: inetOrgPerson\nobjectClass: extensibleObject\nuid: " + uid +
         "\ncn: " + uid + "\nsn: Sn\nmail: " + uid + "@example.com\n" + more + "\n";
}

std::string people(int count) {
  std::string ldif;
  for (int i = 0; i < count; ++i) ldif += person("p" + std::to_string(i));
  return ldif;
}

std::string group(const std::string& name, const std::vector<std::string>& member_lines) {
  std::string ldif = "dn: cn=" + name +
                     ",dc=example,dc=com\nobjectClass: organizationalRole\nobjectClass: extensibleObject\ncn: " + name +
                     "\n";
  for (const std::string& line : member_lines) ldif += line + "\n";
  return ldif + "\n";
}

Settings admin(const std::string& url, const Settings& more = {}) {
  Settings settings = {{"url", url},
                       {"username", "cn=admin,dc=example,dc=com"},
                       {"password", "admin-password"},
                       {"base_dn", "dc=example,dc=com"}};
  for (const auto& [name, value] : more) settings[name] = value;
  return settings;
}

class LdapTest : public testing::Test {
 protected:
  void SetUp() override {
    std::signal(SIGPIPE, SIG_IGN);  // as run_program() does
    if (!Slapd::installed()) GTEST_SKIP() << "slapd, its schemas or openssl are not installed";
  }
};

TEST_F(LdapTest, UsersWithMappedAttributesOnly) {
  const Slapd slapd({.ldif = base + person("olha",
                                           "givenName:: 0J7Qu9GM0LPQsA==\nemployeeNumber: 0042\n"
                                           "sAMAccountName: oh\nmemberOf: cn=it,dc=example,dc=com\n"
                                           "objectSid:: AQIAAAAAAAUgAAAAIAIAAA==\njpegPhoto:: /9j/4A==\n")});
  Sync run("ldap", admin(slapd.url() + "/dc=ignored??sub"));
  run.connector->sources = {"uid", "givenName", "MAIL", "memberOf.0", "objectSid", "jpegPhoto"};
  run.read();
  ASSERT_TRUE(run.succeeded()) << run.source_error;
  // dc=example and ou=people have none of these attributes.
  ASSERT_EQ(run.records.size(), 1U);
  const Json expected = {{"uid", "olha"},
                         {"givenName", "Ольга"},
                         {"MAIL", "olha@example.com"},
                         {"sAMAccountName", "oh"},
                         {"memberOf", {"cn=it,dc=example,dc=com"}},
                         {"objectSid", "S-1-5-32-544"},
                         {"jpegPhoto", "*BINARY*"}};
  EXPECT_EQ(nlohmann::json(run.records[0]), nlohmann::json(expected));
}

TEST_F(LdapTest, AssetsDoNotAskForTheAccountName) {
  const Slapd slapd({.ldif = base + person("a", "sAMAccountName: sam\n")});
  Sync run("ldap_assets", admin(slapd.url()));
  run.connector->sources = {"uid"};
  run.read();
  ASSERT_EQ(run.records.size(), 1U);
  EXPECT_EQ(run.records[0], (Json{{"uid", "a"}}));
}

TEST_F(LdapTest, AllUserAttributesWithoutMappingOrOnDemand) {
  const Slapd slapd({.ldif = base + person("a", "employeeNumber: 7\n")});
  Sync unmapped("ldap_assets", admin(slapd.url(), {{"filter", "(uid=a)"}}));
  unmapped.connector->sources = {};
  unmapped.read();
  Sync all("ldap", admin(slapd.url(), {{"filter", "(uid=a)"}}));
  all.connector->all_attributes = true;
  all.read();
  for (const Sync* run : {&unmapped, &all}) {
    ASSERT_EQ(run->records.size(), 1U);
    EXPECT_EQ(run->records[0]["employeeNumber"], "7");
    EXPECT_EQ(run->records[0]["objectClass"], "inetOrgPerson");
    EXPECT_FALSE(run->records[0].contains("entryUUID"));
  }
}

TEST_F(LdapTest, PagesWhereTheServerLimitsASearch) {
  const Slapd slapd({.ldif = base + person("reader", "userPassword: reader-pass\n") + people(1200),
                     .size_limit = "size.soft=500 size.hard=500 size.prtotal=unlimited"});
  const Settings reader = admin(
      slapd.url(),
      {{"username", "uid=reader,ou=people,dc=example,dc=com"}, {"password", "reader-pass"}, {"filter", "(uid=p*)"}});
  Sync paged("ldap", reader);
  paged.read();
  EXPECT_TRUE(paged.succeeded()) << paged.source_error;
  EXPECT_EQ(paged.values("uid").size(), 1200U);
  EXPECT_EQ(std::set<Json>(paged.records.begin(), paged.records.end()).size(), 1200U);

  Settings unpaged = reader;
  unpaged["protocol_version"] = "2";
  Sync limited("ldap", unpaged);
  limited.read();
  EXPECT_EQ(limited.records.size(), 500U);
  EXPECT_NE(limited.source_error.find("Size limit exceeded (4)"), std::string::npos) << limited.source_error;
}

TEST_F(LdapTest, AnonymousInAnyCaseAndUnpaged) {
  const Slapd slapd({.ldif = base + people(3)});
  Sync run("ldap", {{"url", slapd.url()},
                    {"username", "ANONYMOUS"},
                    {"password", "is not sent"},
                    {"base_dn", "dc=example,dc=com"},
                    {"filter", "uid=p*"},
                    {"protocol_version", "2"}});
  run.read();
  EXPECT_TRUE(run.succeeded()) << run.authentication_error;
  EXPECT_EQ(run.values("uid"), (Names{"p0", "p1", "p2"}));
  EXPECT_EQ(run.warnings(), "");
}

TEST(LdapScripted, AnotherProtocolVersionMeans3) {
  ScriptedDirectory directory([&](const ScriptedDirectory::Search& search, ScriptedDirectory::Answer& answer) {
    answer.done(search.id, search.cookie ? 0 : 2);
  });
  Sync run("ldap", admin(directory.url(), {{"protocol_version", "4"}}));
  run.read();
  EXPECT_TRUE(run.succeeded()) << "not paged";
  EXPECT_NE(run.warnings().find("protocol_version"), std::string::npos);
}

TEST_F(LdapTest, RefusedBinds) {
  const Slapd slapd({.ldif = base});
  Sync wrong("ldap", admin(slapd.url(), {{"password", "wr0ng-s3cret"}}));
  wrong.read();
  EXPECT_NE(wrong.authentication_error.find("Invalid credentials (49)"), std::string::npos);
  EXPECT_EQ(wrong.authentication_error.find("wr0ng-s3cret"), std::string::npos);

  Sync empty("ldap", admin(slapd.url(), {{"password", ""}}));
  empty.read();
  EXPECT_NE(empty.authentication_error, "");
  EXPECT_NE(empty.warnings().find("no password"), std::string::npos);
}

TEST_F(LdapTest, BaseThatIsNotThere) {
  const Slapd slapd({.ldif = base});
  Sync run("ldap", admin(slapd.url(), {{"base_dn", "ou=nowhere,dc=example,dc=com"}}));
  run.read();
  EXPECT_NE(run.source_error.find("No such object (32)"), std::string::npos) << run.source_error;
  EXPECT_NE(run.source_error.find("ou=nowhere"), std::string::npos) << run.source_error;
}

TEST_F(LdapTest, MembersOfGroupsEachOnce) {
  const Slapd slapd(
      {.ldif =
           base + person("ann") + person("ben") + person("dan") +
           "dn:: Y2495p6X5Li9LG91PXBlb3BsZSxkYz1leGFtcGxlLGRjPWNvbQ==\nobjectClass: inetOrgPerson\n"
           "cn:: 5p6X5Li9\nsn: Lin\nuid: lin\n\n"
           "dn: cn=Bo \\, Sr.,ou=people,dc=example,dc=com\nobjectClass: inetOrgPerson\n"
           "cn: Bo , Sr.\nsn: Bo\nuid: bo\n\n"
           // Members and groups are entries, not what lies below them.
           "dn: uid=child,uid=ben,ou=people,dc=example,dc=com\nobjectClass: inetOrgPerson\ncn: c\nsn: c\nuid: child\n\n"
           "dn: cn=nothing,ou=people,dc=example,dc=com\nobjectClass: organizationalRole\ncn: nothing\n\n" +
           group("it",
                 {"member: uid=ann,ou=people,dc=example,dc=com", "member: cn=Bo \\, Sr.,ou=people,dc=example,dc=com",
                  "member: uid=gone,ou=people,dc=example,dc=com", "member: cn=nothing,ou=people,dc=example,dc=com"}) +
           group("office",
                 {"member:: Y2495p6X5Li9LG91PXBlb3BsZSxkYz1leGFtcGxlLGRjPWNvbQ==",
                  "member: UID=Ann,OU=people,dc=example,dc=com", "member: uid=ben,ou=people,dc=example,dc=com"}) +
           group("legacy", {"member: uid=dan,ou=people,dc=example,dc=com"}) +
           group("below,cn=it", {"member: uid=dan,ou=people,dc=example,dc=com"})});
  Sync run("ldap", admin(slapd.url(), {{"groups_dn", R"(["cn=it,dc=example,dc=com", "cn=office,dc=example,dc=com"])"},
                                       {"group_dn", "cn=legacy,dc=example,dc=com"},
                                       {"group_members_attr", "MEMBER"},
                                       {"filter", "(&(!(uid=ben))(!(cn=office)))"}}));
  run.read();
  EXPECT_TRUE(run.succeeded()) << run.source_error;
  EXPECT_EQ(run.values("uid"), (Names{"ann", "bo", "lin"}));
  EXPECT_NE(run.warnings().find("uid=gone,ou=people,dc=example,dc=com"), std::string::npos);
  EXPECT_NE(run.other_lines().find("uid=ben"), std::string::npos);
  EXPECT_NE(run.other_lines().find("cn=nothing"), std::string::npos);

  Sync legacy("ldap", admin(slapd.url(), {{"groups_dn", "[]"}, {"group_dn", "cn=legacy,dc=example,dc=com"}}));
  legacy.read();
  EXPECT_EQ(legacy.values("uid"), Names{"dan"});
}

TEST_F(LdapTest, ManyMembers) {
  std::vector<std::string> members;
  for (int i = 0; i < 300; ++i) members.push_back("member: uid=p" + std::to_string(i) + ",ou=people,dc=example,dc=com");
  const Slapd slapd({.ldif = base + people(300) + group("all", members)});
  Sync run("ldap", admin(slapd.url(), {{"group_dn", "cn=all,dc=example,dc=com"}}));
  run.read();
  EXPECT_TRUE(run.succeeded()) << run.source_error;
  EXPECT_EQ(run.records.size(), 300U);
}

TEST_F(LdapTest, AMissingGroupFailsAfterTheOthersWereRead) {
  const Slapd slapd({.ldif = base + person("ann") + group("it", {"member: uid=ann,ou=people,dc=example,dc=com"})});
  Sync run("ldap",
           admin(slapd.url(), {{"groups_dn", R"(["cn=nowhere,dc=example,dc=com", "cn=it,dc=example,dc=com"])"}}));
  run.read();
  EXPECT_EQ(run.values("uid"), Names{"ann"});
  EXPECT_NE(run.source_error.find("cn=nowhere,dc=example,dc=com"), std::string::npos) << run.source_error;
  EXPECT_NE(run.warnings().find("cn=nowhere,dc=example,dc=com"), std::string::npos);
}

TEST_F(LdapTest, AGroupWithoutMembersIsNoFailure) {
  const Slapd slapd({.ldif = base + group("empty", {})});
  Sync run("ldap", admin(slapd.url(), {{"group_dn", "cn=empty,dc=example,dc=com"}}));
  run.read();
  EXPECT_TRUE(run.succeeded()) << run.source_error;
  EXPECT_NE(run.warnings().find("cn=empty,dc=example,dc=com"), std::string::npos);
}

TEST_F(LdapTest, MembersByFilterStandForThemselves) {
  const auto named = [](const std::string& cn, const std::string& uid, const std::string& more = "") {
    return "dn: cn=" + cn + ",ou=people,dc=example,dc=com\nobjectClass: inetOrgPerson\ncn: " + cn +
           "\nsn: S\nuid: " + uid + "\n" + more + "\n";
  };
  const Slapd slapd(
      {.ldif = base + named("Ann", "ann") + named("Kim", "kim(dev)") + named("Star", "lou*") +
               named("Back", "dom\\eve") + named("Off", "off", "employeeType: external\n") +
               group("staff", {"memberUid: *", "memberUid: an*", "memberUid: kim(dev)", "memberUid: lou*",
                               "memberUid: dom\\eve", "memberUid: ghost", "memberUid: off", "memberUid: x)(uid=ann"})});
  Sync run("ldap", admin(slapd.url(), {{"group_dn", "cn=staff,dc=example,dc=com"},
                                       {"group_members_attr", "memberUid"},
                                       {"group_member_filter", "(uid={})"},
                                       {"filter", "(!(employeeType=external))"}}));
  run.read();
  EXPECT_TRUE(run.succeeded()) << run.source_error;
  EXPECT_EQ(run.values("uid"), (Names{"kim(dev)", "lou*", "dom\\eve"}));
}

TEST_F(LdapTest, TheFirstEntryOfAFilterIsTheMember) {
  const Slapd slapd({.ldif = base + people(3) + group("staff", {"memberUid: Sn"})});
  Sync run("ldap", admin(slapd.url(), {{"group_dn", "cn=staff,dc=example,dc=com"},
                                       {"group_members_attr", "memberUid"},
                                       {"group_member_filter", "(sn={0})"}}));
  run.read();
  EXPECT_TRUE(run.succeeded()) << run.source_error;
  EXPECT_EQ(run.records.size(), 1U);
}

TEST_F(LdapTest, LdapsChecksTheCertificate) {
  const Slapd slapd({.ldif = base + person("una"), .listen = Slapd::Listen::ldaps});
  Sync refused("ldap", admin(slapd.url()));
  refused.read();
  EXPECT_NE(refused.source_error.find("certificate"), std::string::npos) << refused.source_error;

  Sync own_authority("ldap", admin(slapd.url()));
  own_authority.connector->cacert_file = slapd.certificate();
  own_authority.connector->ssl_protocol = "TLS1.3";
  own_authority.read();
  EXPECT_EQ(own_authority.values("uid"), Names{"una"}) << own_authority.source_error;

  Sync unchecked("ldap", admin(slapd.url()));
  unchecked.connector->verify_ssl = false;
  unchecked.read();
  EXPECT_EQ(unchecked.values("uid"), Names{"una"}) << unchecked.source_error;

  // What another section was allowed does not hold for the next.
  Sync refused_again("ldap", admin(slapd.url()));
  refused_again.read();
  EXPECT_NE(refused_again.source_error.find("certificate"), std::string::npos) << refused_again.source_error;
}

TEST_F(LdapTest, LdapsChecksTheHost) {
  const Slapd slapd(
      {.ldif = base + person("una"), .listen = Slapd::Listen::ldaps, .certified_host = "other.example.com"});
  Sync run("ldap", admin(slapd.url()));
  run.connector->cacert_file = slapd.certificate();
  run.read();
  EXPECT_TRUE(run.records.empty());
  EXPECT_NE(run.source_error.find("no TLS connection"), std::string::npos) << run.source_error;
}

TEST_F(LdapTest, FolderOfAuthorities) {
  const Slapd slapd({.ldif = base + person("una"), .listen = Slapd::Listen::ldaps});
  std::filesystem::create_directory(slapd.file("authorities"));
  std::filesystem::copy_file(slapd.certificate(), slapd.file("authorities/own.pem"));
  std::filesystem::create_directory(slapd.file("none"));

  Sync accepted("ldap", admin(slapd.url()));
  accepted.connector->cacert_dir = slapd.file("authorities");
  accepted.read();
  EXPECT_EQ(accepted.values("uid"), Names{"una"}) << accepted.source_error;

  Sync refused("ldap", admin(slapd.url()));
  refused.connector->cacert_dir = slapd.file("none");
  refused.read();
  EXPECT_NE(refused.source_error.find("certificate"), std::string::npos) << refused.source_error;
}

TEST_F(LdapTest, StartTlsChecksTheCertificate) {
  const Slapd slapd({.ldif = base + person("una"), .certificate = true});
  Sync refused("ldap", admin(slapd.url(), {{"start_tls", "true"}}));
  refused.read();
  EXPECT_NE(refused.source_error.find("certificate"), std::string::npos) << refused.source_error;

  Sync accepted("ldap", admin(slapd.url(), {{"start_tls", "true"}}));
  accepted.connector->cacert_file = slapd.certificate();
  accepted.read();
  EXPECT_EQ(accepted.values("uid"), Names{"una"}) << accepted.source_error;
}

TEST_F(LdapTest, StartTlsWithoutACertificateIsAFailure) {
  const Slapd slapd({.ldif = base + person("una")});
  Sync run("ldap", admin(slapd.url(), {{"start_tls", "true"}}));
  run.read();
  EXPECT_NE(run.source_error.find("StartTLS"), std::string::npos) << run.source_error;
  EXPECT_TRUE(run.records.empty());
}

TEST_F(LdapTest, TheServerGoesAwayMidway) {
  Slapd slapd({.ldif = base + people(3000)});
  Sync run("ldap", admin(slapd.url()));
  run.read([&] {
    if (run.records.size() == 1) slapd.kill();
  });
  EXPECT_GE(run.records.size(), 498U);  // the first page holds two entries without people's attributes
  EXPECT_LT(run.records.size(), 3000U);
  EXPECT_NE(run.source_error.find("Can't contact LDAP server"), std::string::npos) << run.source_error;
}

TEST_F(LdapTest, TheServerGoesAwayAmongTheMembers) {
  std::vector<std::string> members;
  for (int i = 0; i < 300; ++i) members.push_back("member: uid=p" + std::to_string(i) + ",ou=people,dc=example,dc=com");
  Slapd slapd({.ldif = base + people(300) + group("all", members)});
  Sync run("ldap", admin(slapd.url(), {{"group_dn", "cn=all,dc=example,dc=com"}}));
  run.read([&] {
    if (run.records.size() == 100) slapd.kill();
  });
  EXPECT_GE(run.records.size(), 100U);
  EXPECT_LT(run.records.size(), 300U);
  EXPECT_NE(run.source_error, "");
}

TEST(LdapSettings, UnreachableServer) {
  Sync run("ldap", admin("ldap://127.0.0.1:1"));
  run.read();
  EXPECT_NE(run.source_error.find("ldap://127.0.0.1:1"), std::string::npos) << run.source_error;
  EXPECT_EQ(run.source_error.find("admin-password"), std::string::npos);
}

TEST(LdapSettings, WrongValuesAreRefused) {
  const Settings wrong[] = {{{"url", "http://ldap.example.com"}},
                            {{"filter", "(&(objectClass=*)(uid=o*"}},
                            {{"group_member_filter", "(uid={name})"}},
                            {{"group_member_filter", "(uid={}"}},
                            {{"groups_dn", "cn=it,dc=example,dc=com"}},
                            {{"groups_dn", R"("cn=it,dc=example,dc=com")"}},
                            {{"groups_dn", "[1]"}}};
  for (const Settings& settings : wrong) {
    EXPECT_THROW(Sync("ldap", settings), std::invalid_argument) << settings.begin()->first;
  }
}

TEST(LdapSettings, StartTlsDoesNotGoWithLdaps) {
  std::vector<std::string> problems;
  const AddProblem add_problem = [&](const std::string& setting, const std::string&) { problems.push_back(setting); };
  Sync("ldap", admin("ldaps://x", {{"start_tls", "true"}})).connector->check(add_problem);
  EXPECT_EQ(problems, std::vector<std::string>{"start_tls"});
  Sync("ldap", admin("ldap://x", {{"start_tls", "true"}})).connector->check(add_problem);
  Sync("ldap", admin("ldaps://x")).connector->check(add_problem);
  EXPECT_EQ(problems.size(), 1U);
}

TEST(LdapScripted, MembersInRanges) {
  std::vector<std::string> asked;
  ScriptedDirectory directory([&](const ScriptedDirectory::Search& search, ScriptedDirectory::Answer& answer) {
    if (search.base == "cn=big") {
      asked.push_back(search.attributes.at(0));
      if (asked.size() == 1) {
        answer.entry(search.id, "cn=big", {{"member", {}}, {"member;range=0-1", {"uid=a", "uid=b"}}});
      } else {
        answer.entry(search.id, "cn=big", {{"member;range=2-*", {"uid=c"}}});
      }
    } else {
      answer.entry(search.id, search.base, {{"uid", {search.base.substr(4)}}});
    }
    answer.done(search.id);
  });
  Sync run("ldap", admin(directory.url(), {{"group_dn", "cn=big"}}));
  run.read();
  EXPECT_TRUE(run.succeeded()) << run.source_error;
  EXPECT_EQ(run.values("uid"), (Names{"a", "b", "c"}));
  EXPECT_EQ(asked, (std::vector<std::string>{"member", "member;range=2-*"}));
}

TEST(LdapScripted, RangesThatDoNotGoOnAreAFailure) {
  ScriptedDirectory directory([&](const ScriptedDirectory::Search& search, ScriptedDirectory::Answer& answer) {
    if (search.base == "cn=big") {
      answer.entry(search.id, "cn=big", {{"member;range=0-1", {"uid=a", "uid=b"}}});
    } else {
      answer.entry(search.id, search.base, {{"uid", {search.base.substr(4)}}});
    }
    answer.done(search.id);
  });
  Sync run("ldap", admin(directory.url(), {{"group_dn", "cn=big"}}));
  run.read();
  EXPECT_EQ(run.values("uid"), (Names{"a", "b"}));
  EXPECT_NE(run.source_error.find("cn=big"), std::string::npos);
}

/// A person in groups that come in ranges of two; the second range is what `second` says.
ScriptedDirectory::Script person_in_groups(const ScriptedDirectory::Attributes& second) {
  return [second](const ScriptedDirectory::Search& search, ScriptedDirectory::Answer& answer) {
    if (search.base == "uid=a") {
      answer.entry(search.id, "uid=a", second);
    } else {
      answer.entry(search.id, "uid=a", {{"uid", {"a"}}, {"memberOf", {}}, {"memberOf;range=0-1", {"cn=1", "cn=2"}}});
      answer.entry(search.id, "uid=b", {{"uid", {"b"}}, {"memberOf", {"cn=1"}}});
    }
    answer.done(search.id, 0, search.cookie ? std::optional<std::string>("") : std::nullopt);
  };
}

TEST(LdapScripted, MembershipsInRanges) {
  ScriptedDirectory directory(person_in_groups({{"memberOf;range=2-*", {"cn=3"}}}));
  Sync run("ldap_assets", admin(directory.url()));
  run.connector->sources = {"uid", "memberOf"};
  run.read();
  EXPECT_TRUE(run.succeeded()) << run.source_error;
  EXPECT_EQ(run.records, (std::vector<Json>{{{"uid", "a"}, {"memberOf", {"cn=1", "cn=2", "cn=3"}}},
                                            {{"uid", "b"}, {"memberOf", {"cn=1"}}}}));
  EXPECT_EQ(run.errors, (std::vector<std::string>{"", ""}));
}

TEST(LdapScripted, MembershipsThatDoNotAllComeAreAFailedRecord) {
  ScriptedDirectory directory(person_in_groups({{"uid", {"a"}}}));
  Sync run("ldap_assets", admin(directory.url()));
  run.connector->sources = {"uid", "memberOf"};
  run.read();
  EXPECT_TRUE(run.succeeded()) << run.source_error;
  ASSERT_EQ(run.errors.size(), 2U);
  EXPECT_EQ(run.errors[0], "'uid=a', memberOf;range=0-1: the server gives no values from number 2 on");
  EXPECT_EQ(run.errors[1], "");
}

TEST(LdapScripted, AServerThatWantsEncryptionIsToldOf) {
  const auto nothing = [](const ScriptedDirectory::Search&, ScriptedDirectory::Answer&) {};
  for (const int code : {8, 13}) {
    ScriptedDirectory directory(nothing, code);
    Sync run("ldap", admin(directory.url()));
    run.read();
    EXPECT_NE(run.authentication_error.find("use an ldaps:// url or start_tls = True"), std::string::npos)
        << run.authentication_error;
    EXPECT_EQ(run.authentication_error.find("Check username"), std::string::npos);
  }
}

TEST(LdapScripted, MembersWhoseNamesAreWrittenInTwoWaysAreSentOnce) {
  ScriptedDirectory directory([](const ScriptedDirectory::Search& search, ScriptedDirectory::Answer& answer) {
    if (search.base == "cn=it") {
      answer.entry(search.id, "cn=it", {{"member", {"cn=Doe\\, Ann,dc=x", "CN=doe\\2c ann, DC=x"}}});
    } else {
      answer.entry(search.id, search.base, {{"uid", {"ann"}}});
    }
    answer.done(search.id);
  });
  Sync run("ldap", admin(directory.url(), {{"group_dn", "cn=it"}}));
  run.read();
  EXPECT_EQ(run.values("uid"), (Names{"ann"}));
}

TEST(LdapScripted, ThePageAfterThisOneIsAskedForFirst) {
  std::mutex mutex;
  std::condition_variable asked;
  std::vector<std::string> cookies;
  bool critical = false;
  ScriptedDirectory directory([&](const ScriptedDirectory::Search& search, ScriptedDirectory::Answer& answer) {
    {
      const std::lock_guard lock(mutex);
      critical = critical || search.critical;
      cookies.push_back(search.cookie.value_or("no control"));
      asked.notify_all();
    }
    answer.entry(search.id, "uid=" + *search.cookie, {{"uid", {"page" + *search.cookie}}});
    answer.reference(search.id, "ldap://elsewhere.example.com/dc=x");
    answer.done(search.id, 0, search.cookie->size() < 2 ? *search.cookie + "x" : "");
  });
  Sync run("ldap", admin(directory.url()));
  run.read([&] {
    std::unique_lock lock(mutex);
    const std::size_t ahead = std::min<std::size_t>(run.records.size() + 1, 3);
    EXPECT_TRUE(asked.wait_for(lock, 10s, [&] { return cookies.size() >= ahead; })) << run.records.size();
    EXPECT_EQ(cookies.size(), ahead);
  });
  EXPECT_TRUE(run.succeeded()) << run.source_error;
  EXPECT_EQ(run.values("uid"), (Names{"page", "pagex", "pagexx"}));
  EXPECT_EQ(cookies, (std::vector<std::string>{"", "x", "xx"}));
  EXPECT_FALSE(critical);
}

TEST(LdapScripted, AServerThatDoesNotKnowPagingGivesAllAtOnce) {
  ScriptedDirectory directory([&](const ScriptedDirectory::Search& search, ScriptedDirectory::Answer& answer) {
    for (int i = 0; i < 1300; ++i) {
      answer.entry(search.id, "uid=" + std::to_string(i), {{"uid", {std::to_string(i)}}});
    }
    answer.done(search.id);
  });
  Sync run("ldap", admin(directory.url()));
  run.read();
  EXPECT_TRUE(run.succeeded()) << run.source_error;
  EXPECT_EQ(run.records.size(), 1300U);
}

TEST(LdapScripted, ReferencesToOtherServersAreNotFollowed) {
  const ScriptedDirectory other([](const ScriptedDirectory::Search& search, ScriptedDirectory::Answer& answer) {
    answer.entry(search.id, "uid=b", {{"uid", {"b"}}});
    answer.done(search.id);
  });
  ScriptedDirectory directory([&](const ScriptedDirectory::Search& search, ScriptedDirectory::Answer& answer) {
    answer.reference(search.id, other.url() + "/dc=x");
    answer.entry(search.id, "uid=a", {{"uid", {"a"}}});
    answer.done(search.id);
  });
  Sync run("ldap", admin(directory.url()));
  run.read();
  EXPECT_EQ(run.values("uid"), Names{"a"});
  EXPECT_EQ(other.connections(), 0);
}

TEST(LdapScripted, WhatCameBeforeAPageFailedIsHandedOver) {
  ScriptedDirectory directory([&](const ScriptedDirectory::Search& search, ScriptedDirectory::Answer& answer) {
    answer.entry(search.id, "uid=a", {{"uid", {search.cookie->empty() ? "a" : "b"}}});
    answer.done(search.id, search.cookie->empty() ? 0 : 3, "x");
  });
  Sync run("ldap", admin(directory.url()));
  run.read();
  EXPECT_EQ(run.values("uid"), (Names{"a", "b"}));
  EXPECT_NE(run.source_error.find("Time limit exceeded (3)"), std::string::npos) << run.source_error;
}

TEST(LdapScripted, TheSameEmptyPageForEverIsAFailure) {
  ScriptedDirectory directory([&](const ScriptedDirectory::Search& search, ScriptedDirectory::Answer& answer) {
    answer.done(search.id, 0, "same");
  });
  Sync run("ldap", admin(directory.url()));
  run.read();
  EXPECT_NE(run.source_error, "");
}

TEST(LdapScripted, APagingControlWithoutAValueIsAFailure) {
  ScriptedDirectory directory([&](const ScriptedDirectory::Search& search, ScriptedDirectory::Answer& answer) {
    answer.entry(search.id, "uid=a", {{"uid", {"a"}}});
    answer.done_with_bare_paging(search.id);
  });
  Sync run("ldap", admin(directory.url()));
  run.read();
  EXPECT_EQ(run.values("uid"), Names{"a"});
  EXPECT_NE(run.source_error.find("Decoding error"), std::string::npos) << run.source_error;
}

TEST(LdapScripted, WhatCameBeforeALossStaysAndNobodyConnectsAgain) {
  ScriptedDirectory directory([&](const ScriptedDirectory::Search& search, ScriptedDirectory::Answer& answer) {
    if (search.base == "cn=one") {
      answer.entry(search.id, search.base, {{"member", {"uid=a", "uid=b"}}});
      return answer.done(search.id);
    }
    if (search.base == "uid=b") return answer.close();
    answer.entry(search.id, search.base, {{"uid", {search.base.substr(4)}}});
    answer.done(search.id);
  });
  Sync run("ldap", admin(directory.url(), {{"group_dn", "cn=one"}}));
  run.read();
  EXPECT_EQ(run.values("uid"), Names{"a"});
  EXPECT_NE(run.source_error.find("uid=b"), std::string::npos) << run.source_error;
  EXPECT_EQ(directory.connections(), 1);
}

TEST(LdapScripted, ALossAmongTheMembersIsToldOnce) {
  ScriptedDirectory directory([&](const ScriptedDirectory::Search& search, ScriptedDirectory::Answer& answer) {
    if (search.base != "cn=g") return answer.close();
    std::vector<std::string> members;
    for (int i = 0; i < 64; ++i) members.push_back("uid=" + std::to_string(i));
    answer.entry(search.id, search.base, {{"member", members}});
    answer.done(search.id);
  });
  Sync run("ldap", admin(directory.url(), {{"groups_dn", R"(["cn=g", "cn=h"])"}}));
  run.read();
  EXPECT_TRUE(run.records.empty());
  EXPECT_NE(run.source_error.find("no more can be read"), std::string::npos) << run.source_error;
  EXPECT_EQ(std::ranges::count(run.warnings(), '\n'), 1) << run.warnings();
}

TEST(LdapScripted, ARefusedBindIsToldWithWhatHelps) {
  const std::pair<int, std::string> refusals[] = {
      {8, "start_tls"}, {13, "start_tls"}, {51, "later"}, {52, "later"}, {49, "username and password"}};
  for (const auto& [code, help] : refusals) {
    const ScriptedDirectory directory([](const auto&, auto&) {}, code);
    Sync run("ldap", admin(directory.url()));
    run.read();
    EXPECT_NE(run.authentication_error.find(help), std::string::npos) << run.authentication_error;
  }
}

TEST(LdapScripted, ThirtyTwoMembersAtOnce) {
  std::vector<ScriptedDirectory::Search> waiting;
  ScriptedDirectory directory([&](const ScriptedDirectory::Search& search, ScriptedDirectory::Answer& answer) {
    if (search.base == "cn=g") {
      std::vector<std::string> members;
      for (int i = 0; i < 64; ++i) members.push_back("uid=" + std::to_string(i));
      answer.entry(search.id, search.base, {{"member", members}});
      return answer.done(search.id);
    }
    // Nothing is answered before 32 are under way: one after the other would never end.
    waiting.push_back(search);
    if (waiting.size() < 32) return;
    for (const ScriptedDirectory::Search& asked : waiting) {
      answer.entry(asked.id, asked.base, {{"uid", {asked.base.substr(4)}}});
      answer.done(asked.id);
    }
    waiting.clear();
  });
  Sync run("ldap", admin(directory.url(), {{"group_dn", "cn=g"}}));
  run.read();
  EXPECT_TRUE(run.succeeded()) << run.source_error;
  EXPECT_EQ(run.records.size(), 64U);
}

TEST(LdapScripted, MembersElsewhereAreSkippedAndRefusedOnesAreFailures) {
  ScriptedDirectory directory([&](const ScriptedDirectory::Search& search, ScriptedDirectory::Answer& answer) {
    if (search.base == "cn=g") {
      answer.entry(search.id, search.base,
                   {{"member", {"uid=elsewhere", "no dn", "uid=secret", "uid=hidden", "uid=a", ""}}});
      return answer.done(search.id);
    }
    if (search.base == "uid=elsewhere") return answer.done(search.id, 10);
    if (search.base == "no dn") return answer.done(search.id, 34);
    if (search.base == "uid=secret" || search.base == "uid=hidden") return answer.done(search.id, 50);
    answer.entry(search.id, "UID=A", {{"uid", {"a"}}});
    answer.done(search.id);
  });
  Sync run("ldap", admin(directory.url(), {{"group_dn", "cn=g"}}));
  run.read();
  EXPECT_EQ(run.values("uid"), Names{"a"});
  EXPECT_NE(run.source_error.find("uid=secret"), std::string::npos) << run.source_error;
  EXPECT_NE(run.source_error.find("(and 1 more failures)"), std::string::npos) << run.source_error;
  EXPECT_EQ(run.source_error.find("uid=elsewhere"), std::string::npos);
  EXPECT_NE(run.warnings().find("uid=elsewhere"), std::string::npos);
  EXPECT_NE(run.warnings().find("no dn"), std::string::npos);
}

TEST(LdapScripted, ADnInAnyCaseIsTheSameEntry) {
  ScriptedDirectory directory([&](const ScriptedDirectory::Search& search, ScriptedDirectory::Answer& answer) {
    if (search.base == "cn=g") {
      answer.entry(search.id, search.base, {{"member", {"uid=Žofie", "uid=ann"}}});
    } else {
      answer.entry(search.id, search.base == "uid=ann" ? "UID=ŽOFIE" : "uid=žofie", {{"uid", {"z"}}});
    }
    answer.done(search.id);
  });
  Sync run("ldap", admin(directory.url(), {{"group_dn", "cn=g"}}));
  run.read();
  EXPECT_TRUE(run.succeeded()) << run.source_error;
  EXPECT_EQ(run.records.size(), 1U);
}

TEST(LdapScripted, TheFirstEntryOfAFilterIsTheMemberWhateverComesMore) {
  ScriptedDirectory directory([&](const ScriptedDirectory::Search& search, ScriptedDirectory::Answer& answer) {
    if (search.base == "cn=g") {
      answer.entry(search.id, search.base, {{"member", {"a"}}});
    } else {
      for (const char* uid : {"first", "second"}) answer.entry(search.id, uid, {{"uid", {uid}}});
    }
    answer.done(search.id);
  });
  Sync run("ldap", admin(directory.url(), {{"group_dn", "cn=g"}, {"group_member_filter", "(uid={})"}}));
  run.read();
  EXPECT_EQ(run.values("uid"), Names{"first"});
}

TEST(LdapScripted, AnEntryWithoutValuesAndOneWithoutAttributes) {
  ScriptedDirectory directory([&](const ScriptedDirectory::Search& search, ScriptedDirectory::Answer& answer) {
    answer.entry(search.id, "uid=a", {{"uid", {}}});
    answer.entry(search.id, "uid=b", {});
    answer.done(search.id);
  });
  Sync run("ldap", admin(directory.url()));
  run.read();
  ASSERT_EQ(run.records.size(), 1U);
  EXPECT_EQ(run.records[0], (Json{{"uid", ""}}));
}

TEST(LdapScripted, AStopEndsTheWaitForAnAnswer) {
  std::stop_source stop;
  ScriptedDirectory directory([&](const ScriptedDirectory::Search&, ScriptedDirectory::Answer&) {
    stop.request_stop();  // and nothing is answered
  });
  Sync run("ldap", admin(directory.url()));
  run.connector->stop = stop.get_token();
  EXPECT_THROW(run.read(), Stopped);
}

TEST(LdapScripted, AStopEndsPagesWithoutEntries) {
  std::stop_source stop;
  ScriptedDirectory directory([&](const ScriptedDirectory::Search& search, ScriptedDirectory::Answer& answer) {
    if (search.cookie->size() > 5) stop.request_stop();
    answer.done(search.id, 0, *search.cookie + "x");
  });
  Sync run("ldap", admin(directory.url()));
  run.connector->stop = stop.get_token();
  EXPECT_THROW(run.read(), Stopped);
}

TEST(LdapScripted, StoppedPassesThrough) {
  ScriptedDirectory directory([&](const ScriptedDirectory::Search& search, ScriptedDirectory::Answer& answer) {
    answer.entry(search.id, "uid=a", {{"uid", {"a"}}});
    answer.done(search.id, 0, "more");
  });
  Sync run("ldap", admin(directory.url()));
  EXPECT_THROW(run.read([] { throw Stopped(); }), Stopped);
  EXPECT_EQ(run.records.size(), 1U);
}

class LdapProgram : public test::ProgramTest {};

TEST_F(LdapProgram, UsersByTheDefaultMappingAndAssets) {
  ScriptedDirectory directory([&](const ScriptedDirectory::Search& search, ScriptedDirectory::Answer& answer) {
    answer.entry(search.id, "1", {{"uid", {"ann"}}, {"sAMAccountName", {"a"}}, {"mail", {"a@x"}}, {"sn", {"Ng"}}});
    answer.entry(search.id, "2", {{"sAMAccountName", {"ben"}}, {"mail", {"b@x"}}, {"givenName", {"Ben"}}});
    answer.entry(search.id, "3", {{"uid", {"no mail"}}});
    answer.entry(search.id, "4", {{"mail", {"no user"}}});
    answer.done(search.id);
  });
  const std::string common =
      "enable = True\nuse_server_map = False\nurl = " + directory.url() + "\nusername = anonymous\nbase_dn = dc=x\n";
  configure("[ldap]\ndefault_role = 25\ndefault_position = Employee\n" + common + "[ldap_assets]\nsync_field = UID\n" +
            common + "mapping.UID = uid\n");
  EXPECT_EQ(run({"--ini", "config.ini", "upload", "ldap"}), 0) << output();
  EXPECT_EQ(
      to_text(Json(oomnitza.cloud().records("users"))),
      R"([{"USER":"ann","FIRST_NAME":null,"LAST_NAME":"Ng","EMAIL":"a@x","PERMISSIONS_ID":"25","POSITION":"Employee"},)"
      R"({"USER":"ben","FIRST_NAME":"Ben","LAST_NAME":null,"EMAIL":"b@x","PERMISSIONS_ID":"25","POSITION":"Employee"}])");
  EXPECT_EQ(run({"--ini", "config.ini", "upload", "ldap_assets"}), 0) << output();
  EXPECT_EQ(oomnitza.cloud().records("assets").size(), 4U);
}

}  // namespace connector::ldap_test
