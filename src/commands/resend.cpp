#include <atomic>
#include <filesystem>
#include <memory>

#include "app/state_folder.h"
#include "commands/command.h"
#include "connector/parallel.h"
#include "oomnitza/payload.h"
#include "platform/path.h"
#include "sync/sink.h"
#include "sync/undelivered.h"
#include "text/nearest.h"

namespace connector {
namespace {

/// Delivers what is kept of one section, in a portion of its own.
class Resending {
 public:
  Resending(App& app, Sink& sink, const Undelivered& undelivered) : app_(app), sink_(sink), undelivered_(undelivered) {}

  /// section: names it in the log. Whether nothing is left to do.
  bool run(const std::string& section) {
    const std::vector<std::filesystem::path> files = undelivered_.files();
    std::size_t taken = 0;
    const auto hand_one_over = [this](const std::filesystem::path& file) { return hand_over(file); };
    parallel(app_.line.workers, files, hand_one_over, [&](bool was_taken) { taken += was_taken ? 1 : 0; });
    std::error_code not_empty;
    std::filesystem::remove(undelivered_.folder(), not_empty);
    app_.log().info("section [{}]: {} kept payloads {}, {} stay", section, taken,
                    sink_.is_rehearsal() ? "would be delivered" : "delivered",
                    sink_.is_rehearsal() ? files.size() : files.size() - taken);
    return (taken == 0 || finalize(section)) && taken == files.size();
  }

 private:
  /// Whether Oomnitza took it: then it is removed, and only then.
  bool hand_over(const std::filesystem::path& file) {
    if (has_ended_ || app_.stop().stop_requested()) return false;
    try {
      Json payload = Undelivered::read(file);
      payload["portion"] = portion_;
      sink_.take(to_text(payload));
      if (!sink_.is_rehearsal()) std::filesystem::remove(file);
      return true;
    } catch (const std::exception& error) {
      app_.log().error("{} stays: {}", shown_path(file), error.what());
      const auto* http_error = dynamic_cast<const HttpError*>(&error);
      if (http_error != nullptr && Refusal(*http_error).ends_uploads) has_ended_ = true;
      return false;
    }
  }

  bool finalize(const std::string& section) const {
    try {
      sink_.finalize(portion_);
      return true;
    } catch (const std::exception& error) {
      app_.log().error("section [{}]: could not finalize the portion: {}", section, error.what());
      return false;
    }
  }

  App& app_;
  Sink& sink_;
  const Undelivered& undelivered_;
  const std::string portion_ = random_uuid();
  std::atomic<bool> has_ended_ = false;
};

std::unique_ptr<Sink> make_sink(App& app) {
  if (app.line.testmode) return std::make_unique<PrintSink>();
  app.cloud().log_in();
  return std::make_unique<CloudSink>(app.cloud());
}

}  // namespace

int resend(App& app) {
  app.throw_problems();
  StateFolder folder(app.paths.state);
  if (app.line.singleton && !app.line.testmode) folder.lock("resend");
  const std::unique_ptr<Sink> sink = make_sink(app);
  const std::filesystem::path& state = app.paths.state;
  const std::vector<std::string> kept = sections_with_undelivered(state);
  if (kept.empty() && app.line.sections.empty()) app.log().info("nothing is kept in {}", shown_path(state));
  bool is_all_delivered = true;
  for (const std::string& section : app.line.sections.empty() ? kept : app.line.sections) {
    const Undelivered undelivered(state, section, app.log());
    if (undelivered.files().empty()) {
      app.log().info("section [{}]: nothing is kept{}", section, did_you_mean(section, kept));
    } else {
      is_all_delivered = Resending(app, *sink, undelivered).run(section) && is_all_delivered;
    }
  }
  return is_all_delivered ? all_delivered : something_failed;
}

}  // namespace connector
