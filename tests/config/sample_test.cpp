#include "config/sample.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "config/environment.h"
#include "config/ini.h"
#include "config/settings.h"
#include "config/support.h"

namespace connector::sample_test {

using config_test::Folder;
using config_test::problems_of;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Example final : Connector {
  Url url;
  Secret token;
  Json columns;
  bool legacy = false;
  int pages = 0;
  std::string mode;
  void read(const Emit&) override {}
};

std::vector<Plugin> plugins() {
  const Plugin example = {
      .section = "example_users",
      .mapping_name = "Example",
      .settings = {setting("url", &Example::url, {.help = "Address.", .example = "https://EXAMPLE"}),
                   setting("token", &Example::token, {.help = "Token | key."}),
                   setting("columns", &Example::columns,
                           {.help = "Columns.", .default_value = Json{{"a", {1, "b, c"}}}}),
                   setting("legacy", &Example::legacy, {.help = "Old.", .default_value = "True"}),
                   setting("pages", &Example::pages, {.help = "Pages.", .default_value = 7, .in_sample = false}),
                   setting("mode", &Example::mode, {.help = "Mode.", .default_value = "", .choices = {"x", "y"}}),
                   setting("sync_field", &Example::sync_field, {.help = "Keys.", .example = "USER"})},
      .environment_prefix = "EXAMPLE",
      .make = make<Example>};
  return {example};
}

constexpr const char* sample_text = R"([oomnitza]
url = https://example.oomnitza.com
api_token =
username = oomnitza-sa
password = ThePassword

[managed.xxx]
enable = False
saas_authorization = {"params": {"api-token": "saas-api-token"}, "headers": {"Authorization": "Bearer Example"}}
oomnitza_authorization = oomnitza-api-token
local_inputs = {"username": "username@example.com", "password": "ThePassword"}
test_run = false
is_custom = false

[example_users]
enable = False
url = https://EXAMPLE
token =
columns = {"a": [1, "b, c"]}
legacy = True
mode =
sync_field = USER

)";

TEST(Sample, IniHoldsEverySectionAndKey) {
  EXPECT_EQ(sample_ini(plugins()), sample_text);
}

TEST(Sample, IniReadsBackWithoutWarningAndEnablesNothing) {
  const auto log = std::make_shared<config_test::Lines>();
  const EnvironmentVariables none;
  const SettingsContext context{.variables = none, .fetch_secrets = {}, .log = Log(log)};
  Problems problems;
  for (const Section& section : parse_ini(sample_ini(plugins()), "sample")) {
    EXPECT_FALSE(is_enabled(section, problems)) << section.name;
    Example example;
    const bool is_example = section.name == "example_users";
    const bool is_cloud = section.name == "oomnitza";
    CloudSettings cloud;
    ManagedSettings managed;
    SectionSettings& target = is_example ? static_cast<SectionSettings&>(example)
                              : is_cloud ? cloud
                                         : static_cast<SectionSettings&>(managed);
    fill_settings(target,
                  is_example ? plugins()[0].settings
                  : is_cloud ? cloud_settings()
                             : managed_settings(),
                  section, context, problems);
  }
  EXPECT_THAT(log->messages, IsEmpty());
  EXPECT_THAT(problems, ElementsAre(HasSubstr("setting token: is required")));
}

TEST(Sample, EnvFileSaysTheSame) {
  const Folder folder;
  const EnvironmentVariables variables = read_env_file(folder.write("example.env", sample_env(plugins())));
  EXPECT_EQ(variables.at("OOMNITZA_URL"), "https://example.oomnitza.com");
  EXPECT_EQ(variables.at("MANAGED_ID"), "xxx");
  EXPECT_EQ(variables.at("MANAGED_IS_CUSTOM"), "false");
  EXPECT_EQ(variables.at("EXAMPLE_ENABLED"), "False");
  EXPECT_EQ(variables.at("EXAMPLE_TOKEN"), "");
  EXPECT_EQ(variables.at("EXAMPLE_COLUMNS"), R"({"a": [1, "b, c"]})");
  EXPECT_FALSE(variables.contains("OOMNITZA_ENABLED"));
  EXPECT_FALSE(variables.contains("EXAMPLE_PAGES"));
}

TEST(Sample, TablesDescribeASectionsSettings) {
  EXPECT_EQ(settings_table(plugins()[0]), R"(| setting | default | required | meaning |
| --- | --- | --- | --- |
| `url` |  | yes | Address. |
| `token` |  | yes | Token \| key. |
| `columns` | `{"a": [1, "b, c"]}` | no | Columns. |
| `legacy` | `True` | no | Old. |
| `pages` | `7` | no | Pages. |
| `mode` |  | no | Mode. One of `x`, `y`. |
| `sync_field` |  | yes | Keys. |
)");
}

TEST(Sample, OldFilesAreKept) {
  const Folder folder;
  const auto file = folder.path() / "config.ini";
  EXPECT_EQ(write_sample_ini(plugins(), file), std::nullopt);
  EXPECT_EQ(folder.read("config.ini"), sample_text);
  EXPECT_EQ(std::filesystem::status(file).permissions() & std::filesystem::perms::all,
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  folder.write("config.ini", "mine");
  folder.write("config.ini.bak", "older");
  EXPECT_EQ(write_sample_ini(plugins(), file), folder.path() / "config.ini.bak.1");
  folder.write("config.ini", "newer");
  EXPECT_EQ(write_sample_ini(plugins(), file), folder.path() / "config.ini.bak.2");
  EXPECT_EQ(folder.read("config.ini.bak"), "older");
  EXPECT_EQ(folder.read("config.ini.bak.1"), "mine");
  EXPECT_EQ(folder.read("config.ini.bak.2"), "newer");
  EXPECT_EQ(folder.read("config.ini"), sample_text);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 4);
}

TEST(Sample, AFileThatCannotBeWrittenIsAnError) {
  const Folder folder;
  EXPECT_THAT(problems_of([&] { write_sample_ini({}, folder.path() / "none" / "config.ini"); }),
              ElementsAre(HasSubstr("config.ini: the file cannot be written")));
  std::filesystem::create_directory(folder.path() / "config.ini");
  EXPECT_THAT(problems_of([&] { write_sample_ini({}, folder.path() / "config.ini"); }),
              ElementsAre(HasSubstr("exists and is not a file")));
  EXPECT_TRUE(std::filesystem::is_directory(folder.path() / "config.ini"));
}

}  // namespace connector::sample_test
