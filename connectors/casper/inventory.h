// Jamf Pro's inventory API (`api = pro`), which brings many devices with all their parts in one answer.
#pragma once

#include <string>
#include <vector>

#include "connector/pages.h"

namespace connector::casper {

struct InventoryQuery {
  std::string url;           ///< of the server
  bool of_computers = true;  ///< else of mobile devices
  std::string group;         ///< computers only: brings the members of this group; empty: all
  int page_size = 0;
  std::vector<std::string> ids = {};  ///< brings these devices, as far as there are such; none: all
};

/// Hands over the devices, each with the sections that the mapping reads; all of them where code may read more. Throws
/// SourceError when fewer came than Jamf Pro counts.
void read_inventory(const Connector& source, const InventoryQuery& query, const Emit& emit);

}  // namespace connector::casper
