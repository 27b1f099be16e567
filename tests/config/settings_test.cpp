#include "config/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>

#include "config/support.h"

namespace connector::settings_test {

using config_test::Folder;
using config_test::Lines;
using config_test::section;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

struct Example final : Connector {
  Url url;
  std::string username;
  Secret password;
  Json columns;
  int pages = 0;
  bool legacy = false;
  std::string region;
  std::string default_role;

  void read(const Emit&) override {}
  void check(const AddProblem& add_problem) override {
    if (pages == 13) add_problem("pages", "must not be 13");
    if (region == "na" && legacy) add_problem("region", "has no legacy API");
  }
};

Plugin example() {
  return {.section = "example",
          .mapping_name = "Example",
          .settings = {setting("url", &Example::url, {.help = "Address.", .example = "https://EXAMPLE"}),
                       setting("username", &Example::username, {.help = "User.", .default_value = "reader"}),
                       setting("password", &Example::password, {.help = "Password."}),
                       setting("columns", &Example::columns, {.help = "Columns.", .default_value = Json::array()}),
                       setting("pages", &Example::pages, {.help = "Pages.", .default_value = 25}),
                       setting("legacy", &Example::legacy, {.help = "Old API.", .default_value = "True"}),
                       setting("region", &Example::region,
                               {.help = "Region.", .default_value = "eu", .choices = {"eu", "na"}}),
                       setting("default_role", &Example::default_role, {.help = "Role.", .default_value = 25})},
          .make = make<Example>};
}

class Settings : public testing::Test {
 protected:
  using Given = std::vector<std::pair<std::string, std::string>>;

  // The section with url and password, and these settings.
  static Section with(Given given) {
    given.insert(given.begin(), {{"url", "https://example.com/"}, {"password", "pa55word"}});
    return section("example.one", given);
  }

  Example* made(const Section& from) {
    section_ = make_connector(from, plugin_, context_, problems_);
    return section_ ? static_cast<Example*>(section_->connector.get()) : nullptr;
  }

  std::vector<std::string> problems(const Section& from) {
    problems_.clear();
    EXPECT_EQ(made(from), nullptr);
    return lines();
  }

  std::vector<std::string> lines() const { return {problems_.begin(), problems_.end()}; }

  CloudSettings cloud(const Given& given) {
    problems_.clear();
    return make_cloud_settings(section("oomnitza", given), context_, problems_);
  }

  Plugin plugin_ = example();
  std::shared_ptr<Lines> log_ = std::make_shared<Lines>();
  EnvironmentVariables variables_;
  SettingsContext context_{.variables = variables_, .fetch_secrets = {}, .log = Log(log_)};
  Problems problems_;
  std::optional<ConnectorSection> section_;
};

TEST_F(Settings, FillMembersAndTakeDefaults) {
  const Example* connector = made(with({{"columns", R"(["a"])"}, {"legacy", "OFF"}, {"pages", ""}}));
  ASSERT_NE(connector, nullptr);
  EXPECT_EQ(connector->url.value, "https://example.com");
  EXPECT_EQ(connector->username, "reader");
  EXPECT_EQ(connector->password.value, "pa55word");
  EXPECT_EQ(connector->columns, Json::array({"a"}));
  EXPECT_EQ(connector->pages, 25);
  EXPECT_FALSE(connector->legacy);
  EXPECT_EQ(connector->region, "eu");
  EXPECT_TRUE(connector->verify_ssl);
  EXPECT_EQ(connector->vault_backend, "keyring");
  EXPECT_THAT(connector->sync_field, IsEmpty());
  EXPECT_EQ(section_->name, "example.one");
  EXPECT_EQ(section_->plugin, &plugin_);
  EXPECT_THAT(log_->messages, IsEmpty());
}

TEST_F(Settings, EmptyCommonSettingsTakeTheirDefaults) {
  const Example* connector = made(with({{"verify_ssl", ""}, {"insert_only", ""}, {"vault_backend", ""}}));
  ASSERT_NE(connector, nullptr);
  EXPECT_TRUE(connector->verify_ssl);
  EXPECT_FALSE(connector->insert_only);
  EXPECT_EQ(connector->vault_backend, "keyring");
}

TEST_F(Settings, AreReportedAllAtOnce) {
  const std::vector<std::string> found = problems(section("example", {{"columns", "[s3cret"},
                                                                      {"pages", "s3cret"},
                                                                      {"legacy", "maybe"},
                                                                      {"region", "EU"},
                                                                      {"verify_ssl", "2"},
                                                                      {"password", ""},
                                                                      {"mapping.x", "{s3cret"}}));
  EXPECT_THAT(found, testing::UnorderedElementsAre(
                         StartsWith("config.ini:1: section [example], setting url: is required"),
                         StartsWith("config.ini:7: section [example], setting password: is required"),
                         StartsWith("config.ini:2: section [example], setting columns: must be JSON"),
                         StartsWith("config.ini:3: section [example], setting pages: must be a whole number"),
                         StartsWith("config.ini:4: section [example], setting legacy: must be true or false"),
                         StartsWith("config.ini:5: section [example], setting region: must be one of eu, na"),
                         StartsWith("config.ini:6: section [example], setting verify_ssl: must be true or false"),
                         StartsWith("config.ini:8: section [example], setting mapping.x: begins like JSON")));
  for (const std::string& problem : found) EXPECT_THAT(problem, Not(HasSubstr("s3cret")));
}

TEST_F(Settings, AreCheckedByTheConnectorOnceEachIsRight) {
  EXPECT_THAT(problems(with({{"pages", "13"}, {"region", "na"}})),
              ElementsAre("config.ini:4: section [example.one], setting pages: must not be 13",
                          "config.ini:5: section [example.one], setting region: has no legacy API"));
}

TEST_F(Settings, UnknownOnesAreWarnedAboutWithoutTheirValue) {
  ASSERT_NE(made(with({{"colour", "s3cret"}, {"enable", "yes"}, {"mapping.a", "b"}, {"only_if_filled", "x"}})),
            nullptr);
  ASSERT_EQ(log_->messages.size(), 1u);
  EXPECT_THAT(log_->messages[0], HasSubstr("config.ini:4: section [example.one]"));
  EXPECT_THAT(log_->messages[0], HasSubstr("colour"));
  EXPECT_THAT(log_->messages[0], Not(HasSubstr("s3cret")));
}

TEST_F(Settings, ValuesAreTheTextsAsConfiguredOrOwnDefaults) {
  ASSERT_NE(made(with({{"sync_field", "A, B ,,"}, {"vault_alias", ""}, {"legacy", "No"}, {"colour", "blue"}})),
            nullptr);
  EXPECT_EQ(section_->connector->sync_field, (std::vector<std::string>{"A", "B"}));
  const SettingValues& values = section_->values;
  EXPECT_EQ(values.at("sync_field"), "A, B ,,");
  EXPECT_EQ(values.at("vault_alias"), "");
  EXPECT_EQ(values.at("legacy"), "No");
  EXPECT_EQ(values.at("url"), "https://example.com/");
  EXPECT_EQ(values.at("default_role"), 25);
  EXPECT_EQ(values.at("username"), "reader");
  EXPECT_FALSE(values.contains("colour"));
  EXPECT_FALSE(values.contains("verify_ssl"));
}

TEST_F(Settings, ThatSwallowTheLinesBelowThemSaySo) {
  EXPECT_THAT(problems(with({{"legacy", "True\n  pages = 3"}})),
              ElementsAre(HasSubstr("must be true or false: the lines below it are indented deeper")));
  EXPECT_FALSE(is_enabled(section("a", {{"enable", "True\n  pages = 3"}}), problems_));
  EXPECT_THAT(lines(), Contains(HasSubstr("setting enable: must be true or false: the lines below")));
}

TEST_F(Settings, TokensLoseTheBlanksAroundThemWithAWarning) {
  const CloudSettings settings = cloud({{"url", "https://x"}, {"api_token", "\n t0ken\u00A0"}});
  EXPECT_EQ(settings.api_token.value, "t0ken");
  EXPECT_THAT(log_->messages, ElementsAre(HasSubstr("setting api_token: blanks or line breaks around the value")));
  EXPECT_THAT(log_->hidden, Contains("t0ken"));
  EXPECT_EQ(cloud({{"url", "https://x"}, {"username", "u"}, {"password", " p "}}).password.value, " p ");
}

TEST_F(Settings, AnEncryptedPrivateKeyNeedsItsPassword) {
  const Folder folder;
  for (const char* head :
       {"-----BEGIN ENCRYPTED PRIVATE KEY-----\n", "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n"}) {
    const std::string file = folder.write("key.pem", std::string("-----BEGIN CERTIFICATE-----\n") + head).string();
    EXPECT_THAT(problems(with({{"user_pem_file", file}})),
                ElementsAre(HasSubstr("setting user_pem_password: is required")));
    problems_.clear();
    EXPECT_NE(made(with({{"user_pem_file", file}, {"user_pem_password", "word"}})), nullptr);
  }
  const std::string plain = folder.write("plain.pem", "-----BEGIN PRIVATE KEY-----\n").string();
  EXPECT_NE(made(with({{"user_pem_file", plain}})), nullptr);
}

TEST_F(Settings, SecretsAreHidden) {
  ASSERT_NE(made(with({})), nullptr);
  EXPECT_THAT(log_->hidden, ElementsAre("pa55word"));
}

TEST_F(Settings, EnvPasswordWinsOverTheSection) {
  variables_["PW"] = " from env \"%%";
  ASSERT_NE(made(with({{"env_password", "PW"}})), nullptr);
  EXPECT_EQ(static_cast<Example&>(*section_->connector).password.value, " from env \"%%");
  EXPECT_THAT(log_->hidden, Contains("pa55word"));
  EXPECT_THAT(log_->hidden, Contains(" from env \"%%"));
  const Example* without_password = made(section("example", {{"env_password", "PW"}, {"url", "x"}}));
  ASSERT_NE(without_password, nullptr);
  EXPECT_EQ(without_password->password.value, " from env \"%%");
}

TEST_F(Settings, EnvPasswordMustBeSetAndNotEmptyWhereRequired) {
  EXPECT_THAT(problems(with({{"env_password", "NO_SUCH"}})),
              ElementsAre(testing::AllOf(HasSubstr("[example.one]"), HasSubstr("NO_SUCH"))));
  EXPECT_THAT(problems(section("example", {{"url", "x"}, {"env_password", "NO_SUCH"}})),
              ElementsAre(HasSubstr("NO_SUCH")));
  variables_["PW"] = "";
  EXPECT_THAT(problems(with({{"env_password", "PW"}})),
              ElementsAre(testing::AllOf(HasSubstr("setting password"), HasSubstr("PW is empty"))));
}

TEST_F(Settings, SecretStoresWinOverAll) {
  variables_["PW"] = "from-env";
  context_.fetch_secrets = [](const Section& from, const SectionSettings& settings,
                              const std::vector<std::string>& keys, const Log&) -> std::map<std::string, std::string> {
    EXPECT_EQ(from.name, "example");
    EXPECT_EQ(settings.vault_backend, "vault");
    EXPECT_EQ(settings.vault_alias, "alias");
    EXPECT_THAT(keys, ElementsAre("password", "url", "pages", "other"));
    return {{"password", " from vault "}, {"url", "https://vault/"}, {"pages", "7"}, {"other", "s3cret"}};
  };
  const Example* connector = made(section("example", {{"env_password", "PW"},
                                                      {"password", "from-ini"},
                                                      {"vault_backend", "vault"},
                                                      {"vault_alias", "alias"},
                                                      {"vault_keys", " password\n  url pages other url "}}));
  ASSERT_NE(connector, nullptr);
  EXPECT_EQ(connector->password.value, " from vault ");
  EXPECT_EQ(connector->url.value, "https://vault");
  EXPECT_EQ(connector->pages, 7);
  EXPECT_EQ(section_->values.at("password"), " from vault ");
  for (const char* secret : {" from vault ", "https://vault/", "from-ini", "from-env"}) {
    EXPECT_THAT(log_->hidden, Contains(secret));
  }
  EXPECT_THAT(log_->messages,
              ElementsAre(testing::AllOf(HasSubstr("other"), Not(HasSubstr("s3cret"))),
                          "section [example]: url from vault \"alias\", password from vault \"alias\", pages from "
                          "vault \"alias\""));
}

TEST_F(Settings, CredentialsOfAServiceWinOverAllButStores) {
  const Folder folder;
  folder.write("example.password", "from systemd\n");
  folder.write("example.pages", "8");
  folder.write("example.pasword", "s3cret");
  folder.write("example.one.url", "of another section");
  folder.write("examples.url", "of another section");
  variables_ = {{"CREDENTIALS_DIRECTORY", folder.path().string()}, {"PW", "from-env"}};
  context_.fetch_secrets = [](auto&&...) -> std::map<std::string, std::string> { return {{"pages", "9"}}; };
  const Example* connector = made(
      section("example",
              {{"url", "https://x"}, {"password", "from-ini"}, {"vault_backend", "vault"}, {"vault_keys", "pages"}}));
  ASSERT_NE(connector, nullptr);
  EXPECT_EQ(connector->password.value, "from systemd");
  EXPECT_EQ(connector->pages, 9);
  EXPECT_EQ(connector->url.value, "https://x");
  EXPECT_THAT(log_->hidden, Contains("from systemd"));
  EXPECT_THAT(log_->messages,
              testing::UnorderedElementsAre(
                  testing::AllOf(HasSubstr("credential example.pasword"), HasSubstr("unknown setting pasword"),
                                 HasSubstr("\"password\"")),
                  "section [example]: password from credential example.password, pages from vault \"example\""));
}

TEST_F(Settings, TheLogSaysWhereSecretsOfTheFileStand) {
  ASSERT_NE(made(with({{"env_password", ""}})), nullptr);
  EXPECT_THAT(log_->details, ElementsAre("section [example.one]: password from config.ini:3"));
}

TEST_F(Settings, AFileOfAVariableMustBeReadable) {
  Section from = with({});
  from.entries.push_back({.key = "pages", .value = "", .origin = "EXAMPLE_PAGES_FILE", .problem = "cannot read /none"});
  EXPECT_THAT(problems(from),
              ElementsAre("EXAMPLE_PAGES_FILE: section [example.one], setting pages: cannot read /none"));
}

TEST_F(Settings, AVariableOfEnvPasswordMayBeAFile) {
  const Folder folder;
  variables_["PW_FILE"] = folder.write("pw", "from-file\n").string();
  const Example* connector = made(with({{"env_password", "PW"}}));
  ASSERT_NE(connector, nullptr);
  EXPECT_EQ(connector->password.value, "from-file");
  variables_["PW_FILE"] = (folder.path() / "none").string();
  EXPECT_THAT(problems(with({{"env_password", "PW"}})), ElementsAre(HasSubstr("variable PW_FILE: ")));
}

TEST_F(Settings, SecretsThatAreMissingAreOneProblemEach) {
  context_.fetch_secrets = [](auto&&...) -> std::map<std::string, std::string> { throw ConfigError("no secret"); };
  EXPECT_THAT(problems(section("example", {{"vault_keys", "url password"}})), ElementsAre("no secret"));
  context_.fetch_secrets = {};
  EXPECT_THAT(problems(with({{"vault_keys", "url"}})), ElementsAre(HasSubstr("setting vault_keys")));
  EXPECT_THAT(problems(with({{"vault_keys", "url"}, {"vault_backend", "Vault"}})),
              ElementsAre(HasSubstr("setting vault_backend: must be one of keyring, vault, cyberark")));
}

TEST_F(Settings, SslProtocolIsChecked) {
  for (const char* good : {"", "ssl", "SSL23", "sslv23", "tls", "TLS1", "tls1.2", "tls1.3"}) {
    EXPECT_NE(made(with({{"ssl_protocol", good}})), nullptr) << good;
  }
  EXPECT_THAT(log_->messages, ElementsAre(HasSubstr("TLS 1.0"), HasSubstr("TLS 1.0")));  // tls and TLS1, once each
  EXPECT_EQ(made(with({{"ssl_protocol", "TLS1.2"}}))->ssl_protocol, "tls1.2");
  for (const char* old : {"ssl2", "sslv2", "ssl3", "SSLv3"}) {
    EXPECT_THAT(problems(with({{"ssl_protocol", old}})), ElementsAre(HasSubstr("is no longer supported"))) << old;
  }
  EXPECT_THAT(problems(with({{"ssl_protocol", "quantum"}})),
              ElementsAre(testing::AllOf(HasSubstr("ssl, ssl23, sslv23, tls, tls1, tls1.2, tls1.3"),
                                         HasSubstr("ssl2, sslv2, ssl3, sslv3"))));
}

TEST_F(Settings, FilesMustExist) {
  const Folder folder;
  const std::string file = folder.write("ca.pem", "x").string();
  EXPECT_NE(made(with({{"cacert_file", file}, {"cacert_dir", folder.path()}, {"user_pem_file", file}})), nullptr);
  EXPECT_THAT(problems(with({{"cacert_file", folder.path()}, {"cacert_dir", file}, {"user_pem_file", file + "x"}})),
              ElementsAre(HasSubstr("setting cacert_file"), HasSubstr("setting user_pem_file"),
                          HasSubstr("setting cacert_dir")));
}

TEST_F(Settings, InsertOnlyAndUpdateOnlyExcludeEachOther) {
  EXPECT_NE(made(with({{"insert_only", "True"}, {"update_only", "False"}})), nullptr);
  EXPECT_THAT(problems(with({{"insert_only", "1"}, {"update_only", "on"}})), ElementsAre(HasSubstr("insert_only and")));
}

TEST_F(Settings, RecordFiltersAreHandedOver) {
  ASSERT_NE(made(with({{"recordfilter", "\n  return True"}})), nullptr);
  EXPECT_EQ(section_->recordfilter, "\n  return True");
  EXPECT_EQ(section_->recordfilter_origin, "config.ini:4");
  ASSERT_NE(made(with({{"recordfilter", ""}})), nullptr);
  EXPECT_EQ(section_->recordfilter, "");
}

TEST_F(Settings, TheCloudNeedsAWayToLogIn) {
  const Folder folder;
  const std::string pem = folder.write("user.pem", "x").string();
  const CloudSettings settings = cloud({{"url", "https://x.oomnitza.com//"}, {"api_token", "token"}});
  EXPECT_THAT(lines(), IsEmpty());
  EXPECT_EQ(settings.url.value, "https://x.oomnitza.com");
  EXPECT_EQ(settings.batch_size, 100);
  cloud({{"url", "u"}, {"username", "n"}, {"password", "p"}, {"enable", "True"}});
  EXPECT_THAT(lines(), IsEmpty());
  cloud({{"url", "u"}, {"user_pem_file", pem}});
  EXPECT_THAT(lines(), IsEmpty());
  cloud({{"username", "n"}});
  EXPECT_THAT(lines(), ElementsAre(HasSubstr("setting url"), HasSubstr("api_token, or username and password")));
  EXPECT_THAT(log_->messages, IsEmpty());
}

TEST_F(Settings, BatchesHoldOneToAHundredRecords) {
  EXPECT_EQ(cloud({{"url", "u"}, {"api_token", "t"}, {"batch_size", "1"}}).batch_size, 1);
  EXPECT_THAT(lines(), IsEmpty());
  for (const char* wrong : {"0", "101", "-1", "ten", "99999999999"}) {
    cloud({{"url", "u"}, {"api_token", "t"}, {"batch_size", wrong}});
    EXPECT_THAT(lines(), ElementsAre(HasSubstr("setting batch_size"))) << wrong;
  }
}

TEST_F(Settings, ManagedSectionsHaveTheirOwn) {
  ManagedSettings settings;
  const auto values = fill_settings(
      settings, managed_settings(),
      section("managed.7", {{"saas_authorization", R"({"credential_id": "c"})"}, {"oomnitza_authorization", "tok-en"}}),
      context_, problems_);
  EXPECT_THAT(lines(), IsEmpty());
  EXPECT_EQ(settings.saas_authorization, (Json{{"credential_id", "c"}}));
  EXPECT_EQ(settings.oomnitza_authorization.value, "tok-en");
  EXPECT_TRUE(settings.local_inputs.is_null());
  EXPECT_EQ(settings.api_url.value, "https://iam.amazonaws.com");
  EXPECT_THAT(log_->hidden, Contains("tok-en"));
  fill_settings(settings, managed_settings(), section("managed.7", {{"local_inputs", "{"}}), context_, problems_);
  EXPECT_THAT(lines(), ElementsAre(HasSubstr("setting local_inputs")));
}

TEST_F(Settings, SectionsTakePartWhenEnabled) {
  for (const char* yes : {"true", "YES", "y", "On", "t", "1"}) {
    EXPECT_TRUE(is_enabled(section("a", {{"enable", yes}}), problems_)) << yes;
  }
  for (const char* no : {"false", "No", "n", "OFF", "f", "0", ""}) {
    EXPECT_FALSE(is_enabled(section("a", {{"enable", no}}), problems_)) << no;
  }
  EXPECT_FALSE(is_enabled(section("a", {}), problems_));
  EXPECT_THAT(lines(), IsEmpty());
  EXPECT_FALSE(is_enabled(section("a", {{"enable", "2"}}), problems_));
  EXPECT_THAT(lines(), ElementsAre("config.ini:2: section [a], setting enable: must be true or false"));
}

TEST(ParseSetting, WholeNumbers) {
  int value = 0;
  parse_setting("+7", value);
  EXPECT_EQ(value, 7);
  parse_setting("-2147483648", value);
  EXPECT_EQ(value, std::numeric_limits<int>::min());
  for (const char* wrong : {"", "+-1", "1.5", "1e3", "0x10", "2147483648", "7 7"}) {
    EXPECT_THROW(parse_setting(wrong, value), std::invalid_argument) << wrong;
  }
}

TEST(ParseSetting, JsonAndAddresses) {
  Json value = 1;
  parse_setting("", value);
  EXPECT_TRUE(value.is_null());
  parse_setting("\n {\"a\": [1]}", value);
  EXPECT_EQ(value, (Json{{"a", Json::array({1})}}));
  Url url;
  parse_setting("///", url);
  EXPECT_EQ(url.value, "");
}

}  // namespace connector::settings_test
