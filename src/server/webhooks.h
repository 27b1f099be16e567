#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "connector/webhooks.h"
#include "server/inbox.h"
#include "server/routes.h"

namespace connector::server {

/// A section that its vendor tells of changes.
struct WebhookSection {
  std::string name;
  const WebhookConnector& connector;  ///< outlives the route
};

/// The route by which vendors tell: the last part of the path names the section, the body is
/// {"webhook": {"webhookEvent": NAME}, "event": {…}}. An event that the section wants goes into the inbox (which
/// outlives the route) before it is answered. stop: from then on events are refused.
Route webhook_route(std::vector<WebhookSection> sections, Inbox& inbox, const std::stop_token& stop, const Log& log);

}  // namespace connector::server
