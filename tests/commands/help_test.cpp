#include "commands/help.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <sstream>

#include "text/utf8.h"

namespace connector::help_test {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const Command& command(std::string_view name) {
  return *std::find_if(commands().begin(), commands().end(), [&](const Command& row) { return row.name == name; });
}

TEST(Help, FitsATerminal) {
  std::string text = help(commands());
  for (const Command& row : commands()) text += help(row);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(character_count(line), 80U) << line;
    EXPECT_THAT(line, Not(testing::EndsWith(" "))) << line;
  }
}

TEST(Help, ShowsEveryActionAndOption) {
  const std::string text = help(commands());
  for (const Command& row : commands()) EXPECT_THAT(text, HasSubstr("\n  " + std::string(row.name)));
  for (const Option& option : options()) {
    EXPECT_THAT(text, HasSubstr(std::string(option.names.substr(0, option.names.find(',')))));
  }
}

TEST(Help, OfAnActionShowsWhatItTakes) {
  const std::string text = help(command("upload"));
  EXPECT_THAT(text,
              StartsWith("Usage: connector [OPTION...] upload SECTION...\n\nRun the named sections once and end.\n"));
  EXPECT_THAT(text, HasSubstr("      --record-count N  "));
  EXPECT_THAT(text, HasSubstr("      --ini FILE  "));
  EXPECT_THAT(text, HasSubstr("  -h, --help  "));
  EXPECT_THAT(text, Not(HasSubstr("--ignore-cloud-maintenance")));
  EXPECT_THAT(help(command("generate-ini")), Not(HasSubstr("--workers")));
  EXPECT_THAT(help(command("generate-ini")), HasSubstr("--ini FILE"));
}

TEST(Help, KnowsTheOptionsThatActionsName) {
  for (const Command& row : commands()) {
    for (const std::string_view name : row.options) {
      EXPECT_TRUE(std::any_of(options().begin(), options().end(), [&](const Option& option) {
        return option.names.substr(0, option.names.find(',')) == name;
      })) << name;
    }
  }
}

}  // namespace connector::help_test
