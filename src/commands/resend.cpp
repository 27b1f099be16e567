#include <filesystem>
#include <memory>

#include "app/state_folder.h"
#include "commands/command.h"
#include "oomnitza/payload.h"
#include "platform/path.h"
#include "sync/sink.h"
#include "sync/undelivered.h"
#include "text/nearest.h"

namespace connector {
namespace {

/// Hands the payloads of one section to the sink. What Oomnitza took is removed, and only then. How many it took.
std::size_t hand_over(const std::vector<std::filesystem::path>& files, Sink& sink, const std::string& portion,
                      const Log& log, const std::stop_token& stop) {
  std::size_t taken = 0;
  for (const std::filesystem::path& file : files) {
    if (stop.stop_requested()) return taken;
    try {
      Json payload = Undelivered::read(file);
      payload["portion"] = portion;
      sink.take(to_text(payload));
      if (!sink.is_rehearsal()) std::filesystem::remove(file);
      ++taken;
    } catch (const std::exception& error) {
      log.error("{} stays: {}", shown_path(file), error.what());
      const auto* http_error = dynamic_cast<const HttpError*>(&error);
      if (http_error != nullptr && Refusal(*http_error).ends_uploads) return taken;
    }
  }
  return taken;
}

/// Delivers what is kept of one section, in a portion of its own. Whether nothing is left to do.
bool resend_section(const std::string& section, const Undelivered& undelivered, Sink& sink, const Log& log,
                    const std::stop_token& stop) {
  const std::string portion = random_uuid();
  const std::vector<std::filesystem::path> files = undelivered.files();
  const std::size_t taken = hand_over(files, sink, portion, log, stop);
  std::error_code not_empty;
  std::filesystem::remove(undelivered.folder(), not_empty);
  log.info("section [{}]: {} kept payloads {}, {} stay", section, taken,
           sink.is_rehearsal() ? "would be delivered" : "delivered",
           sink.is_rehearsal() ? files.size() : files.size() - taken);
  try {
    if (taken > 0) sink.finalize(portion);
  } catch (const std::exception& error) {
    log.error("section [{}]: could not finalize the portion: {}", section, error.what());
    return false;
  }
  return taken == files.size();
}

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
  bool is_all_delivered = true;
  for (const std::string& section : app.line.sections.empty() ? kept : app.line.sections) {
    const Undelivered undelivered(state, section, app.log());
    if (undelivered.files().empty()) {
      app.log().info("section [{}]: nothing is kept{}", section, did_you_mean(section, kept));
    } else {
      is_all_delivered = resend_section(section, undelivered, *sink, app.log(), app.stop()) && is_all_delivered;
    }
  }
  return is_all_delivered ? all_delivered : something_failed;
}

}  // namespace connector
