#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "connector/json.h"
#include "simulator/answers.h"
#include "simulator/http_server.h"
#include "simulator/managed_cloud.h"

namespace connector::simulator {

/// How strict the cloud is, and what it knows from the beginning.
struct CloudOptions {
  std::set<std::string> tokens = {"api-token"};  ///< accepted; the first one is what a login gives
  std::map<std::string, std::string> login = {{"login", "oomnitza-sa"}, {"password", "ThePassword"}};
  bool check_token = true;
  /// X-CSRF-Token and the cookie that the cloud has set must come back with every write.
  bool check_session = true;
  /// false: bodies of POST /api/v3/bulk are counted and not looked at, for measurements.
  bool check_payloads = true;
  bool keep_payloads = true;
  /// Every run is canceled once this many records have arrived.
  std::optional<std::size_t> cancel_after = {};
};

/// What became of one run.
struct Portion {
  static constexpr std::size_t max_messages = 20;

  std::string id;
  std::string connector;    ///< connector_name or connector_id
  bool is_managed = false;  ///< connector_id
  std::string data_type;
  std::size_t payloads = 0;
  std::size_t records = 0;
  std::size_t created = 0;
  std::size_t updated = 0;
  std::size_t skipped = 0;  ///< there already and insert_only, or not there and update_only
  std::size_t errors = 0;
  std::size_t fatal_errors = 0;            ///< of them, those that ended the run
  std::vector<std::string> messages = {};  ///< of the first errors
  bool canceled = false;
  std::size_t finalized = 0;  ///< how often
};

/// What arrived in all.
struct Traffic {
  std::size_t payloads = 0;
  std::size_t records = 0;  ///< without checks: objects in the bodies, which is exact for flat records
  std::uintmax_t bytes = 0;
  std::size_t refused = 0;
};

/// The part of Oomnitza's REST API that a connector uses, and what it keeps. Thread-safe; knows no network.
class Cloud {
 public:
  explicit Cloud(CloudOptions options = {});

  Answer answer(const Request& request);

  ManagedCloud& managed() { return managed_; }
  const ManagedCloud& managed() const { return managed_; }

  void set_mapping(const std::string& name, Json mapping);
  void set_locations(Json locations);
  /// Records with this value of a field are refused with 400.
  void refuse(const std::string& field, Json value);
  /// The portion's next question is answered with "canceled"; empty: that of every portion.
  void cancel(const std::string& portion);
  void clear();

  /// Assets or users, as they are now.
  std::vector<Json> records(const std::string& data_type) const;
  /// Bodies of POST /api/v3/bulk that were taken, in order (keep_payloads).
  std::vector<Json> payloads() const;
  /// In the order in which they appeared.
  std::vector<Portion> portions() const;
  Traffic traffic() const;

  /// Everything that is kept, as one JSON object, and back.
  Json saved() const;
  void restore(const Json& saved);

 private:
  struct Store {
    std::vector<Json> records;
    /// For each list of sync fields that was used: key -> position in records.
    std::map<std::vector<std::string>, std::unordered_map<std::string, std::size_t>> indexes;
  };

  std::optional<Answer> refusal(const Request& request) const;
  Answer log_in(const Request& request) const;
  Answer mapping(const Request& request) const;
  Answer take(const Request& request);
  Answer take_checked(const std::string& body);
  void check(const Json& payload);
  Answer finalize(const std::string& portion);
  Answer canceled(const std::string& portion);
  Portion& portion(const std::string& id);
  void store(const Json& payload, Portion& portion);

  ManagedCloud managed_;
  mutable std::mutex mutex_;
  const CloudOptions options_;
  std::map<std::string, Json> mappings_;
  Json locations_ = Json::array();
  std::vector<std::pair<std::string, Json>> refused_;
  std::set<std::string> to_cancel_;
  bool cancel_all_ = false;
  std::map<std::string, Store> stores_;
  std::vector<Json> payloads_;
  std::vector<Portion> portions_;
  Traffic traffic_;
};

}  // namespace connector::simulator
