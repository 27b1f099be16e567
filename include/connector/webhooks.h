// What sources have in common whose vendor tells which records have changed.
#pragma once

#include <string>
#include <vector>

#include "connector/connector.h"

namespace connector {

/// An event as it came from the network: any text, any values.
struct WebhookEvent {
  std::string name;     ///< what the vendor calls it: "ComputerAdded"
  const Json& details;  ///< an object
};

/// What an event means for a section: a record to read, or none.
struct Notice {
  std::string key;              ///< of the record; empty: the event is not wanted
  std::string unwanted = {};    ///< why it is not
  bool is_misdirected = false;  ///< not wanted, and somebody should know: it is meant for another section
};

/// Base of a source that `connector server` tells of events.
class WebhookConnector : public Connector {
 public:
  Secret webhook_secret;     ///< that who sends events must present; empty: none
  int webhook_max_body = 0;  ///< bytes
  int webhook_queue = 0;     ///< events that may wait

  /// What an event means for this section. Called at any time, also while read_records() runs.
  virtual Notice receive(const WebhookEvent& event) const = 0;

  /// Reads the records whose keys receive() gave. A record that is gone is none and no failure. Called again and again
  /// once authenticate() has succeeded, on one thread at a time; what it throws ends this reading alone.
  virtual void read_records(const std::vector<std::string>& keys, const Emit& emit) = 0;
};

/// The settings of such a source, for its plugin.
std::vector<Setting> webhook_settings();

}  // namespace connector
