#include "commands/mappings.h"

#include <cstdio>

#include "commands/command.h"

namespace connector {

int show_mappings(Sections& sections) {
  int exit_code = sections.all_can_run() ? all_delivered : something_failed;
  for (ReadySection& ready : sections.ready()) {
    try {
      const std::string text = to_text(sections.merged_mapping(ready), 2);
      std::printf("%s Mappings\n%s\n", ready.section.name.c_str(), text.c_str());
    } catch (const SourceError& error) {
      ready.section.connector->log.error("could not fetch its mapping: {}", error.what());
      exit_code = something_failed;
    }
  }
  return exit_code;
}

void complete_mappings(Sections& sections) {
  Problems problems;
  for (ReadySection& ready : sections.ready()) {
    if (!ready.needs_cloud_mapping) continue;
    try {
      ready.specifications = sections.merged_mapping(ready);
    } catch (const ConfigError& error) {
      problems.insert(problems.end(), error.problems().begin(), error.problems().end());
    } catch (const SourceError&) {
      continue;  // the section's own failure, reported when its turn comes
    }
  }
  if (!problems.empty()) throw ConfigError(problems);
}

}  // namespace connector
