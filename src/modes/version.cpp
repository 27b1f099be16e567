#include "version.h"

#include <cstdio>

#include "modes/mode.h"

namespace connector {

int version(const Invocation&) {
  std::printf("connector %s (protocol %s)\n", product_version.data(), protocol_version.data());
  return all_delivered;
}

}  // namespace connector
