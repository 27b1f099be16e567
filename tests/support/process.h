#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace connector::test {

/// A program that was started; standard output and standard error go to one file, standard input is empty. It is killed
/// when it still runs at destruction.
class Process {
 public:
  struct Start {
    std::vector<std::string> command;                     ///< the program (looked up in PATH) and its arguments
    std::filesystem::path folder;                         ///< its working folder
    std::filesystem::path output;                         ///< appended to
    std::map<std::string, std::string> environment = {};  ///< beside this process's own
  };

  /// Throws std::runtime_error when the program cannot be started.
  explicit Process(const Start& start);
  ~Process();
  Process(Process&& other) noexcept;
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  /// The exit code, 128 + N for signal N; nothing when it still runs after that time.
  std::optional<int> wait(std::chrono::milliseconds longest);
  void send_signal(int number);
  pid_t id() const { return id_; }

 private:
  pid_t id_ = -1;
  int handle_ = -1;  // readable when the process has ended
  std::optional<int> exit_code_;
};

}  // namespace connector::test
