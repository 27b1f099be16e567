#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "convert/converters.h"

namespace connector::locations_test {

/// Remembers the lines it was given.
class Lines : public Log::Output {
 public:
  bool enabled(Level) const override { return true; }
  void write(Level level, const std::string& message) override { lines.emplace_back(level, message); }
  void hide(std::string_view) override {}
  std::string redact(std::string text) const override { return text; }

  std::vector<std::pair<Level, std::string>> lines;
};

class Location : public testing::Test {
 protected:
  Json convert(std::string_view text, const Json& value) const {
    const ConverterCall call = parse_converter(text);
    return converters.convert(*BuiltInConverters::find(call.name), Json::object(), value, call.parameters);
  }

  Json cloud =
      parse_json(R"([{"location_id":"nyc","name":"New York","id":1},{"location_id":"gal","name":"Galway","id":2},
    {"location_id":"","name":"Nowhere"},{"location_id":"kbp","name":null},{"id":5},7,
    {"location_id":"old","name":"Twice"},{"location_id":"élan","name":"Twice"},{"location_id":"x","name":9}])");
  std::atomic<int> fetched = 0;
  std::shared_ptr<Lines> lines = std::make_shared<Lines>();
  BuiltInConverters converters{{.locations =
                                    [this] {
                                      ++fetched;
                                      if (cloud.is_null()) throw std::runtime_error("no network");
                                      return cloud;
                                    },
                                .mac_model = {}},
                               Log(lines)};
};

TEST_F(Location, TurnsNamesIntoIds) {
  EXPECT_EQ(convert("location", "Galway"), Json("gal"));
  EXPECT_EQ(convert("location", "NYC"), Json("nyc"));
  EXPECT_EQ(convert("location", "Twice"), Json("élan"));
  EXPECT_EQ(convert("location", "ÉLAN"), Json("élan"));
  for (const char* unknown : {"galway", "Nowhere", "old", "9", " Galway"}) {
    EXPECT_EQ(convert("location", unknown), Json(unknown));
  }
  EXPECT_EQ(fetched, 1);
}

TEST_F(Location, OfNothingIsNull) {
  for (const char* value : {"null", "false", "0", "\"\"", "[]", "{}"}) {
    EXPECT_EQ(convert("location", parse_json(value)), Json());
  }
  EXPECT_EQ(fetched, 0);
}

TEST_F(Location, HasAMapForEachPairOfParameters) {
  EXPECT_EQ(convert("location:field=id", "Galway"), Json(2));
  EXPECT_EQ(convert("location:label=location_id|field=name", "gal"), Json("Galway"));
  EXPECT_EQ(convert("location:field=nothing", "Galway"), Json("Galway"));
  EXPECT_EQ(convert("location", "Galway"), Json("gal"));
  EXPECT_THROW(convert("location:field", "Galway"), ConversionError);
  EXPECT_EQ(fetched, 1);
}

TEST_F(Location, ReportsUnknownValuesOnce) {
  for (int i = 0; i < 15; ++i) convert("location", "Place " + std::to_string(i));
  convert("location", "Place 0");
  convert("location", "Galway");
  EXPECT_TRUE(lines->lines.empty());
  converters.report();
  ASSERT_EQ(lines->lines.size(), 1U);
  EXPECT_EQ(lines->lines[0].first, Level::warning);
  EXPECT_NE(lines->lines[0].second.find("16 values"), std::string::npos);
  EXPECT_NE(lines->lines[0].second.find("\"Place 9\""), std::string::npos);
  EXPECT_EQ(lines->lines[0].second.find("\"Place 10\""), std::string::npos);
}

TEST_F(Location, ReportsNothingWhenAllIsKnown) {
  convert("location", "Galway");
  converters.report();
  EXPECT_TRUE(lines->lines.empty());
}

TEST_F(Location, WorksWithoutLocations) {
  for (const Json& answer : {Json(), Json("text"), Json({{"a", 1}})}) {
    const auto log = std::make_shared<Lines>();
    const BuiltInConverters broken({.locations =
                                        [&answer] {
                                          if (answer.is_null()) throw std::runtime_error("no network");
                                          return answer;
                                        },
                                    .mac_model = {}},
                                   Log(log));
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(broken.convert(*BuiltInConverters::find("location"), {}, "Galway", Parameters("field=id")),
                Json("Galway"));
      EXPECT_EQ(broken.convert(*BuiltInConverters::find("location"), {}, "Galway", Parameters()), Json("Galway"));
    }
    ASSERT_EQ(log->lines.size(), 1U);
    EXPECT_EQ(log->lines[0].first, Level::error);
  }
}

TEST_F(Location, FetchesOnceForManyThreads) {
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 200; ++n) {
        if (convert("location", "Galway") == Json("gal") && convert("location", "x") == Json("x")) ++right;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 800);
  EXPECT_EQ(fetched, 1);
  converters.report();
  ASSERT_EQ(lines->lines.size(), 1U);
  EXPECT_NE(lines->lines[0].second.find("800 values"), std::string::npos);
}

}  // namespace connector::locations_test
