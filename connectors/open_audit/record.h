#pragma once

#include "connector/http.h"
#include "connector/json.h"

namespace connector::open_audit {

/// The list "data" of a response, in place; for no entries Open-AudIT writes false. Throws SourceError when there is no
/// data, or errors in its place.
Json& data_of(Json& page, const Response& response);

/// A device's record. network, software: lists of rows, whose values may stand in "attributes"; false, null or empty
/// for none. Throws SourceError for anything else: half a software list would do harm.
Json device_record(Json hardware, const Json& network, const Json& software);

}  // namespace connector::open_audit
