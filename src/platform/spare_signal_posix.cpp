#include <signal.h>

#include "platform/spare_signal.h"

namespace connector {

/// The last of those that are free for any use (signal(7)).
int spare_signal() {
  return SIGRTMAX;
}

struct KeptSignalHandlers::Handlers {
  struct sigaction interrupt {};
  struct sigaction spare {};
};

KeptSignalHandlers::KeptSignalHandlers() : handlers_(std::make_unique<Handlers>()) {
  sigaction(SIGINT, nullptr, &handlers_->interrupt);
  sigaction(spare_signal(), nullptr, &handlers_->spare);
}

KeptSignalHandlers::~KeptSignalHandlers() {
  sigaction(spare_signal(), &handlers_->spare, nullptr);
  sigaction(SIGINT, &handlers_->interrupt, nullptr);
}

}  // namespace connector
