#include "sync/shard.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace connector::shard_test {

using testing::Each;
using testing::ElementsAre;
using testing::Eq;
using testing::Ge;
using testing::UnorderedElementsAreArray;

TEST(Shard, IsWrittenAsNumberAndCount) {
  ASSERT_TRUE(parse_shard("2/5"));
  EXPECT_EQ(parse_shard("2/5")->number, 2U);
  EXPECT_EQ(parse_shard("2/5")->count, 5U);
  EXPECT_TRUE(parse_shard("1/1"));
  EXPECT_TRUE(parse_shard("1024/1024"));
  for (const char* text :
       {"", "2", "/", "0/5", "6/5", "2/0", "-1/5", "2/", "/5", "2/5/7", "2 /5", "a/b", "1/1025", "1/99999999999"}) {
    EXPECT_FALSE(parse_shard(text)) << text;
  }
}

TEST(Shard, EachKeyIsInExactlyOneAndTheyAreAboutEqual) {
  std::vector<int> sizes(5);
  for (int i = 0; i < 5000; ++i) {
    int owners = 0;
    for (std::uint32_t number = 1; number <= 5; ++number) {
      if (!Shard{number, 5}.has("S" + std::to_string(i))) continue;
      ++owners;
      ++sizes[number - 1];
    }
    EXPECT_EQ(owners, 1);
  }
  EXPECT_THAT(sizes, Each(Ge(900)));
}

TEST(Shard, IsTheSameEverywhere) {
  EXPECT_TRUE((Shard{5, 5}.has("C02XG1JHJG5H")));
}

/// Sends the ID of records, without those that are odd.
class SkipOdd final : public Mapping {
 public:
  void map(Batch& batch, Payload& payload, Counts& counts) override {
    for (const Record& record : batch) {
      mapped.push_back(record.number);
      const bool is_kept = payload.add([&](std::string& text) {
        text += to_text({{"ID", record.data["id"]}, {"NAME", "x"}});
        return record.data["id"].get<int>() % 2 == 0;
      });
      if (!is_kept) ++counts.skipped;
    }
  }
  std::vector<std::string> fields() const override { return {"ID", "NAME"}; }

  std::vector<std::size_t> mapped;
};

constexpr std::size_t total = 200;

Batch batch_of_all() {
  Batch batch;
  for (std::size_t i = 0; i < total; ++i) batch.emplace_back(Json{{"id", i}}).number = i + 1;
  return batch;
}

Rows rows_of_all() {
  Rows rows(std::make_shared<const Rows::Columns>(Rows::Columns{"id"}));
  for (std::size_t i = 0; i < total; ++i) rows.add_json(std::to_string(i));
  rows.set_first_number(1);
  return rows;
}

std::vector<int> ids_in(const Payload& payload) {
  std::vector<int> ids;
  for (const Json& record : parse_json("[" + payload.records() + "]")) ids.push_back(record["ID"].get<int>());
  return ids;
}

std::vector<int> even_ids() {
  std::vector<int> ids;
  for (int i = 0; i < static_cast<int>(total); i += 2) ids.push_back(i);
  return ids;
}

struct Sum {
  std::vector<int> ids;
  Counts counts;
  std::size_t mapped = 0;
};

/// All three parts together.
template <class Map>
Sum sum_of_parts(const std::vector<std::string>& sync_sources, const std::vector<std::string>& sync_field, Map map) {
  Sum sum;
  for (std::uint32_t number = 1; number <= 3; ++number) {
    SkipOdd whole;
    ShardedMapping part({number, 3}, whole, sync_sources, sync_field);
    Payload payload;
    Counts counts;
    map(part, payload, counts);
    EXPECT_EQ(payload.size() + counts.records(), total) << "each record is in one count";
    const std::vector<int> ids = ids_in(payload);
    EXPECT_GE(ids.size(), 20U);
    sum.ids.insert(sum.ids.end(), ids.begin(), ids.end());
    sum.counts.skipped += counts.skipped;
    sum.counts.filtered_out += counts.filtered_out;
    sum.mapped += whole.mapped.size();
  }
  return sum;
}

void map_batch(Mapping& mapping, Payload& payload, Counts& counts) {
  Batch batch = batch_of_all();
  mapping.map(batch, payload, counts);
}

void map_all_rows(Mapping& mapping, Payload& payload, Counts& counts) {
  mapping.map_rows(rows_of_all(), payload, counts);
}

void expect_the_whole(const Sum& sum) {
  EXPECT_THAT(sum.ids, UnorderedElementsAreArray(even_ids()));
  EXPECT_EQ(sum.counts.skipped, total / 2);
  EXPECT_EQ(sum.counts.filtered_out, 2 * total);
}

TEST(ShardedMapping, PartsAreTheWholeAndMapOnlyTheirs) {
  const Sum of_records = sum_of_parts({"id"}, {"ID"}, map_batch);
  expect_the_whole(of_records);
  EXPECT_EQ(of_records.mapped, total);
  const Sum of_rows = sum_of_parts({"id"}, {"ID"}, map_all_rows);
  expect_the_whole(of_rows);
  EXPECT_EQ(of_rows.mapped, total);
}

TEST(ShardedMapping, PartsAreTheWholeWhereTheKeyIsMadeByTheMapping) {
  for (const std::string field : {"ID", "id", "24DCF85294E411E38A52066B556BA4EE"}) {
    const Sum of_records = sum_of_parts({}, {field}, map_batch);
    expect_the_whole(of_records);
    EXPECT_EQ(of_records.mapped, 3 * total);
    expect_the_whole(sum_of_parts({}, {field}, map_all_rows));
  }
}

TEST(ShardedMapping, RowsAndRecordsAreInTheSamePart) {
  for (std::uint32_t number = 1; number <= 3; ++number) {
    SkipOdd of_records;
    SkipOdd of_rows;
    Payload payload;
    Counts counts;
    ShardedMapping records({number, 3}, of_records, {"id"}, {"ID"});
    map_batch(records, payload, counts);
    ShardedMapping rows({number, 3}, of_rows, {"id"}, {"ID"});
    map_all_rows(rows, payload, counts);
    EXPECT_EQ(of_records.mapped, of_rows.mapped);
  }
}

}  // namespace connector::shard_test
