#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "connector/connector.h"
#include "oomnitza/payload.h"
#include "python/inline_code.h"

namespace connector {

using Batch = std::vector<Record>;

/// Records of which nothing is sent.
struct Counts {
  std::size_t filtered_out = 0;  ///< the record filter dropped it
  std::size_t skipped = 0;       ///< a required field is empty, or nothing is mapped
  std::size_t failed = 0;        ///< the filter raised, or the source could not read it
  /// Values that are null since a converter (its name) raised: of records that are sent.
  std::map<std::string, std::size_t> nulls = {};

  std::size_t records() const { return filtered_out + skipped + failed; }
  Counts& operator+=(const Counts& other);
};

/// A section's record filter, in Python.
struct RecordFilter {
  const InlineCode* code = nullptr;
  const InlineCode::Function* function = nullptr;

  explicit operator bool() const { return function != nullptr; }
};

/// What becomes of records between source and Oomnitza: the filter, then the fields.
class Mapping {
 public:
  virtual ~Mapping() = default;

  /// Appends what is to be sent of a batch to the payload, as JSON text, and counts the records of which nothing is.
  /// Afterwards those records of the batch that have an error are to be sent as they are; they are counted already.
  /// Called by several threads at a time, each with a batch of its own. Throws nothing but Stopped, when code was ended
  /// since the program shuts down: then those that are neither in the payload nor counted are not sent.
  virtual void map(Batch& batch, Payload& payload, Counts& counts) = 0;

  /// The same for rows of a table.
  virtual void map_rows(const Rows& rows, Payload& payload, Counts& counts);

  /// The names of the fields that records are given.
  virtual std::vector<std::string> fields() const = 0;

  /// Warns of names that no record had. Called once, after the last batch of a source that was read to its end, or of
  /// which so many records were read that they stand for all.
  virtual void tell_absent_names() const {}
};

}  // namespace connector
