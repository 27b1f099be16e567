#include "connector/encoding.h"

#include <gtest/gtest.h>

namespace connector::text_encoding_test {

TEST(PercentEncoded, KeepsUnreservedCharactersAlone) {
  EXPECT_EQ(percent_encoded("AZaz09-._~"), "AZaz09-._~");
  EXPECT_EQ(percent_encoded("a b/c?d&e=f+ü"), "a%20b%2Fc%3Fd%26e%3Df%2B%C3%BC");
  EXPECT_EQ(percent_encoded(""), "");
  EXPECT_EQ(percent_encoded(std::string_view("\0x", 2)), "%00x");
}

TEST(PercentDecoded, LeavesWhatEncodesNothing) {
  EXPECT_EQ(percent_decoded("a%20b%2fc%C3%BC+"), "a b/cü+");
  EXPECT_EQ(percent_decoded("100%"), "100%");
  EXPECT_EQ(percent_decoded("%4"), "%4");
  EXPECT_EQ(percent_decoded("%zz%+1%-1%25"), "%zz%+1%-1%");
  EXPECT_EQ(percent_decoded("%00"), std::string(1, '\0'));
}

TEST(Base64, GoesThereAndBack) {
  for (const std::string text : {"", "f", "fo", "foo", "foob", "\xff\xfe\xfd"}) {
    EXPECT_EQ(base64_decoded(base64(text)), text);
  }
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("\xff\xff\xfe"), "///+");
}

TEST(Base64, RefusesWhatIsNone) {
  for (const char* text : {"Zm8", "Zm8*", "Z===", "====", "Zm=8", " Zm8", "Zm8=Zm8=", "Zm8=\n"}) {
    EXPECT_EQ(base64_decoded(text), std::nullopt) << text;
  }
}

}  // namespace connector::text_encoding_test
