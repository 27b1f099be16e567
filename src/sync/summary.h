#pragma once

#include <cstddef>
#include <string>

namespace connector {

/// What became of a section's records: each one pulled ends in exactly one of the five counts below it.
struct Summary {
  std::size_t pulled = 0;
  std::size_t delivered = 0;
  std::size_t filtered_out = 0;   ///< the record filter dropped it
  std::size_t left_out = 0;       ///< a required field is empty, or nothing is mapped
  std::size_t failed = 0;         ///< the filter raised, or the source gave it with an error
  std::size_t undelivered = 0;    ///< the cloud did not take it
  std::size_t not_sent = 0;       ///< the run was canceled in the cloud before it went out
  std::size_t parts_missing = 0;  ///< parts of the source that could not be read, with an unknown number of records
  bool canceled = false;
  bool interrupted = false;  ///< by a signal
  std::string error;         ///< why the section failed, empty when it did not

  Summary& operator+=(const Summary& counts);
  bool succeeded() const {
    return error.empty() && failed == 0 && undelivered == 0 && parts_missing == 0 && !interrupted;
  }
  /// "1200 pulled, 3 filtered out, 0 left out, 0 failed, 1197 delivered"
  std::string text() const;
};

}  // namespace connector
