// What the tests of documents share: files of the repository, and parts of them that tests write.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace connector::test {

inline const std::filesystem::path house = SOURCE_FOLDER;

inline std::string text_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// A file must hold this text. With UPDATE_README=1 it is written.
inline void expect_file(const std::filesystem::path& file, const std::string& expected) {
  const char* update = std::getenv("UPDATE_README");
  if (update != nullptr && std::string(update) == "1" && text_of(file) != expected) {
    std::ofstream(file, std::ios::binary) << expected;
  }
  EXPECT_EQ(text_of(file), expected) << "UPDATE_README=1 build/connector-tests --gtest_filter='House*' writes "
                                     << file.lexically_relative(house);
}

/// The text with these lines between the line that ends with "NAME: begin" and the one that holds "NAME: end".
inline std::string with_lines(std::string text, const std::string& name, const std::string& lines) {
  const std::size_t begin = text.find(name + ": begin\n");
  const std::size_t end = text.find(name + ": end");
  if (begin == std::string::npos || end == std::string::npos) {
    ADD_FAILURE() << "no lines are marked " << name << ": begin, and … end";
    return text;
  }
  const std::size_t first = text.find('\n', begin) + 1;
  return text.replace(first, text.rfind('\n', end) + 1 - first, lines);
}

}  // namespace connector::test
