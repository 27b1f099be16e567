#include "integration/secrets.h"

#include <gtest/gtest.h>

namespace connector::integration::secrets_test {

TEST(Secrets, AreHiddenInEachFormInWhichTheyMayBeShown) {
  Secrets secrets;
  secrets.hide("Bearer to/ken 1");
  EXPECT_EQ(secrets.redact("a Bearer to/ken 1 b"), "a *** b");
  EXPECT_EQ(secrets.redact("https://x/Bearer%20to/ken%201?"), "https://x/***?");
  EXPECT_EQ(secrets.redact("q=Bearer%20to%2Fken%201"), "q=***");
}

TEST(Secrets, TheWordBehindASchemeIsOneToo) {
  Secrets secrets;
  secrets.hide("Bearer abcdefgh");
  EXPECT_EQ(secrets.redact("token abcdefgh is wrong"), "token *** is wrong");
}

TEST(Secrets, TextsInsideValuesAreHiddenFromALengthOn) {
  Secrets secrets;
  secrets.hide_texts(parse_json(R"({"a": ["secret-1", "short"], "b": {"c": "secret-2"}})"), 6);
  EXPECT_EQ(secrets.redact("secret-1 short secret-2"), "*** short ***");
}

TEST(Secrets, ThoseOfCallsAreForgottenInTheEnd) {
  Secrets secrets;
  secrets.hide("for-ever");
  secrets.hide_for_a_call("first-call");
  EXPECT_EQ(secrets.redact("first-call"), "***");
  for (int i = 0; i < 1000; ++i) secrets.hide_for_a_call("another-call-" + std::to_string(i));
  EXPECT_EQ(secrets.redact("first-call"), "first-call");
  EXPECT_EQ(secrets.redact("another-call-999"), "***");
  EXPECT_EQ(secrets.redact("for-ever"), "***");
}

}  // namespace connector::integration::secrets_test
