#pragma once

#include <memory>

namespace connector {

/// The number of a signal that the system leaves to programs. Nobody sends it to this one.
int spare_signal();

/// At the end of its life the process handles SIGINT and spare_signal() as at its beginning.
class KeptSignalHandlers {
 public:
  KeptSignalHandlers();
  ~KeptSignalHandlers();
  KeptSignalHandlers(const KeptSignalHandlers&) = delete;
  KeptSignalHandlers& operator=(const KeptSignalHandlers&) = delete;

 private:
  struct Handlers;
  std::unique_ptr<Handlers> handlers_;
};

}  // namespace connector
