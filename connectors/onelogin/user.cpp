#include "onelogin/user.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <sstream>

#include "connector/error.h"
#include "connector/log.h"
#include "text/decode.h"

namespace connector::onelogin {
namespace {

/// With hyphens, as the XML API has them.
constexpr const char* common_attributes =
    "activated-at created-at directory-id distinguished-name email external-id firstname group-id id "
    "invalid-login-attempts invitation-sent-at last-login lastname locale-code locked-until member-of openid-name "
    "password-changed-at phone status updated-at username";

constexpr const char* json_attributes =
    "comment company department manager_ad_id role_id samaccountname state title trusted_idp_id userprincipalname "
    "manager_user_id preferred_locale_code role_ids";  // the last three are newer

/// What the list of API 2 has when it is not asked for certain attributes.
constexpr const char* listed_attributes =
    "activated_at created_at directory_id distinguished_name email external_id firstname group_id id "
    "invalid_login_attempts invitation_sent_at last_login lastname locked_until member_of password_changed_at phone "
    "samaccountname state status updated_at username";

std::set<std::string> words(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), std::istream_iterator<std::string>()};
}

std::set<std::string> standard_attributes(Api api) {
  std::string names = common_attributes;
  if (api == Api::xml) return words(names);
  std::replace(names.begin(), names.end(), '-', '_');
  return words(names + " " + json_attributes);
}

/// Whether a mapping's source is an attribute that every account has; the others are custom attributes.
bool is_standard(const std::string& source, Api api) {
  static const std::set<std::string> json_names = standard_attributes(Api::json);
  static const std::set<std::string> xml_names = standard_attributes(Api::xml);
  return (api == Api::json ? json_names : xml_names).contains(source);
}

std::string prefix_of(Api api) {
  return api == Api::json ? "custom_attributes." : "custom_attribute_";
}

void drop_nil(Json& value) {
  if (value.is_object() && value.contains("@nil")) value = nullptr;
  if (!value.is_structured()) return;
  for (Json& part : value) drop_nil(part);
}

/// An element without its attributes: its children, or else its text.
Json plain(const Json& element) {
  if (element.is_array()) {
    Json list = Json::array();
    for (const Json& item : element) list.push_back(plain(item));
    return list;
  }
  if (!element.is_object()) return element;
  if (at(element, "@nil") == "true") return nullptr;
  Json children = Json::object();
  for (const auto& [name, child] : element.items()) {
    if (!name.starts_with('@') && name != "#text") append_member(children, name, plain(child));
  }
  return children.empty() ? at(element, "#text") : children;
}

}  // namespace

std::string fields_for(const std::vector<std::string>& sources, bool all) {
  std::set<std::string> names = words(listed_attributes);
  bool wants_custom = all;
  for (const std::string& source : sources) {
    if (is_standard(source, Api::json)) {
      names.insert(source);
    } else {
      wants_custom = true;
    }
  }
  if (!wants_custom) return "";
  std::string fields = "custom_attributes";
  for (const std::string& name : names) fields += "," + name;
  return fields;
}

void complete(Json& user, const std::vector<std::string>& sources, Api api) {
  drop_nil(user);
  const std::string prefix = prefix_of(api);
  for (const std::string& source : sources) {
    if (is_standard(source, api) || source.starts_with(prefix)) continue;
    const Json& custom = at(user, prefix + source);
    if (!custom.is_null()) user[source] = Json(custom);
  }
}

Json users_of_xml(const Response& response) {
  constexpr std::size_t max_values = 5'000'000;
  const auto failure = [&](const std::string& problem) {
    return SourceError(
        fmt::format("{} {}: the response {}: {}", response.method, response.url, problem, excerpt(response.body)));
  };
  if (response.body.find("<!DOCTYPE") != std::string::npos) throw failure("declares a document type");
  const auto [document, mended] = decoded_body(response.body, response.headers.find("Content-Type"), max_values);
  mended.tell(response.warn);
  if (!document.is_object() || document.empty()) throw failure("is not valid XML");
  for (const char* root : {"error", "errors", "hash", "html", "message", "status"}) {
    if (document.contains(root)) throw failure("is not a list of users");
  }
  const Json users = plain(at(document, "users"));
  const Json& user = at(users, "user");
  if (user.is_array()) return user;
  return users.is_object() && users.contains("user") ? Json::array({user}) : Json::array();
}

}  // namespace connector::onelogin
