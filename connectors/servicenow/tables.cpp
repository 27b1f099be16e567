#include "servicenow/tables.h"

#include <algorithm>
#include <charconv>

#include "connector/pages.h"

namespace connector::servicenow {
namespace {

std::uint64_t total_count(const Response& response) {
  const std::string text = response.headers.find("X-Total-Count").value_or("");
  std::uint64_t total = 0;
  std::from_chars(text.data(), text.data() + text.size(), total);
  return total;
}

/// The server gave up on a request that took it too long: the response is an error, or rows cut short by one.
bool took_too_long(const Response& response) {
  return response.body.find("Transaction cancelled: maximum execution time exceeded") != std::string::npos;
}

/// The rows of a response. An error beside them says that they are not all.
Json rows_of(const Response& response) {
  Json body = response.json();
  const Json& error = at(body, "error");
  if (!is_empty(error)) {
    throw SourceError(fmt::format("{} {}: the response reports an error: {}", response.method, response.url,
                                  excerpt(to_text(error))));
  }
  return std::move(list_of(body, "result", response));
}

}  // namespace

bool Tables::has_rows(const std::string& table) const {
  const Response response = http_.send({.url = base_ + table,
                                        .query = {{"sysparm_limit", "1"}, {"sysparm_fields", "sys_id"}},
                                        .allow = {400, 403, 404}});
  return response.ok() && !rows_of(response).empty();
}

Json Tables::first_row(const std::string& table, const Query& query) const {
  Json rows = rows_of(http_.get(base_ + table, query));
  return rows.empty() ? Json() : std::move(rows.front());
}

std::uint64_t Tables::each_page(const std::string& table, const Query& query,
                                const std::function<void(Json)>& take) const {
  std::uint64_t total = 0;
  std::uint64_t offset = 0;
  std::string previous;
  for (int limit = page_size_;;) {
    Response response = page(table, query, offset, limit);
    Json rows = rows_of(response);
    total = std::max(total, total_count(response));
    if (!rows.empty() && response.body == previous) {
      throw SourceError(
          fmt::format("GET {}: the page at offset {} is the same as the one before it", response.url, offset));
    }
    previous = std::move(response.body);
    offset += static_cast<std::uint64_t>(limit);
    // Rows that the account may not see are missing from their page: there may be more behind an empty one.
    if (rows.empty() && offset >= total) return total;
    take(std::move(rows));
  }
}

/// When the page takes the server too long, half of it is asked for, and limit says so.
Response Tables::page(const std::string& table, Query query, std::uint64_t offset, int& limit) const {
  query.emplace_back("sysparm_limit", "");
  query.emplace_back("sysparm_offset", std::to_string(offset));
  for (;;) {
    query[query.size() - 2].second = std::to_string(limit);
    Response response = http_.send({.url = base_ + table, .query = query, .accept = took_too_long});
    if (!took_too_long(response) || limit == 1) return response;
    limit /= 2;
    log_.warning("{}: the server canceled the request since it took too long; asking for {} rows at once from now on",
                 response.url, limit);
  }
}

}  // namespace connector::servicenow
