#pragma once

#include <chrono>
#include <cstddef>
#include <stop_token>
#include <string>
#include <vector>

namespace connector {

/// A program that is started for what it prints.
struct ProgramStart {
  std::vector<std::string> command;      ///< its name, looked up in PATH, or its path; then its arguments
  std::vector<std::string> environment;  ///< NAME=value: all that it gets
  std::chrono::seconds time_limit;       ///< then it is killed, with what it has started
  std::size_t max_output;                ///< bytes
  std::stop_token stop = {};             ///< ends it, too
};

/// What the program writes to standard output until it ends with exit code 0. No shell sees the command; standard input
/// is empty and standard error goes nowhere. Throws std::runtime_error (std::system_error) with the cause in words.
std::string output_of(const ProgramStart& start);

}  // namespace connector
