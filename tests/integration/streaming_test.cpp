// The details of one page and the list of the next: beside each other where the templates allow it.
#include <gmock/gmock.h>

#include <csignal>
#include <set>

#include "commands/program_test.h"
#include "simulator/answers.h"

namespace connector::test::streaming_test {

using simulator::Answer;
using simulator::json_answer;
using simulator::Request;

constexpr std::size_t pages = 4;
constexpr std::size_t page_size = 3;

/// A source with pages of items, /list?page=N, and their details, /items/ID. It sees what is asked beside what.
class PagedSource {
 public:
  /// before_details: called with an item's page before its details are answered.
  explicit PagedSource(std::function<void(PagedSource&, std::size_t page)> before_details)
      : before_details_(std::move(before_details)),
        server_({}, [this](const Request& request) { return answer(request); }) {}

  std::string url() const { return server_.url(); }

  /// Waits until a page was asked for, or so long that it never will be.
  void wait_for_list(std::size_t page) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(20), [&] { return lists_.contains(page); });
  }

  /// The pages that were asked for while details of a page before were not answered yet.
  std::set<std::size_t> overtaking_pages() const {
    const std::lock_guard lock(mutex_);
    return overtaking_;
  }

  std::size_t failing_page = pages;  ///< answered with 404

 private:
  Answer answer(const Request& request) {
    if (request.path == "/list") return list(std::stoul(request.query.at("page")));
    const std::size_t id = std::stoul(request.path.substr(request.path.rfind('/') + 1));
    before_details_(*this, id / page_size);
    const std::lock_guard lock(mutex_);
    ++answered_;
    return json_answer({{"serial", fmt::format("S{}", id)}});
  }

  Answer list(std::size_t page) {
    const std::lock_guard lock(mutex_);
    lists_.insert(page);
    changed_.notify_all();
    if (answered_ < page * page_size) overtaking_.insert(page);
    if (page == failing_page) return simulator::problem(404, "lost");
    Json items = Json::array();
    for (std::size_t i = 0; i < page_size && page < pages; ++i) items.push_back({{"id", page * page_size + i}});
    return json_answer({{"items", items}});
  }

  const std::function<void(PagedSource&, std::size_t)> before_details_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::size_t> lists_;
  std::set<std::size_t> overtaking_;
  std::size_t answered_ = 0;  ///< details
  simulator::HttpServer server_;
};

class StreamedDetails : public ProgramTest {
 protected:
  /// A sync whose list has one more param.
  void sync(const PagedSource& source, const std::string& param = "") {
    configure("");
    const Json list = {
        {"url", source.url() + "/list"},
        {"http_method", "GET"},
        {"params", {{{"key", "page"}, {"value", "{{ iteration }}"}}, {{"key", "more"}, {"value", param}}}},
        {"result", "{{ list_response['items'] }}"}};
    const Json details = {{"url", source.url() + "/items/{{ list_response_item.id }}"}, {"http_method", "GET"}};
    oomnitza.cloud().managed().set_mapping("7", {{"SERIAL", {{"type", "attribute"}, {"value", "serial"}}}});
    oomnitza.cloud().managed().set_configuration("7",
                                                 {{"id", 7},
                                                  {"name", "Pages"},
                                                  {"type", "assets"},
                                                  {"sync_field", "SERIAL"},
                                                  {"saas_authorization", {{"headers", {{"X-Key", "made-up-key"}}}}},
                                                  {"list_behavior", list},
                                                  {"detail_behavior", details}});
    Process connector = start({"managed", "--ini", folder.file("config.ini"), "--workers", "4"});
    wait_until([&] {
      const auto portions = oomnitza.cloud().portions();
      return !portions.empty() && portions.front().finalized > 0;
    });
    connector.send_signal(SIGTERM);
    EXPECT_EQ(end_of(std::move(connector)), 0) << output();
  }

  void expect_records(std::size_t count) {
    std::vector<std::string> expected;
    for (std::size_t id = 0; id < count; ++id) expected.push_back(fmt::format("S{}", id));
    EXPECT_THAT(sent(), testing::UnorderedElementsAreArray(expected)) << output();
  }
};

TEST_F(StreamedDetails, AreUnderWayWhileTheNextPageIsListed) {
  PagedSource source([](PagedSource& own, std::size_t page) { own.wait_for_list(page + 1); });
  sync(source);
  expect_records(pages * page_size);
  EXPECT_EQ(source.overtaking_pages().size(), pages);
}

TEST_F(StreamedDetails, AreWaitedForWhenTheListsSeeItems) {
  PagedSource source([](PagedSource&, std::size_t) {});
  sync(source, "{{ list_response_item.id }}");
  expect_records(pages * page_size);
  EXPECT_THAT(source.overtaking_pages(), testing::IsEmpty());
}

TEST_F(StreamedDetails, AreWaitedForWhenTheListsMayChangeWhatItemsSee) {
  PagedSource source([](PagedSource&, std::size_t) {});
  sync(source, "{{ inputs.update({'page': iteration}) }}");
  expect_records(pages * page_size);
  EXPECT_THAT(source.overtaking_pages(), testing::IsEmpty());
}

TEST_F(StreamedDetails, AreDeliveredWhenALaterPageFails) {
  PagedSource source([](PagedSource& own, std::size_t page) { own.wait_for_list(page + 1); });
  source.failing_page = 2;
  sync(source);
  expect_records(2 * page_size);
  EXPECT_EQ(oomnitza.cloud().portions().front().fatal_errors, 1U);
}

}  // namespace connector::test::streaming_test
