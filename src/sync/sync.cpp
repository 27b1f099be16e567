#include "sync/sync.h"

#include <atomic>
#include <chrono>
#include <optional>
#include <system_error>
#include <thread>

#include "mapping/field_spec.h"
#include "platform/limits.h"
#include "platform/memory.h"
#include "platform/wait.h"
#include "sync/pipeline.h"
#include "sync/progress.h"

namespace connector {
namespace {

constexpr std::size_t enough_records = 100;  ///< to say what records have

class Sync final : private Emit {
 public:
  explicit Sync(const Job& job)
      : job_(job),
        save_data_(make_save_data(job)),
        delivery_(job, save_data()),
        pipeline_(job, delivery_, save_data()) {}

  Summary run() {
    const auto begin = std::chrono::steady_clock::now();
    const std::jthread ticker = start_ticker(begin);
    const std::string failure = read();
    const bool interrupted = job_.connector.stop.stop_requested();
    Summary summary = pipeline_.finish();
    if (!failure.empty()) summary.error = failure;
    summary.interrupted = interrupted;
    if (is_read_to_its_end_ || summary.pulled >= enough_records) job_.mapping.tell_absent_names();
    summary.is_rehearsal = job_.sink.is_rehearsal();
    if (failure.empty() && summary.pulled == 0 && job_.is_empty_run) summary.is_empty_run = job_.is_empty_run();
    summary.has_portion =
        !delivery_.is_unidentified() && ((failure.empty() && !summary.is_empty_run) || summary.pulled > 0);
    if (summary.has_portion) finalize(summary);
    summary.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return summary;
  }

 private:
  static std::optional<SaveData> make_save_data(const Job& job) {
    if (job.options.save_folder.empty()) return std::nullopt;
    return std::optional<SaveData>(std::in_place, job.options.save_folder, job.faults);
  }

  using Time = std::chrono::steady_clock::time_point;

  /// Tells how far it is, now and then, unless nobody wants to know or the system has no thread for that.
  std::jthread start_ticker(Time begin) {
    if (job_.options.progress_interval.count() == 0) return {};
    try {
      return std::jthread([this, begin](const std::stop_token& end) {
        while (wait_for(job_.options.progress_interval, end)) tell_progress(begin);
      });
    } catch (const std::system_error&) {
      return {};
    }
  }

  void tell_progress(Time begin) {
    const std::size_t limit = job_.options.record_limit;
    const std::size_t expected = expected_;
    const Progress progress{
        .read = pipeline_.pulled(),
        .expected = limit > 0 && expected > limit ? limit : expected,
        .in_flight = delivery_.in_flight(),
        .elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin)};
    for (SyncListener* listener : job_.listeners) listener->progress(progress);
  }

  SaveData* save_data() { return save_data_ ? &*save_data_ : nullptr; }

  /// Why the source failed, empty when it did not.
  std::string read() {
    try {
      job_.connector.log_in();
      if (job_.sends_records) check_sync_field(job_.envelope.sync_field, job_.mapping.fields(), job_.log);
      if (job_.read_part) {
        job_.read_part(*this);
      } else {
        job_.connector.read(*this);
        is_read_to_its_end_ = true;
      }
    } catch (const Stopped&) {
    } catch (const std::exception& error) {
      if (!job_.connector.stop.stop_requested()) return job_.log.redact(reason(error));
    }
    return {};
  }

  void finalize(Summary& summary) {
    const std::string& failure = summary.error.empty() ? first_missing_part_ : summary.error;
    if (job_.delivers_failure && !failure.empty()) delivery_.deliver_fatal(failure);
    delivery_.finalize(summary);
    if (!summary.succeeded() || summary.canceled || job_.options.record_limit > 0 || job_.read_part) return;
    try {
      job_.connector.delivered();
    } catch (const std::exception& error) {
      summary.error = fmt::format("delivered, but the sync state could not be saved: {}", error.what());
    }
  }

  // ---- Emit

  void operator()(Record record) const override {
    check_stop();
    pipeline_.add(std::move(record));
  }

  void rows(Rows rows) const override {
    check_stop();
    pipeline_.add(std::move(rows));
  }

  void failed(const std::string& record, const std::string& reason) const override {
    check_stop();
    job_.faults.note(Level::error, "record not sent", record, reason);
    pipeline_.add_failed();
  }

  void incomplete(const std::string& what) const override {
    check_stop();
    job_.faults.note_missing_part(what);
    if (first_missing_part_.empty()) first_missing_part_ = what;
    pipeline_.add_missing_part();
  }

  void expect(std::size_t records) const override { expected_ = records; }

  void checkpoint() const override {
    check_stop();
    if (delivery_.has_ended() || delivery_.ask_whether_canceled()) throw Stopped();
  }

  void check_stop() const {
    if (job_.connector.stop.stop_requested()) throw Stopped();
  }

  const Job& job_;
  bool is_read_to_its_end_ = false;
  std::optional<SaveData> save_data_;
  mutable Delivery delivery_;
  mutable Pipeline pipeline_;
  mutable std::string first_missing_part_;
  mutable std::atomic<std::size_t> expected_ = 0;
};

}  // namespace

Summary run(const Job& job) {
  keep_memory_in_reserve();
  for (SyncListener* listener : job.listeners) listener->started();
  Summary summary = Sync(job).run();
  for (SyncListener* listener : job.listeners) listener->ended(summary);
  return summary;
}

}  // namespace connector
