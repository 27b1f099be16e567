#pragma once

#include "connector/connector.h"
#include "server/message.h"

namespace connector::server {

/// Whether a request presents a secret: as header X-Webhook-Secret, as Authorization: Bearer, or as the password of
/// Basic authentication with any user. Takes the same time for every wrong one.
bool presents(const Head& head, const Secret& secret);

}  // namespace connector::server
