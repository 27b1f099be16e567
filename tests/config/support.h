// What the tests of configurations share.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "config/section.h"
#include "connector/error.h"
#include "connector/log.h"

namespace connector::config_test {

/// A folder that disappears with the test.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "connector-config-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  const std::filesystem::path& path() const { return path_; }

  std::filesystem::path write(const std::string& name, const std::string& content) const {
    std::ofstream(path_ / name, std::ios::binary) << content;
    return path_ / name;
  }

  std::string read(const std::string& name) const {
    std::ifstream file(path_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  std::filesystem::path path_;
};

/// Keeps what is logged and hidden.
class Lines : public Log::Output {
 public:
  bool enabled(Level) const override { return true; }
  void write(Level level, const std::string& message) override {
    (level == Level::debug ? details : messages).push_back(message);
  }
  void hide(std::string_view secret) override { hidden.emplace_back(secret); }
  std::string redact(std::string text) const override { return text; }

  std::vector<std::string> messages;
  std::vector<std::string> details;  ///< of level DEBUG
  std::vector<std::string> hidden;
};

/// The problems that a call reports; empty when there are none.
template <class Call>
std::vector<std::string> problems_of(Call call) {
  try {
    call();
    return {};
  } catch (const ConfigError& error) {
    return {error.problems().begin(), error.problems().end()};
  }
}

/// A section as an ini file gives it: line 1 its head, then one line for each setting.
inline Section section(const std::string& name, const std::vector<std::pair<std::string, std::string>>& settings) {
  Section made{.name = name, .origin = "config.ini:1"};
  for (const auto& [key, value] : settings) {
    made.entries.push_back({key, value, "config.ini:" + std::to_string(made.entries.size() + 2)});
  }
  return made;
}

}  // namespace connector::config_test
