#include "mapping/mapping.h"

namespace connector {

void Mapping::map_rows(const Rows& rows, Payload& payload, Counts& counts) {
  Batch batch;
  for (std::size_t row = 0; row < rows.size(); ++row) batch.emplace_back(rows.record(row));
  map(batch, payload, counts);
}

}  // namespace connector
