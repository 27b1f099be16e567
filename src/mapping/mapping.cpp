#include "mapping/mapping.h"

namespace connector {

Counts& Counts::operator+=(const Counts& other) {
  filtered_out += other.filtered_out;
  skipped += other.skipped;
  failed += other.failed;
  for (const auto& [converter, count] : other.nulls) nulls[converter] += count;
  return *this;
}

void Mapping::map_rows(const Rows& rows, Payload& payload, Counts& counts) {
  Batch batch;
  for (std::size_t row = 0; row < rows.size(); ++row) batch.emplace_back(rows.record(row));
  map(batch, payload, counts);
}

}  // namespace connector
