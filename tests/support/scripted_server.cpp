#include "support/scripted_server.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string_view>

#include "connector/http.h"
#include "support/comparison.h"

namespace connector::test {

using simulator::Answer;
using simulator::Request;

namespace {

using Texts = std::map<std::string, std::string>;

std::string lower_case(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

Texts lower_names(const Json& object) {
  Texts result;
  for (auto& [name, value] : object.items()) result[lower_case(name)] = value.get<std::string>();
  return result;
}

void add_headers(Answer& answer, const Json& headers) {
  for (auto& [name, value] : headers.items())
    for (const Json& one : value.is_array() ? value : Json::array({value}))
      answer.headers.emplace_back(name, one.get<std::string>());
}

bool has_header(const Answer& answer, std::string_view lower_name) {
  return std::ranges::any_of(answer.headers, [&](auto& header) { return lower_case(header.first) == lower_name; });
}

/// Takes one key of a step; false when it is none of a step's keys.
bool read_step_key(Route::Step& step, const std::string& key, const Json& value) {
  if (key == "pass")
    step.pass = value.get<bool>();
  else if (key == "status")
    step.answer.status = value.get<int>();
  else if (key == "headers")
    add_headers(step.answer, value);
  else if (key == "json")
    step.answer.body = to_text(value);
  else if (key == "text")
    step.answer.body = value.get<std::string>();
  else if (key == "base64")
    step.answer.body = base64_decoded(value.get<std::string>()).value();
  else if (key == "delay")
    step.answer.delay = std::chrono::milliseconds(std::lround(value.get<double>() * 1000));
  else
    return false;
  return true;
}

void finish_step(Route::Step& step, bool is_json) {
  if (is_json && !has_header(step.answer, "content-type"))
    step.answer.headers.emplace_back("Content-Type", "application/json");
}

/// Takes one key of a route's conditions; false when it is none of them.
bool read_condition(Route& route, const std::string& key, const Json& value) {
  if (key == "method")
    route.method = value.get<std::string>();
  else if (key == "path")
    route.path = value.get<std::string>();
  else if (key == "path_regex")
    route.path_regex = std::regex(value.get<std::string>());
  else if (key == "query")
    route.query = value.get<Texts>();
  else if (key == "request_headers")
    route.headers = lower_names(value);
  else if (key == "request_headers_contain")
    route.headers_contain = lower_names(value);
  else if (key == "target_contains")
    route.target_contains = value.get<std::string>();
  else if (key == "request_body_contains")
    route.body_contains = value.get<std::vector<std::string>>();
  else if (key == "request_json")
    route.json = value;
  else if (key == "request_form")
    route.form = value.get<Texts>();
  else
    return false;
  return true;
}

Route::Step parse_step(const Json& description) {
  Route::Step step;
  for (auto& [key, value] : description.items())
    if (!read_step_key(step, key, value)) throw std::runtime_error("a route's answer has no " + key);
  finish_step(step, description.contains("json"));
  return step;
}

bool body_is(const std::string& body, const Json& expected) {
  try {
    return canonical(parse_json(body)) == canonical(expected);
  } catch (const JsonError&) {
    return false;
  }
}

}  // namespace

Route parse_route(const Json& description) {
  Route route;
  Route::Step first;
  for (auto& [key, value] : description.items())
    if (key != "then" && !read_condition(route, key, value) && !read_step_key(first, key, value))
      throw std::runtime_error("a route has no " + key);
  if (!description.contains("path") && !description.contains("path_regex"))
    throw std::runtime_error("a route needs path or path_regex");
  finish_step(first, description.contains("json"));
  route.steps.push_back(std::move(first));
  if (auto then = description.find("then"); then != description.end())
    for (const Json& step : *then) route.steps.push_back(parse_step(step));
  return route;
}

bool Route::matches(const Request& request) const {
  auto holds = [](const Texts& whole, const std::string& name, const std::string& value) {
    auto found = whole.find(name);
    return found != whole.end() && found->second == value;
  };
  auto has_query = [&](auto& item) { return holds(request.query, item.first, item.second); };
  auto has_value = [&](auto& item) { return holds(request.headers, item.first, item.second); };
  auto has_part = [&](auto& item) { return request.header(item.first).find(item.second) != std::string::npos; };
  auto in_body = [&](const std::string& part) { return request.body.find(part) != std::string::npos; };

  return method == request.method &&
         (path_regex ? std::regex_match(request.path, *path_regex) : path == request.path) &&
         request.target.find(target_contains) != std::string::npos && std::ranges::all_of(query, has_query) &&
         std::ranges::all_of(headers, has_value) && std::ranges::all_of(headers_contain, has_part) &&
         std::ranges::all_of(body_contains, in_body) && (!json || body_is(request.body, *json)) &&
         (!form || *form == request.form());
}

ScriptedServer::ScriptedServer(const Json& routes, Substitute substitute,
                               std::optional<simulator::ServerCertificate> certificate,
                               simulator::HttpServer::Handler default_value)
    : substitute_(std::move(substitute)),
      default_value_(std::move(default_value)),
      server_({.port = 0, .connections = 16, .certificate = std::move(certificate)},
              [this](const Request& request) { return answer(request); }) {
  std::lock_guard lock(mutex_);
  for (const Json& route : routes) routes_.push_back(parse_route(route));
}

Answer ScriptedServer::answer(const Request& request) {
  if (auto answer = scripted(request)) {
    answer->body = substitute_(std::move(answer->body));
    for (auto& [name, value] : answer->headers) value = substitute_(std::move(value));
    return *answer;
  }
  if (default_value_) return default_value_(request);
  std::lock_guard lock(mutex_);
  unmatched_.push_back(request);
  return {.status = 404, .body = "no such route"};
}

std::optional<Answer> ScriptedServer::scripted(const Request& request) {
  std::lock_guard lock(mutex_);
  requests_.push_back(request);
  for (Route& route : routes_) {
    if (!route.matches(request)) continue;
    const Route::Step& step = route.steps[std::min(route.calls++, route.steps.size() - 1)];
    if (!step.pass) return step.answer;
  }
  return {};
}

std::vector<Request> ScriptedServer::requests() const {
  std::lock_guard lock(mutex_);
  return requests_;
}

std::vector<Request> ScriptedServer::unmatched() const {
  std::lock_guard lock(mutex_);
  return unmatched_;
}

}  // namespace connector::test
