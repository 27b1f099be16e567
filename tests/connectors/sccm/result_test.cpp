#include "sccm/result.h"

#include <gtest/gtest.h>

namespace connector::odbc::result_test {

TEST(Decimal, WithoutAFractionIsAnIntegerOfAnySize) {
  EXPECT_EQ(decimal("512105"), Json(512105));
  EXPECT_TRUE(decimal("512105").is_number_integer());
  EXPECT_EQ(decimal("-9223372036854775808"), Json(std::numeric_limits<std::int64_t>::min()));
  EXPECT_EQ(decimal("18446744073709551615"), Json(std::numeric_limits<std::uint64_t>::max()));
  EXPECT_EQ(decimal("9007199254740993.00"), Json(9007199254740993));
  EXPECT_EQ(big_integer_digits(decimal("12345678901234567890123456789")), "12345678901234567890123456789");
}

TEST(Decimal, WithAFractionIsADouble) {
  EXPECT_EQ(decimal("12.5"), Json(12.5));
  EXPECT_EQ(decimal("-0.25"), Json(-0.25));
  EXPECT_EQ(decimal(".5"), Json(0.5));  // as SQL Server's drivers write it
  EXPECT_EQ(decimal("-.5"), Json(-0.5));
  EXPECT_EQ(decimal(".00"), Json(0));
}

TEST(Decimal, WhatJsonCannotSayIsNull) {
  EXPECT_TRUE(decimal("NaN").is_null());
}

}  // namespace connector::odbc::result_test
