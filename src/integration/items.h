#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "connector/connector.h"
#include "integration/caller.h"
#include "integration/definition.h"
#include "python/templates.h"

namespace connector::integration {

/// The items of the levels above the list: null without such a level.
struct ParentItems {
  const Json& pre_list;
  const Json& exploratory_list;
};

/// Makes records of the list's items: details, software, SaaS.
class Items {
 public:
  /// workers: how many items are worked on at once at most, where their templates allow it.
  Items(const Definition& definition, const Caller& caller, Scope& scope, unsigned workers, std::stop_token stop);

  /// Calls take with each item's record, in the order in which they are ready, on this thread. Afterwards the variables
  /// are those of the last item. Throws Stopped, and what take throws.
  void pull(const Json::array_t& items, const ParentItems& upper, const std::function<void(Record)>& take);

  /// Whether no item's templates can see or change what another item leaves behind.
  static bool are_independent(const Definition& definition);

 private:
  void pull_concurrently(const Json::array_t& items, const ParentItems& upper, const std::function<void(Record)>& take);
  Record record_of(const Json& item, const ParentItems& upper, Scope& scope) const;
  Json details_of(const Json& item, const ParentItems& upper, Scope& scope) const;
  void add_software_and_saas(Record& record, Scope& scope) const;
  Json software_of(const Json& record, Scope& scope) const;

  const Definition& definition_;
  const Caller& caller_;
  Scope& scope_;
  const unsigned workers_;
  const std::stop_token stop_;
};

}  // namespace connector::integration
