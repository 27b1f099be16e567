#include "config/environment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/settings.h"
#include "config/support.h"

namespace connector::environment_test {

using config_test::Folder;
using config_test::problems_of;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

struct Example final : Connector {
  Url url;
  std::string base_dn;
  void read(const Emit&) override {}
};

Plugin plugin(const std::string& section, const std::string& prefix = {}) {
  return {.section = section,
          .mapping_name = section,
          .settings = {setting("url", &Example::url, {.help = "Address.", .environment_names = {"OLD_SUBDOMAIN"}}),
                       setting("base_dn", &Example::base_dn, {.help = "Base."})},
          .environment_prefix = prefix,
          .make = make<Example>};
}

// "section.key=value (origin)" of every entry.
std::vector<std::string> entries(const EnvironmentVariables& variables, const std::vector<Plugin>& plugins) {
  std::vector<std::string> found;
  for (const Section& section : sections_from_environment(variables, plugins, cloud_settings())) {
    for (const Entry& entry : section.entries) {
      found.push_back(section.name + "." + entry.key + "=" + entry.value + " (" + entry.origin + ")");
    }
  }
  return found;
}

TEST(Environment, VariablesConfigureByOneRule) {
  EXPECT_THAT(entries({{"LDAP_URL", "ldaps://a ; b"},
                       {"LDAP_BASE_DN", "\"\""},
                       {"LDAP_ENABLED", "True"},
                       {"LDAP_VERIFY_SSL", "off"},
                       {"LDAP_COLOUR", "blue"},
                       {"LDAP_ASSETS_BASE_DN", "dc=x"},
                       {"OOMNITZA_URL", "https://x"},
                       {"OOMNITZA_PASSWORD", "p"},
                       {"OOMNITZA_CONNECTOR_SOURCE", "default"},
                       {"LDAP_MAPPING.X", "x"}},
                      {plugin("ldap"), plugin("ldap_assets"), plugin("netbox")}),
              ElementsAre("oomnitza.url=https://x (OOMNITZA_URL)", "oomnitza.password=p (OOMNITZA_PASSWORD)",
                          "ldap.enable=True (LDAP_ENABLED)", "ldap.url=ldaps://a ; b (LDAP_URL)",
                          "ldap.base_dn=\"\" (LDAP_BASE_DN)", "ldap.verify_ssl=off (LDAP_VERIFY_SSL)",
                          "ldap_assets.base_dn=dc=x (LDAP_ASSETS_BASE_DN)"));
}

TEST(Environment, EmptyVariablesCountAsNotSet) {
  const std::vector<Plugin> plugins = {plugin("ldap")};
  const auto sections = sections_from_environment({{"LDAP_URL", ""}, {"MANAGED_ID", ""}}, plugins, cloud_settings());
  ASSERT_EQ(sections.size(), 1u);
  EXPECT_EQ(sections[0].name, "oomnitza");
}

TEST(Environment, PluginsMayHaveAnotherPrefixAndOlderNames) {
  EXPECT_THAT(entries({{"MUNKI_URL", "https://m"}, {"MUNKI_REPORT_URL", "x"}}, {plugin("munki_report", "MUNKI")}),
              ElementsAre("munki_report.url=https://m (MUNKI_URL)"));
  EXPECT_THAT(entries({{"OLD_SUBDOMAIN", "https://old"}}, {plugin("one")}),
              ElementsAre("one.url=https://old (OLD_SUBDOMAIN)"));
  EXPECT_THAT(entries({{"OLD_SUBDOMAIN", "https://old"}, {"ONE_URL", "https://new"}}, {plugin("one")}),
              ElementsAre("one.url=https://new (ONE_URL)"));
}

TEST(Environment, ManagedSectionsAreNamedByTheirId) {
  EXPECT_THAT(
      entries({{"MANAGED_ID", "42"}, {"MANAGED_LOCAL_INPUTS", "{}"}, {"MANAGED_TEST_RUN", "1"}}, {}),
      ElementsAre("managed.42.local_inputs={} (MANAGED_LOCAL_INPUTS)", "managed.42.test_run=1 (MANAGED_TEST_RUN)"));
}

TEST(Environment, AFileMayHoldTheValue) {
  const Folder folder;
  const std::string file = folder.write("secret", "s3cret \n\n").string();
  EXPECT_THAT(
      entries({{"LDAP_URL_FILE", file}, {"LDAP_BASE_DN", "own"}, {"LDAP_BASE_DN_FILE", file}}, {plugin("ldap")}),
      ElementsAre("ldap.url=s3cret \n (LDAP_URL_FILE)", "ldap.base_dn=own (LDAP_BASE_DN)"));
  EXPECT_THAT(entries({{"MANAGED_ID_FILE", folder.write("id", "7").string()}, {"MANAGED_TEST_RUN", "1"}}, {}),
              ElementsAre("managed.7.test_run=1 (MANAGED_TEST_RUN)"));
  const std::vector<Plugin> plugins = {plugin("ldap")};
  const auto sections = sections_from_environment({{"LDAP_URL_FILE", "/none"}}, plugins, cloud_settings());
  EXPECT_THAT(sections.at(1).find("url")->problem, HasSubstr("cannot read /none")) << "others may run nevertheless";
  EXPECT_FALSE(variable_value({{"A_FILE", folder.write("empty", "\r\n").string()}}, "A"));
  EXPECT_FALSE(variable_value({{"A_FILE", ""}, {"A", ""}}, "A"));
  const std::string missing = (folder.path() / "none").string();
  EXPECT_THAT(problems_of([&] {
                variable_value({{"A_FILE", missing}}, "A");
              }),
              ElementsAre(testing::AllOf(HasSubstr("variable A_FILE: "), HasSubstr(missing))));
}

TEST(Environment, VariablesThatAreNearlySettingsAreNamed) {
  const std::vector<Plugin> plugins = {plugin("csv_assets"), plugin("chef")};
  EXPECT_THAT(unknown_variables({{"CSV_ASETS_ENABLED", "True"},
                                 {"CSV_ASSETS_URL", "x"},
                                 {"CSV_ASSETS_NOTHING_LIKE_IT", "x"},
                                 {"CSV_ASSETS_ENV_PASSWORD", "CSV_ASSETS_MY_SECRET"},
                                 {"CSV_ASSETS_MY_SECRET", "x"},
                                 {"CSV_ASSETS_MY_SECRET_FILE", "x"},
                                 {"CSV_ASSETS_BASE_DN_FILE", "x"},
                                 {"MANAGED_ID_FILE", "x"},
                                 {"CHEF_REPOSITORY_OF_ANOTHER_PROGRAM", "x"},
                                 {"OOMNITZA_CONNECTOR_SOURCE", "x"},
                                 {"PATH", "x"}},
                                plugins, cloud_settings()),
              ElementsAre("variable CSV_ASETS_ENABLED is not a setting, it is ignored; did you mean "
                          "\"CSV_ASSETS_ENABLED\"?",
                          "variable CSV_ASSETS_NOTHING_LIKE_IT is not a setting, it is ignored"));
}

TEST(EnvFile, IsReadLineByLine) {
  const Folder folder;
  const auto file =
      folder.write("a.env",
                   "\xEF\xBB\xBF# comment\r\n\n  # another\nA=1\r\nexport B = two words \nexport\tC='  x '\n"
                   "D=\"a\\n'b\"\nE=x #1\nF=\nG='\nH=a=b\nexported=1\nexport=2\nI='a\"\nA=3");
  EXPECT_THAT(read_env_file(file),
              ElementsAre(Pair("A", "3"), Pair("B", "two words"), Pair("C", "  x "), Pair("D", "a\\n'b"),
                          Pair("E", "x #1"), Pair("F", ""), Pair("G", "'"), Pair("H", "a=b"), Pair("I", "'a\""),
                          Pair("export", "2"), Pair("exported", "1")));
}

TEST(EnvFile, WrongLinesAndMissingFilesAreErrors) {
  const Folder folder;
  const auto file = folder.write("a.env", "A=1\ns3cret\n\n=2\n");
  EXPECT_THAT(problems_of([&] { read_env_file(file); }), ElementsAre(file.string() + ":2: the line is not NAME=value",
                                                                     file.string() + ":4: the line is not NAME=value"));
  EXPECT_THAT(problems_of([&] { read_env_file(folder.path() / "none.env"); }), ElementsAre(HasSubstr("none.env")));
}

TEST(EnvFile, MustBeUtf8) {
  const Folder folder;
  const auto problems = [&](const std::string& content) {
    return problems_of([&] { read_env_file(folder.write("a.env", content)); });
  };
  EXPECT_THAT(problems("A=1\nB=caf\xE9\n"), ElementsAre(HasSubstr("a.env:2: the line holds bytes that are not UTF-8")));
  EXPECT_THAT(problems(std::string("\xFF\xFE"
                                   "A\0=\0"
                                   "1\0",
                                   8)),
              ElementsAre(HasSubstr("UTF-16: save the file as UTF-8")));
  EXPECT_THAT(problems(std::string("A\0=\0"
                                   "1\0",
                                   6)),
              ElementsAre(HasSubstr("a.env:1: ")));
}

TEST(EnvFile, WhiteSpaceIsThatOfAnyScript) {
  const Folder folder;
  EXPECT_THAT(read_env_file(folder.write("a.env", "\u00A0A\u00A0=\u00A0token\u00A0\n\u00A0\u3000\n")),
              ElementsAre(Pair("A", "token")));
}

}  // namespace connector::environment_test
