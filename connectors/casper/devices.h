// The devices of a Jamf Pro server, by either of its APIs.
#pragma once

#include <string>
#include <vector>

#include "connector/pages.h"

namespace connector::casper {

/// Which devices are brought.
struct DeviceQuery {
  std::string url;                    ///< of the server
  bool of_computers = true;           ///< else of mobile devices
  std::string group;                  ///< brings the members of this group; empty: all
  int page_size = 0;                  ///< of the inventory API
  std::vector<std::string> ids = {};  ///< brings these devices, as far as there are such; none: all
};

/// By the Classic API, which has a list of ids and a page for each device. Hands over the devices, each with the
/// subsets that the mapping reads; all of them where code may read more.
void read_classic(const Connector& source, const DeviceQuery& query, const Emit& emit);

/// By the inventory API (`api = pro`), which brings many devices with all their parts in one answer, groups of
/// computers alone. Hands over the devices, each with the sections that the mapping reads; all of them where code may
/// read more. Throws SourceError when fewer came than Jamf Pro counts.
void read_inventory(const Connector& source, const DeviceQuery& query, const Emit& emit);

}  // namespace connector::casper
