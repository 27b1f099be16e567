#include "integration/paginator.h"

#include <array>
#include <utility>

#include "connector/error.h"

namespace connector::integration {
namespace {

constexpr int max_pages = 1000;
constexpr std::size_t list_place = 2;

struct Names {
  const char* level;
  const char* iteration;
  const char* response;
};

constexpr std::array<Names, 3> names = {{
    {"exploratory list", "exploratory_list_iteration", "exploratory_list_response"},
    {"pre-list", "pre_list_iteration", "pre_list_response"},
    {"list", "iteration", "list_response"},
}};

void set_response(Variables& variables, const std::string& name, DecodedResponse response) {
  variables.set(name, std::move(response.value));
  variables.set_headers(name + "_headers", std::move(response.headers));
  variables.set(name + "_links", std::move(response.links));
}

}  // namespace

Paginator::Paginator(const std::vector<LevelBehavior>& levels, const Caller& caller, Scope& scope,
                     PaginatorOptions options, HandlePage handle)
    : levels_(levels),
      topmost_(names.size() - levels.size()),
      caller_(caller),
      scope_(scope),
      options_(std::move(options)),
      handle_(std::move(handle)) {}

bool Paginator::pull() {
  return pull_level(topmost_);
}

bool Paginator::pull_level(std::size_t place) {
  start_level(place);
  std::string fingerprint;
  for (int page = 0;; ++page) {
    if (page == max_pages) {
      throw SourceError(fmt::format("the {} has not ended after {} pages (iteration limit): check its pagination",
                                    names[place].level, max_pages));
    }
    std::optional<Json::array_t> items = next_page(place, page, fingerprint);
    if (!items) return page > 0;
    handle_items(place, *std::move(items));
  }
}

void Paginator::start_level(std::size_t place) {
  const std::string response = names[place].response;
  scope_.set(names[place].iteration, 0);
  set_response(scope_.variables, response,
               {.value = Json::object(), .headers = Json::object(), .links = Json::object()});
}

/// Nothing when there are no more results.
std::optional<Json::array_t> Paginator::next_page(std::size_t place, int page, std::string& fingerprint) {
  const LevelBehavior& behavior = level(place);
  scope_.set(names[place].iteration, page);
  options_.checkpoint();
  const bool is_response_enough = place == list_place && options_.first_response;
  const Pagination* extras = nullptr;
  if (behavior.pagination && !is_response_enough) {
    if (scope_.condition(behavior.pagination->break_early)) return std::nullopt;
    if (scope_.condition(behavior.pagination->add_if)) extras = &*behavior.pagination;
  }
  Caller::Called called = caller_.call(behavior.call, extras, scope_);
  if (is_response_enough) {
    options_.first_response(called.response.value);
    throw Stopped();
  }
  const std::string page_fingerprint = fmt::format("{} {}", called.response.fingerprint, called.call);
  if (std::exchange(fingerprint, page_fingerprint) == page_fingerprint) {
    options_.log.warning("the {} gave the same response to the same request again; treating this page as the last",
                         names[place].level);
    return std::nullopt;
  }
  if (is_empty(called.response.value)) return std::nullopt;
  set_response(scope_.variables, names[place].response, std::move(called.response));
  Json result = scope_.items(behavior.result);
  if (is_empty(result)) return std::nullopt;
  return items_of(place, std::move(result));
}

Json::array_t Paginator::items_of(std::size_t place, Json result) const {
  if (result.is_array() && !big_integer_digits(result)) return std::move(result.get_ref<Json::array_t&>());
  if (!result.is_object()) {
    throw SourceError(fmt::format("the result of the {} is {}, but must be a list", names[place].level,
                                  result.is_string() ? "a string" : "a number or boolean"));
  }
  if (place == list_place && !options_.mappings_are_lists) {
    Json::array_t one;
    one.push_back(std::move(result));
    return one;
  }
  Json::array_t keys;
  for (const auto& [key, value] : result.items()) keys.emplace_back(key);
  return keys;
}

void Paginator::handle_items(std::size_t place, Json::array_t items) {
  if (place == list_place) return handle_(std::move(items));
  const std::string variable = std::string(names[place].response) + "_item";
  for (Json& item : items) {
    scope_.set(variable, item);
    items_[place] = std::move(item);
    pull_level(place + 1);
  }
}

}  // namespace connector::integration
