#pragma once

#include "connector/connector.h"

namespace connector {

Plugin tanium();

}  // namespace connector
