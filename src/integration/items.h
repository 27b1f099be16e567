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

/// A record on its way from the source to its mapping.
struct PulledRecord {
  Json data;
  Json applications;  ///< what was found, else null; null without software
  Json saas;
  std::string error;  ///< not empty: it could not be completed
};

/// The items of the levels above the list: null without such a level.
struct ParentItems {
  const Json& pre_list;
  const Json& exploratory_list;
};

/// Makes records of the list's items: details, software, SaaS.
class Items {
 public:
  /// workers: how many items are worked on at once at most, where their templates allow it.
  Items(const Integration& integration, const Source& source, Templates& templates, Variables& variables,
        unsigned workers, std::stop_token stop);

  /// Calls take with each item's record, in the order in which they are ready, on this thread. Afterwards the variables
  /// are those of the last item. Throws Stopped, and what take throws.
  void pull(const Json::array_t& items, const ParentItems& upper, const std::function<void(PulledRecord)>& take);

  /// Whether no item's templates can see or change what another item leaves behind.
  static bool are_independent(const Integration& integration);

 private:
  PulledRecord record_of(const Json& item, const ParentItems& upper, Variables& variables) const;
  Json details_of(const Json& item, const ParentItems& upper, Variables& variables) const;
  void add_software_and_saas(PulledRecord& pulled, Variables& variables) const;
  Json software_of(const Json& record, Variables& variables) const;

  const Integration& integration_;
  const Source& source_;
  Templates& templates_;
  Variables& variables_;
  const unsigned workers_;
  const std::stop_token stop_;
};

}  // namespace connector::integration
