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
    for (const Setting& setting : plugin.settings)
      if (const auto found = settings.find(setting.name); found != settings.end())
        setting.assign(*source, found->second);
    source->check(
        [this](const std::string& setting, const std::string& problem) { problems.emplace_back(setting, problem); });
    return source;
  }

  /// Fills `records` and `failure`.
  void read(const Plugin& plugin, const std::map<std::string, std::string>& settings) {
    records.clear();
    failure.clear();
    try {
      connector(plugin, settings)->read(EmitTo([this](Record record) { records.push_back(std::move(record.data)); }));
    } catch (const SourceError& error) {
      failure = error.what();
    }
  }
};

}  // namespace connector
