#include <utility>

#include "connector/connector.h"
#include "platform/memory.h"

namespace connector {

Secret::Secret(Secret&& other) noexcept : value(std::move(other.value)) {
  wipe(other.value);
}

Secret& Secret::operator=(Secret other) noexcept {
  value.swap(other.value);
  return *this;
}

Secret::~Secret() {
  wipe(value);
}

}  // namespace connector
