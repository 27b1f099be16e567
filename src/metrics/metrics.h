#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "metrics/exposition.h"

namespace connector {

/// What the program counts of its runs and requests since it began, for a Prometheus server. Nothing in it is secret:
/// names of sections and hosts, numbers. Safe to use from several threads; a run costs it a lock at its beginning and
/// one at its end, a request one.
class Metrics {
 public:
  using Time = std::chrono::system_clock::time_point;
  /// By section.
  using Sizes = std::map<std::string, std::size_t>;

  enum Outcome : std::size_t { delivered, filtered_out, skipped, failed, undelivered, not_sent };
  static constexpr std::array<std::string_view, 6> outcome_names = {"delivered", "filtered_out", "skipped",
                                                                    "failed",    "undelivered",  "not_sent"};

  /// A run that has ended.
  struct Run {
    std::array<std::uint64_t, outcome_names.size()> records = {};  ///< by Outcome
    double seconds = 0;
    bool has_succeeded = false;
    Time ended;
  };

  Metrics();

  /// The section will run, or runs: its counters are there, with 0, before they rise.
  void expect(const std::string& section);
  void add(const std::string& section, const Run& run);
  /// What is known of earlier runs; a later time counts.
  void note_success(const std::string& section, Time ended);

  /// host: lower case. status: 0 when no complete response came.
  void count_request(const std::string& host, int status);

  /// Asked whenever the metrics are: how much is waiting, and how many payloads are kept on disk. What they refer to
  /// outlives this object's last text. They may throw: then the metric is missing.
  void watch_queues(std::function<Sizes()> queues);
  void watch_undelivered(std::function<Sizes()> payloads);

  std::string openmetrics_text() const { return text(MetricsFormat::open_metrics); }
  std::string prometheus_text() const { return text(MetricsFormat::prometheus); }

 private:
  struct Section {
    std::array<std::uint64_t, outcome_names.size()> records = {};
    std::uint64_t succeeded_runs = 0;
    std::uint64_t failed_runs = 0;
    double seconds = 0;
    Time last_success = {};
  };

  std::string text(MetricsFormat format) const;
  Section& section_called(const std::string& name);
  void write_sections(Exposition& exposition) const;
  void write_requests(Exposition& exposition) const;

  const Time start_;
  mutable std::mutex mutex_;
  std::map<std::string, Section> sections_;
  std::map<std::string, std::map<int, std::uint64_t>> requests_;  ///< by host and status
  std::function<Sizes()> queues_;
  std::function<Sizes()> undelivered_;
};

}  // namespace connector
