#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "connector/connector.h"
#include "connector/parallel.h"
#include "integration/caller.h"
#include "integration/definition.h"
#include "integration/independence.h"
#include "integration/scope.h"

namespace connector::integration {

/// The items of the levels above the list: nothing (nullptr) without such a level.
struct ParentItems {
  std::shared_ptr<const Json> pre_list;
  std::shared_ptr<const Json> exploratory_list;
};

/// Makes records of the list's items: details, software, SaaS. Where the templates allow it, items are worked on at the
/// same time, and beside the lists of the pages that follow.
class Items {
 public:
  /// tools: of the source; its workers are how many items are worked on at once at most. take: gets each item's record,
  /// in the order in which they are ready, on the thread that calls add() and finish().
  Items(const Definition& definition, const Caller& caller, Scope& scope, const Tools& tools,
        std::function<void(Record)> take);

  /// The items of a page. Afterwards the lists' templates may be rendered. Throws Stopped, and what take throws.
  void add(Json::array_t items, ParentItems parents);

  /// Waits until the records of all items are taken. Then the variables are those of the last item. Throws as add().
  void finish();

 private:
  struct Page {
    Json::array_t items;
    ParentItems parents;
    Scope scope;        ///< as the page has found it
    std::size_t first;  ///< the place of its first item among those of all pages
  };
  struct Task {
    std::shared_ptr<const Page> page;
    std::size_t place;  ///< in the page
  };
  struct Made {
    std::size_t place;  ///< among the items of all pages
    Record record;
    Scope scope;
  };

  bool may_run_ahead() const;
  void add_concurrently(Json::array_t items, ParentItems parents);
  Made make(const Task& task) const;
  void take_made(Made made);
  void note(const Made& made, const std::string& name);
  Record record_of(const Json& item, const ParentItems& parents, Scope& scope) const;
  Json details_of(const Json& item, const ParentItems& parents, Scope& scope) const;
  void add_software_and_saas(Record& record, Scope& scope) const;
  Json software_of(const Json& record, Scope& scope) const;

  const Definition& definition_;
  const Caller& caller_;
  Scope& scope_;
  const Tools& tools_;
  const std::function<void(Record)> take_;
  const TemplateSet lists_;
  bool lists_are_independent_ = false;
  std::size_t count_ = 0;                        ///< items so far
  std::size_t weight_ahead_ = 0;                 ///< of pages that may be under way, in bytes
  std::map<std::string, std::size_t> last_set_;  ///< variable -> the place that set it, counted from 1
  std::optional<WorkerPool<Task, Made>> pool_;   ///< where items may be worked on at the same time
};

}  // namespace connector::integration
