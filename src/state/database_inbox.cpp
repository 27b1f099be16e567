#include "state/database_inbox.h"

namespace connector {

std::vector<InboxEvent> DatabaseInbox::load() {
  std::vector<InboxEvent> events;
  Database::Statement select(database_, "SELECT number, section, key FROM inbox ORDER BY number");
  while (select.step()) {
    events.push_back({.number = select.number(0), .section = select.text(1), .key = select.text(2)});
  }
  return events;
}

void DatabaseInbox::update(const std::vector<InboxEvent>& added, const std::vector<std::int64_t>& removed) {
  Database::Transaction transaction(database_);
  Database::Statement insert(database_, "INSERT OR REPLACE INTO inbox (number, section, key) VALUES (?, ?, ?)");
  for (const InboxEvent& event : added) insert.bind(event.number).bind(event.section).bind(event.key).run();
  Database::Statement remove(database_, "DELETE FROM inbox WHERE number = ?");
  for (const std::int64_t number : removed) remove.bind(number).run();
  transaction.commit();
}

}  // namespace connector
