#include "config/source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include "config/support.h"

namespace connector::source_test {

using config_test::Folder;
using config_test::problems_of;
using testing::ElementsAre;
using testing::HasSubstr;

// Each test is a process of its own working folder and environment, and puts both back.
class Source : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::current_path(folder_.path());
    ::unsetenv("OOMNITZA_URL");
  }
  void TearDown() override {
    std::filesystem::current_path(before_);
    ::unsetenv("OOMNITZA_URL");
  }

  static std::string ini(const std::string& url) { return "[oomnitza]\nurl = " + url + "\n"; }

  // The configuration's [oomnitza] url.
  static std::string url(const ConfigurationChoice& choice = {}) {
    const Configuration configuration = read_configuration(choice, {});
    const Entry* entry = configuration.find("oomnitza")->find("url");
    return entry ? entry->value : "none";
  }

  const std::filesystem::path before_ = std::filesystem::current_path();
  const Folder folder_;
};

TEST_F(Source, TheFirstThatAppliesCounts) {
  EXPECT_THAT(problems_of([&] { url(); }), ElementsAre(HasSubstr("no configuration found")));
  folder_.write(".env", "OOMNITZA_URL=dot-env\n");
  EXPECT_EQ(url(), "dot-env");
  folder_.write("config.ini", ini("here"));
  EXPECT_EQ(url(), "here");
  ::setenv("OOMNITZA_URL", "", 1);
  EXPECT_EQ(url(), "here");
  ::setenv("OOMNITZA_URL", "environment", 1);
  EXPECT_EQ(url(), "environment");
  EXPECT_EQ(url({.ini_is_named = true}), "here");
  folder_.write("other.ini", ini("named"));
  EXPECT_EQ(url({.ini = "other.ini", .ini_is_named = true}), "named");
}

TEST_F(Source, VariablesOfTheProcessWinOverTheFile) {
  const auto file = folder_.write("prod.env", "OOMNITZA_URL=file\nCONFIG_TEST_ONLY_FILE=1\n");
  folder_.write("config.ini", ini("here"));
  const ConfigurationChoice choice{.env_file = file, .env_file_is_named = true};
  EXPECT_EQ(url(choice), "file");
  ::setenv("OOMNITZA_URL", "process", 1);
  EXPECT_EQ(url(choice), "process");
  ::setenv("OOMNITZA_URL", "", 1);
  EXPECT_EQ(url(choice), "none");
  EXPECT_EQ(read_configuration(choice, {}).variables.at("CONFIG_TEST_ONLY_FILE"), "1");
}

TEST_F(Source, NamedFilesMustBeThere) {
  folder_.write("config.ini", ini("here"));
  EXPECT_THAT(problems_of([&] { url({.ini = "none.ini", .ini_is_named = true}); }), ElementsAre(HasSubstr("none.ini")));
  EXPECT_THAT(problems_of([&] { url({.env_file = "none.env", .env_file_is_named = true}); }),
              ElementsAre(HasSubstr("none.env")));
}

TEST_F(Source, IniFilesStillSeeVariablesForPasswords) {
  folder_.write("config.ini", ini("here"));
  ::setenv("CONFIG_TEST_PASSWORD", "p", 1);
  const Configuration configuration = read_configuration({}, {});
  ::unsetenv("CONFIG_TEST_PASSWORD");
  EXPECT_EQ(configuration.variables.at("CONFIG_TEST_PASSWORD"), "p");
  EXPECT_EQ(configuration.origin, (folder_.path() / "config.ini").string());
}

}  // namespace connector::source_test
