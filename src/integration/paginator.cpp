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

void set_response(Variables& variables, const std::string& name, DecodedResponse answer) {
  variables.set(name, std::move(answer.value));
  variables.set_headers(name + "_headers", std::move(answer.headers));
  variables.set(name + "_links", std::move(answer.links));
}

}  // namespace

Paginator::Paginator(const std::vector<LevelBehavior>& levels, const Source& source, Templates& templates,
                     Variables& variables, PaginatorOptions options, HandlePage handle, Log log, std::stop_token stop)
    : levels_(levels),
      topmost_(names.size() - levels.size()),
      source_(source),
      templates_(templates),
      variables_(variables),
      options_(std::move(options)),
      handle_(std::move(handle)),
      log_(std::move(log)),
      stop_(std::move(stop)) {}

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
  variables_.set(names[place].iteration, 0);
  set_response(variables_, response, {.value = Json::object(), .headers = Json::object(), .links = Json::object()});
}

/// Nothing when there are no more results.
std::optional<Json::array_t> Paginator::next_page(std::size_t place, int page, std::string& fingerprint) {
  const LevelBehavior& behavior = level(place);
  variables_.set(names[place].iteration, page);
  if (stop_.stop_requested() || options_.is_canceled()) throw Stopped();
  const bool answers_only = place == list_place && options_.first_answer;
  const Pagination* extras = nullptr;
  if (behavior.pagination && !answers_only) {
    if (templates_.render_condition(behavior.pagination->break_early, variables_)) return std::nullopt;
    if (templates_.render_condition(behavior.pagination->add_if, variables_)) extras = &*behavior.pagination;
  }
  Source::Called called = source_.call(behavior.call, extras, variables_);
  if (answers_only) {
    options_.first_answer(called.answer.value);
    throw Stopped();
  }
  const std::string page_fingerprint = fmt::format("{} {}", called.answer.fingerprint, called.call);
  if (std::exchange(fingerprint, page_fingerprint) == page_fingerprint) {
    log_.warning("the {} gives the same answer to the same request again: it is taken to end there",
                 names[place].level);
    return std::nullopt;
  }
  if (is_empty(called.answer.value)) return std::nullopt;
  set_response(variables_, names[place].response, std::move(called.answer));
  Json result = templates_.render_items(behavior.result, variables_);
  if (is_empty(result)) return std::nullopt;
  return items_of(place, std::move(result));
}

Json::array_t Paginator::items_of(std::size_t place, Json result) const {
  if (result.is_array() && !big_integer_digits(result)) return std::move(result.get_ref<Json::array_t&>());
  if (!result.is_object()) {
    throw SourceError(fmt::format("the result of the {} is {}, but must be a list", names[place].level,
                                  result.is_string() ? "a text" : "a number or boolean"));
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
    variables_.set(variable, item);
    items_[place] = std::move(item);
    pull_level(place + 1);
  }
}

}  // namespace connector::integration
