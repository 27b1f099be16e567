#include "cli.h"

#include <gtest/gtest.h>

namespace connector::cli_test {

CommandLine parse(std::vector<const char*> words) {
  words.insert(words.begin(), "connector");
  return parse_command_line(static_cast<int>(words.size()), words.data());
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

TEST(CommandLine, SectionsRunOneAfterTheOtherUnlessItSaysOtherwise) {
  EXPECT_EQ(parse({"upload", "x"}).parallel, 1U);
  EXPECT_EQ(parse({"upload", "x", "--parallel", "0"}).parallel, 1U);
  EXPECT_EQ(parse({"upload", "x", "--parallel", "8"}).parallel, 8U);
  EXPECT_EQ(parse({"upload", "x", "--parallel", "1000"}).parallel, 64U);
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

TEST(CommandLine, KnowsWhoAsksForHelpOrTheVersion) {
  EXPECT_TRUE(parse({"--help"}).help);
  EXPECT_EQ(parse({"upload", "-h"}).action, "upload");
  EXPECT_TRUE(parse({"--version"}).version);
  EXPECT_TRUE(parse({"-V"}).version);
  EXPECT_TRUE(parse({"upload", "--nosuch", "--help"}).help) << "who is lost is shown the way";
}

std::string problem_with(const std::vector<const char*>& words) {
  try {
    parse(words);
    return {};
  } catch (const UsageError& error) {
    return error.what();
  }
}

TEST(CommandLine, SaysOnOneLineWhatIsWrong) {
  EXPECT_EQ(problem_with({"upload", "--testmod"}),
            "unknown option --testmod; did you mean \"--testmode\"? (see connector --help)");
  EXPECT_EQ(problem_with({"--nosuch=5"}), "unknown option --nosuch (see connector --help)");
  EXPECT_EQ(problem_with({"--workers"}), "option --workers needs a value (see connector --help)");
  EXPECT_EQ(problem_with({"--workers", "2", "--workers", "3"}),
            "option --workers is given twice (see connector --help)");
  EXPECT_EQ(problem_with({"--workers", "many"}),
            "--workers: must be a whole number, 0 or greater (see connector --help)");
  EXPECT_EQ(problem_with({"--log-format", "yaml"}), "--log-format: must be text|json (see connector --help)");
}

TEST(CommandLine, KnowsWhoElseMayRun) {
  EXPECT_TRUE(parse({"upload", "x"}).singleton);
  EXPECT_FALSE(parse({"upload", "x", "--singleton=0"}).singleton);
  EXPECT_TRUE(parse({"upload", "x", "--singleton", "1"}).singleton);
}

}  // namespace connector::cli_test
