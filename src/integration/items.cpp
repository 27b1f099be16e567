#include "integration/items.h"

#include <algorithm>
#include <array>
#include <utility>

#include "connector/error.h"
#include "sync/weight.h"

namespace connector::integration {
namespace {

/// What items set, in the order of their work.
constexpr std::array<const char*, 4> item_variables = {"list_response_item", "detail_response", "software_response",
                                                       "software_response_item"};

/// How many items for each worker are between the lists and the records that were taken: enough for the time that a
/// page takes to come.
constexpr std::size_t items_ahead = 3;

/// Of the pages' items, for each worker: pages that are larger wait for each other.
constexpr std::size_t max_weight_ahead = std::size_t{4} << 20;

bool is_list(const Json& value) {
  return value.is_array() || (value.is_object() && value.empty());
}

Json value_of(const std::shared_ptr<const Json>& item) {
  return item ? *item : Json();
}

void add_parents(Json& record, const ParentItems& parents) {
  if (!record.is_object()) return;
  record["pre_list_response_item"] = value_of(parents.pre_list);
  record["exploratory_list_response_item"] = value_of(parents.exploratory_list);
}

}  // namespace

Items::Items(const Definition& definition, const Caller& caller, Scope& scope, const Tools& tools,
             std::function<void(Record)> take)
    : definition_(definition),
      caller_(caller),
      scope_(scope),
      tools_(tools),
      take_(std::move(take)),
      lists_(TemplateSet::of_lists(definition)) {
  const bool calls = definition.details || (definition.software && definition.software->call);
  if (tools.workers < 2 || !calls || !are_items_independent(definition, scope)) return;
  lists_are_independent_ = are_lists_independent(lists_, scope);
  pool_.emplace(
      tools.workers, items_ahead * tools.workers, [this](const Task& task) { return make(task); },
      [this](Made made) { take_made(std::move(made)); });
}

void Items::add(Json::array_t items, ParentItems parents) {
  if (pool_) {
    add_concurrently(std::move(items), std::move(parents));
    if (!may_run_ahead()) finish();
  } else {
    for (const Json& item : items) take_(record_of(item, parents, scope_));
  }
}

/// Lists may also see what a credential has set, under names that only the calls tell.
bool Items::may_run_ahead() const {
  if (!lists_are_independent_ || weight_ahead_ > max_weight_ahead * tools_.workers) return false;
  const std::vector<std::string> names = caller_.authorizer().variable_names();
  return std::none_of(names.begin(), names.end(), [&](const std::string& name) { return lists_.names(name); });
}

void Items::add_concurrently(Json::array_t items, ParentItems parents) {
  for (const Json& item : items) weight_ahead_ += weight(item);
  Scope scope = scope_;
  for (const char* name : item_variables) scope.variables.erase(name);  // what an item finds set is its own
  const std::size_t first = std::exchange(count_, count_ + items.size());
  const auto page = std::make_shared<const Page>(Page{std::move(items), std::move(parents), std::move(scope), first});
  for (std::size_t place = 0; place < page->items.size(); ++place) pool_->add({page, place});
}

void Items::finish() {
  if (pool_) pool_->finish();
  weight_ahead_ = 0;
}

Items::Made Items::make(const Task& task) const {
  const Page& page = *task.page;
  Made made{page.first + task.place, {nullptr}, page.scope};
  made.record = record_of(page.items[task.place], page.parents, made.scope);
  return made;
}

void Items::take_made(Made made) {
  for (const char* name : item_variables) note(made, name);
  for (const std::string& name : caller_.authorizer().variable_names()) note(made, name);
  take_(std::move(made.record));
}

/// Keeps a shared variable as if the items had been worked on one after the other.
void Items::note(const Made& made, const std::string& name) {
  std::size_t& last = last_set_[name];
  if (made.place + 1 > last && scope_.variables.adopt(name, made.scope.variables)) last = made.place + 1;
}

Record Items::record_of(const Json& item, const ParentItems& parents, Scope& scope) const {
  scope.set("list_response_item", item);
  Record record(nullptr);
  try {
    if (definition_.details) {
      record.data = details_of(item, parents, scope);
    } else {
      record.data = item;
      add_parents(record.data, parents);
    }
    if (definition_.software || definition_.saas) add_software_and_saas(record, scope);
  } catch (const std::exception& error) {
    if (tools_.stop.stop_requested()) throw Stopped();
    record = {item, error.what()};
    if (!definition_.details) add_parents(record.data, parents);
  }
  return record;
}

Json Items::details_of(const Json& item, const ParentItems& parents, Scope& scope) const {
  const DetailBehavior& details = *definition_.details;
  Json value = caller_.call(details.call, nullptr, scope).response.value;
  Json record;
  if (details.result) {
    scope.set("detail_response", std::move(value));
    record = scope.native(*details.result);
  } else {
    scope.set("detail_response", value);
    record = std::move(value);
  }
  if (record.is_object()) record["list_response_item"] = item;
  add_parents(record, parents);
  return record;
}

void Items::add_software_and_saas(Record& record, Scope& scope) const {
  if (!record.data.is_object()) throw SourceError("software and SaaS need a record that is an object");
  if (definition_.software) {
    Json programs = software_of(record.data, scope);
    record.extra["APPLICATIONS"] = programs;
    if (!programs.is_null()) record.data["software"] = std::move(programs);
  }
  if (definition_.saas && !definition_.saas->object.is_null()) {
    record.extra["SAAS"] = definition_.saas->object;
    record.data["saas"] = definition_.saas->object;
  }
}

/// The list of programs; null when there are none.
Json Items::software_of(const Json& record, Scope& scope) const {
  const SoftwareBehavior& software = *definition_.software;
  scope.set("detail_response", record);
  scope.set("software_response", software.call ? caller_.call(*software.call, nullptr, scope).response.value : record);
  Json items = scope.items(software.result).value;
  if (items.is_object() && !items.empty()) items = Json::array({std::move(items)});
  if (items.is_null() || !is_list(items)) throw SourceError("the result of the software is not a list");
  Json programs = Json::array();
  for (Json& item : items) {
    scope.set("software_response_item", std::move(item));
    Json version = scope.native(software.version);
    if (!version.is_null()) version = scope.text(software.version);
    programs.push_back({{"name", scope.native(software.name)}, {"version", std::move(version)}, {"path", nullptr}});
  }
  return programs.empty() ? Json() : programs;
}

}  // namespace connector::integration
