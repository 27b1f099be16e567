// The way of a record:
//
//   read(emit) ──> Batch ──Queue──> filter ─> mapping ─> Payload ─> Delivery ──> cloud
//   this thread                     `workers` threads, each with its own records   │ last one
//                                                                                  ▼
//                                                            finalize, delivered(), Report
#include "run/run.h"

#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "run/delivery.h"
#include "run/queue.h"

namespace connector {
namespace {

using Batch = std::vector<Record>;

constexpr std::size_t max_payload_bytes = std::size_t{4} << 20;

PayloadEnvelope new_portion(const ConnectorSection& section) {
  const Connector& settings = *section.connector;
  return {.portion = random_uuid(),
          .connector_name = section.plugin->mapping_name,
          .connector_id = nullptr,
          .data_type = section.plugin->data_type == DataType::assets ? "assets" : "users",
          .sync_field = settings.sync_field,
          .insert_only = settings.insert_only,
          .update_only = settings.update_only,
          .test_run = settings.test_run,
          .multi_str_input_value = nullptr};
}

class SectionRun {
 public:
  SectionRun(ConnectorSection& section, const Processing& processing, const Oomnitza& cloud, const RunOptions& options,
             const std::stop_token& stop)
      : name_(section.name),
        connector_(*section.connector),
        processing_(processing),
        options_(options),
        stop_(stop),
        log_(section.connector->log),
        save_data_(options.save_folder.empty() ? nullptr : std::make_unique<SaveData>(options.save_folder, log_)),
        delivery_(new_portion(section), section.name, cloud, options, save_data_.get(), log_),
        queue_(options.workers) {}

  Report execute() {
    {
      std::vector<std::jthread> workers;
      for (unsigned i = 0; i < options_.workers; ++i) workers.emplace_back([this] { work(); });
      pull();
      queue_.close();
    }
    report_ += delivery_.counts();
    report_.canceled = delivery_.is_canceled();
    const bool has_begun = report_.error.empty() || report_.pulled > 0;
    if (has_begun) delivery_.finalize(report_);
    const bool is_limited = options_.record_limit > 0 || options_.testmode;
    if (report_.succeeded() && !report_.canceled && !is_limited) move_state_forward();
    return report_;
  }

 private:
  // ---- this thread: from the source to the queue

  void pull() {
    Batch batch;
    const Emit emit = [&](Record record) {
      if (stop_.stop_requested() || delivery_.has_ended()) throw Stopped();
      ++report_.pulled;
      if (save_data_) save_data_->record(record.data);
      batch.push_back(std::move(record));
      const bool is_last = report_.pulled == options_.record_limit;
      if (is_last || batch.size() >= options_.batch_size) queue_.push(std::exchange(batch, {}));
      if (is_last) throw Stopped();
    };
    try {
      connector_.authenticate();
      connector_.read(emit);
    } catch (const Stopped&) {
    } catch (const std::exception& error) {
      if (!stop_.stop_requested()) report_.error = error.what();
    }
    report_.interrupted = stop_.stop_requested();
    if (!report_.error.empty()) log_.error("section [{}] fails: {}", name_, report_.error);
    if (!batch.empty()) queue_.push(std::move(batch));
  }

  void move_state_forward() {
    try {
      connector_.delivered();
    } catch (const std::exception& error) {
      report_.error = error.what();
      log_.error("section [{}]: all is delivered, but its state cannot be kept: {}", name_, report_.error);
    }
  }

  // ---- workers: from the queue to the cloud

  void work() {
    Payload payload;
    Report counts;
    while (const std::optional<Batch> batch = queue_.pop()) {
      process(*batch, payload, counts);
      for (const Record& record : *batch) {
        if (!record.error.empty()) delivery_.deliver_failed(record);
      }
      while (payload.size() >= options_.batch_size || payload.bytes() > max_payload_bytes) deliver_from(payload);
    }
    while (!payload.empty()) deliver_from(payload);
    const std::lock_guard lock(counts_mutex_);
    report_ += counts;
  }

  void deliver_from(Payload& payload) { delivery_.deliver(payload.take(options_.batch_size, max_payload_bytes)); }

  void process(const Batch& batch, Payload& payload, Report& counts) const {
    std::optional<InlineCode::Lock> python;
    if (processing_.needs_python()) python.emplace(*processing_.inline_code);
    for (const Record& record : batch) {
      if (!record.error.empty()) {
        log_.error("section [{}]: a record is not read whole: {}", name_, record.error);
        ++counts.failed;
        continue;
      }
      try {
        process(record, python, payload, counts);
      } catch (const std::exception& error) {
        log_.error("section [{}]: a record is not sent: {}", name_, error.what());
        ++counts.failed;
      }
    }
  }

  void process(const Record& record, const std::optional<InlineCode::Lock>& python, Payload& payload,
               Report& counts) const {
    bool is_mapped = false;
    if (python) {
      InlineCode::PythonRecord seen(*processing_.inline_code, *python, record.data);
      if (processing_.record_filter != nullptr && !seen.keep(*processing_.record_filter)) {
        ++counts.filtered_out;
        return;
      }
      is_mapped = payload.add([&](std::string& text) { return processing_.mapping.append(seen, text); });
    } else {
      is_mapped = payload.add([&](std::string& text) { return processing_.mapping.append(record.data, text); });
    }
    if (!is_mapped) ++counts.left_out;
  }

  const std::string name_;
  Connector& connector_;
  const Processing& processing_;
  const RunOptions& options_;
  const std::stop_token stop_;
  Log log_;
  std::unique_ptr<SaveData> save_data_;
  Delivery delivery_;
  Queue<Batch> queue_;
  std::mutex counts_mutex_;
  Report report_;
};

}  // namespace

Report run(ConnectorSection& section, const Processing& processing, const Oomnitza& cloud, const RunOptions& options,
           const std::stop_token& stop) {
  Report report = SectionRun(section, processing, cloud, options, stop).execute();
  if (report.succeeded()) {
    section.connector->log.info("section [{}]: {}", section.name, report.text());
  } else {
    section.connector->log.error("section [{}] ends with failures: {}", section.name, report.text());
  }
  return report;
}

}  // namespace connector
