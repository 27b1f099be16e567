#include "integration/decoded_response.h"

#include <gtest/gtest.h>

namespace connector::integration::decoded_response_test {

TEST(DecodedResponse, JoinsRepeatedHeaders) {
  Response response;
  response.headers.add("X-A", "1");
  response.headers.add("x-a", "2");
  response.body = "[]";
  EXPECT_EQ(read_answer(response).headers, parse_json(R"({"X-A": "1, 2"})"));
}

}  // namespace connector::integration::decoded_response_test
