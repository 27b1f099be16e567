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

const Plugins none;

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
    const Configuration configuration = read_configuration(choice, none);
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

/// As if nobody had touched the file for long.
void age(const std::filesystem::path& file) {
  std::filesystem::last_write_time(file, std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
}

TEST_F(Source, IsReadAgainWhenItsFileHasChanged) {
  CurrentConfiguration current({}, none);
  const auto url_now = [&] { return current.get()->find("oomnitza")->find("url")->value; };
  folder_.write("config.ini", ini("one"));
  age("config.ini");
  const std::shared_ptr<const Configuration> first = current.get();
  EXPECT_EQ(current.get(), first) << "nothing has changed";

  folder_.write("config.ini", ini("longer"));
  EXPECT_EQ(url_now(), "longer") << "size and time";
  age("config.ini");
  EXPECT_EQ(url_now(), "longer");

  const auto time = std::filesystem::last_write_time("config.ini");
  folder_.write("other.ini", ini("forged"));
  std::filesystem::last_write_time("other.ini", time);
  std::filesystem::rename("other.ini", "config.ini");
  EXPECT_EQ(url_now(), "forged") << "another file of the same size and time";
  EXPECT_EQ(first->find("oomnitza")->find("url")->value, "one") << "whoever has the older one keeps it";
}

TEST_F(Source, IsReadAgainWhenAnotherFileCounts) {
  CurrentConfiguration current({}, none);
  const auto url_now = [&] { return current.get()->find("oomnitza")->find("url")->value; };
  folder_.write(".env", "OOMNITZA_URL=dot-env\n");
  age(".env");
  EXPECT_EQ(url_now(), "dot-env");
  folder_.write("config.ini", ini("here"));
  age("config.ini");
  EXPECT_EQ(url_now(), "here");
  folder_.write("config.ini", "nonsense");
  EXPECT_THROW(current.get(), ConfigError);
  EXPECT_THROW(current.get(), ConfigError) << "each time";
  std::filesystem::remove("config.ini");
  EXPECT_EQ(url_now(), "dot-env");
}

TEST_F(Source, IsReadAgainWhenAFileOfAVariableChanges) {
  folder_.write("token", "one");
  age("token");
  folder_.write(".env", "OOMNITZA_URL=https://x\nOOMNITZA_API_TOKEN_FILE=token\n");
  age(".env");
  CurrentConfiguration current({}, none);
  const auto token_now = [&] { return current.get()->find("oomnitza")->find("api_token")->value; };
  EXPECT_EQ(token_now(), "one");
  EXPECT_EQ(current.get(), current.get());
  folder_.write("token", "renewed\n");
  EXPECT_EQ(token_now(), "renewed");
}

TEST_F(Source, IsReadAgainAsLongAsAnotherChangeMightHaveTheSameTime) {
  CurrentConfiguration current({}, none);
  folder_.write("config.ini", ini("one"));
  std::filesystem::last_write_time("config.ini", std::filesystem::file_time_type::clock::now() + std::chrono::hours(1));
  EXPECT_NE(current.get(), current.get());
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
  EXPECT_EQ(read_configuration(choice, none).variables.at("CONFIG_TEST_ONLY_FILE"), "1");
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
  const Configuration configuration = read_configuration({}, none);
  ::unsetenv("CONFIG_TEST_PASSWORD");
  EXPECT_EQ(configuration.variables.at("CONFIG_TEST_PASSWORD"), "p");
  EXPECT_EQ(configuration.origin, (folder_.path() / "config.ini").string());
}

}  // namespace connector::source_test
