#include "integration/aws.h"

#include <algorithm>
#include <utility>

#include "connector/error.h"
#include "oomnitza/payload.h"

namespace connector::integration {
namespace {

constexpr int max_policy_pages = 1000;

/// A string or a list of strings.
std::vector<std::string> texts(const Json& value) {
  std::vector<std::string> texts;
  if (value.is_string()) texts.push_back(value.get<std::string>());
  if (value.is_array()) {
    for (const Json& item : value) {
      if (item.is_string()) texts.push_back(item.get<std::string>());
    }
  }
  return texts;
}

std::string text_at(const Json& answer, const std::string& path) {
  const Json& value = at(answer, path);
  if (!value.is_string()) throw SourceError("AWS's response has no " + path);
  return value.get<std::string>();
}

bool allows_to_assume(const Json& statement) {
  if (!statement.is_object()) return false;
  const Json& effect = at(statement, "Effect");
  if (!effect.is_null() && effect != "Allow") return false;
  const std::vector<std::string> actions = texts(at(statement, "Action"));
  return std::find(actions.begin(), actions.end(), "sts:AssumeRole") != actions.end();
}

std::string session_name() {
  std::string name = random_uuid();
  std::erase(name, '-');
  return name;
}

}  // namespace

std::vector<std::string> assumable_roles(const Json& policy) {
  std::vector<std::string> roles;
  const Json& statement = at(policy, "Statement");
  const Json statements = statement.is_array() ? statement : Json::array({statement});
  for (const Json& one : statements) {
    if (!allows_to_assume(one)) continue;
    for (std::string& arn : texts(at(one, "Resource"))) roles.push_back(std::move(arn));
  }
  return roles;
}

AwsRoles::AwsRoles(const Url& api_url, const Url& token_url, const Caller& caller, Scope& scope, Log log)
    : api_url_(api_url), token_url_(token_url), caller_(caller), scope_(scope), log_(std::move(log)) {}

Json AwsRoles::ask(const Url& url, Query params) const {
  return caller_
      .ask({.method = "GET", .url = url.value, .headers = {}, .params = std::move(params), .body = {}}, scope_)
      .value;
}

std::vector<std::string> AwsRoles::list() const {
  const Json user = ask(api_url_, {{"Action", "GetUser"}, {"Version", "2010-05-08"}});
  const std::string name = text_at(user, "GetUserResponse.GetUserResult.User.UserName");
  std::vector<std::string> roles;
  for (const std::string& policy_name : policies(name)) {
    for (const std::string& arn : assumable_roles(policy(name, policy_name))) {
      if (std::find(roles.begin(), roles.end(), arn) != roles.end()) continue;
      if (arn.find_first_of("*?") != std::string::npos) {
        log_.warning("role {} skipped: it does not name a single role", arn);
      } else {
        roles.push_back(arn);
      }
    }
  }
  return roles;
}

std::vector<std::string> AwsRoles::policies(const std::string& user) const {
  std::vector<std::string> names;
  std::string marker;
  for (int page = 0; page < max_policy_pages; ++page) {
    Query params = {{"Action", "ListUserPolicies"}, {"Version", "2010-05-08"}, {"UserName", user}};
    if (!marker.empty()) params.emplace_back("Marker", marker);
    const Json answer = ask(api_url_, params);
    const std::string result = "ListUserPoliciesResponse.ListUserPoliciesResult";
    if (!at(answer, "ListUserPoliciesResponse").is_object()) throw SourceError("AWS does not list the user's policies");
    for (std::string& name : texts(at(answer, result + ".PolicyNames.member"))) names.push_back(std::move(name));
    if (at(answer, result + ".IsTruncated") != "true") return names;
    marker = text_at(answer, result + ".Marker");
  }
  throw SourceError(fmt::format("the list of the user's policies has not ended after {} pages", max_policy_pages));
}

Json AwsRoles::policy(const std::string& user, const std::string& name) const {
  const Json answer =
      ask(api_url_, {{"Action", "GetUserPolicy"}, {"Version", "2010-05-08"}, {"UserName", user}, {"PolicyName", name}});
  try {
    return parse_json(percent_decoded(text_at(answer, "GetUserPolicyResponse.GetUserPolicyResult.PolicyDocument")));
  } catch (const JsonError&) {
    throw SourceError("the document of the policy " + name + " is not valid JSON");
  }
}

AwsKeys AwsRoles::assume(const std::string& arn) const {
  const Json answer =
      ask(token_url_,
          {{"Action", "AssumeRole"}, {"Version", "2011-06-15"}, {"RoleArn", arn}, {"RoleSessionName", session_name()}});
  const std::string credentials = "AssumeRoleResponse.AssumeRoleResult.Credentials.";
  return {.access_key = text_at(answer, credentials + "AccessKeyId"),
          .secret_key = text_at(answer, credentials + "SecretAccessKey"),
          .session_token = text_at(answer, credentials + "SessionToken")};
}

}  // namespace connector::integration
