#include "sync/replaced_records.h"

#include <utility>

namespace connector {

ReplacedRecords::ReplacedRecords(const Undelivered& undelivered, const std::vector<std::filesystem::path>& history,
                                 const PayloadEnvelope& envelope)
    : undelivered_(undelivered), plan_(history), payload_(parse_json(envelope.body({}))) {}

void ReplacedRecords::note_delivered(Json records) const {
  Json payload = payload_;
  payload["records"] = std::move(records);
  payload["records"] = plan_.replacing(payload);
  if (!payload["records"].empty()) undelivered_.note_delivered(payload);
}

}  // namespace connector
