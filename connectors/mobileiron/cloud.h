// Devices of MobileIron Cloud, today Ivanti Neurons for MDM, by its API 1.
#pragma once

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "connector/connector.h"

namespace connector::mobileiron_cloud {

/// A setting that names partitions: All, one name, or a JSON list of names.
struct Partitions {
  bool all = false;
  std::vector<std::string> names;

  bool contain(const Json& name) const { return all || std::find(names.begin(), names.end(), name) != names.end(); }
};
void parse_setting(const std::string& text, Partitions& value);

/// Which devices are read.
struct Selection {
  Partitions partitions;
  std::optional<std::chrono::seconds> last_check_in = {};  ///< at most so long ago; nothing: whenever it was
};

/// Reads the devices of the partitions, those of Windows with their hardware. Throws SourceError when the list of
/// partitions cannot be read; what fails later ends a partition.
void read(const Connector& source, const Emit& emit, const Url& url, const Selection& selection, int page_size);

}  // namespace connector::mobileiron_cloud
