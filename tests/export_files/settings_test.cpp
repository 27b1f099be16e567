#include "export_files/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/source.h"
#include "support/temporary_folder.h"

namespace connector::integration::reports_settings_test {

namespace fs = std::filesystem;
using test::TemporaryFolder;
using testing::HasSubstr;

class ReportsSettingsTest : public testing::Test {
 protected:
  ReportsConfiguration read(const Json& changes = Json::object(), const std::vector<Entry>& entries = {}) {
    Json cloud = {{"id", 68},
                  {"name", "Export 68"},
                  {"type", "assets"},
                  {"reports_service", true},
                  {"insert_only", "False"},
                  {"update_only", "False"},
                  {"folder_path", folder.file("cloud")}};
    if (changes.is_object()) cloud.update(changes);
    const Section section{.name = "managed_reports.68", .origin = "config.ini:5", .entries = entries};
    return reports_configuration(cloud, entries.empty() ? nullptr : &section, context, root, testmode);
  }

  std::string problem_with(const Json& changes, const std::vector<Entry>& entries = {}) {
    try {
      read(changes, entries);
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "none";
  }

  static Entry ini(const std::string& key, const std::string& value) { return {key, value, "config.ini:7"}; }

  TemporaryFolder folder;
  const decltype(connector::Configuration::variables) variables = {};
  const SettingsContext context{.variables = variables, .fetch_secrets = {}, .log = Log()};
  fs::path root = folder.path();
  bool testmode = false;
};

TEST_F(ReportsSettingsTest, DefaultsOfAConfiguration) {
  const ReportsConfiguration configuration = read();
  EXPECT_EQ(configuration.id, "68");
  EXPECT_EQ(configuration.section(), "managed_reports.68");
  EXPECT_EQ(configuration.name, "Export 68");
  EXPECT_EQ(configuration.folder, folder.path() / "cloud");
  EXPECT_FALSE(configuration.overwrite_reports);
  EXPECT_TRUE(configuration.verify_ssl);
  EXPECT_TRUE(configuration.cloud_token.token.empty());
  EXPECT_EQ(configuration.cloud_token.id, "");
  ASSERT_EQ(configuration.data_sources.size(), 1U);
  EXPECT_EQ(configuration.data_sources[0].type, "reports_connectors");
  EXPECT_EQ(configuration.data_sources[0].id, "68");
  EXPECT_EQ(read({{"id", "a b"}}).section(), "managed_reports.a b");
}

TEST_F(ReportsSettingsTest, TheIniWinsUnlessEmpty) {
  const Json cloud = {{"overwrite_reports", true}, {"verify_ssl", false}};
  EXPECT_TRUE(read(cloud).overwrite_reports);
  EXPECT_TRUE(read(cloud).verify_ssl) << "that is not the cloud's alone to say";
  EXPECT_FALSE(read(cloud, {ini("allow_insecure", "True")}).verify_ssl);
  EXPECT_FALSE(read(cloud, {ini("verify_ssl", "False")}).verify_ssl);
  const ReportsConfiguration both = read(cloud, {ini("folder_path", folder.file("ini")), ini("overwrite_reports", "no"),
                                                 ini("verify_ssl", "True"), ini("oomnitza_authorization", "t0ken")});
  EXPECT_EQ(both.folder_path, folder.file("ini"));
  EXPECT_FALSE(both.overwrite_reports);
  EXPECT_TRUE(both.verify_ssl);
  EXPECT_EQ(both.cloud_token.token.value, "t0ken");
  const ReportsConfiguration empty =
      read(cloud, {ini("folder_path", ""), ini("overwrite_reports", ""), ini("verify_ssl", "")});
  EXPECT_EQ(empty.folder_path, folder.file("cloud"));
  EXPECT_TRUE(empty.overwrite_reports);
  EXPECT_TRUE(empty.verify_ssl);
  const Json files = {{"cacert_file", "/etc/hostname"}, {"user_pem_file", "/etc/hostname"}, {"ssl_protocol", "tls1"}};
  EXPECT_EQ(read(files).tls().cacert_file + read(files).tls().user_pem_file + read(files).tls().protocol, "");
}

TEST_F(ReportsSettingsTest, TextsOfTheCloudAreBooleansToo) {
  EXPECT_TRUE(read({{"overwrite_reports", "True"}}).overwrite_reports);
  EXPECT_FALSE(read({{"overwrite_reports", "False"}}).overwrite_reports);
  EXPECT_FALSE(read({{"overwrite_reports", nullptr}}).overwrite_reports);
  EXPECT_FALSE(read({{"overwrite_reports", ""}}).overwrite_reports);
}

TEST_F(ReportsSettingsTest, WhatPlaysNoPartDoesNoHarm) {
  read({{"insert_only", true}, {"update_only", true}, {"test_run", "perhaps"}, {"list_behavior", 5}});
  read({{"type", nullptr}}, {ini("insert_only", "yes"), ini("update_only", "yes"), ini("test_run", "perhaps")});
  read({{"vault_keys", "folder_path"}, {"env_password", "HOME"}});
}

TEST_F(ReportsSettingsTest, DataSourcesKeepTheirOrder) {
  const auto sources = read({{"data_sources",
                              {{{"type", "reports_connectors"}, {"id", 68}},
                               {{"type", "dashboards"}, {"id", "d-9"}, {"more", 1}},
                               {{"type", "dashboards"}, {"id", parse_json("123456789012345678901234567890")}}}}})
                           .data_sources;
  ASSERT_EQ(sources.size(), 3U);
  EXPECT_EQ(sources[0].id, "68");
  EXPECT_EQ(sources[1].type + " " + sources[1].id, "dashboards d-9");
  EXPECT_EQ(sources[2].id, "123456789012345678901234567890");
  for (const Json& none : {Json(), Json::array(), Json("")}) {
    EXPECT_EQ(read({{"data_sources", none}}).data_sources.size(), 1U) << none;
  }
}

TEST_F(ReportsSettingsTest, TokensAreGivenOrNamed) {
  const auto token = [](const ReportsConfiguration& configuration) {
    return configuration.cloud_token.token.value + "|" + configuration.cloud_token.id;
  };
  const std::string key = "oomnitza_authorization";
  EXPECT_EQ(token(read({{key, "t0ken"}})), "t0ken|");
  EXPECT_EQ(token(read({{key, {{"token_id", 7}}}})), "|7");
  EXPECT_EQ(token(read({{key, "{as it is"}})), "{as it is|");
  EXPECT_EQ(token(read({{key, "t0ken"}}, {ini(key, R"({"token_id": "x"})")})), "|x");
  EXPECT_EQ(token(read({{key, nullptr}}, {ini(key, "")})), "|");
  for (const Json& wrong : {Json(5), Json(true), Json::array(), Json::object(), Json{{"token_id", nullptr}}}) {
    EXPECT_THAT(problem_with({{key, wrong}}), testing::AllOf(HasSubstr("68"), HasSubstr(key))) << wrong;
  }
  EXPECT_THAT(problem_with({}, {ini(key, "{s3cr3t")}),
              testing::AllOf(HasSubstr("config.ini:7: section [managed_reports.68], setting " + key),
                             testing::Not(HasSubstr("s3cr3t"))));
}

TEST_F(ReportsSettingsTest, ErrorsNameIntegrationAndKey) {
  EXPECT_THAT(problem_with({{"id", nullptr}}), HasSubstr("integration Export 68 (), id: is required"));
  EXPECT_THAT(problem_with({{"name", nullptr}}), HasSubstr("integration  (68), name: is required"));
  EXPECT_THAT(problem_with({{"folder_path", nullptr}}), HasSubstr("section [managed_reports.68], setting folder_path"));
  EXPECT_THAT(problem_with({{"folder_path", ""}}), HasSubstr("setting folder_path: is required"));
  EXPECT_THAT(problem_with({{"folder_path", 5}}),
              HasSubstr("integration Export 68 (68), folder_path: must be a string"));
  EXPECT_THAT(problem_with({{"folder_path", std::string("a\0b", 3)}}), HasSubstr("folder_path: contains a zero"));
  EXPECT_THAT(problem_with({{"overwrite_reports", "perhaps"}}), HasSubstr("overwrite_reports: must be true or false"));
  for (const Json& wrong : {Json("x"), Json{{"type", "a"}, {"id", 1}}, Json::array({1}), Json::array({{{"type", "a"}}}),
                            Json::array({{{"type", 5}, {"id", 1}}})}) {
    EXPECT_THAT(problem_with({{"data_sources", wrong}}), HasSubstr("data_sources: must be a list")) << wrong;
  }
  EXPECT_THROW(reports_configuration(Json(), nullptr, context, root, false), ConfigError);
}

TEST_F(ReportsSettingsTest, TheFolderIsMadeWithItsParents) {
  read({{"folder_path", folder.file("a/b/c")}});
  EXPECT_TRUE(fs::is_directory(folder.file("a/b/c")));
  read({{"folder_path", folder.file("a/b/c/")}});
}

TEST_F(ReportsSettingsTest, AFolderThatCannotBeIsAnError) {
  folder.write("file", "");
  EXPECT_THAT(problem_with({{"folder_path", folder.file("file")}}), HasSubstr("is not a folder"));
  EXPECT_THAT(problem_with({{"folder_path", folder.file("file/below")}}), HasSubstr("cannot be made"));
  EXPECT_THAT(problem_with({}, {ini("folder_path", "/proc/exports")}), HasSubstr("cannot be made"));
  EXPECT_THAT(problem_with({}, {ini("folder_path", "/proc/self")}), HasSubstr("cannot be written to"));
  EXPECT_FALSE(fs::exists(folder.file("cloud")));
}

TEST_F(ReportsSettingsTest, NoFolderIsMadeInTestmodeOrForAWrongConfiguration) {
  problem_with({{"name", nullptr}});
  testmode = true;
  read();
  EXPECT_FALSE(fs::exists(folder.file("cloud")));
  folder.write("file", "");
  EXPECT_THAT(problem_with({{"folder_path", folder.file("file")}}), HasSubstr("is not a folder"));
}

TEST_F(ReportsSettingsTest, TheCloudsFoldersLieBelowThisMachines) {
  root = folder.path() / "exports";
  for (const std::string& named :
       {std::string("daily"), std::string("./daily/"), folder.file("exports/daily"), std::string("other/../daily")}) {
    EXPECT_EQ(read({{"folder_path", named}}).folder.lexically_relative(root).begin()->string(), "daily") << named;
  }
  EXPECT_EQ(read({{"folder_path", "."}}).folder.lexically_normal().parent_path(), root);
  for (const std::string& named : {std::string(".."), std::string("a/../../b"), std::string("/etc"), folder.file("x"),
                                   folder.file("exports-of-others"), folder.file("")}) {
    EXPECT_THAT(problem_with({{"folder_path", named}}),
                testing::AllOf(HasSubstr("does not lie below " + root.string()), HasSubstr("reports_folder")))
        << named;
  }
  EXPECT_EQ(read({}, {ini("folder_path", folder.file("mine"))}).folder, folder.path() / "mine")
      << "a folder of the section is this machine's";
}

TEST_F(ReportsSettingsTest, TheCloudsFoldersFollowNoSymbolicLink) {
  root = folder.path() / "exports";
  fs::create_directories(root);
  fs::create_directory(folder.path() / "elsewhere");
  fs::create_directory_symlink(folder.path() / "elsewhere", root / "link");
  EXPECT_THAT(problem_with({{"folder_path", "link"}}), HasSubstr("symbolic link"));
  EXPECT_THAT(problem_with({{"folder_path", "link/deeper"}}), HasSubstr("symbolic link"));
}

}  // namespace connector::integration::reports_settings_test
