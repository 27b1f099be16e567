#include "sync/pipeline.h"

#include <gmock/gmock.h>

#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "simulator/simulator.h"
#include "support/temporary_folder.h"

namespace connector::corridor_test {

using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::Ge;
using testing::Le;
using testing::SizeIs;

constexpr std::size_t mebibyte = std::size_t{1} << 20;

struct Item {
  Json data;
};

Item numbered(int number, std::size_t text = 0) {
  return {{{"ID", number}, {"TEXT", std::string(text, 'x')}}};
}

class CorridorTest : public testing::Test {
 protected:
  test::TemporaryFolder folder;
  simulator::Simulator oomnitza;
  RunOptions options{.workers = 2, .batch_size = 100, .save_folder = {}, .state_folder = folder.path()};
  std::mutex mutex;
  std::vector<std::size_t> batches;  ///< how many records each one had

  /// Runs a corridor through which `read` sends its items. keep: which ones go into a payload.
  Summary run(
      const std::function<void(Pipeline<Item>&)>& read,
      const std::function<bool(const Item&)>& keep = [](const Item&) { return true; }) {
    CloudSettings settings;
    settings.url.value = oomnitza.url();
    settings.api_token.value = "api-token";
    Oomnitza cloud(settings, "", Log(), {});
    cloud.log_in();
    PayloadEnvelope envelope;
    envelope.portion = random_uuid();
    envelope.connector_name = "Tests";
    envelope.data_type = "assets";
    envelope.sync_field = {"ID"};
    Delivery delivery(std::move(envelope), "section", cloud, options, nullptr, Log());
    const auto process = [&](const std::vector<Item>& batch, Payload& payload, Summary& counts) {
      {
        const std::lock_guard lock(mutex);
        batches.push_back(batch.size());
      }
      for (const Item& item : batch) {
        const bool is_kept = payload.add([&](std::string& text) {
          if (keep(item)) text += to_text({{"ID", item.data["ID"]}});
          return keep(item);
        });
        if (!is_kept) ++counts.left_out;
      }
    };
    Pipeline<Item> corridor(process, delivery, options, nullptr);
    read(corridor);
    return corridor.finish();
  }

  std::vector<std::size_t> payload_sizes() {
    std::vector<std::size_t> sizes;
    for (const Json& payload : oomnitza.cloud().payloads()) sizes.push_back(payload["records"].size());
    return sizes;
  }
};

TEST_F(CorridorTest, CutsSmallRecordsIntoBatchesOfTheSameNumber) {
  options.workers = 1;
  const Summary report = run([](Pipeline<Item>& corridor) {
    for (int i = 0; i < 250; ++i) corridor.add(numbered(i));
  });
  EXPECT_THAT(batches, ElementsAre(100, 100, 50));
  EXPECT_THAT(payload_sizes(), ElementsAre(100, 100, 50));
  EXPECT_EQ(report.pulled, 250U);
  EXPECT_EQ(report.delivered, 250U);
}

TEST_F(CorridorTest, FillsAPayloadFromSeveralBatches) {
  options.workers = 1;
  const Summary report = run(
      [](Pipeline<Item>& corridor) {
        for (int i = 0; i < 1000; ++i) corridor.add(numbered(i));
      },
      [](const Item& item) { return item.data["ID"].get<int>() % 4 == 0; });
  EXPECT_THAT(payload_sizes(), ElementsAre(100, 100, 50));
  EXPECT_EQ(report.left_out, 750U);
}

TEST_F(CorridorTest, AddsUpTheCountsOfAllWorkers) {
  options.workers = 4;
  options.batch_size = 7;
  const Summary report = run(
      [](Pipeline<Item>& corridor) {
        for (int i = 0; i < 1000; ++i) corridor.add(numbered(i));
      },
      [](const Item& item) { return item.data["ID"].get<int>() % 3 == 0; });
  EXPECT_EQ(report.pulled, 1000U);
  EXPECT_EQ(report.left_out, 666U);
  EXPECT_EQ(report.delivered, 334U);
  EXPECT_THAT(oomnitza.cloud().records("assets"), SizeIs(334));
}

TEST_F(CorridorTest, CutsLargeRecordsIntoSmallerBatchesThatStillMakeFullPayloads) {
  options.workers = 1;
  const Summary report = run([](Pipeline<Item>& corridor) {
    for (int i = 0; i < 120; ++i) corridor.add(numbered(i, mebibyte));
  });
  EXPECT_THAT(batches, SizeIs(30));
  EXPECT_THAT(batches, Each(4));
  EXPECT_THAT(payload_sizes(), ElementsAre(100, 20));
  EXPECT_EQ(report.delivered, 120U);
}

TEST_F(CorridorTest, LetsRecordsPassThatAreLargerThanTheQueue) {
  const Summary report = run([](Pipeline<Item>& corridor) {
    for (int i = 0; i < 6; ++i) corridor.add(numbered(i, i % 2 == 0 ? 20 * mebibyte : 1));
  });
  EXPECT_EQ(report.delivered, 6U);
  EXPECT_THAT(batches, Each(AllOf(Ge(1U), Le(2U))));
}

TEST_F(CorridorTest, DeliversUpToTheLimitAndStops) {
  options.record_limit = 150;
  const Summary report = run([](Pipeline<Item>& corridor) {
    for (int i = 0; i < 149; ++i) corridor.add(numbered(i));
    EXPECT_THROW(corridor.add(numbered(149)), Stopped);
  });
  EXPECT_EQ(report.pulled, 150U);
  EXPECT_EQ(report.delivered, 150U);
}

TEST_F(CorridorTest, TakesNoMoreOnceTheRunIsCanceled) {
  oomnitza.cloud().cancel("");
  const Summary report =
      run([](Pipeline<Item>& corridor) { EXPECT_THROW(for (int i = 0;; ++i) corridor.add(numbered(i)), Stopped); });
  EXPECT_TRUE(report.canceled);
  EXPECT_EQ(report.delivered, 0U);
  EXPECT_EQ(report.not_sent, report.pulled);
}

}  // namespace connector::corridor_test
