#include "sync/replaced_records.h"

#include <utility>

namespace connector {

ReplacedRecords::ReplacedRecords(const Undelivered& undelivered, const std::vector<std::filesystem::path>& history,
                                 const PayloadEnvelope& envelope)
    : undelivered_(undelivered), plan_(history), payload_(parse_json(envelope.body({}))) {}

void ReplacedRecords::note_delivered(Json records) {
  Json payload = payload_;
  payload["records"] = std::move(records);
  Json replacing = plan_.replacing(payload);
  const std::lock_guard lock(mutex_);
  for (Json& record : replacing) delivered_.push_back(std::move(record));
}

void ReplacedRecords::save() {
  if (delivered_.empty()) return;
  payload_["records"] = std::move(delivered_);
  undelivered_.note_delivered(payload_);
}

}  // namespace connector
