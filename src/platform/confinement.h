// What a worker process does with itself before it does what is not trusted.
#pragma once

#include <cstddef>

namespace connector {

/// From now on this process can use what it has: no files, no network, no other process, no more code. Its data may
/// grow to `most_data` bytes. Where the system knows no such limits, or for want of a library, it goes on without them.
void confine(std::size_t most_data);

/// What this process may take for data from now on; below what confine() allowed.
void limit_data(std::size_t bytes);

/// What it takes now, in bytes.
std::size_t data_size();

}  // namespace connector
