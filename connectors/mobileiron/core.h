// Devices of MobileIron Core, today Ivanti EPMM, by its API 2.
#pragma once

#include <string>

#include "connector/connector.h"

namespace connector::mobileiron_core {

/// Reads the devices of all device spaces that the user administers. Throws SourceError when the list of spaces or the
/// fields of the first one cannot be read; what fails later ends a space.
void read(const Connector& source, const Emit& emit, const Url& url, int page_size);

}  // namespace connector::mobileiron_core
