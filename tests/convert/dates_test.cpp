#include <gtest/gtest.h>

#include <limits>

#include "convert/converters.h"

namespace connector::dates_test {

Json convert(std::string_view name, const Json& value) {
  const BuiltInConverters converters({}, Log());
  return converters.convert(*BuiltInConverters::find(name), Json::object(), value, Parameters());
}

TEST(Dates, TextsThatAreDates) {
  const std::pair<const char*, std::int64_t> table[] = {{"2026-03-01", 1772323200},
                                                        {"2026/03/01", 1772323200},
                                                        {"2026.03.01", 1772323200},
                                                        {"2026-03", 1772323200},
                                                        {"2026/03", 1772323200},
                                                        {" \t2026-03-01\u00a0\n", 1772323200},
                                                        {"2026-03-01T08:30", 1772353800},
                                                        {"2026-03-01 08:30", 1772353800},
                                                        {"2026-03-01T08:30:00", 1772353800},
                                                        {"2026-03-01 08:30:00", 1772353800},
                                                        {"2026-03-01T08:30:00Z", 1772353800},
                                                        {"2026-03-01T08:30Z", 1772353800},
                                                        {"2026-03-01T08:30:00.250Z", 1772353800},
                                                        {"2026-03-01T08:30:00,999999999999", 1772353800},
                                                        {"2026-03-01T08:30:00.9+00", 1772353800},
                                                        {"2026-03-01T08:30:00+02:00", 1772346600},
                                                        {"2026-03-01 08:30:00+02:00", 1772346600},
                                                        {"2026-03-01T08:30+02", 1772346600},
                                                        {"2026-03-01T08:30:00-0500", 1772371800},
                                                        {"2026-03-01T08:30:00-05:30", 1772373600},
                                                        {"2024-02-29", 1709164800},
                                                        {"1969-12-31T23:59:59.9Z", -1},
                                                        {"0001-01-01", -62135596800},
                                                        {"9999-12-31T23:59:59", 253402300799}};
  for (const auto& [text, expected] : table) {
    EXPECT_EQ(convert("timestamp", text), Json(expected)) << text;
    EXPECT_EQ(convert("date_format", text), Json(expected)) << text;
  }
}

TEST(Dates, TextsThatAreNumbers) {
  const std::pair<const char*, std::int64_t> table[] = {{"1772353800", 1772353800},
                                                        {"1772353800.9", 1772353800},
                                                        {"1e3", 1000},
                                                        {"1E+3", 1000},
                                                        {"-5", -5},
                                                        {"-5.5", -6},
                                                        {"2016", 2016},
                                                        {"2016.01", 2016},
                                                        {" 5 ", 5},
                                                        {"+5", 5},
                                                        {".5", 0},
                                                        {"5.", 5},
                                                        {"1_000", 1000},
                                                        {"1e-400", 0},
                                                        {"٣", 3},
                                                        {"１２.５", 12},
                                                        {"0", 0},
                                                        {"-0", 0},
                                                        {"007", 7},
                                                        {"-.5", -1},
                                                        {"253402300799.9", 253402300799},
                                                        {"20260301", 20260301}};
  for (const auto& [text, expected] : table) {
    EXPECT_EQ(convert("timestamp", text), Json(expected)) << text;
    EXPECT_TRUE(convert("timestamp", text).is_number_integer()) << text;
    EXPECT_EQ(convert("date_format", text), Json(expected)) << text;
  }
}

TEST(Dates, GeneralizedTimeOfDirectories) {
  const std::pair<const char*, std::int64_t> table[] = {
      {"20260301083000.0Z", 1772353800}, {"20260301083000Z", 1772353800},     {"20260301083000,75Z", 1772353800},
      {"202603010830Z", 1772353800},     {"2026030108.5Z", 1772353800},       {"202603010829.99Z", 1772353799},
      {"2026030108Z", 1772352000},       {"20260301083000+0200", 1772346600}, {" 20260301083000.0-05 ", 1772371800}};
  for (const auto& [text, expected] : table) {
    EXPECT_EQ(convert("timestamp", text), Json(expected)) << text;
    EXPECT_EQ(convert("date_format", text), Json(expected)) << text;
  }
  for (const char* text :
       {"20260230083000Z", "20260301243000Z", "20260301086000Z", "20260301083060Z", "20260301Z", "20260301083000.Z",
        "20260301083000z", "20260301083000Zulu", "2026030108300Z", "00000301083000Z"}) {
    EXPECT_EQ(convert("timestamp", text), Json(text)) << text;
  }
}

TEST(Dates, OtherTextsStayAsTheyAre) {
  for (const char* text : {"2026-13-01",
                           "2026-00-01",
                           "2026-02-30",
                           "2025-02-29",
                           "2026-03-00",
                           "25:00:00",
                           "1/2/2016",
                           "2016-1-1",
                           "soon",
                           "",
                           " ",
                           "2026-03-01T25:00:00",
                           "2026-03-01T24:00",
                           "2026-03-01T08:60",
                           "2026-03-01T08:30:60",
                           "2026-03-01T8:30",
                           "2026-03-01T",
                           "2026-03-01T08",
                           "2026-03-01  08:30",
                           "2026-03-01t08:30",
                           "2026-03-01T08:30z",
                           "2026-03-01T08:30:00.",
                           "2026-03-01T08:30.5",
                           "2026-03-01T08:30:00 Z",
                           "2026-03-01T08:30:00+2",
                           "2026-03-01T08:30:00+02:0",
                           "2026-03-01T08:30:00+02:",
                           "2026-03-01T08:30:00+02:60",
                           "2026-03-01T08:30:00+24:00",
                           "2026-03-01T08:30:00ZZ",
                           "2026-03-01Z",
                           "2026-03T08:30",
                           "2026/03/01T08:30",
                           "2026.03.01 08:30",
                           "2026-03/01",
                           "2026-03-",
                           "2026-",
                           "2026-03-01 on",
                           "on 2026-03-01",
                           "0000-01-01",
                           "0001-01-01T00:00+00:01",
                           "9999-12-31T23:59-00:01",
                           "12026-03-01",
                           "2026.03.",
                           "nan",
                           "inf",
                           "-inf",
                           "NaN",
                           "Infinity",
                           "1e400",
                           "1e12",
                           "253402300800",
                           "-62135596801",
                           "-62135596800.5",
                           "0x10",
                           "1__0",
                           "_1",
                           "1_",
                           "1_.5",
                           "+-5",
                           "--5",
                           "1e",
                           ".",
                           "+",
                           "1 000",
                           "1,5"}) {
    EXPECT_EQ(convert("timestamp", text), Json(text)) << text;
    EXPECT_EQ(convert("date_format", text), Json(text)) << text;
  }
}

TEST(Timestamp, RoundsNumbersDown) {
  const std::pair<const char*, const char*> table[] = {{"1772353800", "1772353800"},
                                                       {"1772353800.9", "1772353800"},
                                                       {"-0.5", "-1"},
                                                       {"0", "0"},
                                                       {"0.0", "0"},
                                                       {"-0.0", "0"},
                                                       {"-62135596800", "-62135596800"},
                                                       {"253402300799.9", "253402300799"}};
  for (const auto& [text, expected] : table) EXPECT_EQ(to_text(convert("timestamp", parse_json(text))), expected);
}

TEST(Timestamp, LeavesEverythingElse) {
  for (const char* text :
       {"null", "\"\"", "false", "true", "[]", "{}", "[1]", "{\"a\":1}", "253402300800", "-62135596801", "1e300",
        "-1e300", "18446744073709551615", "18446744073709551616", "253402300800.5"}) {
    EXPECT_EQ(convert("timestamp", parse_json(text)), parse_json(text)) << text;
  }
  EXPECT_TRUE(convert("timestamp", std::numeric_limits<double>::quiet_NaN()).is_number_float());
}

TEST(DateFormat, LeavesNumbers) {
  for (const char* text :
       {"null", "false", "true", "0", "5", "1772353800.9", "[]", "[1]", "{}", "18446744073709551616"}) {
    EXPECT_EQ(to_text(convert("date_format", parse_json(text))), to_text(parse_json(text)));
  }
}

TEST(LdapTimestamp, ReadsFileTimes) {
  const std::pair<const char*, std::int64_t> table[] = {{"116444736000000000", 0},
                                                        {"116444736009999999", 0},
                                                        {"116444735999999999", -1},
                                                        {"134168274000000000", 1772353800},
                                                        {"0", -11644473600},
                                                        {"-0", -11644473600},
                                                        {"9999999", -11644473600},
                                                        {"10000000", -11644473599},
                                                        {"-1", -11644473601},
                                                        {"-10000000", -11644473601},
                                                        {"-10000001", -11644473602},
                                                        {"2650467743990000000", 253402300799},
                                                        {"2650467744000000000", 253402300799},
                                                        {"9223372036854775807", 253402300799},
                                                        {"18446744073709551615", 253402300799},
                                                        {"99999999999999999999999999999999999999999", 253402300799}};
  for (const auto& [digits, expected] : table) {
    EXPECT_EQ(convert("ldap_timestamp", parse_json(digits)), Json(expected)) << digits;
    EXPECT_EQ(convert("ldap_timestamp", digits), Json(expected)) << digits;
    EXPECT_EQ(convert("ldap_timestamp", " \t" + std::string(digits) + "\n"), Json(expected)) << digits;
  }
  EXPECT_EQ(convert("ldap_timestamp", "+116444736000000000"), Json(0));
  EXPECT_EQ(convert("ldap_timestamp", "000116444736000000000"), Json(0));
  EXPECT_EQ(convert("ldap_timestamp", 116444736000000000.0), Json(0));
  EXPECT_EQ(convert("ldap_timestamp", 10000000.9), Json(-11644473599));
  EXPECT_EQ(convert("ldap_timestamp", -0.9), Json(-11644473600));
  EXPECT_EQ(convert("ldap_timestamp", 1e300), Json(253402300799));
}

TEST(LdapTimestamp, LeavesEverythingElse) {
  for (const char* text : {"null", "\"\"", "\"soon\"", "\" \"", "\"+\"", "\"-\"", "\"1.5\"", "\"+-1\"", "\"1 2\"",
                           "true", "false", "[]", "{}", "[1]", "-1e300"}) {
    EXPECT_EQ(convert("ldap_timestamp", parse_json(text)), parse_json(text)) << text;
  }
}

}  // namespace connector::dates_test
