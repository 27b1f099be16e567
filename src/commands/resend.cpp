#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <memory>
#include <system_error>

#include "app/state_folder.h"
#include "commands/command.h"
#include "connector/parallel.h"
#include "log/prefixed.h"
#include "oomnitza/payload.h"
#include "platform/path.h"
#include "sync/begun_portion.h"
#include "sync/resend_plan.h"
#include "sync/sink.h"
#include "sync/undelivered.h"
#include "text/nearest.h"

namespace connector {
namespace {

std::unique_ptr<Sink> make_sink(App& app, const std::string& section, const std::string& portion) {
  if (app.line.testmode) return std::make_unique<PrintSink>(app.log());
  return std::make_unique<CloudSink>(app.cloud(),
                                     std::make_shared<BegunPortion>(app.paths.state, section, portion, app.log()));
}

/// Delivers what is kept of one section, in a portion of its own.
class Resending {
 public:
  Resending(App& app, const std::string& section, const Undelivered& undelivered)
      : app_(app), sink_(make_sink(app, section, portion_)), undelivered_(undelivered), plan_(undelivered.history()) {}

  /// section: names it in the log. Whether nothing is left to do.
  bool run(const std::string& section) {
    std::size_t taken = 0, all = 0;
    const auto hand_one_over = [this](const std::filesystem::path& file) { return hand_over(file); };
    for (const std::vector<std::filesystem::path>& files : plan_.runs()) {
      parallel(app_.line.workers, files, hand_one_over, [&](bool was_taken) { taken += was_taken ? 1 : 0; });
      all += files.size();
    }
    const bool is_finalized = !has_sent_ || finalize(section);
    if (taken == all && !sink_->is_rehearsal()) undelivered_.remove_folder();
    const std::string skipped =
        replaced_ == 0 ? "" : fmt::format("; {} records skipped: later ones replace them", replaced_.load());
    app_.log().info("section [{}]: {} kept payloads {}, {} stay{}", section, taken,
                    sink_->is_rehearsal() ? "would be delivered" : "delivered",
                    sink_->is_rehearsal() ? all : all - taken, skipped);
    return is_finalized && taken == all;
  }

 private:
  /// Whether Oomnitza took it. It is remembered until all is taken, so that older values that stay do not replace it.
  bool hand_over(const std::filesystem::path& file) {
    if (has_ended_ || app_.stop().stop_requested()) return false;
    try {
      Json payload = Undelivered::read(file);
      const std::size_t replaced = plan_.drop_replaced(payload);
      payload["portion"] = portion_;
      if (!payload["records"].empty()) {
        sink_->take(to_text(payload));
        has_sent_ = true;
      }
      replaced_ += replaced;
      if (!sink_->is_rehearsal()) Undelivered::mark_delivered(file);
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
      sink_->finalize(portion_);
      return true;
    } catch (const std::exception& error) {
      app_.log().error("section [{}]: could not finalize the portion: {}", section, error.what());
      return false;
    }
  }

  App& app_;
  const std::string portion_ = random_uuid();
  const std::unique_ptr<Sink> sink_;
  const Undelivered& undelivered_;
  const ResendPlan plan_;
  std::atomic<bool> has_ended_ = false;
  std::atomic<bool> has_sent_ = false;
  std::atomic<std::size_t> replaced_ = 0;  ///< records that later ones replace
};

std::vector<std::string> kept_sections(const App& app) {
  try {
    std::vector<std::string> names = sections_with_undelivered(app.paths.state);
    for (std::string& name : sections_with_begun_portions(app.paths.state)) names.push_back(std::move(name));
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
  } catch (const std::system_error& error) {
    throw ConfigError(std::string(error.what()));
  }
}

/// Names of which nothing is kept, and nothing could be.
void require_known(const App& app, const std::vector<std::string>& kept) {
  Problems problems;
  std::vector<std::string> known = kept;
  for (const Section& section : app.configuration().sections) known.push_back(section.name);
  for (const std::string& section : app.line.sections) {
    const bool has_payloads = std::filesystem::exists(Undelivered(app.paths.state, section, app.log()).folder());
    if (has_payloads || std::find(known.begin(), known.end(), section) != known.end()) continue;
    problems.emplace_back("section [" + section + "]: nothing is kept, and " + app.configuration().origin +
                          " has no such section" + did_you_mean(section, known));
  }
  if (!problems.empty()) throw ConfigError(problems);
}

/// all_delivered, something_failed, or runs_elsewhere: another process is at work with what is kept of the section.
int resend_section(App& app, const std::string& section) {
  const Undelivered undelivered(app.paths.state, section, app.log());
  const auto lock = undelivered.lock(app.line.testmode ? ProcessLock::Kind::shared : ProcessLock::Kind::exclusive);
  if (lock->other()) {
    app.log().error("section [{}]: process {} is using its kept payloads. Run resend again when that has ended",
                    section, *lock->other());
    return runs_elsewhere;
  }
  const bool is_finalized =
      app.line.testmode ||
      finalize_left_portions(app.paths.state, section, prefixed(app.log(), fmt::format("section [{}]: ", section)),
                             [&](const std::string& portion) { app.cloud().finalize(portion); });
  if (!undelivered.files().empty()) {
    const bool is_delivered = Resending(app, section, undelivered).run(section);
    return is_delivered && is_finalized ? all_delivered : something_failed;
  }
  if (!app.line.testmode) undelivered.remove_folder();  // of an earlier resend, which was killed at its end
  app.log().info("section [{}]: nothing is kept", section);
  return is_finalized ? all_delivered : something_failed;
}

}  // namespace

int resend(App& app) {
  app.throw_problems();
  require_state_folder(app.paths.state);
  const std::vector<std::string> kept = kept_sections(app);
  require_known(app, kept);
  StateFolder folder(app.paths.state);
  if (app.line.singleton && !app.line.testmode) folder.lock("resend");
  if (!app.line.testmode) app.cloud().log_in();
  if (kept.empty() && app.line.sections.empty()) app.log().info("nothing is kept in {}", shown_path(app.paths.state));
  int exit_code = all_delivered;
  for (const std::string& section : app.line.sections.empty() ? kept : app.line.sections) {
    try {
      const int outcome = resend_section(app, section);
      if (exit_code != something_failed && outcome != all_delivered) exit_code = outcome;
    } catch (const std::system_error& error) {
      app.log().error("section [{}]: {}", section, error.what());
      exit_code = something_failed;
    }
  }
  return exit_code;
}

}  // namespace connector
