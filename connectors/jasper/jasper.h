#pragma once

#include "connector/connector.h"

namespace connector {

Plugin jasper();

}  // namespace connector
