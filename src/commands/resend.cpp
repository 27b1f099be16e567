#include <filesystem>

#include "commands/command.h"
#include "oomnitza/payload.h"
#include "platform/path.h"
#include "sync/sink.h"
#include "sync/undelivered.h"

namespace connector {
namespace {

struct Outcome {
  std::size_t delivered = 0;
  std::size_t kept = 0;
};

/// Uploads the payloads of one section. A payload is removed only after the cloud took it.
Outcome upload_kept(const Undelivered& undelivered, const Oomnitza& cloud, const std::string& portion, const Log& log,
                    const std::stop_token& stop) {
  Outcome outcome;
  bool has_ended = false;
  for (const std::filesystem::path& file : undelivered.files()) {
    if (has_ended || stop.stop_requested()) {
      ++outcome.kept;
      continue;
    }
    try {
      Json payload = Undelivered::read(file);
      payload["portion"] = portion;
      cloud.upload(to_text(payload));
      std::filesystem::remove(file);
      ++outcome.delivered;
    } catch (const std::exception& error) {
      log.error("{} stays: {}", shown_path(file), error.what());
      ++outcome.kept;
      const auto* http_error = dynamic_cast<const HttpError*>(&error);
      has_ended = http_error != nullptr && Refusal(*http_error).ends_uploads;
    }
  }
  std::error_code not_empty;
  std::filesystem::remove(undelivered.folder(), not_empty);
  return outcome;
}

/// Delivers what is kept of one section, in a portion of its own. Whether nothing is left to do.
bool resend_section(const std::string& section, const Undelivered& undelivered, const Oomnitza& cloud, const Log& log,
                    const std::stop_token& stop) {
  const std::string portion = random_uuid();
  const Outcome outcome = upload_kept(undelivered, cloud, portion, log, stop);
  log.info("section [{}]: {} kept payloads delivered, {} stay", section, outcome.delivered, outcome.kept);
  try {
    if (outcome.delivered > 0) cloud.finalize(portion);
  } catch (const std::exception& error) {
    log.error("section [{}]: could not finalize the portion: {}", section, error.what());
    return false;
  }
  return outcome.kept == 0;
}

}  // namespace

int resend(App& app) {
  app.throw_problems();
  app.cloud().log_in();
  const std::filesystem::path& state = app.paths.state;
  const auto sections = app.line.sections.empty() ? sections_with_undelivered(state) : app.line.sections;
  bool is_all_delivered = true;
  for (const std::string& section : sections) {
    const Undelivered undelivered(state, section, app.log());
    is_all_delivered = resend_section(section, undelivered, app.cloud(), app.log(), app.stop()) && is_all_delivered;
  }
  return is_all_delivered ? all_delivered : something_failed;
}

}  // namespace connector
