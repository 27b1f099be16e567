#pragma once

#include "connector/connector.h"

namespace connector {

Plugin kace();

}  // namespace connector
