#pragma once

namespace connector {

/// Gives memory that is free within the process back to the system. Any thread may call it.
void give_memory_back();

}  // namespace connector
