#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <optional>
#include <stop_token>

#include "app/state_folder.h"
#include "commands/command.h"
#include "integration/integration_job.h"
#include "log/rate_limited.h"
#include "platform/heartbeat.h"
#include "platform/memory.h"
#include "platform/process.h"
#include "platform/service_manager.h"
#include "platform/worker_process.h"
#include "python/template_worker.h"
#include "schedule/loop.h"
#include "schedule/shutdown_deadline.h"
#include "server/health.h"
#include "server/listener.h"
#include "server/metrics_route.h"
#include "text/nearest.h"

namespace connector {
namespace {

constexpr std::size_t max_syncs_at_once = 32;
/// Of asking Oomnitza once what to run, with a large response over a slow line.
constexpr std::chrono::minutes longest_request{35};

constexpr std::chrono::seconds stop_patience{14};  // with what finalizing takes, less than 20 s after SIGTERM

/// Of one record in a record filter, where one integration must not hold up the others; as much as templates have.
constexpr std::chrono::seconds code_time_limit{10};

/// Below which the cloud may have reports stored.
std::filesystem::path reports_folder(const App& app) {
  const std::string& folder = app.cloud_settings().reports_folder;
  return folder.empty() ? app.paths.state / "exports" : std::filesystem::path(folder);
}

integration::IntegrationContext make_context(App& app, WorkerHost& template_workers, OpenPortions& open_portions,
                                             integration::CalledHosts& called_hosts) {
  const std::optional<UrlParts> oomnitza = parse_url(app.cloud_settings().url.value);
  return {.options = {.workers = app.line.workers,
                      .batch_size = static_cast<std::size_t>(app.cloud_settings().batch_size),
                      .save_folder = app.line.save_data ? app.paths.save_data : std::filesystem::path(),
                      .state_folder = app.paths.state,
                      .undelivered_room = app.undelivered_room(),
                      .progress_interval = app.progress_interval()},
          .testmode = app.line.testmode,
          .timing = app.timing(),
          .save_data = app.paths.save_data,
          .reports_folder = reports_folder(app),
          .max_report_size = static_cast<std::uintmax_t>(app.cloud_settings().max_report_size) << 20,
          .reach = {.hosts = app.cloud_settings().allow_hosts,
                    .loopback = oomnitza && is_this_machine(oomnitza->host)},  // a trial on one machine
          .plugins = app.plugins,
          .logging = app.logging(),
          .cloud = app.cloud(),
          .template_workers = template_workers,
          .open_portions = open_portions,
          .called_hosts = called_hosts,
          .history = app.history(),
          .metrics = app.metrics(),
          .observer = app.request_observer(),
          .configuration = [&app] { return app.current_configuration(); },
          .fetch_secrets = app.fetch_secrets(),
          .make_inline_code =
              [&app](const Log& log) {
                Problems problems;
                auto code = app.compile_converters(log, code_time_limit, problems);
                if (!problems.empty()) throw ConfigError(problems);
                return code;
              }};
}

/// The sections of the integrations that the command line names, as "managed.12" or "12". Others become problems.
std::vector<std::string> named_integrations(App& app) {
  std::vector<std::string> known;
  for (const Section& section : app.configuration().sections) {
    if (is_integration(section.name)) known.push_back(section.name);
  }
  std::vector<std::string> named;
  for (const std::string& word : app.line.sections) {
    const std::size_t before = named.size();
    std::copy_if(known.begin(), known.end(), std::back_inserter(named),
                 [&](const std::string& name) { return name == word || name.ends_with("." + word); });
    if (named.size() > before) continue;
    if (app.configuration().find(word) != nullptr) {
      app.problems.emplace_back(word + " is not an integration: connector upload " + word + " runs it");
    } else {
      app.problems.emplace_back(app.configuration().origin + " has no integration \"" + word +
                                "\", that is a section [managed.ID]" + did_you_mean(word, known));
    }
  }
  return named;
}

/// The loop runs on the main thread; its requests show that it lives while Oomnitza is away, too.
RequestObserver count_and_beat(const App& app, Heartbeat& heartbeat) {
  return [count = app.request_observer(), &heartbeat](const std::string& host, int status) {
    if (count) count(host, status);
    if (is_main_thread()) heartbeat.beat();
  };
}

void lock(StateFolder& state, const std::vector<std::string>& integrations) {
  if (integrations.empty()) state.lock("managed");
  for (const std::string& name : integrations) state.lock(name);
}

/// /health and /metrics at the address that --listen names; nothing without it.
std::unique_ptr<server::Listener> listen_if_wanted(App& app) {
  if (!app.line.listen) return nullptr;
  server::Routes routes({server::health_route(app.stop()), server::metrics_route(*app.metrics())});
  auto listener = std::make_unique<server::Listener>(*server::parse_endpoint(*app.line.listen), std::move(routes),
                                                     rate_limited(app.log()));
  app.log().info("listening on {}", listener->url());
  return listener;
}

}  // namespace

void check_managed(const CommandLine& line) {
  if (!line.listen || server::parse_endpoint(*line.listen)) return;
  throw UsageError("--listen needs an address and a port, as in --listen 127.0.0.1:9100");
}

int managed(App& app) {
  app.reopen_logs_on_hangup();
  const std::vector<std::string> only = named_integrations(app);
  app.throw_problems();
  std::optional<StateFolder> state;
  if (!app.line.testmode) state.emplace(app.paths.state);
  const Section* converters = app.configuration().find("converters");
  if (converters != nullptr && !converters->entries.empty()) {
    app.compile_converters(app.log(), code_time_limit, app.problems);
    app.throw_problems();
  }
  if (state && app.line.singleton) lock(*state, only);
  if (app.line.listen) app.keep_metrics();
  const std::unique_ptr<server::Listener> listener = listen_if_wanted(app);
  Heartbeat heartbeat;
  app.cloud().observe(count_and_beat(app, heartbeat));
  app.cloud().log_in();
  app.keep_stores_open();

  WorkerHost template_workers(template_host_word);
  OpenPortions open_portions;
  integration::CalledHosts called_hosts;
  const integration::IntegrationContext context = make_context(app, template_workers, open_portions, called_hosts);
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
  ServiceManager service;
  service.ready();
  service.status("running what Oomnitza orders");
  service.keep_alive([&] { return heartbeat.was_within(longest_request); });
  const std::stop_callback tell_service(stop, [&] { service.stopping(); });
  const bool was_stopped =
      schedule::loop(app.cloud(), syncs, {.ignore_maintenance = app.line.ignore_cloud_maintenance, .only = only},
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
