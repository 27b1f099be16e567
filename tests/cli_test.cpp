#include "cli.h"

#include <gtest/gtest.h>

#include "commands/command.h"

namespace connector::cli_test {

CommandLine parse(std::vector<const char*> words) {
  words.insert(words.begin(), "connector");
  return parse_command_line(static_cast<int>(words.size()), words.data(), commands());
}

TEST(CommandLine, TakesOptionsAndWordsInAnyOrder) {
  const CommandLine line = parse({"--record-count=2", "upload", "--workers", "0", "csv_assets", "--save-data", "ldap"});
  EXPECT_EQ(line.action, "upload");
  EXPECT_EQ(line.sections, (std::vector<std::string>{"csv_assets", "ldap"}));
  EXPECT_EQ(line.record_count, 2U);
  EXPECT_EQ(line.workers, 1U);
  EXPECT_TRUE(line.save_data);
}

TEST(CommandLine, NamesEachSectionOnceAndKnowsIniOnly) {
  const CommandLine line = parse({"upload", "ldap", "ini_only", "ldap", "csv_assets"});
  EXPECT_EQ(line.sections, (std::vector<std::string>{"ldap", "csv_assets"}));
  EXPECT_TRUE(line.ini_only);
}

TEST(CommandLine, HasAnOlderSpellingOfSaveData) {
  EXPECT_TRUE(parse({"upload", "x", "--save_data"}).save_data);
}

TEST(CommandLine, TwoDashesEndTheOptions) {
  EXPECT_EQ(parse({"upload", "--", "--testmode"}).sections, (std::vector<std::string>{"--testmode"}));
}

TEST(CommandLine, WithoutWordsThereIsNoAction) {
  EXPECT_EQ(parse({}).action, "");
}

TEST(CommandLine, RefusesWhatItDoesNotKnow) {
  for (const std::vector<const char*>& words :
       std::vector<std::vector<const char*>>{{"upload", "x", "--nosuch"},
                                             {"--workers"},
                                             {"--workers", "many"},
                                             {"--record-count", "-5"},
                                             {"--record-count=-5"},
                                             {"--record-count", "3x"},
                                             {"--record-count", "0x10"},
                                             {"--record-count", "1.5"},
                                             {"--record-count="},
                                             {"--ini", "a", "--env-file", "b"}}) {
    EXPECT_THROW(parse(words), UsageError) << words.front() << ' ' << words.back();
  }
}

TEST(CommandLine, NumbersAreDecimal) {
  EXPECT_EQ(parse({"--record-count", "010"}).record_count, 10U);
  EXPECT_EQ(parse({"--record-count=000"}).record_count, 0U);
  EXPECT_EQ(parse({"--workers", "08"}).workers, 8U);
}

TEST(CommandLine, HelpGoesToWhoeverAsksForIt) {
  EXPECT_THROW(parse({"--help"}), HelpRequest);
  EXPECT_THROW(parse({"-h"}), HelpRequest);
}

}  // namespace connector::cli_test
