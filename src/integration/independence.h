#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "integration/definition.h"
#include "integration/scope.h"

namespace connector::integration {

/// Some templates of an integration, looked at for what they name and change. Refers to the definition.
class TemplateSet {
 public:
  /// Those of the lists, and of the session that their calls are authorized by.
  static TemplateSet of_lists(const Definition& definition);

  TemplateSet& add(const Json& source);
  TemplateSet& add(const std::vector<NamedTemplate>& fields);
  TemplateSet& add(const CallTemplate& call);
  /// Those of a session; none of other kinds.
  TemplateSet& add(const SaasAuthorization& authorization);

  /// Whether one of these names stands in a template, as a word of its own.
  bool names(std::string_view name) const;
  bool names_one_of(std::initializer_list<std::string_view> names) const;

  /// Whether rendering may change values that other templates see.
  bool may_change_values(const Scope& scope) const;

 private:
  std::vector<const Json*> sources_;
  std::string text_;  ///< of all
};

/// Whether no item's templates can see or change what another item leaves behind: then items may be worked on at the
/// same time.
bool are_items_independent(const Definition& definition, const Scope& scope);

/// Whether the lists' templates neither see what items leave behind nor change what items see: then the next page may
/// be asked for while items of the page before are worked on.
bool are_lists_independent(const TemplateSet& lists, const Scope& scope);

}  // namespace connector::integration
