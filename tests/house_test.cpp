// Walks the catalogue: what the plugins say of themselves, and what is printed from it, are in step.
//
// READMEs' settings tables, config/config.ini and config/example.env are written by this test:
//
//   UPDATE_README=1 build/connector-tests --gtest_filter='House*'
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "catalogue.h"
#include "config/environment.h"
#include "config/ini.h"
#include "config/sample.h"
#include "config/settings.h"
#include "config/support.h"
#include "connector/plugins.h"
#include "support/documents.h"

namespace connector::house_test {

namespace fs = std::filesystem;

using testing::Each;
using testing::HasSubstr;
using testing::IsEmpty;

using test::expect_file;
using test::house;
using test::text_of;

std::vector<fs::path> folders_of_connectors() {
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(house / "connectors")) {
    if (entry.is_directory()) folders.push_back(entry.path());
  }
  return folders;
}

/// What stands between two texts, for each time they occur.
std::vector<std::string> between(const std::string& text, const std::string& begin, const std::string& end) {
  std::vector<std::string> found;
  for (std::size_t at = text.find(begin); at != std::string::npos; at = text.find(begin, at)) {
    at += begin.size();
    found.push_back(text.substr(at, text.find(end, at) - at));
  }
  return found;
}

const std::string marker = "<!-- settings: ";
const std::string end_marker = "<!-- /settings -->";

/// The README's text with the tables that the program prints; a marker of no section is a failure.
std::string with_tables(std::string readme) {
  for (std::size_t at = readme.find(marker); at != std::string::npos; at = readme.find(marker, at + 1)) {
    const std::size_t begin = readme.find('\n', at) + 1;
    const std::size_t end = readme.find(end_marker, at);
    const std::string section = readme.substr(at + marker.size(), readme.find(" -->", at) - at - marker.size());
    const Plugin* plugin = catalogue().find(section);
    if (plugin == nullptr || begin == 0 || end == std::string::npos || end < begin) {
      ADD_FAILURE() << "a marker of no section, or one that does not end: " << section;
      return readme;
    }
    readme.replace(begin, end - begin, settings_table(*plugin));
  }
  return readme;
}

TEST(House, EverySettingHasASentence) {
  const auto check = [](const std::string& section, const std::vector<Setting>& settings) {
    for (const Setting& setting : settings) {
      const std::string& help = setting.text.help;
      EXPECT_TRUE(std::regex_match(help, std::regex("[A-Z0-9*].*[^.]\\."))) << section << ", " << setting.name << help;
      EXPECT_EQ(help.find(". "), std::string::npos) << "one sentence: " << section << ", " << setting.name;
      EXPECT_EQ(help.find('\n'), std::string::npos) << section << ", " << setting.name;
    }
  };
  for (const Plugin& plugin : catalogue().all()) check(plugin.section, plugin.settings);
  check("oomnitza", cloud_settings());
  check("managed", managed_settings());
  check("common", common_settings());
}

TEST(House, NamesOccurOnce) {
  std::set<std::string> sections = {"oomnitza", "managed", "converters", "DEFAULT"};
  std::set<std::string> mappings;
  for (const Plugin& plugin : catalogue().all()) {
    EXPECT_TRUE(sections.insert(plugin.section).second) << plugin.section;
    EXPECT_EQ(catalogue().find(plugin.section), &plugin) << plugin.section << " has another name in catalogue.cpp";
    EXPECT_TRUE(mappings.insert(plugin.mapping_name).second) << plugin.mapping_name;
    EXPECT_TRUE(std::regex_match(plugin.section, std::regex("[a-z][a-z0-9_]*"))) << plugin.section;
    std::set<std::string> settings;
    for (const Setting& setting : plugin.settings) {
      EXPECT_TRUE(settings.insert(setting.name).second) << plugin.section << ", " << setting.name;
      EXPECT_TRUE(std::regex_match(setting.name, std::regex("[a-z][a-z0-9_]*"))) << setting.name;
    }
  }
}

TEST(House, VariablesFollowTheRuleAndOccurOnce) {
  std::map<std::string, std::string> owners;
  const auto add = [&](const std::string& variable, const std::string& section) {
    const auto [owner, is_new] = owners.emplace(variable, section);
    EXPECT_TRUE(is_new) << variable << " is a setting of " << owner->second << " and of " << section;
  };
  const auto upper_case = [](std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    return text;
  };
  for (const Plugin& plugin : catalogue().all()) {
    const std::string prefix = plugin.section == "munki_report" ? "MUNKI" : upper_case(plugin.section);
    EXPECT_EQ(environment_prefix(plugin), prefix);
    add(prefix + "_ENABLED", plugin.section);
    EXPECT_EQ(variable_name(prefix, "enable"), prefix + "_ENABLED");
    for (const Setting& setting : with_common_settings(plugin.settings)) {
      EXPECT_EQ(variable_name(prefix, setting.name), prefix + "_" + upper_case(setting.name));
      add(prefix + "_" + upper_case(setting.name), plugin.section);
      for (const std::string& name : setting.text.environment_names) add(name, plugin.section);
    }
  }
}

TEST(House, SecretsAreNeverPrinted) {
  const std::regex secret("(.*_)?(password|token|secret|key|passphrase)");
  const auto check = [&](const std::string& section, const std::vector<Setting>& settings) {
    for (const Setting& setting : settings) {
      if (setting.name == "env_password") continue;  // the name of a variable
      EXPECT_EQ(setting.secret, std::regex_match(setting.name, secret) || setting.name == "oomnitza_authorization" ||
                                    setting.name == "authorization_settings" || setting.name == "saas_authorization" ||
                                    setting.name == "local_inputs")
          << section << ", " << setting.name;
    }
  };
  for (const Plugin& plugin : catalogue().all()) check(plugin.section, plugin.settings);
  check("oomnitza", cloud_settings());
  check("managed", managed_settings());
  check("common", common_settings());
}

TEST(House, ExamplesAndDefaultsAreAllowed) {
  for (const Plugin& plugin : catalogue().all()) {
    for (const Setting& setting : plugin.settings) {
      const std::vector<std::string>& choices = setting.text.choices;
      if (choices.empty()) continue;
      for (const std::string& value :
           {setting.text.example.value_or(""),
            setting.text.default_value ? setting.text.default_value->get<std::string>() : ""}) {
        EXPECT_TRUE(value.empty() || std::find(choices.begin(), choices.end(), value) != choices.end())
            << plugin.section << ", " << setting.name << ": " << value;
      }
    }
  }
}

TEST(House, EveryFolderHasAReadmeAndEverySectionATable) {
  std::map<std::string, int> tables;
  for (const fs::path& folder : folders_of_connectors()) {
    const std::vector<std::string> sections = between(text_of(folder / "README.md"), marker, " -->");
    EXPECT_FALSE(sections.empty()) << folder << " has no README.md with a settings table";
    for (const std::string& section : sections) {
      EXPECT_NE(catalogue().find(section), nullptr) << folder << ": the catalogue has no " << section;
      ++tables[section];
    }
  }
  for (const Plugin& plugin : catalogue().all()) EXPECT_EQ(tables[plugin.section], 1) << plugin.section;
}

TEST(House, ReadmesShowTheTablesThatTheProgramPrints) {
  for (const fs::path& folder : folders_of_connectors()) {
    const fs::path readme = folder / "README.md";
    expect_file(readme, with_tables(text_of(readme)));
  }
}

TEST(House, ReadmesShowSamplesThatWork) {
  const auto log = std::make_shared<config_test::Lines>();
  const EnvironmentVariables none;
  const SettingsContext context{.variables = none, .fetch_secrets = {}, .log = Log(log)};
  Problems problems;
  for (const fs::path& folder : folders_of_connectors()) {
    const std::vector<std::string> samples = between(text_of(folder / "README.md"), "```ini\n", "```");
    EXPECT_FALSE(samples.empty()) << folder;
    for (const std::string& sample : samples) {
      for (const Section& section : parse_ini(sample, folder.filename().string())) {
        const Plugin* plugin = catalogue().find(section.connector());
        ASSERT_NE(plugin, nullptr) << folder << ": " << section.name;
        EXPECT_TRUE(is_enabled(section, problems)) << section.name;
        fill_settings(*plugin->make(), plugin->settings, section, context, problems);
        mapping_settings(section, context.log, problems);
      }
    }
  }
  EXPECT_THAT(problems, IsEmpty());
  EXPECT_THAT(log->messages, IsEmpty());
}

TEST(House, SampleConfigurationsAreWhatTheProgramPrints) {
  expect_file(house / "config" / "config.ini", sample_ini(catalogue().all()));
  expect_file(house / "config" / "example.env", sample_env(catalogue().all()));
}

/// What a placeholder stands for is the administrator's.
std::string filled_in(const Setting& setting) {
  return setting.text.choices.empty() ? "1" : setting.text.choices.front();
}

TEST(House, SectionsOfTheSampleAreValidOnceTheyAreEnabledAndFilledIn) {
  const EnvironmentVariables none;
  const SettingsContext context{.variables = none, .fetch_secrets = {}, .log = Log()};
  for (Section section : parse_ini(sample_ini(catalogue().all()), "sample")) {
    const Plugin* plugin = catalogue().find(section.name);
    if (plugin == nullptr) continue;
    for (const Setting& setting : plugin->settings) {
      const Entry* entry = section.find(setting.name);
      if (!setting.required() || (entry != nullptr && !entry->value.empty())) continue;
      std::erase_if(section.entries, [&](const Entry& each) { return each.key == setting.name; });
      section.entries.push_back({setting.name, filled_in(setting), "sample"});
    }
    Problems problems;
    make_connector(section, *plugin, context, problems);
    for (const Problem& problem : problems) {
      EXPECT_TRUE(std::regex_search(problem.text,
                                    std::regex("there is no (file|folder)|cannot be read|is required|is missing: set")))
          << std::string(problem);
    }
  }
}

TEST(House, TheSampleReadsBackWithoutAWarningAndEnablesNothing) {
  const auto log = std::make_shared<config_test::Lines>();
  const EnvironmentVariables none;
  const SettingsContext context{.variables = none, .fetch_secrets = {}, .log = Log(log)};
  Problems problems;
  std::set<std::string> read;
  for (const Section& section : parse_ini(sample_ini(catalogue().all()), "sample")) {
    EXPECT_FALSE(is_enabled(section, problems)) << section.name;
    read.insert(section.name);
    if (section.name == "oomnitza") {
      make_cloud_settings(section, context, problems);
    } else if (section.connector() == "managed") {
      ManagedSettings settings;
      fill_settings(settings, managed_settings(), section, context, problems);
    } else {
      const Plugin* plugin = catalogue().find(section.name);
      ASSERT_NE(plugin, nullptr) << section.name;
      fill_settings(*plugin->make(), plugin->settings, section, context, problems);
    }
  }
  EXPECT_THAT(log->messages, IsEmpty());
  EXPECT_THAT(problems, Each(HasSubstr(" is required: "))) << "what only the administrator knows may be missing";
  for (const Plugin& plugin : catalogue().all()) EXPECT_TRUE(read.contains(plugin.section)) << plugin.section;
}

/// The sources' string literals as the program prints them: in one piece where they stand in several, without escapes.
std::string printed_texts() {
  std::string all;
  for (const char* folder : {"src", "connectors"}) {
    for (const auto& entry : fs::recursive_directory_iterator(house / folder)) {
      if (entry.is_regular_file()) all += text_of(entry.path());
    }
  }
  all = std::regex_replace(all, std::regex(R"re("\s*\n\s*")re"), "");
  return std::regex_replace(all, std::regex(R"re(\\")re"), "\"");
}

std::vector<std::string> split_at(const std::string& text, const std::string& separator) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (std::size_t at; (at = text.find(separator, begin)) != std::string::npos; begin = at + separator.size())
    parts.push_back(text.substr(begin, at - begin));
  parts.push_back(text.substr(begin));
  return parts;
}

TEST(House, MessagesOfTheTroubleshootingPageExist) {
  const std::string page = text_of(house / "docs" / "troubleshooting.md");
  const std::string printed = printed_texts();
  const std::regex row(R"re(\n\| `([^\n]*?)` \| )re");
  std::size_t count = 0;
  for (std::sregex_iterator found(page.begin(), page.end(), row), end; found != end; ++found, ++count) {
    const std::string message = (*found)[1];
    for (const std::string& part : split_at(message, "…")) EXPECT_NE(printed.find(part), std::string::npos) << message;
  }
  EXPECT_GE(count, 20U);
}

}  // namespace connector::house_test
