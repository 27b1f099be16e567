#include <cstdio>
#include <cstdlib>
#include <optional>
#include <stop_token>
#include <utility>

#include "app/state_folder.h"
#include "commands/command.h"
#include "commands/mappings.h"
#include "commands/server_work.h"
#include "log/rate_limited.h"
#include "platform/service_manager.h"
#include "platform/wait.h"
#include "schedule/shutdown_deadline.h"
#include "server/health.h"
#include "server/listener.h"
#include "server/metrics_route.h"

namespace connector {
namespace {

constexpr std::chrono::seconds longest_stop{45};  // for code that is out of anybody's hands

void warn_of_open_door(const App& app, const server::Listener& listener, const ServerWork& work) {
  const std::string sections = listener.is_loopback() ? "" : work.unprotected();
  if (sections.empty()) return;
  app.log().warning("{} can be reached from other machines, and anybody can send webhooks to {}: set webhook_secret",
                    listener.url(), sections);
}

int work_until_stopped(App& app, Sections& sections) {
  const std::stop_token stop = app.told_to_stop();
  ServerWork work(app, sections);
  const schedule::ShutdownDeadline deadline(stop, longest_stop, [&] {
    work.tell_what_is_left();
    std::fflush(stdout);
    std::_Exit(something_failed);
  });
  app.metrics()->watch_queues([&] { return work.waiting(); });
  const server::Endpoint endpoint{.host = app.line.host.value_or("127.0.0.1"), .port = app.line.port};
  server::Routes routes({server::health_route(stop, [&] { return work.health(); }),
                         server::metrics_route(*app.metrics()), work.webhooks()});
  server::Listener listener(endpoint, std::move(routes), rate_limited(app.log()));
  warn_of_open_door(app, listener, work);
  work.start();
  app.log().info("listening on {}", listener.url());

  ServiceManager service;
  service.ready();
  service.status("listening on " + listener.url());
  service.keep_alive([&] { return listener.is_alive(); });
  wait_for_stop(stop, {});
  service.stopping();
  listener.stop_accepting();
  app.log().info("stopping: no new connections are taken, and waiting events are worked off");
  return work.finish() ? all_delivered : something_failed;
}

}  // namespace

void check_server(const CommandLine& line) {
  constexpr int max_port = 65535;
  if (line.port > max_port) throw UsageError("--port must be 65535 at most");
  if (line.host && line.host->empty()) throw UsageError("--host needs an address");
  if (!line.sections.empty()) {
    throw UsageError("server takes no sections: it serves all that are enabled; what to leave out, disable");
  }
}

int serve(App& app) {
  app.reopen_logs_on_hangup();
  std::optional<StateFolder> state;
  if (!app.line.testmode && !app.line.show_mappings) state.emplace(app.paths.state);
  app.keep_metrics();
  Sections sections(app, {}, app.problems);
  app.throw_problems();
  if (state) state->lock("server", "");
  app.cloud().log_in();
  if (app.line.show_mappings) return show_mappings(sections);
  complete_mappings(sections);
  return work_until_stopped(app, sections);
}

}  // namespace connector
