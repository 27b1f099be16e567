#pragma once

#include <filesystem>

namespace connector {

/// The file of the program that runs; empty when the system does not tell.
std::filesystem::path program_file();

/// The number of this process.
long process_number();

/// Whether this is the thread that main() runs in.
bool is_main_thread();

/// Opens the null device in the place of standard input, output and error where they are closed: the next file that is
/// opened would take their place, and receive what is printed. To be called first.
void open_standard_streams();

/// From now on writing to a connection or pipe that the other side has closed is an error of that write, instead of the
/// end of the process.
void ignore_broken_pipes();

}  // namespace connector
