// Processes of this program that do for it what it does not trust: a host is started once, prepares what all of them
// need, and makes each of them by fork, which takes a millisecond.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "platform/channel.h"

namespace connector {

/// A worker process, as long as this lives.
class WorkerProcess {
 public:
  ~WorkerProcess();
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  Channel& channel() { return channel_; }

  /// Ends it now. How it had ended before, in words ("crashed (Segmentation fault)"); empty when it had not.
  std::string end();

 private:
  friend class WorkerHost;
  struct Control;
  WorkerProcess(Channel channel, int number, std::shared_ptr<Control> control);

  Channel channel_;
  int number_;
  std::shared_ptr<Control> control_;
};

/// Where they come from. Thread-safe.
class WorkerHost {
 public:
  /// program: is started with `word` as its only argument, when the first worker is asked for; its main() calls
  /// serve_as_host(). By default this program's own file. It gets no open file and no environment variable but those
  /// that its libraries need.
  explicit WorkerHost(std::string word, std::filesystem::path program = "/proc/self/exe");
  ~WorkerHost();
  WorkerHost(const WorkerHost&) = delete;
  WorkerHost& operator=(const WorkerHost&) = delete;

  /// A new worker. Throws std::system_error when the system does not allow it.
  std::unique_ptr<WorkerProcess> start();

 private:
  const std::string word_;
  const std::filesystem::path program_;
  std::mutex mutex_;
  std::shared_ptr<WorkerProcess::Control> control_;
};

/// What a host does besides waiting, in its only thread.
struct HostWork {
  std::function<void()> before_fork;
  std::function<void(bool is_worker)> after_fork;
  /// In a worker, until its other side is gone.
  std::function<void(Channel&)> work;
};

/// Makes workers until the program that started this one is gone; then all of them end. A worker returns from here,
/// too, when its work has ended.
void serve_as_host(const HostWork& work);

}  // namespace connector
