#include "version.h"

#include <cstdio>

#include "commands/command.h"

namespace connector {

int version(const Invocation&) {
  std::printf("connector %s (protocol %s)\n", product_version.data(), protocol_version.data());
  return all_delivered;
}

}  // namespace connector
