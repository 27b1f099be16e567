#include "integration/paginator.h"

#include <array>
#include <utility>

#include "connector/error.h"
#include "text/failure_sign.h"
#include "text/text.h"

namespace connector::integration {
namespace {

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
  SeenPages seen;
  for (int page = 0;; ++page) {
    if (page == options_.max_pages) {
      throw SourceError(
          fmt::format("the {} has not ended after {} pages (iteration limit): what follows was not read; "
                      "check its pagination, or raise the section's max_pages",
                      names[place].level, options_.max_pages));
    }
    std::optional<Json::array_t> items = next_page(place, page, seen);
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
std::optional<Json::array_t> Paginator::next_page(std::size_t place, int page, SeenPages& seen) {
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
  if (is_repeated(place, called, seen)) return std::nullopt;
  if (is_empty(called.response.value)) return std::nullopt;
  const std::string beginning = std::move(called.response.beginning);
  set_response(scope_.variables, names[place].response, std::move(called.response));
  Templates::Rendered result = scope_.items(behavior.result);
  if (result.is_undefined) check_undefined(place, scope_.variables.as_set(names[place].response), beginning);
  if (is_empty(result.value)) return std::nullopt;
  return items_of(place, std::move(result.value));
}

/// Whether the page is the last one once more, which ends the level. Throws when it was seen before that.
bool Paginator::is_repeated(std::size_t place, const Caller::Called& page, SeenPages& seen) const {
  const auto fingerprint = std::hash<std::string>()(fmt::format("{} {}", page.response.fingerprint, page.call));
  const bool is_new = seen.all.insert(fingerprint).second;
  if (is_new) seen.last = fingerprint;
  if (is_new) return false;
  if (seen.last != fingerprint) {
    throw SourceError(fmt::format("the {}: pagination loops: a page leads to one read before", names[place].level));
  }
  options_.log.warning("the {} gave the same response to the same request again; treating this page as the last",
                       names[place].level);
  return true;
}

/// A response in which the result is not there: it may be another one than what was asked for.
void Paginator::check_undefined(std::size_t place, const Json& response, const std::string& beginning) const {
  const Log& log = options_.log;
  const char* level = names[place].level;
  if (const auto* text = response.get_ptr<const std::string*>()) {
    throw SourceError(fmt::format("the {}: the response is {}; it begins with {}", level,
                                  looks_like_html(*text) ? "HTML" : "text", excerpt(*text, log)));
  }
  if (const std::string sign = failure_sign(response); !sign.empty()) {
    throw SourceError(fmt::format("the {}: the response reports a failure: {}", level, excerpt(sign, log)));
  }
  if (!response.is_object()) return;
  if (equal_ignoring_case(response.items().begin().key(), "html")) {
    throw SourceError(fmt::format("the {}: the response is HTML; it begins with {}", level, excerpt(beginning, log)));
  }
  std::string keys;
  for (const auto& [key, value] : response.items()) keys += (keys.empty() ? "" : ", ") + key;
  log.warning("the {}: the response has no results under the name that is described; it has: {}", level,
              excerpt(keys, log));
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
    items_[place] = std::make_shared<const Json>(std::move(item));
    pull_level(place + 1);
  }
}

}  // namespace connector::integration
