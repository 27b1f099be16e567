// The Table API of a ServiceNow instance.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "connector/http.h"

namespace connector::servicenow {

class Tables {
 public:
  /// http and log must outlive this.
  Tables(const Http& http, const Log& log, const std::string& url, int page_size)
      : http_(http), log_(log), base_(url + "/api/now/table/"), page_size_(page_size) {}

  /// Whether the table exists, the account may read it, and there is something in it.
  bool has_rows(const std::string& table) const;

  /// The first row that the query finds; null when there is none.
  Json first_row(const std::string& table, const Query& query) const;

  /// Hands over the rows that the query finds, page by page, until a page is empty. Returns how many the server counts,
  /// those included that the account may not see; 0 when it does not say.
  std::uint64_t each_page(const std::string& table, const Query& query, const std::function<void(Json)>& take) const;

 private:
  Response page(const std::string& table, Query query, std::uint64_t offset, int& limit) const;

  const Http& http_;
  const Log& log_;
  std::string base_;
  int page_size_;
};

}  // namespace connector::servicenow
