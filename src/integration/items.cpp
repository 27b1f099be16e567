#include "integration/items.h"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <string_view>
#include <utility>

#include "connector/error.h"
#include "connector/parallel.h"

namespace connector::integration {
namespace {

/// What items set, in the order of their work.
constexpr std::array<const char*, 4> item_variables = {"list_response_item", "detail_response", "software_response",
                                                       "software_response_item"};

std::string templates_of(const CallTemplate& call) {
  std::string text = to_text(call.url) + to_text(call.body);
  for (const NamedTemplate& header : call.headers) text += to_text(header.value);
  for (const NamedTemplate& param : call.params) text += to_text(param.value);
  return text;
}

bool names_one_of(std::string_view text, std::initializer_list<std::string_view> names) {
  return std::any_of(names.begin(), names.end(),
                     [&](std::string_view name) { return text.find(name) != std::string_view::npos; });
}

/// Whether templates may change an object that other items see.
bool may_change_objects(std::string_view text) {
  return names_one_of(text, {"append(", "extend(", "insert(", "update(", "setdefault(", "pop(", "popitem(", "remove(",
                             "clear(", "sort(", "reverse(", "add(", "discard(", "attr("});
}

/// Keeps the shared variables as if the items had been worked on one after the other.
class LastSet {
 public:
  void note(std::size_t place, const Variables& view, const std::string& name, Variables& shared) {
    std::size_t& last = last_[name];
    if (place + 1 > last && shared.adopt(name, view)) last = place + 1;
  }

 private:
  std::map<std::string, std::size_t> last_;  ///< counted from 1
};

bool is_list(const Json& value) {
  return value.is_array() || (value.is_object() && value.empty());
}

void add_upper_items(Json& record, const ParentItems& upper) {
  if (!record.is_object()) return;
  record["pre_list_response_item"] = upper.pre_list;
  record["exploratory_list_response_item"] = upper.exploratory_list;
}

}  // namespace

Items::Items(const Definition& definition, const Caller& caller, Scope& scope, unsigned workers, std::stop_token stop)
    : definition_(definition),
      caller_(caller),
      scope_(scope),
      workers_(are_independent(definition) ? workers : 1),
      stop_(std::move(stop)) {}

bool Items::are_independent(const Definition& definition) {
  std::string call;
  std::string all;
  if (definition.details) {
    call += templates_of(definition.details->call);
    if (names_one_of(call, {"detail_response", "software_response"})) return false;
    const std::string result = definition.details->result ? to_text(*definition.details->result) : "";
    if (names_one_of(result, {"software_response"})) return false;
    all += call + result;
  }
  if (const auto& software = definition.software) {
    if (software->call) {
      const std::string text = templates_of(*software->call);
      if (names_one_of(text, {"software_response"})) return false;
      all += text;
    }
    const std::string result = to_text(software->result);
    if (names_one_of(result, {"software_response_item"})) return false;
    all += result + to_text(software->name) + to_text(software->version);
  }
  return !may_change_objects(all);
}

void Items::pull(const Json::array_t& items, const ParentItems& upper, const std::function<void(Record)>& take) {
  const bool calls = definition_.details || (definition_.software && definition_.software->call);
  if (workers_ == 1 || !calls || items.size() == 1) {
    for (const Json& item : items) take(record_of(item, upper, scope_));
  } else {
    pull_concurrently(items, upper, take);
  }
}

void Items::pull_concurrently(const Json::array_t& items, const ParentItems& upper,
                              const std::function<void(Record)>& take) {
  struct Ready {
    std::size_t place;
    Record record;
    Scope scope;
  };
  std::vector<std::size_t> places(items.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  const Scope before = scope_;
  LastSet last_set;
  const auto fetch = [&](std::size_t place) {
    Ready ready{place, {nullptr}, before};
    for (const char* name : item_variables) ready.scope.variables.erase(name);  // what is there afterwards is its own
    ready.record = record_of(items[place], upper, ready.scope);
    return ready;
  };
  parallel(workers_, places, fetch, [&](Ready ready) {
    const auto note = [&](const std::string& name) {
      last_set.note(ready.place, ready.scope.variables, name, scope_.variables);
    };
    std::for_each(item_variables.begin(), item_variables.end(), note);
    const std::vector<std::string> names = caller_.authorizer().variable_names();
    std::for_each(names.begin(), names.end(), note);
    take(std::move(ready.record));
  });
}

Record Items::record_of(const Json& item, const ParentItems& upper, Scope& scope) const {
  scope.set("list_response_item", item);
  Record record(nullptr);
  try {
    if (definition_.details) {
      record.data = details_of(item, upper, scope);
    } else {
      record.data = item;
      add_upper_items(record.data, upper);
    }
    if (definition_.software || definition_.saas) add_software_and_saas(record, scope);
  } catch (const std::exception& error) {
    if (stop_.stop_requested()) throw Stopped();
    record = {item, error.what()};
    if (!definition_.details) add_upper_items(record.data, upper);
  }
  return record;
}

Json Items::details_of(const Json& item, const ParentItems& upper, Scope& scope) const {
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
  add_upper_items(record, upper);
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
