#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "config/cloud_token.h"
#include "config/settings.h"
#include "connector/json.h"

namespace connector::integration {

/// Headers, params and inputs of one kind: they are compared with each other.
inline constexpr std::size_t max_named = 1000;

/// Records of a test run.
inline constexpr std::size_t test_records = 10;

/// A header or parameter whose value is a template. (Templates are strings, or other JSON values that become strings.)
struct NamedTemplate {
  std::string name;
  Json value;
};

/// A call as the cloud describes it.
struct CallTemplate {
  Json url;
  std::string method;
  std::vector<NamedTemplate> headers;
  std::vector<NamedTemplate> params;
  Json body;  ///< null: none
};

struct Pagination {
  Json break_early;
  Json add_if;
  std::vector<NamedTemplate> headers;
  std::vector<NamedTemplate> params;
};

/// What is called page by page: exploratory list, pre-list, list.
struct LevelBehavior {
  CallTemplate call;
  Json result;
  std::optional<Pagination> pagination;
};

struct DetailBehavior {
  CallTemplate call;
  std::optional<Json> result;
};

struct SoftwareBehavior {
  std::optional<CallTemplate> call;  ///< nothing: the record itself is looked at
  Json result;
  Json name;
  Json version;
};

/// The object that becomes the record's key saas; null when the behavior names no sync_key.
struct SaasBehavior {
  Json object;
};

struct StaticAuthorization {
  std::vector<std::pair<std::string, std::string>> headers;
  std::vector<std::pair<std::string, std::string>> params;
};

struct SessionAuthorization {
  CallTemplate call;
  std::vector<NamedTemplate> headers;
  std::vector<NamedTemplate> params;
};

struct CredentialAuthorization {
  std::string id;
};

using SaasAuthorization = std::variant<StaticAuthorization, SessionAuthorization, CredentialAuthorization>;

struct Input {
  std::string name;
  Json value;
  std::string type;
};

/// What can be said of a configuration before it is checked: what failures are reported with.
struct Identity {
  Json id;              ///< number or text
  std::string service;  ///< the id as text
  std::string name;
  bool test_run = false;
  bool is_reports_service = false;
  Json multi_str;  ///< the value of the first input of type multi_str

  std::string section() const { return (is_reports_service ? "managed_reports." : "managed.") + service; }
};

/// Throws ConfigError when the configuration is not an object or has no id. ini: its section, whose test_run wins.
Identity identify(const Json& cloud, const Section* ini = nullptr);

/// An integration as the cloud describes it, with the ini section's values in the place of the cloud's.
struct Definition {
  Identity identity;
  std::string data_type;
  ManagedSettings settings;
  CloudToken cloud_token;
  SaasAuthorization authorization;
  std::vector<Input> inputs;
  Json local_inputs = Json::object();
  std::vector<LevelBehavior> levels;  ///< the last one is the list; empty for basic connectors
  std::optional<DetailBehavior> details;
  std::optional<SoftwareBehavior> software;
  std::optional<SaasBehavior> saas;
  std::string basic_connector;    ///< empty: none
  Json mapping = Json::object();  ///< the ini's mapping.FIELD: FIELD -> {"type", "value"}, or one of them
  std::string recordfilter;       ///< Python code, empty for none
  std::string recordfilter_origin;
  Section section;  ///< the values that count as text: the ini's, then the cloud's

  bool is_test = false;  ///< test_run or --testmode: ten records of the list's first page

  bool is_custom_test() const { return is_test && settings.is_custom; }
  bool uses_aws_roles() const;
};

/// Reads a configuration. testmode: --testmode, which makes each run a test run. Throws ConfigError with all
/// problems, each naming the integration or section and the key, never a value.
Definition read(const Json& cloud, const Section* ini, const SettingsContext& context, bool testmode);

}  // namespace connector::integration
