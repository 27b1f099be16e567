// How pages of Meraki's lists name the next one.
#pragma once

#include <string>

#include "connector/http.h"

namespace connector::meraki_network_devices {

/// The query of the page behind a response's: that of its Link header, of which only the query counts; without such a
/// header the first page's with the last entry's id. Empty behind the last page. last: empty when that entry has no id.
std::string next_query(const Response& response, const std::string& first, const std::string& last);

}  // namespace connector::meraki_network_devices
