#include <cstdio>

#include "commands/command.h"
#include "config/sample.h"
#include "platform/path.h"

namespace connector {

int generate_ini(const Invocation& invocation) {
  const std::filesystem::path file = invocation.line.ini.value_or("config.ini");
  const std::optional<std::filesystem::path> backup = write_sample_ini(invocation.plugins.all(), file);
  if (backup) std::fprintf(stderr, "the older file is kept as %s\n", shown_path(*backup).c_str());
  std::fprintf(stderr, "wrote %s: fill in [oomnitza] and the sections that you need, and set their enable to True\n",
               shown_path(file).c_str());
  return all_delivered;
}

}  // namespace connector
