#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "connector/json.h"
#include "simulator/http_server.h"

namespace connector::simulator {

/// A file that the cloud keeps for download.
struct StoredFile {
  std::string uid;
  std::string filename;
  std::int64_t creation_date = 0;  ///< seconds since 1970
  std::string created_by_type = "reports_connectors";
  std::string created_by_id = {};
  std::string content = {};
};

/// An add_ready_portion that was taken.
struct ReadyPortion {
  std::string service;
  Json body;
};

/// What Oomnitza's REST API has for managed mode, and what it keeps of it. Thread-safe; knows no network.
class ManagedCloud {
 public:
  using Clock = std::chrono::steady_clock;

  explicit ManagedCloud(std::function<Clock::time_point()> now = Clock::now);

  /// Nothing when the call is none of managed mode's.
  std::optional<Answer> answer(const Request& request);

  /// Whether it is one of set_token's.
  bool is_token(const std::string& token) const;

  /// Handed out with the next check: once, or again whenever that much time has passed. key: names it here, usually
  /// its id; the same key again replaces it.
  void set_configuration(const std::string& key, Json configuration, std::optional<std::chrono::seconds> every = {});
  void set_mapping(const std::string& service, Json mapping);
  /// {"name": …, "secret": {"headers", "params", …}}; of id "aws/session" the secret alone counts.
  void set_credential(const std::string& id, Json credential);
  void set_token(const std::string& id, std::string token);
  void set_global_variables(Json variables);
  void set_file(StoredFile file);

  /// The content of a file; 404 when there is none.
  Answer file(const std::string& uid) const;
  /// In the order in which they came.
  std::vector<ReadyPortion> ready_portions() const;
  /// The name that a configuration with this id has, empty when there is none.
  std::string name(const std::string& service) const;
  /// Forgets ready portions.
  void clear();

 private:
  struct Configuration {
    std::string key;
    Json body;
    std::optional<std::chrono::seconds> every;
    std::optional<Clock::time_point> due;  ///< nothing: handed out
  };

  Answer check(const Request& request);
  Answer mapping(const std::string& service) const;
  Answer take_ready_portion(const std::string& service, const std::string& body);
  Answer token(const std::string& id) const;
  Answer secret(const std::string& credential, const std::string& body) const;
  Answer credential(const std::string& id) const;
  Answer list_files(const Request& request) const;

  mutable std::mutex mutex_;
  const std::function<Clock::time_point()> now_;
  std::vector<Configuration> configurations_;
  std::map<std::string, Json> mappings_;
  std::map<std::string, Json> credentials_;
  std::map<std::string, std::string> tokens_;
  Json global_variables_ = Json::array();
  std::vector<StoredFile> files_;
  std::vector<ReadyPortion> ready_portions_;
};

}  // namespace connector::simulator
