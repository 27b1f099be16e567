// What Jamf Pro tells of by its webhooks (developer.jamf.com, "Webhooks").
#pragma once

#include <string_view>

#include "connector/webhooks.h"

namespace connector::casper {

/// The device that an event is about, if it is of the kind that a section brings. The key is its id. of_mobile_devices:
/// what the section brings, else computers.
Notice read_event(const WebhookEvent& event, bool of_mobile_devices);

}  // namespace connector::casper
