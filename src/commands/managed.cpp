#include <malloc.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "app/setup.h"
#include "commands/command.h"
#include "integration/integration_sync.h"
#include "log/rate_limited.h"
#include "schedule/loop.h"
#include "schedule/open_portions.h"
#include "schedule/shutdown_deadline.h"

namespace connector {
namespace {

constexpr std::size_t max_syncs_at_once = 32;
constexpr std::chrono::seconds stop_patience{14};  // with what finalizing takes, less than 20 s after SIGTERM

Configuration read_again(const Invocation& invocation) {
  return read_configuration({.ini = invocation.line.ini,
                             .env_file = invocation.line.env_file,
                             .ini_only = invocation.line.ini_only,
                             .program_folder = invocation.program_folder},
                            invocation.plugins);
}

/// What a large answer took goes back to the system, not only to the next large answer.
void give_memory_back() {
#ifndef __SANITIZE_ADDRESS__  // it has an allocator of its own, and malloc_trim() would find malloc's never set up
  malloc_trim(0);
#endif
}

int run_managed(const Invocation& invocation, const Logging& logging, const std::stop_token& stop) {
  const CommandLine& line = invocation.line;
  const Log log = logging.logger("connector");
  std::vector<std::string> complaints;
  const CloudAccess access(invocation, logging, stop, complaints);
  if (!complaints.empty()) throw ConfigError(complaints);
  const CustomCode code(access, logging, stop);
  access.cloud->log_in();

  Templates templates;
  integration::OpenPortions open_portions;
  const integration::SyncContext context{.line = line,
                                         .plugins = invocation.plugins,
                                         .logging = logging,
                                         .cloud = *access.cloud,
                                         .batch_size = static_cast<std::size_t>(access.settings.batch_size),
                                         .templates = templates,
                                         .open_portions = open_portions,
                                         .read_configuration = [&] { return read_again(invocation); },
                                         .fetch_secrets = {},
                                         .make_inline_code = [&](const Log& own) { return code.compile(own); }};
  const auto run = [&](const Json& configuration) {
    integration::run_sync(configuration, context, stop);
    give_memory_back();
  };
  integration::Syncs syncs(run, max_syncs_at_once);
  const integration::ShutdownDeadline last_resort(stop, stop_patience, [&] {
    const std::size_t given_up = open_portions.finalize_all(log);
    std::fflush(stdout);
    std::_Exit(given_up == 0 ? all_delivered : something_failed);  // destructors would wait for the threads
  });
  const bool was_stopped = integration::loop(
      *access.cloud, syncs, {.ignore_maintenance = line.ignore_cloud_maintenance}, rate_limited(log), stop);
  if (was_stopped) {
    if (const std::size_t dropped = syncs.drop_waiting(); dropped > 0) {
      log.warning("{} syncs that waited for their turn do not run: the program was told to stop", dropped);
    }
  }
  syncs.finish();
  return was_stopped ? all_delivered : something_failed;
}

}  // namespace

int managed_mode(const Invocation& invocation) {
  return run_logged(invocation, invocation.line.testmode, [&](const Logging& logging, const std::stop_token& stop) {
    return run_managed(invocation, logging, stop);
  });
}

}  // namespace connector
