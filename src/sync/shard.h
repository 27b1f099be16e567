#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mapping/mapping.h"

namespace connector {

/// One of several parts of a source's records, by what they are found by in Oomnitza: each record is in exactly one of
/// the parts, on every machine and in every run the same.
struct Shard {
  static constexpr std::uint32_t max_count = 1024;

  std::uint32_t number = 1;  ///< 1 … count
  std::uint32_t count = 1;

  bool has(std::string_view key) const;
};

/// "2/5". Nothing for what names no part.
std::optional<Shard> parse_shard(std::string_view text);

/// Maps the records of one part. The others count as filtered out.
class ShardedMapping final : public Mapping {
 public:
  /// sync_sources: see Connector. When they are empty a record's part is known only once it is mapped: then those of
  /// which nothing is sent are counted as what they are in the first part, and as filtered out in the others.
  /// inner: outlives this.
  ShardedMapping(Shard shard, Mapping& inner, std::vector<std::string> sync_sources,
                 std::vector<std::string> sync_field);

  void map(Batch& batch, Payload& payload, Counts& counts) override;
  void map_rows(const Rows& rows, Payload& payload, Counts& counts) override;
  std::vector<std::string> fields() const override { return inner_.fields(); }
  void tell_absent_names() const override { inner_.tell_absent_names(); }

 private:
  void map_then_choose(Batch& batch, Payload& payload, Counts& counts);
  void choose(const Payload& mapped, Payload& payload, Counts& counts) const;

  const Shard shard_;
  Mapping& inner_;
  const std::vector<std::string> sync_sources_;
  const std::vector<std::string> sync_field_;
};

}  // namespace connector
