#include "metrics/metrics.h"

#include <algorithm>
#include <exception>

#include "platform/memory.h"
#include "version.h"

namespace connector {
namespace {

constexpr std::size_t max_hosts = 100;  // templates of the cloud may name hosts without end
constexpr std::size_t max_sections = 1000;
constexpr const char* others = "other";

/// The entry of that name, or of all that came after the last one that has a place of its own.
template <class Map>
auto& bounded(Map& map, const std::string& name, std::size_t most) {
  const auto known = map.find(name);
  if (known != map.end()) return known->second;
  return map.size() < most ? map[name] : map[others];
}

double unix_seconds(Metrics::Time time) {
  return std::chrono::duration<double>(std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch()).count();
}

void write_sizes(Exposition& exposition, std::string_view name, std::string_view help,
                 const std::function<Metrics::Sizes()>& sizes, Metrics::Sizes now = {}) {
  if (!sizes) return;
  try {
    for (const auto& [section, size] : sizes()) now[section] = size;
  } catch (const std::exception&) {
    return;  // the metric is missing, which a server sees
  }
  exposition.family(name, "gauge", help);
  for (const auto& [section, size] : now) exposition.sample({{"section", section}}, static_cast<double>(size));
}

}  // namespace

Metrics::Metrics() : start_(std::chrono::system_clock::now()) {}

Metrics::Section& Metrics::section_called(const std::string& name) {
  return bounded(sections_, name, max_sections);
}

void Metrics::expect(const std::string& section) {
  const std::lock_guard lock(mutex_);
  section_called(section);
}

void Metrics::add(const std::string& name, const Run& run) {
  const std::lock_guard lock(mutex_);
  Section& section = section_called(name);
  for (std::size_t i = 0; i < run.records.size(); ++i) section.records[i] += run.records[i];
  section.seconds += run.seconds;
  ++(run.has_succeeded ? section.succeeded_runs : section.failed_runs);
  if (run.has_succeeded) section.last_success = std::max(section.last_success, run.ended);
}

void Metrics::note_success(const std::string& name, Time ended) {
  const std::lock_guard lock(mutex_);
  Section& section = section_called(name);
  section.last_success = std::max(section.last_success, ended);
}

void Metrics::count_request(const std::string& host, int status) {
  const std::lock_guard lock(mutex_);
  ++bounded(requests_, host, max_hosts)[status];
}

void Metrics::watch_queues(std::function<Sizes()> queues) {
  const std::lock_guard lock(mutex_);
  queues_ = std::move(queues);
}

void Metrics::watch_undelivered(std::function<Sizes()> payloads) {
  const std::lock_guard lock(mutex_);
  undelivered_ = std::move(payloads);
}

std::string Metrics::text(MetricsFormat format) const {
  Exposition exposition(format);
  std::function<Sizes()> queues;
  std::function<Sizes()> undelivered_payloads;
  Sizes none;
  {
    const std::lock_guard lock(mutex_);
    queues = queues_;
    undelivered_payloads = undelivered_;
    for (const auto& [name, section] : sections_) none[name] = 0;
    write_sections(exposition);
    write_requests(exposition);
  }
  write_sizes(exposition, "connector_queue_length", "Events that are waiting.", queues);
  write_sizes(exposition, "connector_undelivered_payloads", "Payloads on disk that Oomnitza did not take.",
              undelivered_payloads, none);
  exposition.family("connector_build_info", "gauge", "Always 1; its label is the version of the program.");
  exposition.sample({{"version", product_version}}, 1);
  exposition.family("process_resident_memory_bytes", "gauge", "Memory of the process that is in RAM.");
  exposition.sample({}, static_cast<double>(resident_memory()));
  exposition.family("process_start_time_seconds", "gauge", "Start of the process, in seconds since 1970.");
  exposition.sample({}, unix_seconds(start_));
  return exposition.finish();
}

void Metrics::write_sections(Exposition& exposition) const {
  exposition.family("connector_records", "counter", "Records of ended runs, by what became of them.");
  for (const auto& [name, section] : sections_) {
    for (std::size_t i = 0; i < outcome_names.size(); ++i) {
      exposition.sample({{"section", name}, {"outcome", outcome_names[i]}}, static_cast<double>(section.records[i]));
    }
  }
  exposition.family("connector_runs", "counter", "Runs that have ended.");
  for (const auto& [name, section] : sections_) {
    exposition.sample({{"section", name}, {"outcome", "succeeded"}}, static_cast<double>(section.succeeded_runs));
    exposition.sample({{"section", name}, {"outcome", "failed"}}, static_cast<double>(section.failed_runs));
  }
  exposition.family("connector_run_seconds", "summary", "How long runs took.");
  for (const auto& [name, section] : sections_) {
    exposition.sample({{"section", name}}, section.seconds, "_sum");
    exposition.sample({{"section", name}}, static_cast<double>(section.succeeded_runs + section.failed_runs), "_count");
  }
  exposition.family("connector_last_success_timestamp_seconds", "gauge",
                    "When the last successful run ended, in seconds since 1970; 0 when none is known.");
  for (const auto& [name, section] : sections_) {
    exposition.sample({{"section", name}}, unix_seconds(section.last_success));
  }
}

void Metrics::write_requests(Exposition& exposition) const {
  exposition.family("connector_http_requests", "counter",
                    "Requests, retries included, by status of the response; 0 when no complete one came.");
  for (const auto& [host, statuses] : requests_) {
    for (const auto& [status, count] : statuses) {
      exposition.sample({{"host", host}, {"status", std::to_string(status)}}, static_cast<double>(count));
    }
  }
}

}  // namespace connector
