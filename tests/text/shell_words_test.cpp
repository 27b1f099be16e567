#include "text/shell_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace connector::shell_words_test {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(ShellWords, AreThoseOfAShell) {
  EXPECT_THAT(*shell_words(""), IsEmpty());
  EXPECT_THAT(*shell_words("  op  read\t-x\n"), ElementsAre("op", "read", "-x"));
  EXPECT_THAT(*shell_words(R"(a 'b c' "d e" f\ g '' h"i"'j')"), ElementsAre("a", "b c", "d e", "f g", "", "hij"));
  EXPECT_THAT(*shell_words(R"('a\b' "c\d \"e\" \$f" \\ \')"), ElementsAre(R"(a\b)", R"(c\d "e" $f)", "\\", "'"));
  EXPECT_THAT(*shell_words("$HOME `id` *|;"), ElementsAre("$HOME", "`id`", "*|;")) << "nothing is expanded";
}

TEST(ShellWords, AQuoteMustBeClosed) {
  EXPECT_FALSE(shell_words("a 'b"));
  EXPECT_FALSE(shell_words("a \"b\\\""));
}

}  // namespace connector::shell_words_test
