#include "integration/independence.h"

#include <algorithm>
#include <variant>

namespace connector::integration {
namespace {

bool is_part_of_a_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

}  // namespace

TemplateSet TemplateSet::of_lists(const Definition& definition) {
  TemplateSet lists;
  for (const LevelBehavior& level : definition.levels) {
    lists.add(level.call).add(level.result);
    if (const auto& extras = level.pagination) {
      lists.add(extras->break_early).add(extras->add_if).add(extras->headers).add(extras->params);
    }
  }
  return lists.add(definition.authorization);
}

TemplateSet& TemplateSet::add(const Json& source) {
  sources_.push_back(&source);
  text_ += (source.is_string() ? source.get_ref<const std::string&>() : to_text(source)) + '\n';
  return *this;
}

TemplateSet& TemplateSet::add(const std::vector<NamedTemplate>& fields) {
  for (const NamedTemplate& field : fields) add(field.value);
  return *this;
}

TemplateSet& TemplateSet::add(const CallTemplate& call) {
  return add(call.url).add(call.body).add(call.headers).add(call.params);
}

TemplateSet& TemplateSet::add(const SaasAuthorization& authorization) {
  const auto* session = std::get_if<SessionAuthorization>(&authorization);
  return session == nullptr ? *this : add(session->call).add(session->headers).add(session->params);
}

bool TemplateSet::names(std::string_view name) const {
  for (std::size_t at = text_.find(name); at != std::string::npos; at = text_.find(name, at + 1)) {
    const bool is_end_of_another = at > 0 && is_part_of_a_name(text_[at - 1]);
    if (!is_end_of_another && !is_part_of_a_name(text_[at + name.size()])) return true;
  }
  return false;
}

bool TemplateSet::names_one_of(std::initializer_list<std::string_view> names) const {
  return std::any_of(names.begin(), names.end(), [&](std::string_view name) { return this->names(name); });
}

bool TemplateSet::may_change_values(const Scope& scope) const {
  try {
    return std::any_of(sources_.begin(), sources_.end(),
                       [&](const Json* source) { return scope.may_change_values(*source); });
  } catch (const TemplateError&) {  // it fails again where it is rendered
    return true;
  }
}

/// A template that names what an earlier step of its own item sets sees that; what a later step sets is another item's.
bool are_items_independent(const Definition& definition, const Scope& scope) {
  TemplateSet before_details;
  TemplateSet before_software;
  TemplateSet before_programs;
  TemplateSet behind;
  before_details.add(definition.authorization);
  if (const auto& details = definition.details) {
    before_details.add(details->call);
    if (details->result) before_software.add(*details->result);
  }
  if (const auto& software = definition.software) {
    if (software->call) before_software.add(*software->call);
    before_programs.add(software->result);
    behind.add(software->name).add(software->version);
  }
  if (before_details.names_one_of({"detail_response", "software_response", "software_response_item"})) return false;
  if (before_software.names_one_of({"software_response", "software_response_item"})) return false;
  if (before_programs.names_one_of({"software_response_item"})) return false;
  const auto all = {&before_details, &before_software, &before_programs, &behind};
  return std::none_of(all.begin(), all.end(), [&](const TemplateSet* set) { return set->may_change_values(scope); });
}

bool are_lists_independent(const TemplateSet& lists, const Scope& scope) {
  return !lists.names_one_of(
             {"list_response_item", "detail_response", "software_response", "software_response_item"}) &&
         !lists.may_change_values(scope);
}

}  // namespace connector::integration
