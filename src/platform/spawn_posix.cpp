#include "platform/spawn_posix.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <system_error>

namespace connector {
namespace {

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

}  // namespace

SpawnSettings::SpawnSettings() {
  posix_spawn_file_actions_init(&files_);
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    posix_spawn_file_actions_addopen(&files_, stream, "/dev/null", O_RDWR, 0);
  posix_spawnattr_init(&attributes_);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes_, &none);
  posix_spawnattr_setpgroup(&attributes_, 0);
}

SpawnSettings::~SpawnSettings() {
  posix_spawn_file_actions_destroy(&files_);
  posix_spawnattr_destroy(&attributes_);
}

void SpawnSettings::pass(const Descriptor& descriptor, int number) {
  posix_spawn_file_actions_adddup2(&files_, descriptor.number(), number);
  highest_ = std::max(highest_, number);
}

void SpawnSettings::end_by_broken_pipes() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes_, &signals);
  flags_ |= POSIX_SPAWN_SETSIGDEF;
}

pid_t SpawnSettings::spawn(const std::filesystem::path& program, std::vector<std::string> arguments,
                           std::vector<std::string> environment, const std::string& what) {
  posix_spawn_file_actions_addclosefrom_np(&files_, highest_ + 1);
  posix_spawnattr_setflags(&attributes_, flags_);
  pid_t process = 0;
  const int error = ::posix_spawnp(&process, program.c_str(), &files_, &attributes_, pointers(arguments).data(),
                                   pointers(environment).data());
  if (error != 0) throw std::system_error(error, std::generic_category(), what);
  return process;
}

}  // namespace connector
