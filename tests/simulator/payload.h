#pragma once

#include <stdexcept>
#include <string>

#include "connector/json.h"

namespace connector::simulator {

/// A payload does not have the shape that the cloud documents; what() says which field and what must stand there.
class BadPayload : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Checks the body of POST /api/v3/bulk field by field. Throws BadPayload.
void check_payload(const Json& payload);

/// The same for POST /api/v3/bulk/SERVICE/add_ready_portion.
void check_ready_portion(const Json& body);

}  // namespace connector::simulator
