#include "version.h"

#include <fmt/format.h>

#include <cstdio>

#include "app/built_with.h"
#include "app/libraries.h"
#include "commands/command.h"
#include "connector/json.h"
#include "platform/library.h"

namespace connector {
namespace {

Json details() {
  Json can = Json::object();
  for (const Feature& feature : features()) can[std::string(feature.name)] = missing_library(feature.library).empty();
  Json versions = Json::object();
  for (const Library& library : libraries()) versions[std::string(library.name)] = library.version;
  return {{"product", "connector"},
          {"version", product_version},
          {"protocol", protocol_version},
          {"build",
           {{"type", built_with::type},
            {"compiler", built_with::compiler},
            {"system", built_with::system},
            {"commit", built_with::commit}}},
          {"features", can},
          {"libraries", versions}};
}

std::string licenses() {
  std::string text = fmt::format("{:<14}  {:<13}  {}\n", "connector", product_version, "Apache-2.0");
  for (const Library& library : libraries()) {
    text += fmt::format("{:<14}  {:<13}  {}\n", library.name, library.version, library.license);
  }
  return text;
}

}  // namespace

int version(const Invocation& invocation) {
  const CommandLine& line = invocation.line;
  std::string text = fmt::format("connector {} (protocol {})\n", product_version, protocol_version);
  if (line.json) text = to_text(details(), 2) + "\n";
  if (line.licenses) text = licenses();
  std::fputs(text.c_str(), stdout);
  return all_delivered;
}

void check_version(const CommandLine& line) {
  if (line.json && line.licenses) throw UsageError("--json and --licenses exclude each other");
}

}  // namespace connector
