#include "simulator/faults.h"

#include <algorithm>
#include <stdexcept>

namespace connector::simulator {

Fault parse_fault(const Json& description) {
  if (!description.is_object()) throw std::invalid_argument("a fault must be a JSON object");
  Fault fault;
  try {
    for (auto& [key, value] : description.items()) {
      if (key == "method")
        fault.method = value.get<std::string>();
      else if (key == "path")
        fault.path = value.get<std::string>();
      else if (key == "calls")
        fault.calls = value.get<std::size_t>();
      else if (key == "status")
        fault.status = value.get<int>();
      else if (key == "body")
        fault.body = value.get<std::string>();
      else if (key == "retry_after")
        fault.retry_after = value.is_string() ? value.get<std::string>() : to_text(value);
      else if (key == "delay_ms")
        fault.delay = std::chrono::milliseconds(value.get<int>());
      else if (key == "drop")
        fault.status = value.get<bool>() ? 0 : fault.status;
      else if (key == "truncate")
        fault.truncated = value.get<bool>();
      else
        throw std::invalid_argument("a fault has no " + key);
    }
  } catch (const Json::exception& error) {
    throw std::invalid_argument(std::string("a fault cannot be read: ") + error.what());
  }
  if (fault.truncated && !description.contains("status")) fault.status = 200;
  return fault;
}

void Faults::add(Fault fault) {
  std::lock_guard lock(mutex_);
  faults_.push_back(std::move(fault));
}

void Faults::clear() {
  std::lock_guard lock(mutex_);
  faults_.clear();
}

std::optional<Fault> Faults::take(const Request& request) {
  std::lock_guard lock(mutex_);
  auto found = std::ranges::find_if(faults_, [&](const Fault& fault) {
    return fault.calls > 0 && (fault.method.empty() || fault.method == request.method) &&
           request.path.starts_with(fault.path);
  });
  if (found == faults_.end()) return {};
  Fault fault = *found;
  if (--found->calls == 0) faults_.erase(found);
  return fault;
}

}  // namespace connector::simulator
