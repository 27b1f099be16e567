#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connector/json.h"

namespace connector {

/// What all payloads of one portion have in common: the fields of POST /api/v3/bulk beside the records and their error.
struct PayloadEnvelope {
  std::string portion;
  std::string connector_name;  ///< in upload mode: the plugin's mapping name
  Json connector_id;           ///< in managed mode, instead of the name
  std::string data_type;       ///< assets, users
  std::vector<std::string> sync_field;
  bool insert_only = false;
  bool update_only = false;
  bool test_run = false;
  Json multi_str_input_value;

  /// The body of a request. records: JSON texts of records separated by commas. error: null or a string. error_type:
  /// empty, or the kind of an error that ends the run.
  std::string body(std::string_view records, const Json& error = nullptr, std::string_view error_type = {}) const;
};

/// Mapped records on their way to the cloud, as the JSON text that will be sent: it can be cut without parsing.
class Payload {
 public:
  /// Adds a record. append: called with the text so far; appends the record's JSON and returns true, or returns false,
  /// or throws: then the payload is as before. Returns what it returned.
  template <class Append>
  bool add(Append append) {
    const std::size_t end = text_.size();
    try {
      if (!ends_.empty()) text_ += ',';
      if (append(text_)) {
        ends_.push_back(text_.size());
        return true;
      }
    } catch (...) {
      text_.resize(end);
      throw;
    }
    text_.resize(end);
    return false;
  }

  std::size_t size() const { return ends_.size(); }
  bool empty() const { return ends_.empty(); }
  std::size_t bytes() const { return text_.size(); }

  /// The records' strings separated by commas; those from `begin` up to, and without, `end`.
  const std::string& records() const { return text_; }
  std::string_view records(std::size_t begin, std::size_t end) const;

  /// Takes records off the front: `count` of them, or fewer if their text is longer than max_bytes, but at least one.
  Payload take(std::size_t count, std::size_t max_bytes);

  /// Adds all records of another payload.
  void append(const Payload& other);

 private:
  Payload slice(std::size_t begin, std::size_t end) const;

  std::string text_;
  std::vector<std::size_t> ends_;
};

/// A new random UUID, version 4 (RFC 9562).
std::string random_uuid();

}  // namespace connector
