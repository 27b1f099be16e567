#include "sync/pipeline.h"

#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <new>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "simulator/simulator.h"
#include "support/temporary_folder.h"

namespace connector::pipeline_test {

using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::Ge;
using testing::Le;
using testing::SizeIs;

constexpr std::size_t mebibyte = std::size_t{1} << 20;

Record numbered(int number, std::size_t text = 0) {
  return {{{"ID", number}, {"TEXT", std::string(text, 'x')}}};
}

/// A source that gives nothing: the test itself adds to the pipeline.
class NoSource final : public Connector {
 public:
  void read(const Emit&) override {}
};

/// Sends the ID of those records that are kept.
class KeepSome final : public Mapping {
 public:
  explicit KeepSome(std::function<bool(const Record&)> keep) : keep_(std::move(keep)) {}

  void map(Batch& batch, Payload& payload, Counts& counts) override {
    {
      const std::lock_guard lock(mutex_);
      batches.push_back(batch.size());
    }
    for (const Record& record : batch) {
      if (!record.error.empty()) {
        ++counts.failed;
        continue;
      }
      const bool is_kept = payload.add([&](std::string& text) {
        if (keep_(record)) text += to_text({{"ID", record.data["ID"]}});
        return keep_(record);
      });
      if (!is_kept) ++counts.skipped;
    }
  }

  std::vector<std::string> fields() const override { return {"ID"}; }

  std::vector<std::size_t> batches;  ///< how many records each one had

 private:
  const std::function<bool(const Record&)> keep_;
  std::mutex mutex_;
};

class PipelineTest : public testing::Test {
 protected:
  test::TemporaryFolder folder;
  simulator::Simulator oomnitza;
  RunOptions options{.workers = 2, .batch_size = 100, .save_folder = {}, .state_folder = folder.path()};
  std::vector<std::size_t> batches;  ///< how many records each one had

  /// Runs a pipeline through which `read` sends its records. keep: which ones go into a payload.
  Summary run(
      const std::function<void(Pipeline&)>& read,
      const std::function<bool(const Record&)>& keep = [](const Record&) { return true; }) {
    CloudSettings settings;
    settings.url.value = oomnitza.url();
    settings.api_token.value = "api-token";
    Oomnitza cloud(settings, "", Log(), {});
    cloud.log_in();
    NoSource source;
    KeepSome mapping(keep);
    CloudSink sink(cloud, std::make_shared<BegunPortion>(folder.path(), "section", "portion", Log()));
    const Job job{.name = "section",
                  .connector = source,
                  .mapping = mapping,
                  .envelope = {.portion = random_uuid(),
                               .connector_name = "Tests",
                               .connector_id = nullptr,
                               .data_type = "assets",
                               .sync_field = {"ID"},
                               .multi_str_input_value = nullptr},
                  .sink = sink,
                  .options = options,
                  .log = {},
                  .listeners = {}};
    Delivery delivery(job, nullptr);
    Pipeline pipeline(job, delivery, nullptr);
    read(pipeline);
    const Summary summary = pipeline.finish();
    batches = mapping.batches;
    return summary;
  }

  std::vector<std::size_t> payload_sizes() {
    std::vector<std::size_t> sizes;
    for (const Json& payload : oomnitza.cloud().payloads()) sizes.push_back(payload["records"].size());
    return sizes;
  }
};

TEST_F(PipelineTest, CutsSmallRecordsIntoBatchesOfTheSameNumber) {
  options.workers = 1;
  const Summary summary = run([](Pipeline& pipeline) {
    for (int i = 0; i < 250; ++i) pipeline.add(numbered(i));
  });
  EXPECT_THAT(batches, ElementsAre(100, 100, 50));
  EXPECT_THAT(payload_sizes(), ElementsAre(100, 100, 50));
  EXPECT_EQ(summary.pulled, 250U);
  EXPECT_EQ(summary.delivered, 250U);
}

TEST_F(PipelineTest, FillsAPayloadFromSeveralBatches) {
  options.workers = 1;
  const Summary summary = run(
      [](Pipeline& pipeline) {
        for (int i = 0; i < 1000; ++i) pipeline.add(numbered(i));
      },
      [](const Record& record) { return record.data["ID"].get<int>() % 4 == 0; });
  EXPECT_THAT(payload_sizes(), ElementsAre(100, 100, 50));
  EXPECT_EQ(summary.skipped, 750U);
}

TEST_F(PipelineTest, AddsUpTheCountsOfAllWorkers) {
  options.workers = 4;
  options.batch_size = 7;
  const Summary summary = run(
      [](Pipeline& pipeline) {
        for (int i = 0; i < 1000; ++i) pipeline.add(numbered(i));
      },
      [](const Record& record) { return record.data["ID"].get<int>() % 3 == 0; });
  EXPECT_EQ(summary.pulled, 1000U);
  EXPECT_EQ(summary.skipped, 666U);
  EXPECT_EQ(summary.delivered, 334U);
  EXPECT_THAT(oomnitza.cloud().records("assets"), SizeIs(334));
}

TEST_F(PipelineTest, CutsLargeRecordsIntoSmallerBatchesThatStillMakeFullPayloads) {
  options.workers = 1;
  const Summary summary = run([](Pipeline& pipeline) {
    for (int i = 0; i < 120; ++i) pipeline.add(numbered(i, mebibyte));
  });
  EXPECT_THAT(batches, SizeIs(30));
  EXPECT_THAT(batches, Each(4));
  EXPECT_THAT(payload_sizes(), ElementsAre(100, 20));
  EXPECT_EQ(summary.delivered, 120U);
}

TEST_F(PipelineTest, LetsRecordsPassThatAreLargerThanTheQueue) {
  const Summary summary = run([](Pipeline& pipeline) {
    for (int i = 0; i < 6; ++i) pipeline.add(numbered(i, i % 2 == 0 ? 20 * mebibyte : 1));
  });
  EXPECT_EQ(summary.delivered, 6U);
  EXPECT_THAT(batches, Each(AllOf(Ge(1U), Le(2U))));
}

TEST_F(PipelineTest, FindsABadRecordWithFewRequests) {
  options.workers = 1;
  oomnitza.cloud().refuse("ID", 57);
  const Summary summary = run([](Pipeline& pipeline) {
    for (int i = 0; i < 100; ++i) pipeline.add(numbered(i));
  });
  EXPECT_EQ(summary.delivered, 99U);
  EXPECT_EQ(summary.undelivered, 1U);
  const simulator::Traffic traffic = oomnitza.cloud().traffic();
  EXPECT_LE(traffic.payloads + traffic.refused, 10U);
}

TEST_F(PipelineTest, DeliversUpToTheLimitAndStops) {
  options.record_limit = 150;
  const Summary summary = run([](Pipeline& pipeline) {
    for (int i = 0; i < 149; ++i) pipeline.add(numbered(i));
    EXPECT_THROW(pipeline.add(numbered(149)), Stopped);
  });
  EXPECT_EQ(summary.pulled, 150U);
  EXPECT_EQ(summary.delivered, 150U);
}

TEST_F(PipelineTest, WhatAWorkerThrowsIsTheRunsFailureAndLosesNoOtherRecord) {
  options.workers = 1;
  const Summary summary = run(
      [](Pipeline& pipeline) {
        for (int i = 0; i < 250; ++i) pipeline.add(numbered(i));
      },
      [](const Record& record) { return record.data["ID"] != 150 ? true : throw std::bad_alloc(); });
  EXPECT_NE(summary.error.find("not enough memory"), std::string::npos) << summary.error;
  EXPECT_EQ(summary.delivered, 200U);
  EXPECT_EQ(summary.failed, 50U) << "the rest of that record's batch";
  EXPECT_EQ(summary.pulled, summary.records());
}

TEST_F(PipelineTest, DoesNotJudgeASourceByItsLastRecord) {
  std::atomic<bool> is_last_mapped = false;
  const Summary summary = run(
      [](Pipeline& pipeline) {
        for (int i = 0; i < 100; ++i) pipeline.add(numbered(i));
        pipeline.add({{{"ID", nullptr}}});
      },
      [&](const Record& record) {
        if (record.data["ID"].is_null()) {
          is_last_mapped = true;
          is_last_mapped.notify_all();
        }
        if (record.data["ID"] != 0) return true;
        is_last_mapped.wait(false);
        std::this_thread::sleep_for(std::chrono::milliseconds(20));  // time for the other worker to go wrong
        return true;
      });
  EXPECT_EQ(summary.error, "");
  EXPECT_EQ(summary.delivered, 101U);
}

TEST_F(PipelineTest, SendsNothingWhenNoRecordOfTheFirstPayloadCanBeFoundAgain) {
  const Summary summary = run([](Pipeline& pipeline) {
    EXPECT_THROW(for (int i = 0;; ++i) pipeline.add({{{"ID", i % 2 == 0 ? Json("") : Json()}}}), Stopped);
  });
  EXPECT_NE(summary.error.find("sync_field ID is empty in each of the first 100 records"), std::string::npos);
  EXPECT_EQ(summary.delivered, 0U);
  EXPECT_EQ(summary.not_sent, summary.pulled);
  EXPECT_THAT(payload_sizes(), SizeIs(0));
}

TEST_F(PipelineTest, OneRecordThatCanBeFoundAgainIsEnough) {
  options.workers = 1;
  const Summary summary = run([](Pipeline& pipeline) {
    for (int i = 0; i < 250; ++i) pipeline.add({{{"ID", i == 99 ? Json(0) : Json()}}});
  });
  EXPECT_EQ(summary.error, "");
  EXPECT_EQ(summary.delivered, 250U);
}

TEST_F(PipelineTest, TakesNoMoreOnceTheRunIsCanceled) {
  oomnitza.cloud().cancel("");
  const Summary summary =
      run([](Pipeline& pipeline) { EXPECT_THROW(for (int i = 0;; ++i) pipeline.add(numbered(i)), Stopped); });
  EXPECT_TRUE(summary.canceled);
  EXPECT_EQ(summary.delivered, 0U);
  EXPECT_EQ(summary.not_sent, summary.pulled);
}

TEST_F(PipelineTest, ARecordThatIsTooLargeFailsAlone) {
  const Summary summary = run([](Pipeline& pipeline) {
    pipeline.add(numbered(1));
    pipeline.add(numbered(2, 65 * mebibyte));
    pipeline.add(numbered(3, 60 * mebibyte));
  });
  EXPECT_EQ(summary.delivered, 2U);
  EXPECT_EQ(summary.failed, 1U);
}

TEST_F(PipelineTest, AnOomnitzaThatAlwaysAsksToWaitIsGivenUp) {
  oomnitza.faults().add(
      {.method = "POST", .path = "/api/v3/bulk", .calls = 150, .status = 413, .body = "later", .retry_after = "0"});
  const Summary summary = run([](Pipeline& pipeline) {
    for (int i = 0; i < 100; ++i) pipeline.add(numbered(i));
  });
  EXPECT_EQ(summary.undelivered, 100U) << "after twelve groups of eleven tries each";
  EXPECT_EQ(summary.delivered, 0U);
}

}  // namespace connector::pipeline_test
