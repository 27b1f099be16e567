#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "connector/log.h"
#include "integration/caller.h"
#include "integration/definition.h"
#include "python/templates.h"

namespace connector::integration {

/// What paging needs to be told.
struct PaginatorOptions {
  std::function<void()> checkpoint;  ///< called before each page; throws to end the run
  Log log = {};
  int max_pages = 1000;             ///< of each level, within the items of the one above
  bool mappings_are_lists = false;  ///< at the list: a mapping's keys are its items (there are details), else one item
  /// When given: gets the list's first response, then paging ends.
  std::function<void(const Json& value)> first_response = {};
};

/// Pages through exploratory list, pre-list and list, each within the items of the one above; the three page alike.
class Paginator {
 public:
  /// Gets the items of each page of the list. The variables of the upper levels are set.
  using HandlePage = std::function<void(Json::array_t items)>;

  /// levels: from the topmost to the list. All outlive it.
  Paginator(const std::vector<LevelBehavior>& levels, const Caller& caller, Scope& scope, PaginatorOptions options,
            HandlePage handle);

  /// Whether there was anything: false when the first page of the topmost level had no results. Throws what calls,
  /// templates and `handle` throw; SourceError for results that are none and after max_pages; Stopped.
  bool pull();

  /// The items above the page that is handled: nullptr without such a level.
  const std::shared_ptr<const Json>& pre_list_item() const { return items_[1]; }
  const std::shared_ptr<const Json>& exploratory_list_item() const { return items_[0]; }

 private:
  /// The pages of a level so far.
  struct SeenPages {
    std::unordered_set<std::size_t> all;  ///< hashes of request and response
    std::size_t last = 0;
  };

  /// The levels have names by their distance from the list: list 2, pre-list 1, exploratory list 0.
  bool pull_level(std::size_t place);
  std::optional<Json::array_t> next_page(std::size_t place, int page, SeenPages& seen);
  bool is_repeated(std::size_t place, const Caller::Called& page, SeenPages& seen) const;
  void check_undefined(std::size_t place, const Json& response, const std::string& beginning) const;
  void start_level(std::size_t place);
  void handle_items(std::size_t place, Json::array_t items);
  Json::array_t items_of(std::size_t place, Json result) const;
  const LevelBehavior& level(std::size_t place) const { return levels_[place - topmost_]; }

  const std::vector<LevelBehavior>& levels_;
  const std::size_t topmost_;
  const Caller& caller_;
  Scope& scope_;
  const PaginatorOptions options_;
  const HandlePage handle_;
  std::shared_ptr<const Json> items_[2];
};

}  // namespace connector::integration
