#pragma once

#include <list>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/server_runs.h"
#include "schedule/scheduler.h"
#include "server/inbox.h"
#include "server/section_worker.h"
#include "server/webhooks.h"

namespace connector {

/// What `connector server` does with its sections: those that receive webhooks are told of events, those with a
/// schedule run when it is their time.
class ServerWork {
 public:
  /// Both outlive it. Throws ConfigError when there is nothing to do.
  ServerWork(App& app, Sections& sections);

  server::Route webhooks();
  /// {"casper": {"waiting": 0, "done": 12, "failed": 0}}
  Json health() const;

  /// How many events wait, by section.
  std::map<std::string, std::size_t> waiting() const;

  /// Sections to whose webhooks anybody may send, as "[casper], [casper.1]"; empty: none.
  std::string unprotected() const;

  /// Begins to work off events, and to run what is due.
  void start();

  /// Waits until what was begun has ended, after a stop. Whether all was worked off and delivered.
  bool finish();

  /// Logs how many events were not worked off. Whether there were none. Any thread may ask.
  bool tell_what_is_left() const;

 private:
  /// A section that its vendor tells of changes.
  struct Receiver {
    Receiver(App& app, const Sections& sections, ReadySection& ready, server::Inbox& inbox, RecentFailure& failure);

    WebhookRuns runs;
    server::SectionWorker worker;
  };

  void add(ReadySection& ready);
  bool receives(const std::string& section) const;
  schedule::Scheduled scheduled(const ReadySection& ready) const;

  App& app_;
  Sections& sections_;
  RecentFailure failure_;
  server::Inbox inbox_;
  std::list<Receiver> receivers_;
  std::vector<server::WebhookSection> webhook_sections_;
  std::vector<schedule::Scheduled> scheduled_;
  std::optional<schedule::Scheduler> scheduler_;  ///< last: its runs use the others
};

}  // namespace connector
