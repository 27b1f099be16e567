// What the tests of the whole program share.
#pragma once

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "simulator/simulator.h"
#include "support/process.h"
#include "support/temporary_folder.h"

namespace connector::test {

/// Counts what is under way at the same time, and lets it wait for each other.
class Meeting {
 public:
  /// Waits until so many are here, or so long that they never will be.
  void join(int expected) {
    std::unique_lock lock(mutex_);
    most_ = std::max(most_, ++present_);
    changed_.notify_all();
    changed_.wait_for(lock, std::chrono::seconds(20), [&] { return most_ >= expected; });
    --present_;
  }

  /// The most that were here at the same time.
  int most() const {
    const std::lock_guard lock(mutex_);
    return most_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  int present_ = 0;
  int most_ = 0;
};

/// Runs the program in a folder of its own against an Oomnitza of its own.
class ProgramTest : public testing::Test {
 protected:
  static constexpr std::chrono::seconds longest{60};  ///< for what must happen at some time

  TemporaryFolder folder;  ///< the working folder
  simulator::Simulator oomnitza;

  /// Writes config.ini: [oomnitza], then this text.
  void configure(const std::string& sections) const { configure(sections, oomnitza.url()); }
  void configure(const std::string& sections, const std::string& url) const {
    folder.write("config.ini", "[oomnitza]\nurl = " + url + "\napi_token = api-token\n\n" + sections);
  }

  /// A section of CSV files, which sends a field SERIAL.
  static std::string csv_section(const std::string& more = "") {
    return "[csv_assets]\nenable = True\nfilename = assets.csv\nsync_field = SERIAL\nuse_server_map = False\n"
           "mapping.SERIAL = Serial\n" +
           more;
  }

  /// assets.csv with the serial numbers S0, S1 …
  void write_assets(int count) const {
    std::string text = "Serial\n";
    for (int i = 0; i < count; ++i) text += "S" + std::to_string(i) + "\n";
    folder.write("assets.csv", text);
  }

  /// Standard output and standard error go to files of their own, stdout and stderr; those of an earlier run are gone.
  Process start(const std::vector<std::string>& arguments) const {
    return start_by(R"(umask 0; exec "$0" "$@" >stdout 2>stderr)", arguments);
  }

  /// Started by a line of shell, which finds the program in $0.
  Process start_by(const std::string& shell, const std::vector<std::string>& arguments) const {
    std::vector<std::string> command = {"/bin/sh", "-c", shell, CONNECTOR_PROGRAM};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return Process({.command = command, .folder = folder.path(), .output = folder.file("sh")});
  }

  /// The exit code.
  int run(const std::vector<std::string>& arguments) const { return end_of(start(arguments)); }
  int run_by(const std::string& shell, const std::vector<std::string>& arguments) const {
    return end_of(start_by(shell, arguments));
  }

  int end_of(Process&& process) const {
    const std::optional<int> exit_code = process.wait(longest);
    EXPECT_TRUE(exit_code) << "the program does not end\n" << output();
    return exit_code.value_or(-1);
  }

  std::string output() const { return folder.read("stdout") + folder.read("stderr"); }

  /// Waits until something has happened.
  static void wait_until(const std::function<bool()>& has_happened) {
    const auto deadline = std::chrono::steady_clock::now() + longest;
    while (!has_happened()) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "what the test waits for does not happen";
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }

  /// The serial numbers that have arrived, each once, in order of arrival.
  std::vector<std::string> sent() {
    std::vector<std::string> serials;
    for (const Json& record : oomnitza.cloud().records("assets"))
      serials.push_back(record["SERIAL"].get<std::string>());
    return serials;
  }
};

/// A NetBox whose devices never end: a run against it ends only when it is told to.
class EndlessSource {
 public:
  EndlessSource()
      : server_({}, [this](const simulator::Request&) {
          const int page = ++pages_;
          Json devices = Json::array();
          for (int i = 0; i < 100; ++i) devices.push_back({{"serial", fmt::format("P{}-{}", page, i)}});
          return simulator::json_answer(
              {{"results", devices}, {"next", fmt::format("/api/dcim/devices/?page={}", page + 1)}});
        }) {}

  std::string section() const {
    return "[netbox]\nenable = True\nurl = " + server_.url() +
           "\nauth_token = endless-token\nsync_field = SERIAL\nuse_server_map = False\n"
           "mapping.SERIAL = {\"source\": \"serial\"}\n";
  }

 private:
  std::atomic<int> pages_ = 0;
  simulator::HttpServer server_;
};

}  // namespace connector::test
