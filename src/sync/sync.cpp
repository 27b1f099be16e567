#include "sync/sync.h"

#include <memory>
#include <optional>

#include "sync/delivery.h"
#include "sync/pipeline.h"

namespace connector {
namespace {

using Records = Pipeline<Record>;

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

/// Lets a connector feed the pipeline.
class PipelineEmit final : public Emit {
 public:
  PipelineEmit(Records& records, const std::string& section, const Log& log, const std::stop_token& stop)
      : records_(records), section_(section), log_(log), stop_(stop) {}

  void operator()(Record record) const override {
    checkpoint();
    records_.add(std::move(record));
  }
  void failed(const std::string& what) const override {
    checkpoint();
    log_.error("section [{}]: {}", section_, what);
    records_.fail();
  }
  void incomplete(const std::string& what) const override {
    checkpoint();
    log_.error("section [{}]: {}", section_, what);
    records_.note_missing_part();
  }
  void checkpoint() const override {
    if (stop_.stop_requested()) throw Stopped();
  }

 private:
  Records& records_;
  const std::string& section_;
  const Log& log_;
  const std::stop_token& stop_;
};

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
        delivery_(new_portion(section), section.name, cloud, options, save_data_.get(), log_) {}

  Summary execute() {
    const auto process = [this](const Records::Batch& batch, Payload& payload, Summary& counts) {
      map(batch, payload, counts);
      for (const Record& record : batch) {
        if (!record.error.empty()) delivery_.deliver_failed(record);
      }
    };
    Records records(process, delivery_, options_, save_data_.get());
    const std::string failure = pull(records);
    const bool interrupted = stop_.stop_requested();
    Summary report = records.finish();
    report.error = failure;
    report.interrupted = interrupted;
    const bool has_begun = failure.empty() || report.pulled > 0;
    if (has_begun) delivery_.finalize(report);
    const bool is_limited = options_.record_limit > 0 || options_.testmode;
    if (report.succeeded() && !report.canceled && !is_limited) move_state_forward(report);
    return report;
  }

 private:
  // ---- this thread

  /// Why the source fails, empty when it does not.
  std::string pull(Records& records) {
    try {
      connector_.authenticate();
      connector_.read(PipelineEmit(records, name_, log_, stop_));
    } catch (const Stopped&) {
    } catch (const std::exception& error) {
      if (!stop_.stop_requested()) {
        log_.error("section [{}] fails: {}", name_, error.what());
        return error.what();
      }
    }
    return {};
  }

  void move_state_forward(Summary& report) {
    try {
      connector_.delivered();
    } catch (const std::exception& error) {
      report.error = error.what();
      log_.error("section [{}]: all is delivered, but its state cannot be kept: {}", name_, report.error);
    }
  }

  // ---- workers

  void map(const Records::Batch& batch, Payload& payload, Summary& counts) const {
    std::optional<InlineCode::Lock> python;
    if (processing_.needs_python()) python.emplace(*processing_.inline_code);
    for (const Record& record : batch) {
      if (!record.error.empty()) {
        log_.error("section [{}]: a record is not read whole: {}", name_, record.error);
        ++counts.failed;
        continue;
      }
      try {
        map(record, python, payload, counts);
      } catch (const std::exception& error) {
        log_.error("section [{}]: a record is not sent: {}", name_, error.what());
        ++counts.failed;
      }
    }
  }

  void map(const Record& record, const std::optional<InlineCode::Lock>& python, Payload& payload,
           Summary& counts) const {
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
};

}  // namespace

Summary run(ConnectorSection& section, const Processing& processing, const Oomnitza& cloud, const RunOptions& options,
            const std::stop_token& stop) {
  Summary report = SectionRun(section, processing, cloud, options, stop).execute();
  if (report.succeeded()) {
    section.connector->log.info("section [{}]: {}", section.name, report.text());
  } else {
    section.connector->log.error("section [{}] ends with failures: {}", section.name, report.text());
  }
  return report;
}

}  // namespace connector
