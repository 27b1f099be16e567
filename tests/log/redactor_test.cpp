#include "log/redactor.h"

#include <gtest/gtest.h>

namespace connector::redactor_test {

TEST(Redactor, HidesASecretInEachFormInWhichAnAnswerMayQuoteIt) {
  Redactor redactor;
  redactor.hide(R"(p"ä/<& ')");
  for (const char* shown : {R"(p"ä/<& ')", R"(p\"ä/<& ')", R"(p\"\u00e4/<& ')", R"(p\"\u00e4\/<& ')",
                            R"(p"ä/&lt;&amp; ')", R"(p&quot;ä/&lt;&amp; ')", R"(p&quot;ä/&lt;&amp; &#39;)",
                            R"(p&quot;ä/&lt;&amp; &#x27;)", R"(p&quot;ä/&lt;&amp; &apos;)", "p%22%C3%A4%2F%3C%26%20%27",
                            "p%22%C3%A4/%3C%26%20%27", "p%22%C3%A4%2F%3C%26+%27", R"(p"ä/<&%20')"}) {
    EXPECT_EQ(redactor.redact("{" + std::string(shown) + "}"), "{***}") << shown;
  }
}

TEST(Redactor, ALongSecretOfNothingButSpecialCharactersTakesNoLongTime) {
  const std::string secret(2'000'000, '&');
  Redactor redactor;
  redactor.hide(secret);
  EXPECT_EQ(redactor.redact("{" + secret + "}"), "{***}");
}

TEST(Redactor, HidesEachOccurrence) {
  Redactor redactor;
  redactor.hide("secret");
  EXPECT_EQ(redactor.redact("secretsecret, secret!"), "******, ***!");
}

TEST(Redactor, LeavesSecretsOfLessThanFourCharacters) {
  Redactor redactor;
  redactor.hide("äöü");  // six bytes
  EXPECT_EQ(redactor.redact("{äöü}"), "{äöü}");
}

}  // namespace connector::redactor_test
