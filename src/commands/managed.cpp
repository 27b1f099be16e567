#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "commands/command.h"
#include "integration/integration_job.h"
#include "log/rate_limited.h"
#include "platform/memory.h"
#include "schedule/loop.h"
#include "schedule/shutdown_deadline.h"

namespace connector {
namespace {

constexpr std::size_t max_syncs_at_once = 32;
constexpr std::chrono::seconds stop_patience{14};  // with what finalizing takes, less than 20 s after SIGTERM

/// Of one record in a record filter, where one integration must not hold up the others; as much as templates have.
constexpr std::chrono::seconds code_time_limit{10};

integration::IntegrationContext make_context(App& app, Templates& templates, OpenPortions& open_portions) {
  return {.options = {.workers = app.line.workers,
                      .batch_size = static_cast<std::size_t>(app.cloud_settings().batch_size),
                      .save_folder = app.line.save_data ? app.paths.save_data : std::filesystem::path(),
                      .state_folder = app.paths.state},
          .testmode = app.line.testmode,
          .save_data = app.paths.save_data,
          .plugins = app.plugins,
          .logging = app.logging(),
          .cloud = app.cloud(),
          .templates = templates,
          .open_portions = open_portions,
          .read_configuration = [&app] { return app.reread_configuration(); },
          .fetch_secrets = {},
          .make_inline_code =
              [&app](const Log& log) {
                Problems problems;
                auto code = app.compile_converters(log, code_time_limit, problems);
                if (!problems.empty()) throw ConfigError(problems);
                return code;
              }};
}

}  // namespace

int managed(App& app) {
  app.throw_problems();
  const Section* converters = app.configuration().find("converters");
  if (converters != nullptr && !converters->entries.empty()) {
    app.compile_converters(app.log(), code_time_limit, app.problems);
    app.throw_problems();
  }
  app.cloud().log_in();

  Templates templates;
  OpenPortions open_portions;
  const integration::IntegrationContext context = make_context(app, templates, open_portions);
  const std::stop_token stop = app.stop();
  schedule::Syncs syncs(
      [&](const Json& configuration) {
        integration::run_integration(configuration, context, stop);
        give_memory_back();  // what a large response took, not only to the next large response
      },
      max_syncs_at_once);
  const schedule::ShutdownDeadline deadline(stop, stop_patience, [&] {
    const std::size_t given_up = open_portions.finalize_all(app.log());
    std::fflush(stdout);
    std::_Exit(given_up == 0 ? all_delivered : something_failed);  // destructors would wait for the threads
  });
  const bool was_stopped = schedule::loop(app.cloud(), syncs, {.ignore_maintenance = app.line.ignore_cloud_maintenance},
                                          rate_limited(app.log()), stop);
  if (was_stopped) {
    if (const std::size_t dropped = syncs.drop_waiting(); dropped > 0) {
      app.log().warning("{} syncs that were waiting for their turn did not run: shutting down", dropped);
    }
  }
  syncs.finish();
  return was_stopped ? all_delivered : something_failed;
}

}  // namespace connector
