// The software of devices: which of it counts, and where its managed part comes from.
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

#include "airwatch/uem.h"

namespace connector::uem {

/// A Uuid is a string, or an object that has it as Value. Empty when there is none.
std::string uuid_of(const Json& item);

/// Which software counts, and what records hold of it.
struct SoftwareRules {
  bool ignore_apple = false;
  bool default_versioning = false;

  bool counts(const Json& bundle_id) const;

  /// An entry of a record's software, from the members of these names.
  Json entry(const Json& row, const char* name, const char* version, const char* bundle_id) const;
};

/// The applications that the organization manages, and on which devices they are installed.
class ManagedSoftware {
 public:
  ManagedSoftware(const Connector& source, std::string url, int page_size, SoftwareRules rules)
      : source_(source), url_(std::move(url)), page_size_(page_size), rules_(rules) {}

  /// Reads it all: to be called before the rest.
  void read(const Emit& emit);

  /// What of it a device has, in the order of the applications.
  Json of_device(const std::string& uuid) const;

 private:
  struct Application {
    std::string uuid;
    Json entry;                              ///< as records have it
    std::vector<std::string> versions = {};  ///< in which it is installed, if they are others
  };

  void read_applications(const Emit& emit);
  void read_devices(const Emit& emit);
  /// A device that has an application, and in which version; empty: as the application says.
  struct Installation {
    std::string device;
    std::string version;
  };
  std::vector<Installation> devices_of(const std::string& application) const;
  void add(std::uint32_t application, const Installation& installation);

  const Connector& source_;
  const std::string url_;
  const int page_size_;
  const SoftwareRules rules_;
  std::vector<Application> applications_;
  /// An application's number, and the number of its version, 0 for the application's own.
  using Installed = std::pair<std::uint32_t, std::uint32_t>;
  std::unordered_map<std::string, std::vector<Installed>> devices_;  ///< by the device, in lower case
};

}  // namespace connector::uem
