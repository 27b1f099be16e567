#include "simulator/simulator.h"

#include <charconv>
#include <stdexcept>

#include "simulator/pages.h"

namespace connector::simulator {

namespace {

const std::string mappings_path = "/simulator/mappings/";

/// The control API has no such call.
struct NoSuchCall {};

Json records_json(const Cloud& cloud) {
  return {{"assets", cloud.records("assets")}, {"users", cloud.records("users")}};
}

Json portions_json(const Cloud& cloud) {
  Json list = Json::array();
  for (const Portion& portion : cloud.portions())
    list.push_back({{"id", portion.id},
                    {"connector", portion.connector},
                    {"data_type", portion.data_type},
                    {"payloads", portion.payloads},
                    {"records", portion.records},
                    {"created", portion.created},
                    {"updated", portion.updated},
                    {"skipped", portion.skipped},
                    {"errors", portion.errors},
                    {"fatal_errors", portion.fatal_errors},
                    {"messages", portion.messages},
                    {"canceled", portion.canceled},
                    {"finalized", portion.finalized}});
  return list;
}

Json ready_portions_json(const ManagedCloud& managed) {
  Json list = Json::array();
  for (const ReadyPortion& portion : managed.ready_portions())
    list.push_back({{"service", portion.service}, {"body", portion.body}});
  return list;
}

/// The query's value; nothing when it is missing. Throws std::invalid_argument when it is no whole number.
std::optional<std::int64_t> number(const Request& request, const std::string& name) {
  auto found = request.query.find(name);
  if (found == request.query.end()) return {};
  const std::string& text = found->second;
  std::int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    throw std::invalid_argument(name + " must be a whole number");
  return value;
}

std::string text(const Request& request, const std::string& name, const std::string& default_value = {}) {
  auto found = request.query.find(name);
  return found == request.query.end() ? default_value : found->second;
}

std::optional<std::chrono::seconds> interval(const Request& request) {
  auto seconds = number(request, "every");
  if (!seconds) return {};
  if (*seconds < 1) throw std::invalid_argument("every must be at least 1 second");
  return std::chrono::seconds(*seconds);
}

StoredFile stored_file(const std::string& uid, const Request& request) {
  return {.uid = uid,
          .filename = text(request, "filename", uid),
          .creation_date = number(request, "creation_date").value_or(1),
          .created_by_type = text(request, "type", "reports_connectors"),
          .created_by_id = text(request, "id"),
          .content = request.body};
}

Json traffic_json(const Cloud& cloud) {
  Traffic traffic = cloud.traffic();
  return {{"payloads", traffic.payloads},
          {"records", traffic.records},
          {"bytes", traffic.bytes},
          {"refused", traffic.refused}};
}

}  // namespace

Simulator::Simulator(Options options)
    : latency_(options.latency),
      cloud_(std::move(options.cloud)),
      server_({.port = options.port, .connections = options.connections, .certificate = {}, .host = options.host},
              [this](const Request& request) { return answer(request); }) {}

Answer Simulator::answer(const Request& request) {
  if (request.path.starts_with("/api/")) return api(request);
  return control(request);
}

Answer Simulator::api(const Request& request) {
  auto fault = faults_.take(request);
  Answer answer =
      fault && fault->status != 200 ? Answer{.status = fault->status, .body = fault->body} : cloud_.answer(request);
  answer.delay = latency_;
  if (!fault) return answer;
  if (!fault->retry_after.empty()) answer.headers.emplace_back("Retry-After", fault->retry_after);
  answer.delay += fault->delay;
  answer.truncated = fault->truncated;
  return answer;
}

Answer Simulator::control(const Request& request) {
  const std::string& path = request.path;
  if (request.method == "GET") {
    if (path == "/") return {.headers = {{"Content-Type", "text/html; charset=utf-8"}}, .body = html_page(cloud_)};
    if (path == "/simulator/records") return json_answer(records_json(cloud_));
    if (path == "/simulator/portions") return json_answer(portions_json(cloud_));
    if (path == "/simulator/payloads") return json_answer(traffic_json(cloud_));
    if (path == "/simulator/ready-portions") return json_answer(ready_portions_json(cloud_.managed()));
    if (path == "/simulator/sessions") return {.body = managed_sessions(cloud_)};
    if (path == "/simulator/table") return {.body = text_table(cloud_.records(text(request, "type", "assets")))};
    if (auto uid = segment(path, "/media/")) return cloud_.managed().file(*uid);
  }
  try {
    command(request);
    return json_answer(Json::object());
  } catch (const NoSuchCall&) {
    return json_answer({{"error", "no such page: " + request.method + " " + path}}, 404);
  } catch (const std::exception& error) {
    return json_answer({{"error", error.what()}}, 400);
  }
}

void Simulator::command(const Request& request) {
  std::string call = request.method + " " + request.path;
  if (call == "DELETE /simulator/faults") return faults_.clear();
  if (call == "DELETE /simulator/records") return cloud_.clear();
  if (call == "POST /simulator/faults") return faults_.add(parse_fault(parse_json(request.body)));
  if (call == "PUT /simulator/locations") return cloud_.set_locations(parse_json(request.body));
  if (call.starts_with("PUT " + mappings_path))
    return cloud_.set_mapping(request.path.substr(mappings_path.size()), parse_json(request.body));
  if (call == "POST /simulator/refuse") {
    Json body = parse_json(request.body);
    return cloud_.refuse(body.at("field").get<std::string>(), body.at("value"));
  }
  if (call == "POST /simulator/cancel") return cloud_.cancel(parse_json(request.body).value("portion", std::string()));
  managed_command(request);
}

void Simulator::managed_command(const Request& request) {
  ManagedCloud& managed = cloud_.managed();
  const std::string& path = request.path;
  if (request.method != "PUT") throw NoSuchCall();
  if (auto uid = segment(path, "/simulator/files/")) return managed.set_file(stored_file(*uid, request));
  if (auto service = segment(path, "/simulator/configurations/"))
    return managed.set_configuration(*service, parse_json(request.body), interval(request));
  if (auto service = segment(path, "/simulator/managed-mappings/"))
    return managed.set_mapping(*service, parse_json(request.body));
  if (path == "/simulator/credentials/aws/session")
    return managed.set_credential("aws/session", parse_json(request.body));
  if (auto id = segment(path, "/simulator/credentials/")) return managed.set_credential(*id, parse_json(request.body));
  if (auto id = segment(path, "/simulator/tokens/"))
    return managed.set_token(*id, parse_json(request.body).at("token").get<std::string>());
  if (path == "/simulator/global-variables") return managed.set_global_variables(parse_json(request.body));
  throw NoSuchCall();
}

}  // namespace connector::simulator
