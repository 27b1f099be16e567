#pragma once

#include <cstddef>

namespace connector {

/// Gives memory that is free within the process back to the system. Any thread may call it.
void give_memory_back();

/// How many bytes a block of std::malloc() takes, which may be more than were asked for; 0 for nullptr.
std::size_t block_size(void* block);

}  // namespace connector
