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

Items::Items(const Integration& integration, const Source& source, Templates& templates, Variables& variables,
             unsigned workers, std::stop_token stop)
    : integration_(integration),
      source_(source),
      templates_(templates),
      variables_(variables),
      workers_(are_independent(integration) ? workers : 1),
      stop_(std::move(stop)) {}

bool Items::are_independent(const Integration& integration) {
  std::string call;
  std::string all;
  if (integration.details) {
    call += templates_of(integration.details->call);
    if (names_one_of(call, {"detail_response", "software_response"})) return false;
    const std::string result = integration.details->result ? to_text(*integration.details->result) : "";
    if (names_one_of(result, {"software_response"})) return false;
    all += call + result;
  }
  if (const auto& software = integration.software) {
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

void Items::pull(const Json::array_t& items, const ParentItems& upper, const std::function<void(PulledRecord)>& take) {
  const bool calls = integration_.details || (integration_.software && integration_.software->call);
  if (workers_ == 1 || !calls || items.size() == 1) {
    for (const Json& item : items) take(record_of(item, upper, variables_));
    return;
  }
  struct Ready {
    std::size_t place;
    PulledRecord record;
    Variables view;
  };
  std::vector<std::size_t> places(items.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  const Variables before = variables_;
  LastSet last_set;
  parallel(
      workers_, places,
      [&](std::size_t place) {
        Ready ready{place, {}, before};
        for (const char* name : item_variables) ready.view.erase(name);  // what is there afterwards is this item's
        ready.record = record_of(items[place], upper, ready.view);
        return ready;
      },
      [&](Ready ready) {
        for (const char* name : item_variables) last_set.note(ready.place, ready.view, name, variables_);
        for (const std::string& name : source_.authorizer().variable_names()) {
          last_set.note(ready.place, ready.view, name, variables_);
        }
        take(std::move(ready.record));
      });
}

PulledRecord Items::record_of(const Json& item, const ParentItems& upper, Variables& variables) const {
  variables.set("list_response_item", item);
  PulledRecord pulled;
  try {
    if (integration_.details) {
      pulled.data = details_of(item, upper, variables);
    } else {
      pulled.data = item;
      add_upper_items(pulled.data, upper);
    }
    if (integration_.software || integration_.saas) add_software_and_saas(pulled, variables);
  } catch (const std::exception& error) {
    if (stop_.stop_requested()) throw Stopped();
    pulled = {.data = item, .applications = {}, .saas = {}, .error = error.what()};
    if (!integration_.details) add_upper_items(pulled.data, upper);
  }
  return pulled;
}

Json Items::details_of(const Json& item, const ParentItems& upper, Variables& variables) const {
  const DetailBehavior& details = *integration_.details;
  Json answer = source_.call(details.call, nullptr, variables).answer.value;
  Json record;
  if (details.result) {
    variables.set("detail_response", std::move(answer));
    record = templates_.render_native(*details.result, variables);
  } else {
    variables.set("detail_response", answer);
    record = std::move(answer);
  }
  if (record.is_object()) record["list_response_item"] = item;
  add_upper_items(record, upper);
  return record;
}

void Items::add_software_and_saas(PulledRecord& pulled, Variables& variables) const {
  if (!pulled.data.is_object()) throw SourceError("software and SaaS need a record that is an object");
  if (integration_.software) {
    pulled.applications = software_of(pulled.data, variables);
    if (!pulled.applications.is_null()) pulled.data["software"] = pulled.applications;
  }
  if (integration_.saas && !integration_.saas->object.is_null()) {
    pulled.saas = integration_.saas->object;
    pulled.data["saas"] = pulled.saas;
  }
}

/// The list of programs; null when there are none.
Json Items::software_of(const Json& record, Variables& variables) const {
  const SoftwareBehavior& software = *integration_.software;
  variables.set("detail_response", record);
  variables.set("software_response",
                software.call ? source_.call(*software.call, nullptr, variables).answer.value : record);
  Json items = templates_.render_items(software.result, variables);
  if (items.is_object() && !items.empty()) items = Json::array({std::move(items)});
  if (items.is_null() || !is_list(items)) throw SourceError("the result of the software is no list");
  Json programs = Json::array();
  for (Json& item : items) {
    variables.set("software_response_item", std::move(item));
    Json version = templates_.render_native(software.version, variables);
    if (!version.is_null()) version = templates_.render_text(software.version, variables);
    programs.push_back({{"name", templates_.render_native(software.name, variables)},
                        {"version", std::move(version)},
                        {"path", nullptr}});
  }
  return programs.empty() ? Json() : programs;
}

}  // namespace connector::integration
