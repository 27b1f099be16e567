#pragma once

#include <map>
#include <mutex>
#include <string>

namespace connector::integration {

/// Which hosts the integrations have called, so that each is told once in the time of the program. Safe to use from
/// several threads.
class CalledHosts {
 public:
  void note(const std::string& section, const std::string& host);

  /// The hosts of the section that were not told yet, separated by commas; from now on they are. Empty: none.
  std::string take_news(const std::string& section);

 private:
  std::mutex mutex_;
  std::map<std::string, std::map<std::string, bool>> hosts_;  ///< section -> host -> whether it was told
};

}  // namespace connector::integration
