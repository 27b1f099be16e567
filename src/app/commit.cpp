#include "app/built_with.h"

// A file of its own: each commit compiles it, and it alone.
const std::string_view connector::built_with::commit = CONNECTOR_COMMIT;
