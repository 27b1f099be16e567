#include "meraki_network_devices/pages.h"

#include "connector/pages.h"

namespace connector::meraki_network_devices {
namespace {

/// What stands behind the question mark of an address, with it.
std::string query_of(const std::string& address) {
  const std::size_t mark = address.find('?');
  return mark == std::string::npos ? "" : address.substr(mark, address.find('#', mark) - mark);
}

}  // namespace

std::string next_query(const Response& response, const std::string& first, const std::string& last) {
  if (const auto next = link_of(response, "next")) return query_of(*next);
  if (last.empty() || link_of(response, "first")) return {};
  return first + "&startingAfter=" + percent_encoded(last);
}

}  // namespace connector::meraki_network_devices
