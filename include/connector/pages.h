// What sources that page have in common.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "connector/connector.h"
#include "connector/parallel.h"

namespace connector {

/// The list at a dotted name of a page (the page itself for an empty name), to be moved from. Throws SourceError that
/// names the request when there is none.
Json& list_of(Json& page, std::string_view name, const Response& response);

/// Hands over each row. One that is not an object is a failed record: "a device is not an object".
void emit_rows(const Emit& emit, Json& rows, std::string_view what);

/// An entry of a software list as Oomnitza wants it: {"name", "version", "path"}.
Json software_entry(Json name, Json version, Json path = nullptr);

/// A guard against pages that go round in circles.
class PageGuard {
 public:
  /// source: for the message, "NetBox".
  explicit PageGuard(std::string source) : source_(std::move(source)) {}

  /// To be called with what tells a page from all others (its address, its cursor), before it is asked for. Throws
  /// SourceError when it was asked for before.
  void check(const std::string& page);

 private:
  std::string source_;
  std::unordered_set<std::string> asked_;
};

/// Calls fetch(item), which makes the item's record, for up to `workers` items at once, and hands the records over in
/// the order in which they are ready. An item whose fetch throws SourceError (HttpError too) is a failed record, named
/// by name(item); the others go on. Of the items no more than `workers` are taken ahead.
template <class Items, class Fetch, class Name>
void emit_details(const Connector& source, const Emit& emit, Items&& items, Fetch fetch, Name name) {
  struct Detail {
    Json record;
    std::string error;
  };
  parallel(
      source.workers, std::forward<Items>(items),
      [&](const auto& item) -> Detail {
        try {
          return {fetch(item), {}};
        } catch (const SourceError& error) {
          if (source.stop.stop_requested()) throw Stopped();
          return {nullptr, std::string(name(item)) + ": " + error.what()};
        }
      },
      [&](Detail detail) {
        if (detail.error.empty()) {
          emit(std::move(detail.record));
        } else {
          emit.failed(detail.error);
        }
      });
}

/// Reads a part of a source that others do not depend on. When it throws SourceError the section goes on without it and
/// ends as incomplete. what: names the part. Whether it was read.
bool read_part(const Connector& source, const Emit& emit, std::string_view what, const std::function<void()>& read);

}  // namespace connector
