#include "simulator/saas.h"

#include <fmt/format.h>

#include <array>

#include "simulator/answers.h"

namespace connector::simulator {

namespace {

const std::string session = "session-4b0e";

struct Kind {
  const char* model;
  const char* maker;
  const char* system;
  const char* version;
};

constexpr std::array<Kind, 4> kinds = {{{"MacBook Pro 14", "Apple", "macOS", "15.3"},
                                        {"EliteBook 840 G10", "HP", "Windows", "11"},
                                        {"ThinkPad X1 Carbon", "Lenovo", "Debian", "12"},
                                        {"iPhone 15", "Apple", "iOS", "18.2"}}};
constexpr std::array places = {"Kyiv", "San Francisco", "Utrecht"};

/// A positive whole number; nothing when the text is none.
std::string name(std::size_t id) {
  return fmt::format("device-{}", id);
}

Json software(std::size_t id) {
  Json list = Json::array();
  list.push_back({{"title", "Slack"}, {"version", fmt::format("4.{}", 30 + id % 9)}});
  if (id % 2 == 0) list.push_back({{"title", "Firefox"}, {"version", "133.0"}});
  if (id % 3 == 0) list.push_back({{"title", "Zoom"}, {"version", nullptr}});
  return list;
}

Json device(std::size_t id) {
  const Kind& kind = kinds[id % kinds.size()];
  return {
      {"serial", fmt::format("SN{:06}", id)},
      {"model", kind.model},
      {"maker", kind.maker},
      {"os", {{"name", kind.system}, {"version", kind.version}}},
      {"mac", fmt::format("02-00-5e-{:02x}-{:02x}-{:02x}", id >> 16 & 0xFF, id >> 8 & 0xFF, id & 0xFF)},
      {"owner", {{"email", fmt::format("user{}@example.com", id % 5000)}, {"name", fmt::format("User {}", id % 5000)}}},
      {"place", {{"city", places[id % places.size()]}, {"floor", id % 7}}},
      {"memory_mib", 8192 << id % 3},
      {"price", fmt::format("{}.00 EUR", 700 + id % 1500)},
      {"bought", fmt::format("20{:02}-{:02}-{:02}", 18 + id % 7, 1 + id % 12, 1 + id % 28)},
      {"tags", {"managed", id % 2 == 0 ? "office" : "remote"}},
      {"software", software(id)}};
}

}  // namespace

Answer Saas::answer(const Request& request) {
  const std::string &method = request.method, &path = request.path;
  if (method == "GET" && path == "/traffic") return json_answer(traffic());
  if (method == "POST" && path == "/api/login") return log_in(request);
  if (request.header("x-session") != session) return problem(401, "log in first");
  if (method == "GET" && path == "/api/devices") return list(request);
  if (auto id = segment(path, "/api/devices/"); id && method == "GET") return details(*id);
  return problem(404, "no such call: " + method + " " + path);
}

Answer Saas::log_in(const Request& request) {
  static const Json expected = {{"user", "demo"}, {"password", "made-up-password"}};
  try {
    if (parse_json(request.body) != expected) return problem(401, "user or password is wrong");
  } catch (const JsonError& error) {
    return problem(400, error.what());
  }
  count(&Traffic::logins);
  return json_answer({{"token", session}});
}

Answer Saas::list(const Request& request) {
  auto given = request.query.find("page");
  auto page = given == request.query.end() ? std::optional<std::size_t>(1) : whole_number(given->second);
  if (!page || *page == 0) return problem(400, "page must be a whole number from 1 on");
  const std::size_t pages = (options_.devices + options_.page_size - 1) / options_.page_size;
  Json devices = Json::array();
  if (*page <= pages) {
    const std::size_t end = std::min(*page * options_.page_size, options_.devices);
    for (std::size_t id = (*page - 1) * options_.page_size + 1; id <= end; ++id)
      devices.push_back({{"id", id}, {"name", name(id)}});
  }
  count(&Traffic::lists);
  return json_answer({{"page", *page}, {"pages", pages}, {"devices", std::move(devices)}});
}

Answer Saas::details(const std::string& text) {
  auto id = whole_number(text);
  if (!id || *id == 0 || *id > options_.devices) return problem(404, "no such device: " + text);
  Answer answer =
      *id == options_.broken ? problem(410, name(*id) + " was wiped") : json_answer({{"device", device(*id)}});
  answer.delay = options_.latency;
  count(&Traffic::details, options_.latency);
  return answer;
}

Json Saas::traffic() const {
  std::lock_guard lock(mutex_);
  const auto duration = traffic_.first ? traffic_.last - *traffic_.first : Clock::duration();
  return {{"logins", traffic_.logins},
          {"lists", traffic_.lists},
          {"details", traffic_.details},
          {"seconds", std::chrono::duration<double>(duration).count()}};
}

void Saas::count(std::size_t Traffic::*calls, std::chrono::milliseconds delay) {
  const auto now = Clock::now();
  std::lock_guard lock(mutex_);
  ++(traffic_.*calls);
  if (!traffic_.first) traffic_.first = now;
  traffic_.last = now + delay;
}

SaasServer::SaasServer(int port, SaasOptions options)
    : saas_(options), server_({.port = port, .connections = source_connections}, [this](const Request& request) {
        return saas_.answer(request);
      }) {}

}  // namespace connector::simulator
