#pragma once

#include <filesystem>

#include "state/database.h"
#include "state/inbox_store.h"

namespace connector {

/// Events in the table inbox of state.db. They outlive the process (kill -9) and a power cut: a vendor that was told
/// 204 does not send an event again. Each update is written through to the disk.
class DatabaseInbox final : public InboxStore {
 public:
  /// Throws std::runtime_error.
  explicit DatabaseInbox(const std::filesystem::path& state_folder)
      : database_(state_folder / state_file_name, {.durability = Database::Durability::power}) {}

  std::vector<InboxEvent> load() override;
  void update(const std::vector<InboxEvent>& added, const std::vector<std::int64_t>& removed) override;

 private:
  Database database_;
};

}  // namespace connector
