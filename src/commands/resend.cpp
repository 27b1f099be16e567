#include <filesystem>

#include "app/setup.h"
#include "commands/command.h"
#include "oomnitza/payload.h"
#include "sync/undelivered.h"

namespace connector {
namespace {

struct Outcome {
  std::size_t delivered = 0;
  std::size_t kept = 0;
};

/// Whether there is no use in trying the next payload: credentials are refused, or the retries used up.
bool ends_uploads(const HttpError& error) {
  return error.status() == 401 || error.status() == 403 || error.retries_exhausted();
}

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
      log.error("{} stays: {}", file.string(), error.what());
      ++outcome.kept;
      const auto* refusal = dynamic_cast<const HttpError*>(&error);
      has_ended = refusal != nullptr && ends_uploads(*refusal);
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
    log.error("section [{}]: the portion is not finalized: {}", section, error.what());
    return false;
  }
  return outcome.kept == 0;
}

}  // namespace

int resend(const Invocation& invocation) {
  return run_logged(invocation, false, [&](const Logging& logging, const std::stop_token& stop) {
    const CommandLine& line = invocation.line;
    const Log log = logging.logger("connector");
    std::vector<std::string> complaints;
    const CloudAccess access(invocation, logging, stop, complaints);
    if (!complaints.empty()) throw ConfigError(complaints);
    access.cloud->log_in();

    const auto sections = line.sections.empty() ? sections_with_undelivered(line.state_dir) : line.sections;
    bool is_all_delivered = true;
    for (const std::string& section : sections) {
      const Undelivered undelivered(line.state_dir, section, log);
      is_all_delivered = resend_section(section, undelivered, *access.cloud, log, stop) && is_all_delivered;
    }
    return is_all_delivered ? all_delivered : something_failed;
  });
}

}  // namespace connector
