#include "fuzz/targets.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace connector::fuzz {

const std::filesystem::path corpus = std::filesystem::path(SOURCE_FOLDER) / "tests/fuzz/corpus";

// What fuzzers found once, and what they begin with.
TEST(FuzzTargets, ReadTheirCorpora) {
  for (const Target& target : targets()) {
    SCOPED_TRACE(target.name);
    std::size_t files = 0;
    for (const auto& file : std::filesystem::directory_iterator(corpus / target.name)) {
      std::ifstream stream(file.path(), std::ios::binary);
      target.read(std::string(std::istreambuf_iterator<char>(stream), {}));
      ++files;
    }
    EXPECT_GT(files, 0u);
    target.read("");
  }
}

TEST(FuzzTargets, AreFoundByName) {
  EXPECT_EQ(find("csv")->name, "csv");
  EXPECT_EQ(find("none"), nullptr);
}

}  // namespace connector::fuzz
