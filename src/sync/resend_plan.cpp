#include "sync/resend_plan.h"

#include <exception>
#include <functional>
#include <optional>
#include <utility>

#include "mapping/field_spec.h"
#include "sync/undelivered.h"
#include "text/hash.h"
#include "text/values.h"

namespace connector {
namespace {

std::string portion_of(const Json& payload) {
  const Json& portion = member(payload, "portion");
  return portion.is_string() ? portion.get<std::string>() : "";
}

std::vector<std::string> sync_field_of(const Json& payload) {
  std::vector<std::string> names;
  for (const Json& name : member(payload, "sync_field")) {
    if (name.is_string()) names.push_back(name.get<std::string>());
  }
  return names;
}

/// What records are found by in Oomnitza, the payload's part of it.
class RecordKeys {
 public:
  explicit RecordKeys(const Json& payload) : sync_field_(sync_field_of(payload)) {
    Json envelope = Json::object();
    for (const auto& [name, value] : payload.items()) {
      if (name != "portion" && name != "records" && name != "connector_version") envelope[name] = value;
    }
    envelope_ = to_text(envelope);
  }

  /// Nothing when one of its sync fields is empty.
  std::optional<std::uint64_t> of(const Json& record) const {
    if (!record.is_object()) return std::nullopt;
    std::string key = envelope_;
    std::size_t found = 0;
    for (const auto& [field, value] : record.items()) {
      if (!is_sync_field(sync_field_, field) || is_empty(value)) continue;
      key += to_text(Json::array({field, value}));
      ++found;
    }
    if (found == 0 || found < sync_field_.size()) return std::nullopt;
    return std::stoull(sha256(key).substr(0, 16), nullptr, 16);
  }

 private:
  std::vector<std::string> sync_field_;
  std::string envelope_;
};

}  // namespace

ResendPlan::ResendPlan(const std::vector<std::filesystem::path>& history) {
  for (const std::filesystem::path& file : history) {
    const bool is_delivered = Undelivered::is_delivered(file);
    try {
      const Json payload = Undelivered::read(file);
      note_records(payload, is_delivered);
      if (!is_delivered) add(file, portion_of(payload));
    } catch (const std::exception&) {
      if (!is_delivered) add(file, {});  // its delivery says why it cannot be read
    }
  }
}

void ResendPlan::note_records(const Json& payload, bool is_delivered) {
  const RecordKeys keys(payload);
  const std::size_t portion = std::hash<std::string>()(portion_of(payload));
  for (const Json& record : payload["records"]) {
    if (const auto key = keys.of(record)) newest_[*key] = {.portion = portion, .is_delivered = is_delivered};
  }
}

void ResendPlan::add(const std::filesystem::path& file, const std::string& portion) {
  if (runs_.empty() || portion.empty() || portion != last_portion_) runs_.emplace_back();
  runs_.back().push_back(file);
  last_portion_ = portion;
}

Json ResendPlan::replacing(const Json& payload) const {
  const RecordKeys keys(payload);
  const std::vector<std::string> sync_field = sync_field_of(payload);
  Json replacing = Json::array();
  for (const Json& record : payload["records"]) {
    const auto key = keys.of(record);
    const auto newest = key ? newest_.find(*key) : newest_.end();
    if (newest == newest_.end() || newest->second.is_delivered) continue;
    Json& fields = replacing.emplace_back(Json::object());
    for (const auto& [field, value] : record.items()) {
      if (is_sync_field(sync_field, field)) fields[field] = value;
    }
  }
  return replacing;
}

std::size_t ResendPlan::drop_replaced(Json& payload) const {
  const RecordKeys keys(payload);
  const std::size_t portion = std::hash<std::string>()(portion_of(payload));
  Json left = Json::array();
  const std::size_t all = payload["records"].size();
  for (Json& record : payload["records"]) {
    const auto key = keys.of(record);
    const auto newest = key ? newest_.find(*key) : newest_.end();
    if (newest == newest_.end() || newest->second.portion == portion) left.push_back(std::move(record));
  }
  payload["records"] = std::move(left);
  return all - payload["records"].size();
}

}  // namespace connector
