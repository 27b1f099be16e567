#include "text/text.h"

#include <gtest/gtest.h>

#include "text/hash.h"
#include "text/utf8.h"

namespace connector::helpers_test {

TEST(Text, LosesTheWhiteSpaceAroundIt) {
  EXPECT_EQ(trimmed(" \t\n\v\f\ra b "), "a b");
  EXPECT_EQ(trimmed("  "), "");
  EXPECT_EQ(trimmed("\u00a0a"), "\u00a0a") << "no-break space";
  EXPECT_EQ(without_blanks("\u00a0\x1c a \u3000"), "a");
}

TEST(Text, ChangesItsCase) {
  EXPECT_EQ(lower_case("ÄBC"), "äbc");
  EXPECT_EQ(upper_case("straße"), "STRASSE");
  EXPECT_EQ(lower_case("A\xFF"), "A\xFF") << "not UTF-8";
  EXPECT_EQ(ascii_lower_case("ÄBC"), "Äbc");
  EXPECT_TRUE(equal_ignoring_case("Content-Type", "content-tYPE"));
  EXPECT_FALSE(equal_ignoring_case("Content-Type", "Content-Typ"));
  EXPECT_FALSE(equal_ignoring_case("[", "{"));
}

TEST(Utf8, IsCheckedAndRepaired) {
  EXPECT_TRUE(is_utf8("aü"));
  EXPECT_EQ(utf8_length("ab\xFF"
                        "d"),
            2u);
  EXPECT_EQ(repaired_utf8("a\xFF\xC3"), "a\uFFFD\uFFFD");
  EXPECT_EQ(repaired_utf8(""), "");
  EXPECT_EQ(without_byte_order_mark("\uFEFFa\uFEFF"), "a\uFEFF");
}

TEST(Sha256, IsHexadecimal) {
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace connector::helpers_test
