#include "onelogin/pages.h"

#include <charconv>

namespace connector::onelogin {
namespace {

std::string text_of(const Json& cursor) {
  if (cursor.is_null()) return {};
  return cursor.is_string() ? cursor.get<std::string>() : to_text(cursor);
}

std::optional<std::size_t> total_of(const Response& response) {
  const std::string text = response.headers.find("Total-Count").value_or("");
  std::size_t total = 0;
  const bool is_number = std::from_chars(text.data(), text.data() + text.size(), total).ec == std::errc();
  return is_number ? std::optional(total) : std::nullopt;
}

}  // namespace

Page page_of_api_1(Response response, const Log& log, const PageRequest& request) {
  Page page{.response = std::move(response)};
  page.body = page.response.json();
  const Json& status = at(page.body, "status.code");
  if (!status.is_null() && status != 200) throw SourceError(problem_of(page.response, log));
  const std::string cursor = text_of(at(page.body, "pagination.after_cursor"));
  if (!cursor.empty() && !lacks_list(page.body, "data", page.response)) {
    page.next = [=] { return request({{"after_cursor", cursor}}); };
  }
  return page;
}

Page PagesOfApi2::page(Response response, const PageRequest& request) {
  Page page{.response = std::move(response)};
  page.body = page.response.json();
  const std::size_t users = list_of(page.body, "", page.response).size();
  read_ += users;
  ++number_;
  const std::string cursor = page.response.headers.find("After-Cursor").value_or("");
  if (cursor.empty()) {
    page.next = next_by_number(page.response, users, request);
  } else {
    page.next = [=] { return request({{"cursor", cursor}}); };
  }
  return page;
}

std::function<Request()> PagesOfApi2::next_by_number(const Response& response, std::size_t users,
                                                     const PageRequest& request) {
  const std::optional<std::size_t> total = total_of(response);
  const bool is_full = users >= static_cast<std::size_t>(page_size_);
  if (total ? *total <= read_ : !is_full) return {};
  if (is_full) return [=, number = number_] { return request({{"page", std::to_string(number)}}); };
  const std::string problem = fmt::format("{} {}: OneLogin counts {} users but names no page after {}", response.method,
                                          response.url, *total, read_);
  return [problem]() -> Request { throw SourceError(problem); };
}

}  // namespace connector::onelogin
