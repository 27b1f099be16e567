#include <cstdio>
#include <cstdlib>
#include <list>
#include <memory>
#include <optional>

#include "app/section_run.h"
#include "app/state_folder.h"
#include "app/webhook_run.h"
#include "commands/command.h"
#include "commands/mappings.h"
#include "log/rate_limited.h"
#include "platform/wait.h"
#include "schedule/shutdown_deadline.h"
#include "server/health.h"
#include "server/listener.h"
#include "server/section_worker.h"
#include "server/webhooks.h"
#include "state/database_inbox.h"

namespace connector {
namespace {

constexpr std::chrono::seconds longest_stop{45};  // for code that is out of anybody's hands

/// A section that its vendor tells of changes, at work.
struct Served {
  Served(App& app, const Sections& sections, ReadySection& ready, server::Inbox& inbox)
      : runs(app, sections, ready),
        worker(ready.section.name, inbox, [this](const std::vector<std::string>& keys) { return runs.run(keys); },
               {.stop = app.told_to_stop(), .give_up = app.stop()}) {}

  WebhookRuns runs;
  server::SectionWorker worker;
};

const WebhookConnector* webhooks_of(const ReadySection& ready) {
  return dynamic_cast<const WebhookConnector*>(ready.section.connector.get());
}

std::vector<server::WebhookSection> webhook_sections(App& app, Sections& sections) {
  std::vector<server::WebhookSection> found;
  for (const ReadySection& ready : sections.ready()) {
    const std::string& name = ready.section.name;
    if (const WebhookConnector* connector = webhooks_of(ready)) {
      found.push_back({.name = name, .connector = *connector});
    } else {
      app.log().info("section [{}] has no webhooks: connector upload {} runs it", name, name);
    }
  }
  if (!found.empty()) return found;
  throw ConfigError("nothing to wait for: no enabled section in " + app.configuration().origin +
                    " receives webhooks. Enable one of casper");
}

Json health_of(const std::list<Served>& served, const server::Inbox& inbox) {
  Json sections = Json::object();
  for (const Served& section : served) {
    const server::SectionWorker& worker = section.worker;
    sections[worker.section()] = {
        {"waiting", inbox.waiting(worker.section())}, {"done", worker.done()}, {"failed", worker.failed()}};
  }
  return sections;
}

void warn_of_open_door(const App& app, const server::Listener& listener,
                       const std::vector<server::WebhookSection>& sections) {
  if (listener.is_loopback()) return;
  std::string names;
  for (const server::WebhookSection& section : sections) {
    if (section.connector.webhook_secret.empty()) names += (names.empty() ? "[" : ", [") + section.name + "]";
  }
  if (names.empty()) return;
  app.log().warning("{} can be reached from other machines, and anybody can send webhooks to {}: set webhook_secret",
                    listener.url(), names);
}

/// Whether all was worked off.
bool tell_what_is_left(const App& app, const server::Inbox& inbox) {
  const std::map<std::string, std::size_t> left = inbox.left();
  for (const auto& [section, count] : left) {
    app.log().error("section [{}]: {} events were not worked off{}", section, count,
                    app.line.testmode ? "" : "; the next start does that");
  }
  return left.empty();
}

/// Where accepted events are kept; nothing in test mode.
std::unique_ptr<InboxStore> open_store(const App& app) {
  if (app.line.testmode) return nullptr;
  try {
    return std::make_unique<DatabaseInbox>(app.paths.state);
  } catch (const std::exception& error) {
    throw ConfigError(std::string(error.what()));
  }
}

std::unique_ptr<server::Listener> listen(const App& app, server::Routes routes) {
  try {
    return std::make_unique<server::Listener>(
        server::Endpoint{.host = app.line.host.value_or("127.0.0.1"), .port = app.line.port}, std::move(routes),
        rate_limited(app.log()));
  } catch (const server::ListenError& error) {
    throw ConfigError(std::string(error.what()));
  }
}

int work(App& app, Sections& sections) {
  const std::stop_token stop = app.told_to_stop();
  const std::vector<server::WebhookSection> receivers = webhook_sections(app, sections);
  server::Inbox inbox(open_store(app), rate_limited(app.log()));
  std::list<Served> served;
  for (ReadySection& ready : sections.ready()) {
    if (webhooks_of(ready) != nullptr) served.emplace_back(app, sections, ready, inbox);
  }
  const schedule::ShutdownDeadline deadline(stop, longest_stop, [&] {
    tell_what_is_left(app, inbox);
    std::fflush(stdout);
    std::_Exit(something_failed);
  });
  const std::unique_ptr<server::Listener> listener =
      listen(app, server::Routes({server::health_route(stop, [&] { return health_of(served, inbox); }),
                                  server::webhook_route(receivers, inbox, stop, app.log())}));
  warn_of_open_door(app, *listener, receivers);
  for (Served& section : served) section.worker.start();
  app.log().info("listening on {}", listener->url());

  wait_for_stop(stop, {});
  listener->stop_accepting();
  app.log().info("stopping: no new connections are taken, and waiting events are worked off");
  bool has_failed = false;
  for (Served& section : served) {
    section.worker.finish();
    has_failed = has_failed || section.runs.has_failed_lately();
  }
  inbox.close();
  return tell_what_is_left(app, inbox) && !has_failed ? all_delivered : something_failed;
}

}  // namespace

void check_server(const CommandLine& line) {
  constexpr int max_port = 65535;
  if (line.port > max_port) throw UsageError("--port must be 65535 at most");
  if (line.host && line.host->empty()) throw UsageError("--host needs an address");
  if (!line.sections.empty()) {
    throw UsageError("server takes no sections: all that are enabled receive webhooks; what to leave out, disable");
  }
}

int serve(App& app) {
  app.reopen_logs_on_hangup();
  std::optional<StateFolder> state;
  if (!app.line.testmode && !app.line.show_mappings) state.emplace(app.paths.state);
  Sections sections(app, {});
  app.throw_problems();
  if (state) state->lock("server");
  app.cloud().log_in();
  if (app.line.show_mappings) return show_mappings(sections);
  complete_mappings(sections);
  return work(app, sections);
}

}  // namespace connector
