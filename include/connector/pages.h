// What sources that page have in common.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "connector/connector.h"
#include "connector/parallel.h"

namespace connector {

/// The list at a dotted name of a page (the page itself for an empty name), to be moved from. Throws SourceError that
/// names the request when there is none.
Json& list_of(Json& page, std::string_view name, const Response& response);

/// Whether a page, an object, has no list at a dotted name: so some servers end their paging. Throws SourceError when
/// the page tells of a failure instead ("error": …, "success": false).
bool lacks_list(const Json& page, std::string_view name, const Response& response);

/// Hands over each row. One that is not an object is a failed record: "a device is not an object".
void emit_rows(const Emit& emit, Json& rows, std::string_view what);

/// Tells how many records there will be, where the source's count is one.
void expect_count(const Emit& emit, const Json& count);

/// An entry of a software list as Oomnitza wants it: {"name", "version", "path"}.
Json software_entry(Json name, Json version, Json path = nullptr);

/// Headers as a setting, {"Authorization": "…"}: what managed mode gives a basic connector as authorization_settings.
void parse_setting(const std::string& text, Headers& value);

/// The items of a setting that is a JSON list of strings. Also of one in Python's notation, ['one', 'two']: so Oomnitza
/// sends inputs that are lists. Nothing for everything else.
std::optional<std::vector<std::string>> string_list(const std::string& text);

/// The setting page_size: how many rows a request asks for. what: "Users". usual: the default; 0: the most.
template <class Source>
Setting page_size_setting(int Source::*member, const std::string& what, int most, int usual = 0) {
  return setting("page_size", member,
                 {.help = fmt::format("{} per request, {} at most.", what, most),
                  .default_value = std::to_string(usual > 0 ? usual : most),
                  .range = std::pair(1, most),
                  .in_sample = false});
}

/// A guard against pages that go round in circles.
class PageGuard {
 public:
  /// source: for the message, "NetBox".
  explicit PageGuard(std::string source) : source_(std::move(source)) {}

  /// To be called with what tells a page from all others: before it is asked for with its address or cursor, or before
  /// its rows are handed over with its body. Throws SourceError when it was seen before, and for the 200,000th: a list
  /// whose pages always differ may never end. Keeps hashes, not strings.
  void check(std::string_view page);

 private:
  std::string source_;
  std::unordered_set<std::size_t> seen_;
};

/// For a list that a source must collect, since what comes next needs all of it. Throws SourceError beyond five million
/// entries: it may never end.
void check_length(const std::string& list, std::size_t entries);

/// The address that a link means on the page where it stands, relative or absolute (RFC 3986, 5.2). Throws SourceError
/// when it is not an http or https address.
std::string resolved_url(const std::string& page, const std::string& link);

/// The address of the next page: path and query of a link that the source gives, on the host of `url`, whatever host it
/// names. A path prefix of `url` (a reverse proxy's) that the link lacks is put in front. page: the address that the
/// link stands on, for relative ones. Throws SourceError when it is not an address.
std::string next_url(const Url& url, const std::string& page, const std::string& link);

/// A page of a list.
struct Page {
  Response response;
  Json body = {};  ///< where what asked for the page has parsed it
  /// Makes the request for the page after it; empty for the last one. What it throws is thrown once this one was taken.
  std::function<Request()> next = {};
};

/// Hands over the pages of a list from the first on, in order. Once the first was taken, they are asked for ahead, two
/// at most, on a thread of their own: ask() sends the request, finds the next one, and parses no more than it needs for
/// that; take() gets the page on the calling thread. What ask() throws is thrown on when the pages before were taken.
void each_page(Request first, const std::function<Page(const Request&)>& ask, const std::function<void(Page&)>& take);

/// An unwanted response for a message: "GET https://…: status 403: {"detail": "Token expired"}".
std::string problem_of(const Response& response, const Log& log);

/// The address that the Link header of a response names for a relation ("next"), resolved (RFC 8288).
std::optional<std::string> link_of(const Response& response, std::string_view relation);

/// Calls fetch(item), which makes the item's record, for up to `workers` items at once, and hands the records over in
/// the order in which they are ready. An item whose fetch throws SourceError (HttpError too) is a failed record, named
/// by name(item); the others go on. A fetch that gives std::optional<Json> may find that there is none. Of the items no
/// more than `workers` are taken ahead.
template <class Items, class Fetch, class Name>
void emit_details(const Connector& source, const Emit& emit, Items&& items, Fetch fetch, Name name) {
  struct Detail {
    std::optional<Json> record;
    std::string name;
    std::string error;
  };
  parallel(
      source.workers, std::forward<Items>(items),
      [&](const auto& item) -> Detail {
        try {
          return {std::optional<Json>(fetch(item)), {}, {}};
        } catch (const SourceError& error) {
          if (source.stop.stop_requested()) throw Stopped();
          return {std::nullopt, std::string(name(item)), error.what()};
        }
      },
      [&](Detail detail) {
        if (!detail.error.empty()) {
          emit.failed(detail.name, detail.error);
        } else if (detail.record) {
          emit(*std::move(detail.record));
        }
      });
}

/// Reads a part that a record can do without, on any thread. Empty when it was read, else what was wrong: hand over the
/// record, then that to Emit::incomplete(). what: names the part.
std::string failure_of(const Connector& source, std::string_view what, const std::function<void()>& read);

/// emit_details() for items with many records each: fetch(item) gives the list of them. An item whose fetch throws is a
/// part that is missing: the others go on, and the section ends as incomplete. name: of the list, "devices of network
/// 7".
template <class Items, class Fetch, class Name>
void emit_lists(const Connector& source, const Emit& emit, Items&& items, Fetch fetch, Name name) {
  struct Part {
    std::string name;
    Json rows;
    std::string error;
  };
  parallel(
      source.workers, std::forward<Items>(items),
      [&](const auto& item) -> Part {
        Part part{.name = name(item), .rows = Json::array(), .error = {}};
        part.error = failure_of(source, part.name, [&] { part.rows = fetch(item); });
        return part;
      },
      [&](Part part) {
        emit_rows(emit, part.rows, "an entry of the " + part.name);
        if (!part.error.empty()) emit.incomplete(part.error);
      });
}

/// Ends a session with the vendor when it goes out of scope: after a read() that is complete, that failed, or that was
/// stopped. What goes wrong with that is only logged.
///
///   const SessionEnd session_end(*this, [this]() -> std::optional<Request> { … });
class SessionEnd {
 public:
  /// logout: the request that ends the session, credentials and all; nothing when there is no session. It is sent once,
  /// over a connection of its own, with the headers of source.http. failure: how a failure is logged.
  SessionEnd(const Connector& source, std::function<std::optional<Request>()> logout, Level failure = Level::debug)
      : source_(source), logout_(std::move(logout)), failure_(failure) {}
  ~SessionEnd();
  SessionEnd(const SessionEnd&) = delete;
  SessionEnd& operator=(const SessionEnd&) = delete;

 private:
  const Connector& source_;
  std::function<std::optional<Request>()> logout_;
  Level failure_;
};

/// Hands over the rows of a table by the hundred. add_row: adds one, or returns false behind the last. When it throws
/// SourceError, the rows before are handed over first.
void emit_table(const Emit& emit, Rows::Columns columns, const std::function<bool(Rows&)>& add_row);

/// Reads a part of a source that others do not depend on. When it throws SourceError the section goes on without it and
/// ends as incomplete. what: names the part. Whether it was read.
bool read_part(const Connector& source, const Emit& emit, std::string_view what, const std::function<void()>& read);

}  // namespace connector
