#pragma once

#include "connector/http.h"

namespace connector::http {

/// A response's Link header (RFC 8288) by its relations, in lower case: {rel: {"url", "rel", …}}; a link of several
/// relations stands under each, one without any under its URL. Relative URLs are resolved.
Json read_links(const Response& response);

}  // namespace connector::http
