// Values of messages as Python's objects. For the room alone; needs the interpreter lock.
#pragma once

#include "python/template_messages.h"
#include "python/values.h"

namespace connector {

/// Reads what write_value() wrote. keys: makes the keys of objects.
py::object read_value(MessageReader& message, Records& keys);

}  // namespace connector
