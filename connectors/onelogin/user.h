// Users of OneLogin's APIs, and the names of their attributes.
#pragma once

#include <string>
#include <vector>

#include "connector/http.h"
#include "connector/json.h"

namespace connector::onelogin {

enum class Api { json, xml };

/// The attributes to ask API 2 for, separated by commas; empty: what it gives unasked, which lacks custom attributes.
/// sources: what mappings read; a name that is not an attribute of every account means a custom one. all: wanted
/// anyway.
std::string fields_for(const std::vector<std::string>& sources, bool all);

/// Values that say "@nil" become null, and custom attributes that `sources` names without their prefix are found under
/// these names too.
void complete(Json& user, const std::vector<std::string>& sources, Api api);

/// The users of a page of the XML API; an empty list when it has none. Throws SourceError when it is not such a page.
Json users_of_xml(const Response& response);

}  // namespace connector::onelogin
