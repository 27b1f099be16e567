#include "metrics/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support/process.h"
#include "support/temporary_folder.h"

namespace connector::metrics_test {

using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

Metrics::Time at(int seconds) {
  return Metrics::Time(std::chrono::seconds(seconds));
}

/// Something of everything.
void fill(Metrics& metrics) {
  Metrics::Run run{.seconds = 1.5, .has_succeeded = true, .ended = at(1'800'000'000)};
  run.records[Metrics::delivered] = 10;
  run.records[Metrics::failed] = 2;
  metrics.add("csv_assets", run);
  metrics.add("csv_assets", {.seconds = 0.5, .ended = at(1'800'000'100)});
  metrics.expect("ldap.\"Con\\tractors\"\n");
  metrics.count_request("example.oomnitza.com", 200);
  metrics.count_request("example.oomnitza.com", 200);
  metrics.count_request("example.oomnitza.com", 0);
  metrics.watch_queues([] { return Metrics::Sizes{{"casper", 7}}; });
  metrics.watch_undelivered([] { return Metrics::Sizes{{"csv_assets", 3}}; });
}

TEST(Metrics, AreTextForPrometheus) {
  Metrics metrics;
  fill(metrics);
  const std::string text = metrics.prometheus_text();
  for (const char* line : {
           "# TYPE connector_records_total counter\n",
           "connector_records_total{section=\"csv_assets\",outcome=\"delivered\"} 10\n",
           "connector_records_total{section=\"csv_assets\",outcome=\"failed\"} 2\n",
           "connector_records_total{section=\"ldap.\\\"Con\\\\tractors\\\"\\n\",outcome=\"failed\"} 0\n",
           "connector_runs_total{section=\"csv_assets\",outcome=\"succeeded\"} 1\n",
           "connector_runs_total{section=\"csv_assets\",outcome=\"failed\"} 1\n",
           "connector_run_seconds_sum{section=\"csv_assets\"} 2\n",
           "connector_run_seconds_count{section=\"csv_assets\"} 2\n",
           "connector_last_success_timestamp_seconds{section=\"csv_assets\"} 1800000000\n",
           "connector_http_requests_total{host=\"example.oomnitza.com\",status=\"200\"} 2\n",
           "connector_http_requests_total{host=\"example.oomnitza.com\",status=\"0\"} 1\n",
           "connector_queue_length{section=\"casper\"} 7\n",
           "connector_undelivered_payloads{section=\"csv_assets\"} 3\n",
           "connector_undelivered_payloads{section=\"ldap.\\\"Con\\\\tractors\\\"\\n\"} 0\n",
       }) {
    EXPECT_THAT(text, HasSubstr(line));
  }
  EXPECT_THAT(text, Not(HasSubstr("# EOF")));
}

TEST(Metrics, AreOpenMetrics) {
  Metrics metrics;
  fill(metrics);
  const std::string text = metrics.openmetrics_text();
  EXPECT_THAT(text, AllOf(HasSubstr("# TYPE connector_records counter\n"),
                          HasSubstr("connector_records_total{section=\"csv_assets\",outcome=\"delivered\"} 10\n"),
                          Not(HasSubstr("# TYPE connector_records_total"))));
  EXPECT_TRUE(text.ends_with("\n# EOF\n"));
}

TEST(Metrics, TellOfTheProcess) {
  const std::string text = "\n" + Metrics().prometheus_text();
  EXPECT_THAT(text, MatchesRegex("(.|\n)*\nprocess_resident_memory_bytes [1-9][0-9]{5,}\n(.|\n)*"));
  EXPECT_THAT(text, MatchesRegex("(.|\n)*\nprocess_start_time_seconds 1[0-9]{9}(.[0-9]+)?\n(.|\n)*"));
}

TEST(Metrics, ALaterSuccessCounts) {
  Metrics metrics;
  metrics.note_success("a", at(200));
  metrics.note_success("a", at(100));
  EXPECT_THAT(metrics.prometheus_text(), HasSubstr("connector_last_success_timestamp_seconds{section=\"a\"} 200\n"));
  metrics.add("a", {.ended = at(300)});
  EXPECT_THAT(metrics.prometheus_text(), HasSubstr("connector_last_success_timestamp_seconds{section=\"a\"} 200\n"));
  metrics.add("a", {.has_succeeded = true, .ended = at(400)});
  EXPECT_THAT(metrics.prometheus_text(), HasSubstr("connector_last_success_timestamp_seconds{section=\"a\"} 400\n"));
}

TEST(Metrics, HostsHaveABound) {
  Metrics metrics;
  for (int i = 0; i < 150; ++i) metrics.count_request("host" + std::to_string(i), 200);
  metrics.count_request("host5", 200);
  const std::string text = metrics.prometheus_text();
  EXPECT_THAT(text, HasSubstr("connector_http_requests_total{host=\"host99\",status=\"200\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("connector_http_requests_total{host=\"host5\",status=\"200\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("connector_http_requests_total{host=\"other\",status=\"200\"} 50\n"));
  EXPECT_THAT(text, Not(HasSubstr("host100")));
}

TEST(Metrics, WhatCannotBeCountedIsMissing) {
  Metrics metrics;
  metrics.watch_undelivered([]() -> Metrics::Sizes { throw std::runtime_error("no such folder"); });
  const std::string text = metrics.prometheus_text();
  EXPECT_THAT(text, Not(HasSubstr("connector_undelivered_payloads")));
  EXPECT_THAT(text, HasSubstr("process_start_time_seconds"));
}

TEST(Metrics, AreCountedByManyThreads) {
  Metrics metrics;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int n = 0; n < 1000; ++n) metrics.count_request("host", 200);
        (void)metrics.openmetrics_text();
      });
    }
  }
  EXPECT_THAT(metrics.prometheus_text(), HasSubstr("status=\"200\"} 4000\n"));
}

/// What a program says to this text; nothing: it is not installed.
class OtherReader : public testing::Test {
 protected:
  test::TemporaryFolder folder;

  static bool is_there(const std::string& shell) { return std::system((shell + " >/dev/null 2>&1").c_str()) == 0; }

  void expect_well(const std::string& shell) {
    test::Process process({.command = {"/bin/sh", "-c", shell}, .folder = folder.path(), .output = folder.file("out")});
    EXPECT_EQ(process.wait(std::chrono::seconds(60)), 0) << folder.read("out");
    EXPECT_EQ(folder.read("out"), "");
  }
};

TEST_F(OtherReader, PromtoolFindsNothingWrong) {
  if (!is_there("promtool --version")) GTEST_SKIP() << "needs promtool (Debian: prometheus)";
  Metrics metrics;
  fill(metrics);
  folder.write("metrics", metrics.prometheus_text());
  expect_well("promtool check metrics <metrics");
  folder.write("empty", Metrics().prometheus_text());
  expect_well("promtool check metrics <empty");
}

TEST_F(OtherReader, TheAlertRulesAreRules) {
  if (!is_there("promtool --version")) GTEST_SKIP() << "needs promtool (Debian: prometheus)";
  expect_well("promtool check rules " SOURCE_FOLDER "/config/alerts.yml >checked 2>&1 || cat checked");
  expect_well("promtool test rules " SOURCE_FOLDER "/tests/metrics/alerts_test.yml >tested 2>&1 || cat tested");
}

TEST_F(OtherReader, AStrictReaderOfOpenMetricsTakesAllOfIt) {
  if (!is_there("/usr/bin/python3 -c 'import prometheus_client'")) GTEST_SKIP() << "needs python3-prometheus-client";
  Metrics metrics;
  fill(metrics);
  folder.write("metrics", metrics.openmetrics_text());
  folder.write("read.py",
               "from prometheus_client.openmetrics.parser import text_string_to_metric_families as read\n"
               "families = {f.name: f for f in read(open('metrics', newline='').read())}\n"
               "assert families['connector_records'].type == 'counter', families\n"
               "sections = {s.labels['section'] for s in families['connector_records'].samples}\n"
               "assert sections == {'csv_assets', 'ldap.\"Con\\\\tractors\"\\n'}, sections\n");
  expect_well("/usr/bin/python3 read.py");
}

}  // namespace connector::metrics_test
