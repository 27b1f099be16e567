#pragma once

#include <filesystem>
#include <memory>

#include "connector/connector.h"
#include "integration/authorization.h"
#include "integration/caller.h"
#include "integration/definition.h"
#include "integration/scope.h"
#include "integration/secrets.h"
#include "oomnitza/oomnitza.h"

namespace connector::integration {

/// What the source of an integration works with, beside its tools. All outlive it.
struct SourceContext {
  const Definition& definition;
  Scope& scope;  ///< with the inputs
  const Oomnitza& cloud;
  std::shared_ptr<Secrets> secrets;
  std::filesystem::path response_file;  ///< where a custom test run saves the list's first response
};

/// A source that is called as the cloud describes it: levels of lists, details, software.
class IntegrationSource final : public Connector {
 public:
  explicit IntegrationSource(const SourceContext& context) : context_(context) {
    static_cast<SectionSettings&>(*this) = context.definition.settings;
  }

  void read(const Emit& emit) override;

  /// Whether it was read to its end and had nothing: the first page of each topmost level had no results.
  bool found_nothing() const { return found_nothing_; }

 private:
  bool read_roles(Caller& caller, Authorizer& own, const AuthorizationContext& authorization, const Emit& emit);
  bool read_list(const Caller& caller, const Emit& emit);
  void save_response(const Json& value) const;

  const SourceContext context_;
  bool found_nothing_ = false;
};

}  // namespace connector::integration
