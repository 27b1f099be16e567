#pragma once

#include <string>

#include "integration/definition.h"
#include "oomnitza/oomnitza.h"
#include "sync/listener.h"

namespace connector::integration {

/// Tells Oomnitza how a sync of an integration ended that delivered no portion.
class CloudListener final : public SyncListener {
 public:
  /// portion: the sync's, which correlates what is told.
  CloudListener(Identity identity, std::string portion, Log log)
      : identity_(std::move(identity)), portion_(std::move(portion)), log_(std::move(log)) {}

  /// Whom to tell; nobody (nullptr) in test mode. Outlives the listener.
  void tell(const Oomnitza* cloud) { cloud_ = cloud; }
  void identify_as(Identity identity) { identity_ = std::move(identity); }

  void ended(const Summary& summary) override;

  /// The sync failed before it could begin.
  void failed(const std::string& error) const;

 private:
  void add_ready_portion(const Json& body) const;

  Identity identity_;
  const std::string portion_;
  const Log log_;
  const Oomnitza* cloud_ = nullptr;
};

}  // namespace connector::integration
