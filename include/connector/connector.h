// The one header that the author of a connector needs.
//
// A connector is a class with its settings as members, one function that reads the source from top to bottom and hands
// over every record, and a description (Plugin) that says how the section is called and what can be configured. All
// else (batches, workers, mapping, converters, retries, cancelling, counting) happens behind emit().
// docs/writing-a-connector.md explains connectors/netbox line by line.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "connector/error.h"
#include "connector/http.h"
#include "connector/json.h"
#include "connector/log.h"
#include "connector/rows.h"

namespace connector {

/// What a source gives: an object, and if it could not be read completely, what was wrong. A record with an error is
/// sent as it is, unfiltered and unmapped, with the error beside it, and counts as failed.
struct Record {
  Record(Json data_, std::string error_ = {}) : data(std::move(data_)), error(std::move(error_)) {}

  Json data;
  std::string error;
  Json extra;  ///< fields that mappings do not see but payloads carry; null for all but described integrations
  std::size_t number = 0;  ///< 1, 2 … in the order in which they were handed over; counted behind emit()
};

/// Where a source hands its records over. For the thread that calls read(); every function throws Stopped when no more
/// is wanted (limit reached, run canceled, shutting down): let it pass.
class Emit {
 public:
  /// Hands over one record. Waits while Oomnitza is slower than the source.
  virtual void operator()(Record record) const = 0;

  /// Hands over rows of a table: the same records, at less cost.
  virtual void rows(Rows rows) const;

  /// A record of which nothing can be sent, since its details could not be read: logged and counted as failed.
  /// record: names it, "computer 7". reason: "GET https://…: status 404".
  virtual void failed(const std::string& record, const std::string& reason) const = 0;

  /// A part of the source with an unknown number of records could not be read, the others can: logged, and the section
  /// ends as incomplete (exit code 2). what: names it and says why.
  virtual void incomplete(const std::string& what) const = 0;

  /// How many records there will be, where a source knows that: for the display of progress. May be called again.
  virtual void expect(std::size_t records) const { (void)records; }

  /// Where a source works for long without handing over anything: throws when that is no longer wanted.
  virtual void checkpoint() const = 0;

 protected:
  ~Emit() = default;
};

/// A string that is never printed: no conversion to text, no operator<<. Ask for `value` where it is sent. Its memory
/// is cleared when it ends or is replaced.
struct Secret {
  Secret() = default;
  explicit Secret(std::string text) : value(std::move(text)) {}
  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret other) noexcept;
  ~Secret();

  std::string value;
  bool empty() const { return value.empty(); }
};

/// An address without slashes at its end.
struct Url {
  std::string value;
  bool empty() const { return value.empty(); }
};

/// The settings that every section has, [oomnitza] included. They are described in one table, common_settings().
struct SectionSettings {
  bool verify_ssl = true;
  std::string cacert_file;
  std::string cacert_dir;
  std::string ssl_protocol;
  std::string user_pem_file;
  Secret user_pem_password;
  bool use_server_map = true;
  bool insert_only = false;
  bool update_only = false;
  std::vector<std::string> sync_field;
  bool test_run = false;
  bool is_custom = false;
  int max_record_size = 64;  ///< MiB of memory that a record may take
  std::string schedule;      ///< when `connector server` runs the section; empty: never
  std::string vault_backend;
  std::string vault_keys;
  std::string vault_alias;
  std::string vault_url;
  std::string vault_mount;
  std::string vault_path;
  std::string vault_folder;
  std::string vault_command;
  std::string vault_app_id;
  std::string vault_safe;
  std::string vault_object;
  std::string env_password;
  std::string ignored;  ///< settings that are accepted without effect

  TlsSettings tls() const {
    return {verify_ssl, cacert_file, cacert_dir, ssl_protocol, user_pem_file, user_pem_password.value};
  }

  virtual ~SectionSettings() = default;
};

/// What there is to say about a setting. A setting without default_value is required.
struct SettingText {
  std::string help;  ///< one sentence
  std::optional<Json> default_value =
      {};  ///< the default: a string as it would stand in the file, or another JSON value
  std::optional<std::string> example = {};        ///< shown by generate-ini; no default
  std::vector<std::string> choices = {};          ///< the strings that are allowed; case counts; empty: any
  std::optional<std::pair<int, int>> range = {};  ///< the least and the largest number that is allowed
  bool in_sample = true;                          ///< false: generate-ini does not print it
  bool secret = false;                            ///< never shown; a member of the type Secret always is
  /// What it has to do with secrets that are kept elsewhere: tells where, or is needed for asking there. Such settings
  /// are read before all others.
  enum class ForStores { nothing, leads, connects } for_stores = ForStores::nothing;
  bool local = false;  ///< for this machine to decide: a configuration of the cloud does not set it
  /// Further variables that give it, whole names of older versions; PREFIX_SETTING wins.
  std::vector<std::string> environment_names = {};
};

/// A setting: its name, its documentation, and how its text becomes the member's value.
struct Setting {
  std::string name;
  SettingText text;
  bool secret = false;
  /// Throws std::invalid_argument ("must be true or false") when the text does not fit the member's type.
  std::function<void(SectionSettings&, const std::string&)> assign;

  bool required() const { return !text.default_value; }
};

/// From a setting's text to the member's type. Throw std::invalid_argument, whose text continues "section X, setting Y:
/// ".
void parse_setting(const std::string& text, std::string& value);
void parse_setting(const std::string& text, Secret& value);
void parse_setting(const std::string& text, Url& value);
/// true yes y on t 1 / false no n off f 0, in any case.
void parse_setting(const std::string& text, bool& value);
void parse_setting(const std::string& text, int& value);
/// JSON; the empty text is null.
void parse_setting(const std::string& text, Json& value);
/// Names separated by commas, trimmed, empty ones dropped.
void parse_setting(const std::string& text, std::vector<std::string>& value);

/// Describes a setting that fills `member`.
template <class Owner, class Value>
Setting setting(const std::string& name, Value Owner::*member, const SettingText& text) {
  static_assert(std::is_base_of_v<SectionSettings, Owner>);
  return {.name = name,
          .text = text,
          .secret = text.secret || std::is_same_v<Value, Secret>,
          .assign = [member](SectionSettings& owner, const std::string& value) {
            parse_setting(value, static_cast<Owner&>(owner).*member);
          }};
}

/// Reports what is wrong with a setting, by its name.
using AddProblem = std::function<void(const std::string& setting, const std::string& problem)>;

/// What the program gives to a source to work with.
struct Tools {
  Http http;             ///< a session with the section's TLS settings
  Log log;               ///< writes as connectors/<mapping name>
  std::stop_token stop;  ///< requested at shutdown; emit and http heed it by themselves
  unsigned workers = 2;  ///< how many requests a source may have under way at once
};

struct Plugin;

/// Base of every source. Settings are filled before check(), tools before authenticate(); neither changes until the run
/// has ended.
class Connector : public SectionSettings, public Tools {
 public:
  std::vector<std::string> sources;  ///< the source names that the section's mapping reads
  /// Those of `sources` that records must have: neither code nor a converter makes their fields' values of anything
  /// else.
  std::vector<std::string> expected_sources;
  /// Those of the fields that sync_field names; empty when one of these gets its value in another way.
  std::vector<std::string> sync_sources;
  bool all_attributes = false;          ///< bring all there is, whatever the mapping reads (--save-data, Python code)
  std::vector<std::string> converters;  ///< names of the converters that the section's mapping uses
  std::string code;                     ///< text of the record filter and of the custom converters that are used
  bool reads_whole_records = false;     ///< code or converters may look at more than `sources`

  /// Whether the mapping reads this source name, a part of it ("network" for "network.ip") or something around it.
  bool wants(std::string_view name) const;

  /// Checks what the settings' table cannot say: files that must exist, settings that exclude each other. Connects to
  /// nothing. Everything found is reported, not only the first.
  virtual void check(const AddProblem& add_problem) { (void)add_problem; }

  /// Logs in, where that is a step of its own. Called once, before the first reading.
  virtual void authenticate() {}

  /// authenticate(), unless that has succeeded before. For the thread that reads.
  void log_in();

  /// Reads the source from beginning to end, on one thread, once. Whatever it throws ends the section.
  virtual void read(const Emit& emit) = 0;

  /// Called after everything was read, delivered and finalized, and only then: the place to move state forward.
  /// Not called after any failure, a canceled or limited run, or in test mode.
  virtual void delivered() {}

  /// The description that holds for these settings, where one of them decides about it: asked for once, after check().
  /// It must outlive the connector.
  virtual const Plugin& description(const Plugin& plugin) const { return plugin; }

 private:
  bool is_logged_in_ = false;
};

/// The limits of a source's requests: its vendor's, and as many at once as `workers` allow.
RateLimits limits_of(const Plugin& plugin, unsigned workers);

enum class DataType { assets, users };

/// The whole description of a source.
struct Plugin {
  std::string section;       ///< the section's name, lower case: netbox
  std::string mapping_name;  ///< what Oomnitza calls it: Netbox
  DataType data_type = DataType::assets;
  std::vector<Setting> settings;          ///< in generate-ini's order; one named like a common setting replaces that
  Json default_mapping = Json::object();  ///< FIELD -> specification, as in the ini: {"source": …, "converter": …}
  /// Source name -> converter: a field with that source whose specification names no converter gets it.
  std::vector<std::pair<std::string, std::string>> default_converters = {};
  std::string environment_prefix = {};  ///< empty: the section's name in capitals
  bool basic_connector = false;         ///< whether managed mode may run it
  RateLimits limits = {};               ///< the vendor's
  std::function<std::unique_ptr<Connector>()> make;
};

template <class Source>
std::unique_ptr<Connector> make() {
  return std::make_unique<Source>();
}

}  // namespace connector
