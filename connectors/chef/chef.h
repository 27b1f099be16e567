#pragma once

#include "connector/connector.h"

namespace connector {

Plugin chef();

}  // namespace connector
