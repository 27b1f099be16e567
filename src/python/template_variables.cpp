#include "python/template_variables.h"

namespace connector {

void Variables::set(std::string name, Json value) {
  auto variable = std::make_shared<Variable>();
  variable->json = std::move(value);
  variables_.insert_or_assign(std::move(name), std::move(variable));
}

void Variables::set_headers(std::string name, Json headers) {
  auto variable = std::make_shared<Variable>();
  variable->json = std::move(headers);
  variable->are_headers = true;
  variables_.insert_or_assign(std::move(name), std::move(variable));
}

void Variables::set_lazily(std::string name, std::function<Json()> fetch) {
  auto variable = std::make_shared<Variable>();
  variable->fetch = std::move(fetch);
  variables_.insert_or_assign(std::move(name), std::move(variable));
}

void Variables::erase(std::string_view name) {
  if (const auto found = variables_.find(name); found != variables_.end()) variables_.erase(found);
}

const Json& Variables::as_set(std::string_view name) const {
  static const Json none;
  const auto found = variables_.find(name);
  return found == variables_.end() ? none : found->second->json;
}

bool Variables::adopt(std::string_view name, const Variables& other) {
  const auto found = other.variables_.find(name);
  if (found == other.variables_.end()) return false;
  variables_.insert_or_assign(found->first, found->second);
  return true;
}

}  // namespace connector
