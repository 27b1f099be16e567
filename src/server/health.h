#pragma once

#include <functional>
#include <stop_token>

#include "connector/json.h"
#include "server/routes.h"

namespace connector::server {

/// GET /health: {"status": "ok"} with 200, "stopping" with 503 once stop was requested. sections: what is to be said of
/// them, asked for each time; empty: nothing is.
Route health_route(std::stop_token stop, std::function<Json()> sections = {});

}  // namespace connector::server
