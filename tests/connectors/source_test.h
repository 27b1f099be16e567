#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "connector/connector.h"
#include "support/emit_to.h"

namespace connector {

/// Runs a source by itself, with a folder of its own for files.
class SourceTest : public testing::Test {
 protected:
  std::filesystem::path folder;
  std::vector<Json> records;                                  ///< what was emitted
  std::vector<std::pair<std::string, std::string>> problems;  ///< of check(): setting and problem
  std::string failure;                                        ///< the SourceError's text
  std::vector<std::string> failed;                            ///< records and parts that could not be read

  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "source-XXXXXX").string();
    folder = ::mkdtemp(name.data());
  }
  void TearDown() override { std::filesystem::remove_all(folder); }

  std::string write(const std::string& name, const std::string& content) const {
    std::filesystem::create_directories((folder / name).parent_path());
    std::ofstream(folder / name, std::ios::binary) << content;
    return (folder / name).string();
  }

  std::unique_ptr<Connector> connector(const Plugin& plugin, const std::map<std::string, std::string>& settings) {
    std::unique_ptr<Connector> source = plugin.make();
    for (const Setting& setting : plugin.settings) {
      const auto found = settings.find(setting.name);
      const Json value = found != settings.end() ? Json(found->second) : setting.text.default_value.value_or("");
      if (found != settings.end() || value != "")
        setting.assign(*source, value.is_string() ? value.get<std::string>() : to_text(value));
    }
    source->check(
        [this](const std::string& setting, const std::string& problem) { problems.emplace_back(setting, problem); });
    return source;
  }

  /// Fills `records` and `failure`.
  void read(const Plugin& plugin, const std::map<std::string, std::string>& settings) {
    records.clear();
    failure.clear();
    const EmitTo emit([this](Record record) { records.push_back(std::move(record.data)); });
    try {
      connector(plugin, settings)->read(emit);
    } catch (const SourceError& error) {
      failure = error.what();
    }
    failed = emit.problems;
  }
};

}  // namespace connector
