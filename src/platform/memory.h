#pragma once

#include <cstdint>
#include <string>

namespace connector {

/// Gives memory that is free within the process back to the system. Any thread may call it.
void give_memory_back();

/// Bytes of this process that are in RAM; 0 when the system does not tell.
std::uint64_t resident_memory();

/// Has threads share malloc()'s arenas, one for each processor: glibc's eight keep what workers free. Call it before
/// threads are started.
void use_few_arenas();

/// Sets memory aside for what cannot fail: nlohmann-json's destructors allocate. When an allocation fails, the program
/// goes on with it, and require_memory() says so. Sets aside anew what was used; any thread may call it.
void keep_memory_in_reserve();

/// Throws std::bad_alloc when memory has run out since keep_memory_in_reserve(). Any thread may call it, often.
void require_memory();

/// Empties a string and overwrites what it held.
void wipe(std::string& text);

/// From now on no core file of this process is written, and no other process of the same user can look into its memory:
/// it holds secrets.
void keep_memory_private();

}  // namespace connector
