#pragma once

#include <memory>
#include <string>
#include <vector>

#include "connector/log.h"

namespace connector {

/// What goes wrong with many records alike. The first record's fault is a line at once; all of one kind together are
/// one line at the end, with their number and three examples. Cheap to copy: copies share what they know. Safe to use
/// from several threads.
class Faults {
 public:
  Faults(Log log);  // NOLINT(google-explicit-constructor): a log for those who have no use for counts

  /// kind: what is wrong, the same for all: "field COST: converter price failed; using null". record: names it: "record
  /// 7". detail: the reason, with values of the record: details that differ in addresses, numbers and quotations alone
  /// are of one kind. count: of how many records it names the first.
  void note(Level level, const std::string& kind, const std::string& record, const std::string& detail = {},
            std::size_t count = 1) const;

  /// A part of the source, with an unknown number of records, that could not be read. part: names it and says why.
  void note_missing_part(const std::string& part) const;

  /// Logs one line for each kind that met several records.
  void report() const;

  /// The first kinds of what is at least an error, each with the number of records that it met: "3 records: …". For
  /// what remembers them; secrets are not blotted out.
  std::vector<std::string> first(std::size_t most) const;

  const Log& log() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace connector
