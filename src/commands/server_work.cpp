#include "commands/server_work.h"

#include <algorithm>
#include <utility>

#include "log/rate_limited.h"
#include "platform/memory.h"
#include "state/database_inbox.h"
#include "state/history.h"

namespace connector {
namespace {

/// Where accepted events are kept; nothing in test mode.
std::unique_ptr<InboxStore> open_store(const App& app) {
  if (app.line.testmode) return nullptr;
  try {
    return std::make_unique<DatabaseInbox>(app.paths.state);
  } catch (const std::exception& error) {
    throw ConfigError(std::string(error.what()));
  }
}

}  // namespace

ServerWork::Receiver::Receiver(App& app, const Sections& sections, ReadySection& ready, server::Inbox& inbox,
                               RecentFailure& failure)
    : runs(app, sections, ready, failure),
      worker(ready.section.name, inbox, [this](const std::vector<std::string>& keys) { return runs.run(keys); },
             {.stop = app.told_to_stop(), .give_up = app.stop()}) {}

ServerWork::ServerWork(App& app, Sections& sections)
    : app_(app), sections_(sections), inbox_(open_store(app), rate_limited(app.log())) {
  for (ReadySection& ready : sections.ready()) add(ready);
  for (const auto& [section, count] : inbox_.left()) {
    if (receives(section)) continue;
    app_.log().warning("{} events wait for section [{}], which receives none now: they are kept until it does", count,
                       section);
  }
  if (!receivers_.empty() || !scheduled_.empty()) return;
  throw ConfigError("nothing to do: no enabled section in " + app.configuration().origin +
                    " receives webhooks or has a schedule. Enable one of casper, or give a section a schedule, as in "
                    "schedule = daily at 02:30");
}

void ServerWork::add(ReadySection& ready) {
  const std::string& name = ready.section.name;
  const auto* const receiver = dynamic_cast<const WebhookConnector*>(ready.section.connector.get());
  const bool is_scheduled = !ready.section.connector->schedule.empty();
  if (receiver != nullptr) {
    receivers_.emplace_back(app_, sections_, ready, inbox_, failure_);
    webhook_sections_.push_back({.name = name, .connector = *receiver});
  }
  if (is_scheduled) scheduled_.push_back(scheduled(ready));
  if (receiver != nullptr || is_scheduled) return app_.expect_runs_of(name);
  app_.log().info("section [{}] has neither webhooks nor a schedule: connector upload {} runs it", name, name);
}

schedule::Scheduled ServerWork::scheduled(const ReadySection& ready) const {
  const std::string& name = ready.section.name;
  const auto last = app_.history() != nullptr ? app_.history()->last_start(name) : std::nullopt;
  return {.name = name,
          .timetable = schedule::Timetable(ready.section.connector->schedule),
          .last_start = last ? std::optional(std::chrono::floor<std::chrono::seconds>(*last)) : std::nullopt};
}

server::Route ServerWork::webhooks() {
  return server::webhook_route(webhook_sections_, inbox_, app_.told_to_stop(), app_.log());
}

Json ServerWork::health() const {
  Json sections = Json::object();
  for (const Receiver& receiver : receivers_) {
    const server::SectionWorker& worker = receiver.worker;
    sections[worker.section()] = {
        {"waiting", inbox_.waiting(worker.section())}, {"done", worker.done()}, {"failed", worker.failed()}};
  }
  return sections;
}

std::map<std::string, std::size_t> ServerWork::waiting() const {
  std::map<std::string, std::size_t> sizes;
  for (const Receiver& receiver : receivers_) {
    sizes[receiver.worker.section()] = inbox_.waiting(receiver.worker.section());
  }
  return sizes;
}

std::string ServerWork::unprotected() const {
  std::string names;
  for (const server::WebhookSection& section : webhook_sections_) {
    if (section.connector.webhook_secret.empty()) names += (names.empty() ? "[" : ", [") + section.name + "]";
  }
  return names;
}

void ServerWork::start() {
  for (Receiver& receiver : receivers_) receiver.worker.start();
  if (scheduled_.empty()) return;
  scheduler_.emplace(
      scheduled_,
      [this](const std::string& name) {
        if (!run_as_scheduled(app_, name)) failure_.note();
        give_memory_back();
      },
      app_.log(), app_.told_to_stop());
}

bool ServerWork::finish() {
  for (Receiver& receiver : receivers_) receiver.worker.finish();
  if (scheduler_) scheduler_->finish();
  inbox_.close();
  return tell_what_is_left() && !failure_.is_there();
}

bool ServerWork::receives(const std::string& section) const {
  return std::any_of(receivers_.begin(), receivers_.end(),
                     [&](const Receiver& receiver) { return receiver.worker.section() == section; });
}

bool ServerWork::tell_what_is_left() const {
  bool is_all_done = true;
  for (const auto& [section, count] : inbox_.left()) {
    if (!receives(section)) continue;
    is_all_done = false;
    app_.log().error("section [{}]: {} events were not worked off{}", section, count,
                     app_.line.testmode ? "" : "; the next start does that");
  }
  return is_all_done;
}

}  // namespace connector
