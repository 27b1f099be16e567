// Pages of Zendesk's lists.
#pragma once

#include <string>

#include "connector/pages.h"

namespace connector::zendesk {

/// Parses a page with a list of that name, and finds the link to the next one: in links where Zendesk pages by cursors,
/// else in next_page. The link leads to base, whatever host it names.
Page parsed(Response response, const std::string& list, const Url& base);

}  // namespace connector::zendesk
