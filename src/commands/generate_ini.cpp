#include <cstdio>

#include "commands/command.h"
#include "config/sample.h"
#include "config/source.h"

namespace connector {

int generate_ini(const Invocation& invocation) {
  const std::filesystem::path file =
      default_ini_path({.ini = invocation.line.ini, .env_file = {}, .program_folder = invocation.program_folder});
  write_sample_ini(invocation.plugins, file);
  std::fprintf(stderr,
               "%s is written: fill in [oomnitza] and the sections that you need, and set their enable to True\n",
               file.c_str());
  return all_delivered;
}

}  // namespace connector
