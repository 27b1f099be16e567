#include "simulator/simulator.h"

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
                    {"cancelled", portion.cancelled},
                    {"finalized", portion.finalized}});
  return list;
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
      server_({.port = options.port, .connections = options.connections},
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
    if (path == "/simulator/table") {
      auto type = request.query.find("type");
      return {.body = text_table(cloud_.records(type == request.query.end() ? "assets" : type->second))};
    }
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
  throw NoSuchCall();
}

}  // namespace connector::simulator
