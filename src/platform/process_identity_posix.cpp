#include "platform/process_identity.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

namespace connector {
namespace {

/// The machine's start and the namespace in which process numbers are counted.
struct Surroundings {
  std::string boot;
  std::string name_space;
  bool operator==(const Surroundings&) const = default;
};

std::string first_line(const std::string& file) {
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  return line;
}

Surroundings surroundings() {
  std::error_code unknown;
  return {.boot = first_line("/proc/sys/kernel/random/boot_id"),
          .name_space = std::filesystem::read_symlink("/proc/self/ns/pid", unknown).native()};
}

/// When it began, in clock ticks since the machine's start (proc(5), stat, field 22); empty when there is no such
/// process, or nothing but what its parent has not fetched of it.
std::string start_of(const std::string& process) {
  const std::string line = first_line("/proc/" + process + "/stat");
  const std::size_t end_of_name = line.rfind(')');  // a name may hold anything
  if (end_of_name == std::string::npos) return {};
  std::istringstream fields(line.substr(end_of_name + 1));
  std::string field;
  for (int number = 3; number <= 22 && fields >> field; ++number) {
    if (number == 3 && (field == "Z" || field == "X")) return {};
  }
  return field;
}

}  // namespace

std::string process_identity() {
  const Surroundings here = surroundings();
  const std::string process = std::to_string(::getpid());
  return here.boot + " " + here.name_space + " " + process + " " + start_of(process);
}

ProcessState state_of_process(const std::string& identity) {
  std::istringstream parts(identity);
  Surroundings there;
  std::string process;
  std::string start;
  if (!(parts >> there.boot >> there.name_space >> process >> start)) return ProcessState::unknown;
  const Surroundings here = surroundings();
  if (there.boot != here.boot) return ProcessState::gone;
  if (there != here) return ProcessState::unknown;
  return start_of(process) == start ? ProcessState::running : ProcessState::gone;
}

}  // namespace connector
