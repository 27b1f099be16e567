#include "text/encode.h"

#include <gtest/gtest.h>

namespace connector::encode_test {

TEST(EncodedText, KnowsCharsetsByTheNamesOfPythonAndIconv) {
  for (const char* name : {"cp1251", "CP1251", "windows-1251"}) {
    EXPECT_EQ(encoded_text("Київ", name), "\xCA\xE8\xBF\xE2") << name;
  }
  for (const char* name : {"latin-1", "latin_1", "iso-8859-1", "ISO8859-1"}) {
    EXPECT_EQ(encoded_text("café", name), "caf\xE9") << name;
  }
  for (const char* name : {"utf8", "utf-8", "UTF-8", "utf-8-sig", "utf_8"})
    EXPECT_EQ(encoded_text("café", name), "café");
}

TEST(EncodedText, MarksWhatACharsetDoesNotHave) {
  EXPECT_EQ(encoded_text("a ☺☺", "ascii"), "a ??");
  EXPECT_EQ(encoded_text("", "cp1251"), "");
}

TEST(EncodedText, IsNothingInACharsetThatIsNotKnown) {
  EXPECT_EQ(encoded_text("a", "no-such-charset"), std::nullopt);
}

}  // namespace connector::encode_test
