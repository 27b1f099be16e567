#include "text/failure_sign.h"

#include <gtest/gtest.h>

namespace connector::failure_sign_test {

TEST(FailureSign, QuotesTheMember) {
  EXPECT_EQ(failure_sign(parse_json(R"({"code": 429, "error": "quota exceeded"})")), R"("error": "quota exceeded")");
  for (const char* text :
       {R"({"errors": [{"message": "x"}]})", R"({"errorCode": 17})", R"({"error_code": "E1"})",
        R"({"Fault": {"a": 1}})", R"({"exception": "x"})", R"({"success": false})", R"({"success": "False"})",
        R"({"status": "ERROR"})", R"({"status": "failed"})", R"({"statusCode": 401})", R"({"error": true})"}) {
    EXPECT_NE(failure_sign(parse_json(text)), "") << text;
  }
}

TEST(FailureSign, IsNotWhatSaysThatAllIsWell) {
  for (const char* text : {R"({})", R"([])", R"("error")", R"({"error": null})", R"({"errors": []})",
                           R"({"error": ""})", R"({"error": {}})", R"({"errorCode": 0})", R"({"errorCode": "0"})",
                           R"({"error": false})", R"({"error": "none"})", R"({"success": true})", R"({"status": "ok"})",
                           R"({"status": 200})", R"({"terrors": 1})"}) {
    EXPECT_EQ(failure_sign(parse_json(text)), "") << text;
  }
}

TEST(FailureSign, ErrorStatus) {
  EXPECT_TRUE(has_error_status(parse_json(R"({"status": "error", "message": "x"})")));
  for (const char* text :
       {R"({"status": "ok"})", R"({"error": "x"})", R"(["status"])", "null", R"({"status": null})"}) {
    EXPECT_FALSE(has_error_status(parse_json(text))) << text;
  }
}

}  // namespace connector::failure_sign_test
