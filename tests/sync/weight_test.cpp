#include "sync/weight.h"

#include <gmock/gmock.h>

#include <string>

namespace connector::weight_test {

using testing::AllOf;
using testing::Ge;
using testing::Le;

TEST(Weight, OfATextIsThatOfItsCharacters) {
  EXPECT_THAT(weight(std::string(1000000, 'x')), AllOf(Ge(1000000U), Le(1000200U)));
  EXPECT_THAT(weight({{std::string(1000000, 'x'), 1}}), AllOf(Ge(1000000U), Le(1000400U)));
}

TEST(Weight, CountsWhatIsInside) {
  EXPECT_THAT(weight(Json::array_t(1000, 17)), AllOf(Ge(16000U), Le(16200U)));
  const Json row = {{"Serial", "SN000000001"}, {"Model", "HP EliteBook 840 G10"}, {"Price", nullptr}};
  EXPECT_THAT(weight(row), AllOf(Ge(3 * sizeof(std::pair<std::string, Json>)), Le(500U)));
  EXPECT_THAT(weight(Json::array_t(1000, row)), AllOf(Ge(1000 * weight(row)), Le(1001 * weight(row))));
  EXPECT_GE(weight({{"a", {{"b", {{"c", {row, row}}}}}}}), 2 * weight(row));
}

TEST(Weight, OfPlainValuesIsSmallButNotNothing) {
  for (const Json& value : {Json(), Json(true), Json(1), Json(1.5), Json(""), Json::array(), Json::object()}) {
    EXPECT_THAT(weight(value), AllOf(Ge(1U), Le(100U))) << value;
  }
}

}  // namespace connector::weight_test
