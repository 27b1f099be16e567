#pragma once

#include <string>
#include <utility>

#include "connector/json.h"
#include "python/templates.h"

namespace connector::integration {

/// Templates and what they can name at this place. A copy shares the values, and what is set in it stays its own.
class Scope {
 public:
  explicit Scope(Templates& templates) : templates_(&templates) {}

  Variables variables;

  // See Templates for what each gives and throws.
  std::string text(const Json& source) const { return templates_->render_text(source, variables); }
  Json native(const Json& source) const { return templates_->render_native(source, variables); }
  Templates::Rendered items(const Json& source) const { return templates_->render_items(source, variables); }
  bool condition(const Json& source) const { return templates_->render_condition(source, variables); }
  bool may_change_values(const Json& source) const { return templates_->may_change_values(source); }

  void set(std::string name, Json value) { variables.set(std::move(name), std::move(value)); }

 private:
  Templates* templates_;
};

}  // namespace connector::integration
