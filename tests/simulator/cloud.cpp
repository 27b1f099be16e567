#include "simulator/cloud.h"

#include <algorithm>
#include <string_view>

#include "simulator/payload.h"

namespace connector::simulator {

namespace {

const std::string csrf_token = "csrf-5c1d";
const std::string cookie = "session=s-8f20";
constexpr std::string_view bulk = "/api/v3/bulk";

Answer with_session(Answer answer) {
  answer.headers.emplace_back("X-CSRF-Token", csrf_token);
  answer.headers.emplace_back("Set-Cookie", cookie + "; Path=/; HttpOnly");
  return answer;
}

std::vector<std::string> texts(const Json& list) {
  return list.get<std::vector<std::string>>();
}

/// The record's values of the sync fields as one text; nothing when it lacks one, or none are named.
std::optional<std::string> key_of(const Json& record, const std::vector<std::string>& sync_fields) {
  if (sync_fields.empty()) return {};
  Json key = Json::array();
  for (const std::string& field : sync_fields) {
    auto found = record.find(field);
    if (found == record.end() || is_empty(*found)) return {};
    key.push_back(*found);
  }
  return to_text(key);
}

}  // namespace

Cloud::Cloud(CloudOptions options) : options_(std::move(options)) {}

Answer Cloud::answer(const Request& request) {
  const std::string &method = request.method, &path = request.path;
  if (method == "POST" && path == "/api/request_token") return log_in(request);
  if (auto refused = refusal(request)) return *refused;
  if (auto answer = managed_.answer(request)) return *answer;
  if (method == "GET" && path == "/api/v2/mappings") return mapping(request);
  if (method == "POST" && path == bulk) return take(request);
  if (method == "GET" && path == "/api/v3/locations") {
    std::lock_guard lock(mutex_);
    return json_answer(locations_);
  }
  if (auto id = segment(path, "/api/v3/bulk/", "/finalize"); id && method == "POST") return finalize(*id);
  if (auto id = segment(path, "/api/v3/bulk/"); id && method == "GET") return canceled(*id);
  return problem(404, "no such call: " + method + " " + path);
}

std::optional<Answer> Cloud::refusal(const Request& request) const {
  const std::string token = request.header("authorization2");
  if (options_.check_token && !options_.tokens.contains(token) && !managed_.is_token(token))
    return problem(401, "unauthorized");
  bool write = request.method != "GET";
  if (!options_.check_session || !write) return {};
  if (request.header("x-csrf-token") != csrf_token) return problem(403, "X-CSRF-Token is missing or wrong");
  if (request.header("cookie").find(cookie) == std::string::npos)
    return problem(403, "the session's cookie is missing");
  if (request.header("content-type") != "application/json; charset=utf-8")
    return problem(415, "Content-Type must be application/json; charset=utf-8");
  return {};
}

Answer Cloud::log_in(const Request& request) const {
  if (request.header("content-type") != "application/x-www-form-urlencoded")
    return problem(415, "Content-Type must be application/x-www-form-urlencoded");
  if (request.form() != options_.login || options_.tokens.empty()) return problem(401, "invalid credentials");
  return with_session(json_answer({{"token", *options_.tokens.begin()}}));
}

Answer Cloud::mapping(const Request& request) const {
  auto name = request.query.find("name");
  if (name == request.query.end()) return problem(400, "name is missing");
  if (name->second == "AuthTest") return with_session(json_answer(Json::object()));
  std::lock_guard lock(mutex_);
  auto found = mappings_.find(name->second);
  return json_answer(found == mappings_.end() ? Json::object() : found->second);
}

Answer Cloud::take(const Request& request) {
  if (options_.check_payloads) return take_checked(request.body);
  auto objects = static_cast<std::size_t>(std::count(request.body.begin(), request.body.end(), '{'));
  std::lock_guard lock(mutex_);
  ++traffic_.payloads;
  traffic_.bytes += request.body.size();
  traffic_.records += objects > 0 ? objects - 1 : 0;
  return json_answer(Json::object());
}

Answer Cloud::take_checked(const std::string& body) {
  try {
    Json payload = parse_json(body);
    std::lock_guard lock(mutex_);
    try {
      check(payload);
    } catch (const BadPayload&) {
      ++traffic_.refused;
      throw;
    }
    Portion& of = portion(payload["portion"].get<std::string>());
    store(payload, of);
    ++traffic_.payloads;
    traffic_.bytes += body.size();
    if (options_.keep_payloads) payloads_.push_back(std::move(payload));
    return json_answer(Json::object());
  } catch (const JsonError& error) {
    return problem(400, std::string("the body is no JSON: ") + error.what());
  } catch (const BadPayload& error) {
    return problem(400, error.what());
  }
}

void Cloud::check(const Json& payload) {
  check_payload(payload);
  for (auto& [field, value] : refused_)
    for (const Json& record : payload["records"])
      if (record.is_object() && record.contains(field) && record[field] == value)
        throw BadPayload(field + " " + to_text(value) + " is refused");
  if (portion(payload["portion"].get<std::string>()).finalized > 0)
    throw BadPayload("the portion is finalized: it takes no more payloads");
}

Portion& Cloud::portion(const std::string& id) {
  auto found = std::ranges::find(portions_, id, &Portion::id);
  if (found != portions_.end()) return *found;
  return portions_.emplace_back(Portion{.id = id, .connector = {}, .data_type = {}});
}

void Cloud::store(const Json& payload, Portion& of) {
  of.data_type = payload["data_type"].get<std::string>();
  of.is_managed = payload.contains("connector_id");
  const Json& connector = payload[of.is_managed ? "connector_id" : "connector_name"];
  of.connector = connector.is_string() ? connector.get<std::string>() : to_text(connector);
  ++of.payloads;
  if (!payload["error"].is_null()) {
    ++of.errors;
    if (payload.contains("error_type")) ++of.fatal_errors;
    if (of.messages.size() < Portion::max_messages) of.messages.push_back(payload["error"].get<std::string>());
    return;
  }

  Store& target = stores_[of.data_type];
  std::vector<std::string> sync_fields = texts(payload["sync_field"]);
  auto [index, is_new] = target.indexes.try_emplace(sync_fields);
  if (is_new)
    for (std::size_t i = 0; i < target.records.size(); ++i)
      if (auto key = key_of(target.records[i], sync_fields)) index->second[*key] = i;

  for (const Json& record : payload["records"]) {
    ++of.records;
    ++traffic_.records;
    auto key = key_of(record, sync_fields);
    auto known = key ? index->second.find(*key) : index->second.end();
    bool exists = known != index->second.end();
    if (exists ? payload["insert_only"] == true : payload["update_only"] == true) {
      ++of.skipped;
    } else if (exists) {
      target.records[known->second].update(record);
      ++of.updated;
    } else {
      for (auto& [fields, other] : target.indexes)
        if (auto other_key = key_of(record, fields)) other[*other_key] = target.records.size();
      target.records.push_back(record);
      ++of.created;
    }
  }
}

Answer Cloud::finalize(const std::string& id) {
  std::lock_guard lock(mutex_);
  ++portion(id).finalized;
  return json_answer(Json::object());
}

Answer Cloud::canceled(const std::string& id) {
  std::lock_guard lock(mutex_);
  bool yes =
      cancel_all_ || to_cancel_.contains(id) || (options_.cancel_after && traffic_.records >= *options_.cancel_after);
  if (yes) portion(id).canceled = true;
  return json_answer({{"canceled", yes}});
}

void Cloud::set_mapping(const std::string& name, Json mapping) {
  std::lock_guard lock(mutex_);
  mappings_[name] = std::move(mapping);
}

void Cloud::set_locations(Json locations) {
  std::lock_guard lock(mutex_);
  locations_ = std::move(locations);
}

void Cloud::refuse(const std::string& field, Json value) {
  std::lock_guard lock(mutex_);
  refused_.emplace_back(field, std::move(value));
}

void Cloud::cancel(const std::string& id) {
  std::lock_guard lock(mutex_);
  if (id.empty())
    cancel_all_ = true;
  else
    to_cancel_.insert(id);
}

void Cloud::clear() {
  managed_.clear();
  std::lock_guard lock(mutex_);
  refused_.clear();
  to_cancel_.clear();
  cancel_all_ = false;
  stores_.clear();
  payloads_.clear();
  portions_.clear();
  traffic_ = {};
}

std::vector<Json> Cloud::records(const std::string& data_type) const {
  std::lock_guard lock(mutex_);
  auto found = stores_.find(data_type);
  return found == stores_.end() ? std::vector<Json>() : found->second.records;
}

std::vector<Json> Cloud::payloads() const {
  std::lock_guard lock(mutex_);
  return payloads_;
}

std::vector<Portion> Cloud::portions() const {
  std::lock_guard lock(mutex_);
  return portions_;
}

Traffic Cloud::traffic() const {
  std::lock_guard lock(mutex_);
  return traffic_;
}

Json Cloud::saved() const {
  std::lock_guard lock(mutex_);
  Json result = {{"mappings", Json::object()}, {"locations", locations_}, {"records", Json::object()}};
  for (auto& [name, mapping] : mappings_) result["mappings"][name] = mapping;
  for (auto& [data_type, kept] : stores_) result["records"][data_type] = kept.records;
  return result;
}

void Cloud::restore(const Json& saved) {
  std::lock_guard lock(mutex_);
  for (auto& [name, mapping] : saved.at("mappings").items()) mappings_[name] = mapping;
  locations_ = saved.at("locations");
  for (auto& [data_type, records] : saved.at("records").items())
    stores_[data_type] = {.records = records.get<std::vector<Json>>(), .indexes = {}};
}

}  // namespace connector::simulator
