#include "integration/definition.h"

#include <algorithm>
#include <numeric>
#include <string_view>

#include "config/overlay.h"
#include "config/problem.h"
#include "connector/error.h"
#include "text/text.h"
#include "text/values.h"

namespace connector::integration {
namespace {

std::size_t count_texts(const Json& value) {
  if (!value.is_structured()) return value.is_string() ? 1 : 0;
  return std::accumulate(value.begin(), value.end(), std::size_t{0},
                         [](std::size_t sum, const Json& part) { return sum + count_texts(part); });
}

bool is_truth(const Json& value) {
  if (value.is_string()) return parse_boolean(value.get_ref<const std::string&>()).value_or(false);
  return value.is_boolean() && value.get<bool>();
}

/// Reads one configuration and collects what is wrong with it.
class Reader {
 public:
  Reader(const Json& cloud, const Section* ini, const SettingsContext& context, bool testmode) : cloud_(cloud) {
    definition_.identity = identify(cloud, ini);
    read_settings(ini, context);
    definition_.is_test = testmode || definition_.settings.test_run;
  }

  Definition read() {
    read_names();
    read_token();
    read_authorization();
    read_inputs();
    if (definition_.basic_connector.empty()) read_behaviors();
    if (!problems_.empty()) throw ConfigError(std::move(problems_));
    return std::move(definition_);
  }

 private:
  void add_problem(std::string_view field, std::string_view problem) {
    problems_.push_back(fmt::format("integration {} ({}), {}: {}", definition_.identity.name,
                                    definition_.identity.service, field, problem));
  }

  void read_settings(const Section* ini, const SettingsContext& context) {
    const Identity& identity = definition_.identity;
    definition_.section = overlay(
        {.name = identity.section(), .origin = fmt::format("integration {} ({})", identity.name, identity.service)},
        ini, cloud_, managed_settings(), context.log);
    const Section& section = definition_.section;
    fill_settings(definition_.settings, managed_settings(), section, context, problems_);
    if (definition_.settings.max_pages < 1) {
      problems_.push_back(problem_with(section, "max_pages", "must be a number from 1 on"));
    }
    read_mapping(section);
    const Entry* filter = section.find("recordfilter");
    if (filter && !trimmed(filter->value).empty()) {
      definition_.recordfilter = filter->value;
      definition_.recordfilter_origin = filter->origin;
    }
  }

  void read_mapping(const Section& section) {
    for (auto& [field, specification] : mapping_settings(section, Log(), problems_)) {
      Json& own = definition_.mapping[field] = Json::object();
      for (const char* key : {"type", "value"}) {
        if (specification.contains(key)) own[key] = specification[key];
      }
      if (!own.empty()) continue;
      if (specification.contains("source")) {
        own = {{"type", "attribute"}, {"value", specification["source"]}};
      } else if (specification.contains("hardcoded")) {
        own = {{"type", "value"}, {"value", specification["hardcoded"]}};
      } else {
        problems_.push_back(problem_with(section, "mapping." + field, "needs type and value, source, or hardcoded"));
      }
    }
  }

  void read_names() {
    const Json& name = member(cloud_, "name");
    if (!name.is_string() || trimmed(name.get_ref<const std::string&>()).empty()) add_problem("name", "is required");
    const Json& type = member(cloud_, "type");
    if (type.is_string() && !type.get_ref<const std::string&>().empty()) {
      definition_.data_type = type.get<std::string>();
    } else {
      add_problem("type", "is required: assets or users");
    }
    const Json& basic = member(cloud_, "basic_connector");
    if (basic.is_string()) {
      definition_.basic_connector = basic.get<std::string>();
    } else if (!is_empty(basic)) {
      add_problem("basic_connector", "must be the name of a connector");
    }
  }

  void read_token() {
    const auto token = read_cloud_token(definition_.settings.oomnitza_authorization.value, definition_.section, cloud_);
    if (!token) return add_problem("oomnitza_authorization", "must be a token, or an object with token_id");
    definition_.cloud_token = *token;
  }

  void read_authorization() {
    const Json& value = definition_.settings.saas_authorization;
    const Json& id = member(value, "credential_id");
    const Json& type = member(value, "type");
    if (id.is_string() && !id.get_ref<const std::string&>().empty()) {
      definition_.authorization = CredentialAuthorization{id.get<std::string>()};
    } else if (type.is_string() && type.get_ref<const std::string&>() == "session") {
      read_session(member(value, "behavior"));
    } else {
      read_static(value);
    }
  }

  void read_session(const Json& behavior) {
    const std::string field = "saas_authorization.behavior";
    if (!behavior.is_object() || behavior.empty()) {
      return add_problem(field, "must be an object with url and http_method");
    }
    SessionAuthorization session{.call = call_template(behavior, field), .headers = {}, .params = {}};
    const Json& result = member(behavior, "result");
    session.headers = named_templates(member(result, "headers"), field + ".result.headers");
    session.params = named_templates(member(result, "params"), field + ".result.params");
    definition_.authorization = std::move(session);
  }

  void read_static(const Json& value) {
    const Json& headers = member(value, "headers");
    const Json& params = member(value, "params");
    const auto fits = [](const Json& part) { return part.is_null() || part.is_object(); };
    const auto gives = [](const Json& part) { return part.is_object() && !part.empty(); };
    if (!fits(headers) || !fits(params) || !(gives(headers) || gives(params))) {
      return add_problem("saas_authorization",
                         value.is_null() ? "is required: add it to section [" + definition_.section.name + "]"
                                         : "must have headers or params that are not empty, a session's behavior, or a "
                                           "credential_id");
    }
    if (headers.size() > max_named || params.size() > max_named) {
      return add_problem("saas_authorization", fmt::format("has more than {} headers or params", max_named));
    }
    definition_.authorization = StaticAuthorization{texts(headers), texts(params)};
  }

  static std::vector<std::pair<std::string, std::string>> texts(const Json& object) {
    std::vector<std::pair<std::string, std::string>> texts;
    for (const auto& [name, value] : object.items()) {
      if (!value.is_null()) texts.emplace_back(name, text_of(value));
    }
    return texts;
  }

  void read_inputs() {
    const Json& local = definition_.settings.local_inputs;
    if (local.is_object()) definition_.local_inputs = local;
    const bool is_given = definition_.section.find("local_inputs") != nullptr || !local.is_null();
    if (is_given && !local.is_object()) add_problem("local_inputs", "must be a JSON object");
    if (local.size() > max_named || count_texts(local) > max_named) {
      add_problem("local_inputs", fmt::format("has more than {} values", max_named));
    }
    const Json& inputs = member(cloud_, "inputs");
    if (is_empty(inputs)) return;
    if (!inputs.is_object()) return add_problem("inputs", "must be an object");
    if (inputs.size() > max_named) return add_problem("inputs", fmt::format("has more than {} inputs", max_named));
    for (const auto& [name, input] : inputs.items()) {
      if (!input.is_object()) {
        add_problem("inputs." + name, "must be an object with a value");
        continue;
      }
      const Json& type = member(input, "type");
      definition_.inputs.push_back({.name = name,
                                    .value = member(input, "value"),
                                    .type = type.is_string() ? type.get<std::string>() : std::string()});
    }
  }

  void read_behaviors() {
    const bool explores = has("exploratory_list_behavior");
    const bool has_pre_list = has("pre_list_behavior");
    if (explores && !has_pre_list) {
      add_problem("exploratory_list_behavior", "needs a pre_list_behavior");
    }
    if (explores) read_level("exploratory_list_behavior");
    if (has_pre_list) read_level("pre_list_behavior");
    if (has("list_behavior")) {
      read_level("list_behavior");
    } else {
      add_problem("list_behavior", "is required, unless there is a basic_connector");
    }
    if (has("detail_behavior")) read_details(member(cloud_, "detail_behavior"));
    if (has("software_behavior")) read_software(member(cloud_, "software_behavior"));
    if (has("saas_behavior")) read_saas(member(cloud_, "saas_behavior"));
  }

  bool has(const std::string& behavior) {
    const Json& value = member(cloud_, behavior);
    if (is_empty(value)) return false;
    if (!value.is_object()) add_problem(behavior, "must be an object");
    return value.is_object();
  }

  void read_level(const std::string& name) {
    const Json& behavior = member(cloud_, name);
    LevelBehavior level{
        .call = call_template(behavior, name), .result = member(behavior, "result"), .pagination = std::nullopt};
    if (level.result.is_null() && !definition_.is_custom_test()) add_problem(name + ".result", "is required");
    const Json& pagination = member(behavior, "pagination");
    if (pagination.is_object() && !pagination.empty()) {
      level.pagination = Pagination{.break_early = member(pagination, "break_early"),
                                    .add_if = member(pagination, "add_if"),
                                    .headers = named_templates(member(pagination, "headers"), name + ".headers"),
                                    .params = named_templates(member(pagination, "params"), name + ".params")};
    } else if (!is_empty(pagination)) {
      add_problem(name + ".pagination", "must be an object");
    }
    definition_.levels.push_back(std::move(level));
  }

  void read_details(const Json& behavior) {
    DetailBehavior details{.call = call_template(behavior, "detail_behavior"), .result = std::nullopt};
    const Json& result = member(behavior, "result");
    if (!result.is_null() && result != "") details.result = result;
    definition_.details = std::move(details);
  }

  void read_software(const Json& behavior) {
    if (!is_truth(member(behavior, "enabled"))) return;
    SoftwareBehavior software{.call = std::nullopt,
                              .result = member(behavior, "result"),
                              .name = member(behavior, "name"),
                              .version = member(behavior, "version")};
    if (!is_empty(member(behavior, "url")) && !is_empty(member(behavior, "http_method"))) {
      software.call = call_template(behavior, "software_behavior");
    }
    definition_.software = std::move(software);
  }

  void read_saas(const Json& behavior) {
    if (!is_truth(member(behavior, "enabled"))) return;
    SaasBehavior saas;
    if (!is_empty(member(behavior, "sync_key"))) {
      for (const char* key : {"sync_key", "selected_saas_id", "name"}) {
        if (const Json& value = member(behavior, key); !value.is_null()) saas.object[key] = value;
      }
    }
    definition_.saas = std::move(saas);
  }

  CallTemplate call_template(const Json& behavior, const std::string& field) {
    CallTemplate call{.url = member(behavior, "url"),
                      .method = "GET",
                      .headers = named_templates(member(behavior, "headers"), field + ".headers"),
                      .params = named_templates(member(behavior, "params"), field + ".params"),
                      .body = member(behavior, "body")};
    if (is_empty(call.url)) add_problem(field + ".url", "is required");
    const Json& method = member(behavior, "http_method");
    if (method.is_string() && !method.get_ref<const std::string&>().empty()) {
      call.method = upper_case(trimmed(method.get_ref<const std::string&>()));
    } else {
      add_problem(field + ".http_method", "is required: GET, POST …");
    }
    return call;
  }

  /// The same name twice: the last counts, in the first one's place.
  std::vector<NamedTemplate> named_templates(const Json& list, const std::string& field) {
    std::vector<NamedTemplate> templates;
    if (is_empty(list)) return templates;
    if (!list.is_array()) {
      add_problem(field, "must be a list of objects with key and value");
      return templates;
    }
    if (list.size() > max_named) {
      add_problem(field, fmt::format("has more than {} entries", max_named));
      return templates;
    }
    for (const Json& item : list) {
      const Json& key = member(item, "key");
      if (!key.is_string()) {
        add_problem(field, "must be a list of objects with key and value");
        continue;
      }
      const std::string name = key.get<std::string>();
      const auto known = std::find_if(templates.begin(), templates.end(),
                                      [&](const NamedTemplate& other) { return other.name == name; });
      if (known == templates.end()) {
        templates.push_back({name, member(item, "value")});
      } else {
        known->value = member(item, "value");
      }
    }
    return templates;
  }

  const Json& cloud_;
  Definition definition_;
  Problems problems_;
};

}  // namespace

Identity identify(const Json& cloud, const Section* ini) {
  if (!cloud.is_object()) throw ConfigError("a configuration that Oomnitza sent is not an object");
  Identity identity;
  identity.id = member(cloud, "id");
  identity.service = id_text(identity.id).value_or("");
  if (identity.service.empty()) throw ConfigError("a configuration that Oomnitza sent has no id");
  if (const Json& name = member(cloud, "name"); name.is_string()) identity.name = name.get<std::string>();
  const Entry* own_test_run = ini != nullptr ? ini->find("test_run") : nullptr;
  const bool is_own = own_test_run != nullptr && !trimmed(own_test_run->value).empty();
  identity.test_run = is_truth(is_own ? Json(own_test_run->value) : member(cloud, "test_run"));
  identity.is_reports_service = is_truth(member(cloud, "reports_service"));
  if (const Json& inputs = member(cloud, "inputs"); inputs.is_object()) {
    for (const Json& input : inputs) {
      if (at(input, "type") != "multi_str") continue;
      identity.multi_str = at(input, "value");
      break;
    }
  }
  return identity;
}

bool Definition::uses_aws_roles() const {
  if (!std::holds_alternative<CredentialAuthorization>(authorization)) return false;
  const auto roles =
      std::find_if(inputs.begin(), inputs.end(), [](const Input& input) { return input.name == "iam_roles"; });
  return roles != inputs.end() && !is_empty(roles->value);
}

Definition read(const Json& cloud, const Section* ini, const SettingsContext& context, bool testmode) {
  return Reader(cloud, ini, context, testmode).read();
}

}  // namespace connector::integration
