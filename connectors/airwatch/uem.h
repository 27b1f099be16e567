// What the sources of Workspace ONE UEM (once AirWatch) have in common: the OAuth client's login, requests, pages.
#pragma once

#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "connector/connector.h"

namespace connector::uem {

constexpr int max_page_size = 500;  // a larger one is cut down to this

/// An OAuth client of the console. Of token_url and region one is enough.
struct Client {
  std::string client_id;
  std::string client_secret;
  std::string region;
  std::string token_url;
};

/// Reports what is missing of a client.
void check(const Client& client, const AddProblem& add_problem);

/// Logs the client in, now and whenever its token ends.
void keep_logged_in(Connector& source, const Client& client);

/// The address of a token service that has moved: the former one when that answers and the current one does not.
std::string token_url_in_use(const Connector& source, const std::string& current, const std::string& former);

/// Sends a GET request. Throws SourceError at once when the API calls of the day are used up: that can last for hours.
Response get(const Connector& source, Request request);

/// A list that comes in pages 0, 1, 2 …
struct PagedList {
  std::string url;
  Query query;                  ///< `page` comes behind it
  std::string name;             ///< of the list in a page: "Devices"
  bool may_be_missing = false;  ///< a page without the list is the one behind the last, not an error
};

/// The pages of such a list, one after another. Some status without content, an empty page, or one that is equal to the
/// one before is the end.
class Pages {
 public:
  Pages(const Connector& source, PagedList list) : source_(source), list_(std::move(list)) {}

  /// The rows of the next page, none behind the last one.
  Json next();

  std::size_t rows() const { return rows_; }  ///< that have come so far
  /// How many rows the server says there are. It may count some that the account may not see.
  std::optional<std::size_t> total() const { return total_; }
  /// Whether the end was a page that is equal to the one before.
  bool repeated() const { return repeated_; }

  /// To be called when all was read: a repeated page makes the section incomplete. what: "devices".
  void report_repeated(const Emit& emit, std::string_view what) const;
  /// To be called when all was read: warns when the server counts other rows, or could not read some itself.
  void warn_of_missing(std::string_view what) const;

 private:
  const Connector& source_;
  const PagedList list_;
  int number_ = 0;
  std::string last_;  ///< the text of the last page's rows
  bool repeated_ = false;
  std::size_t rows_ = 0;
  std::optional<std::size_t> total_;
  std::size_t unreadable_ = 0;
};

/// The rows of all pages, for parallel(): a page is asked for when the first of its rows is.
class Rows {
 public:
  explicit Rows(Pages& pages) : pages_(pages) {}

  class Iterator {
   public:
    using value_type = Json;
    using difference_type = std::ptrdiff_t;

    explicit Iterator(Rows& rows) : rows_(&rows) {}
    Json operator*() const { return std::move(rows_->page_[rows_->next_]); }
    Iterator& operator++() {
      ++rows_->next_;
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return rows_->is_at_end(); }

   private:
    Rows* rows_;
  };

  Iterator begin() { return Iterator(*this); }
  std::default_sentinel_t end() const { return {}; }

 private:
  bool is_at_end() {
    if (next_ < page_.size()) return false;
    page_ = pages_.next();
    next_ = 0;
    return page_.empty();
  }

  Pages& pages_;
  Json page_ = Json::array();
  std::size_t next_ = 0;
};

}  // namespace connector::uem
