#include "simulator/managed_cloud.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "simulator/answers.h"
#include "simulator/payload.h"

namespace connector::simulator {

namespace {

const std::string auth = "/api/v3/auth/";
const std::string aws_session = "aws/session";

std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : to_text(value);
}

/// What is wrong with the description of a call that is to be signed; empty: nothing.
std::string fault_of_call(const Json& call, bool is_of_aws_session) {
  std::vector<const char*> names = {"url", "http_method", "params", "headers", "body"};
  if (is_of_aws_session) names.insert(names.end(), {"access_key", "secret_key", "session_token"});
  if (!call.is_object()) return "a call to be signed must be a JSON object";
  for (const char* name : names)
    if (!call.contains(name)) return std::string(name) + " is missing";
  if (call.size() != names.size()) return "a call to be signed has fields that are unknown";
  return {};
}

Json listed(const StoredFile& file, const std::string& host) {
  return {{"uid", file.uid},
          {"filename", file.filename},
          {"creation_date", file.creation_date},
          {"url", "http://" + host + "/media/" + file.uid + "?signature=s-71c4"}};
}

std::string value_of(const std::map<std::string, std::string>& query, const std::string& name) {
  auto found = query.find(name);
  return found == query.end() ? std::string() : found->second;
}

}  // namespace

ManagedCloud::ManagedCloud(std::function<Clock::time_point()> now) : now_(std::move(now)) {}

std::optional<Answer> ManagedCloud::answer(const Request& request) {
  const std::string& path = request.path;
  if (request.method == "POST") {
    if (path == "/api/v3/bulk/check_managed") return check(request);
    if (auto service = segment(path, "/api/v3/bulk/", "/add_ready_portion"))
      return take_ready_portion(*service, request.body);
    if (path == auth + aws_session + "/secret") return secret(aws_session, request.body);
    if (auto id = segment(path, auth, "/secret")) return secret(*id, request.body);
    return {};
  }
  if (request.method != "GET") return {};
  if (path == "/api/v2/mappings" && request.query.contains("connector_id"))
    return mapping(request.query.at("connector_id"));
  if (path == "/api/v3/settings/global_variables") {
    std::lock_guard lock(mutex_);
    return json_answer(global_variables_);
  }
  if (path == "/api/v3/media_storage") return list_files(request);
  if (auto id = segment(path, auth + "oomnitza_tokens/")) return token(*id);
  if (auto id = segment(path, auth)) return credential(*id);
  return {};
}

Answer ManagedCloud::check(const Request& request) {
  try {
    if (!parse_json(request.body).at("version").is_string()) return problem(400, "version must be a text");
  } catch (const std::exception&) {  // no JSON, no object, no version
    return problem(400, "the body must be {\"version\": …}");
  }
  std::lock_guard lock(mutex_);
  Json due = Json::array();
  for (Configuration& configuration : configurations_) {
    if (!configuration.due || now_() < *configuration.due) continue;
    due.push_back(configuration.body);
    configuration.due.reset();
    if (configuration.every) configuration.due = now_() + *configuration.every;
  }
  return json_answer(due);
}

Answer ManagedCloud::mapping(const std::string& service) const {
  std::lock_guard lock(mutex_);
  auto found = mappings_.find(service);
  return json_answer(found == mappings_.end() ? Json::object() : found->second);
}

Answer ManagedCloud::take_ready_portion(const std::string& service, const std::string& body) {
  try {
    Json portion = parse_json(body);
    check_ready_portion(portion);
    std::lock_guard lock(mutex_);
    ready_portions_.push_back({.service = service, .body = std::move(portion)});
    return json_answer(Json::object());
  } catch (const JsonError& error) {
    return problem(400, std::string("the body is no JSON: ") + error.what());
  } catch (const BadPayload& error) {
    return problem(400, error.what());
  }
}

Answer ManagedCloud::token(const std::string& id) const {
  std::lock_guard lock(mutex_);
  auto found = tokens_.find(id);
  return found == tokens_.end() ? problem(404, "no such token: " + id) : json_answer({{"token", found->second}});
}

Answer ManagedCloud::secret(const std::string& id, const std::string& body) const {
  try {
    std::string fault = fault_of_call(parse_json(body), id == aws_session);
    if (!fault.empty()) return problem(400, fault);
  } catch (const JsonError& error) {
    return problem(400, std::string("the body is no JSON: ") + error.what());
  }
  std::lock_guard lock(mutex_);
  auto found = credentials_.find(id);
  if (found == credentials_.end()) return problem(404, "no such credential: " + id);
  return json_answer(found->second.value("secret", Json::object()));
}

Answer ManagedCloud::credential(const std::string& id) const {
  std::lock_guard lock(mutex_);
  auto found = credentials_.find(id);
  if (found == credentials_.end()) return problem(404, "no such credential: " + id);
  return json_answer({{"credential_id", id}, {"name", found->second.value("name", Json())}});
}

Answer ManagedCloud::list_files(const Request& request) const {
  const std::string filter = value_of(request.query, "filter");
  unsigned long long after = 0;
  std::array<char, 65> type{};
  std::sscanf(filter.c_str(), "(creation_date gt %18llu) and (created_by_type eq '%64[^']')", &after, type.data());
  if (filter != fmt::format("(creation_date gt {}) and (created_by_type eq '{}')", after, type.data()))
    return problem(400, "filter must be (creation_date gt SECONDS) and (created_by_type eq 'TYPE')");
  if (value_of(request.query, "sortby") != "creation_date asc") return problem(400, "sortby must be creation_date asc");
  const std::string id = value_of(request.query, "created_by_id");
  std::lock_guard lock(mutex_);
  Json list = Json::array();
  for (const StoredFile& file : files_)
    if (file.creation_date > static_cast<std::int64_t>(after) && file.created_by_type == type.data() &&
        file.created_by_id == id)
      list.push_back(listed(file, request.header("host")));
  return json_answer(list);
}

bool ManagedCloud::is_token(const std::string& token) const {
  std::lock_guard lock(mutex_);
  return std::ranges::any_of(tokens_, [&](const auto& known) { return known.second == token; });
}

void ManagedCloud::set_configuration(const std::string& key, Json configuration,
                                     std::optional<std::chrono::seconds> every) {
  std::lock_guard lock(mutex_);
  Configuration added{.key = key, .body = std::move(configuration), .every = every, .due = now_()};
  auto known = std::ranges::find(configurations_, key, &Configuration::key);
  if (known == configurations_.end())
    configurations_.push_back(std::move(added));
  else
    *known = std::move(added);
}

void ManagedCloud::set_mapping(const std::string& service, Json mapping) {
  std::lock_guard lock(mutex_);
  mappings_[service] = std::move(mapping);
}

void ManagedCloud::set_credential(const std::string& id, Json credential) {
  if (!credential.is_object()) throw std::invalid_argument("a credential must be a JSON object");
  std::lock_guard lock(mutex_);
  credentials_[id] = std::move(credential);
}

void ManagedCloud::set_token(const std::string& id, std::string token) {
  std::lock_guard lock(mutex_);
  tokens_[id] = std::move(token);
}

void ManagedCloud::set_global_variables(Json variables) {
  std::lock_guard lock(mutex_);
  global_variables_ = std::move(variables);
}

void ManagedCloud::set_file(StoredFile file) {
  std::lock_guard lock(mutex_);
  std::erase_if(files_, [&](const StoredFile& known) { return known.uid == file.uid; });
  auto place = std::ranges::upper_bound(files_, file.creation_date, {}, &StoredFile::creation_date);
  files_.insert(place, std::move(file));
}

Answer ManagedCloud::file(const std::string& uid) const {
  std::lock_guard lock(mutex_);
  auto found = std::ranges::find(files_, uid, &StoredFile::uid);
  if (found == files_.end()) return problem(404, "no such file: " + uid);
  return {.headers = {{"Content-Type", "application/octet-stream"}}, .body = found->content};
}

std::vector<ReadyPortion> ManagedCloud::ready_portions() const {
  std::lock_guard lock(mutex_);
  return ready_portions_;
}

std::string ManagedCloud::name(const std::string& service) const {
  std::lock_guard lock(mutex_);
  for (const Configuration& configuration : configurations_)
    if (text_of(at(configuration.body, "id")) == service) return text_of(at(configuration.body, "name"));
  return {};
}

void ManagedCloud::clear() {
  std::lock_guard lock(mutex_);
  ready_portions_.clear();
}

}  // namespace connector::simulator
