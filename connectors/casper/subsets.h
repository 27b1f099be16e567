#pragma once

#include <string>
#include <vector>

namespace connector::casper {

/// What of a device is asked for: the parts of its record that the mapping, its converters and Python code read, as
/// Jamf Pro names them in an address, "General&Software". Empty when nothing is read: the whole record is wanted then.
/// sources, converters, code: as a Connector has them.
std::string subsets(const std::vector<std::string>& sources, const std::vector<std::string>& converters,
                    const std::string& code);

}  // namespace connector::casper
