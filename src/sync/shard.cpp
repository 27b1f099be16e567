#include "sync/shard.h"

#include <charconv>
#include <utility>

#include "connector/error.h"
#include "mapping/field_spec.h"
#include "text/hash.h"
#include "text/values.h"

namespace connector {
namespace {

std::optional<std::uint32_t> number_in(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_whole = error == std::errc() && end == text.data() + text.size();
  return is_whole && number >= 1 && number <= Shard::max_count ? std::optional(number) : std::nullopt;
}

/// One value of a key, told apart from those beside it.
void append_value(std::string& key, const Json& value) {
  key += text_of(value);
  key += '\0';
}

}  // namespace

bool Shard::has(std::string_view key) const {
  return std::stoull(sha256(key).substr(0, 15), nullptr, 16) % count == number - 1;
}

std::optional<Shard> parse_shard(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto number = number_in(text.substr(0, slash));
  const auto count = number_in(text.substr(slash + 1));
  if (!number || !count || *number > *count) return std::nullopt;
  return Shard{.number = *number, .count = *count};
}

ShardedMapping::ShardedMapping(Shard shard, Mapping& inner, std::vector<std::string> sync_sources,
                               std::vector<std::string> sync_field)
    : shard_(shard), inner_(inner), sync_sources_(std::move(sync_sources)), sync_field_(std::move(sync_field)) {}

void ShardedMapping::map(Batch& batch, Payload& payload, Counts& counts) {
  if (sync_sources_.empty()) return map_then_choose(batch, payload, counts);
  counts.filtered_out += std::erase_if(batch, [&](const Record& record) {
    std::string key;
    for (const std::string& source : sync_sources_) append_value(key, at(record.data, source));
    return !shard_.has(key);
  });
  inner_.map(batch, payload, counts);
}

void ShardedMapping::map_rows(const Rows& rows, Payload& payload, Counts& counts) {
  const ColumnIndex index(rows.columns());
  Batch batch;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    std::string key;
    for (const std::string& source : sync_sources_) {
      const auto column = index.find(source);
      Json value;
      append_value(key, column ? rows.at(row, *column).as_json(value) : value);
    }
    if (!sync_sources_.empty() && !shard_.has(key)) {
      ++counts.filtered_out;
      continue;
    }
    batch.emplace_back(rows.record(row)).number = rows.first_number() + row;
  }
  if (sync_sources_.empty()) return map_then_choose(batch, payload, counts);
  inner_.map(batch, payload, counts);
}

void ShardedMapping::map_then_choose(Batch& batch, Payload& payload, Counts& counts) {
  Payload mapped;
  Counts unsent;
  const auto take = [&] {
    choose(mapped, payload, counts);
    if (shard_.number == 1) {
      counts += unsent;
    } else {
      counts.filtered_out += unsent.records();
    }
  };
  try {
    inner_.map(batch, mapped, unsent);
  } catch (const Stopped&) {
    take();
    throw;
  }
  if (shard_.number != 1) std::erase_if(batch, [](const Record& record) { return !record.error.empty(); });
  take();
}

void ShardedMapping::choose(const Payload& mapped, Payload& payload, Counts& counts) const {
  for (std::size_t i = 0; i < mapped.size(); ++i) {
    const std::string_view text = mapped.records(i, i + 1);
    const Json record = parse_json(text);
    std::string key;
    for (const std::string& field : sync_field_) {
      for (const auto& [name, value] : record.items()) {
        if (is_sync_field({field}, name)) append_value(key, value);
      }
    }
    if (key.empty()) key = text;  // sync_field may name a field by its id in Oomnitza
    if (shard_.has(key)) {
      payload.add([&](std::string& records) {
        records += text;
        return true;
      });
    } else {
      ++counts.filtered_out;
    }
  }
}

}  // namespace connector
