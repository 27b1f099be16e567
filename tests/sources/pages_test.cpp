#include "connector/pages.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "platform/wait.h"
#include "support/emit_to.h"

namespace connector::pages_test {

class NoSource final : public Connector {
 public:
  void read(const Emit&) override {}
};

TEST(Wants, WhatTheMappingReadsWhatIsBelowAndWhatIsAround) {
  NoSource source;
  source.sources = {"network.ip", "general"};
  EXPECT_TRUE(source.wants("network"));
  EXPECT_TRUE(source.wants("network.ip"));
  EXPECT_TRUE(source.wants("general.name"));
  EXPECT_FALSE(source.wants("net"));
  EXPECT_FALSE(source.wants("network.mac"));
  EXPECT_FALSE(source.wants("generals"));
  source.all_attributes = true;
  EXPECT_TRUE(source.wants("anything"));
}

TEST(EmitTable, HandsOverAllRowsAndThoseBeforeAnError) {
  std::size_t records = 0;
  const EmitTo emit([&](const Record& record) { EXPECT_EQ(record.data, (Json{{"n", records++}, {"t", "text"}})); });
  int row = 0;
  const auto add_row = [&row](Rows& rows) {
    if (row == 250) return false;
    rows.add_json(std::to_string(row++));
    rows.add("text");
    return true;
  };
  emit_table(emit, {"n", "t"}, add_row);
  EXPECT_EQ(records, 250U);

  records = 0;
  row = 0;
  const auto break_off = [&](Rows& rows) {
    if (add_row(rows)) return true;
    rows.add_json("250");
    throw SourceError("broken off");
  };
  EXPECT_THROW(emit_table(emit, {"n", "t"}, break_off), SourceError);
  EXPECT_EQ(records, 250U);
}

TEST(ListOf, IsTheListOrAnErrorThatNamesTheRequest) {
  const Response response{
      .status = 200, .headers = {}, .body = R"({"a": {"b": [1]}, "c": 2})", .url = "https://x/y", .method = "GET"};
  Json page = response.json();
  EXPECT_EQ(list_of(page, "a.b", response), parse_json("[1]"));
  try {
    list_of(page, "c", response);
    FAIL() << "no error";
  } catch (const SourceError& error) {
    EXPECT_NE(std::string(error.what()).find("GET https://x/y: the response has no list \"c\""), std::string::npos)
        << error.what();
  }
}

TEST(EmitRows, MakesFailedRecordsOfWhatIsNotAnObject) {
  std::vector<Record> records;
  const EmitTo emit([&](Record record) { records.push_back(std::move(record)); });
  Json rows = parse_json(R"([{"id": 1}, 5, null])");
  emit_rows(emit, rows, "a device");
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[0].error, "");
  EXPECT_EQ(records[1].error, "a device is not an object");
  EXPECT_EQ(records[1].data, 5);
}

/// Pages "1", "2" … up to the last, each of which names the next one.
Page numbered(const Request& request, int last) {
  const int number = std::stoi(request.url);
  Page page{.response = {.status = 200, .headers = {}, .body = request.url, .url = {}, .method = {}}};
  if (number < last) page.next = [number] { return Request{.url = std::to_string(number + 1)}; };
  return page;
}

TEST(EachPage, HandsOverAllPagesInOrder) {
  std::string read;
  each_page(
      {.url = "1"}, [](const Request& request) { return numbered(request, 5); },
      [&](Page& page) { read += page.response.body; });
  EXPECT_EQ(read, "12345");
}

TEST(EachPage, AsksAheadOnAThreadOfItsOwnTwoPagesAtMost) {
  std::atomic<int> asked = 0;
  int most_ahead = 0;
  int taken = 0;
  const auto here = std::this_thread::get_id();
  each_page(
      {.url = "1"},
      [&](const Request& request) {
        EXPECT_NE(std::this_thread::get_id(), here);
        ++asked;
        return numbered(request, 6);
      },
      [&](Page&) {
        EXPECT_EQ(std::this_thread::get_id(), here);
        ++taken;
        const int target = std::min(taken + 2, 6);
        for (int i = 0; i < 200 && asked < target; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        most_ahead = std::max(most_ahead, asked - taken);
      });
  EXPECT_EQ(taken, 6);
  EXPECT_EQ(most_ahead, 2);
}

TEST(EachPage, HandsOverThePagesBeforeAnErrorThenThrowsIt) {
  std::string read;
  const auto ask = [](const Request& request) {
    if (request.url == "3") throw SourceError("broken");
    return numbered(request, 5);
  };
  EXPECT_THROW(each_page({.url = "1"}, ask, [&](Page& page) { read += page.response.body; }), SourceError);
  EXPECT_EQ(read, "12");

  read.clear();
  const auto ask_with_broken_link = [](const Request& request) {
    Page page = numbered(request, 5);
    page.next = []() -> Request { throw SourceError("no link"); };
    return page;
  };
  EXPECT_THROW(each_page({.url = "1"}, ask_with_broken_link, [&](Page& page) { read += page.response.body; }),
               SourceError);
  EXPECT_EQ(read, "1") << "the page with the broken link counts";
}

TEST(EachPage, DoesNotWaitForAPageThatNobodyWants) {
  const auto ask = [](const Request& request) {
    if (request.url == "3") {
      EXPECT_FALSE(wait_for(std::chrono::seconds(20), request.abandon));
    }
    return numbered(request, 4);
  };
  const auto take = [](const Page& page) {
    if (page.response.body == "2") throw Stopped();
  };
  EXPECT_THROW(each_page({.url = "1"}, ask, take), Stopped);
}

TEST(EachPage, EndsAtOnceWhenNoMoreIsWanted) {
  std::atomic<int> asked = 0;
  const auto ask = [&](const Request& request) {
    ++asked;
    return numbered(request, 1000);
  };
  EXPECT_THROW(each_page({.url = "1"}, ask, [](Page&) { throw Stopped(); }), Stopped);
  EXPECT_EQ(asked, 1) << "a limited run may want the first page alone";
}

TEST(PageGuard, ThrowsWhenAPageComesAgain) {
  PageGuard guard("NetBox");
  guard.check("/1");
  guard.check("/2");
  EXPECT_THROW(guard.check("/1"), SourceError);
}

TEST(EmitDetails, GoesOnBehindAnItemThatFails) {
  NoSource source;
  std::vector<Json> records;
  const EmitTo emit([&](Record record) { records.push_back(std::move(record.data)); });
  const std::vector<int> ids = {1, 2, 3};
  emit_details(
      source, emit, ids,
      [](int id) -> Json {
        if (id == 2) throw SourceError("status 404");
        return {{"id", id}};
      },
      [](int id) { return fmt::format("device {}", id); });
  EXPECT_EQ(records.size(), 2U);
  EXPECT_EQ(emit.problems, std::vector<std::string>{"device 2: status 404"});
}

TEST(ReadPart, GoesOnWithoutAPartThatFails) {
  NoSource source;
  const EmitTo emit([](const Record&) {});
  EXPECT_TRUE(read_part(source, emit, "hosts of A", [] {}));
  EXPECT_FALSE(read_part(source, emit, "hosts of B", [] { throw SourceError("status 500"); }));
  EXPECT_EQ(emit.problems, std::vector<std::string>{"hosts of B: status 500"});
}

TEST(EachPage, EndsAListThatDoesNot) {
  std::size_t pages = 0;
  const auto ask = [](const Request&) { return Page{.response = {}, .next = [] { return Request{.url = "next"}; }}; };
  EXPECT_THROW(each_page({.url = "first"}, ask, [&](Page&) { ++pages; }), SourceError);
  EXPECT_GE(pages, 99'990U) << "the last ones were asked for ahead";
}

TEST(PageGuard, EndsPagesThatAlwaysDiffer) {
  PageGuard guard("NetBox");
  const auto check_many = [&] {
    for (int i = 0; i <= 200'000; ++i) guard.check(std::to_string(i));
  };
  EXPECT_THROW(check_many(), SourceError);
}

}  // namespace connector::pages_test
