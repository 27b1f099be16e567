#include "zendesk/pages.h"

namespace connector::zendesk {
namespace {

/// Null on the last page. false: there is more, and no way to it.
Json next_link(const Json& page) {
  if (at(page, "meta").is_null()) return at(page, "next_page");
  if (at(page, "meta.has_more") != true) return nullptr;
  const Json& link = at(page, "links.next");
  return link.is_null() ? Json(false) : link;
}

}  // namespace

Page parsed(Response response, const std::string& list, const Url& base) {
  Page page{.response = std::move(response)};
  page.body = page.response.json();
  const Json link = next_link(page.body);
  if (link.is_null() || lacks_list(page.body, list, page.response)) return page;
  page.next = [=, from = page.response.url] {
    if (!link.is_string()) throw SourceError(from + ": the response's link to the next page is not a string");
    return Request{.url = next_url(base, from, link.get<std::string>())};
  };
  return page;
}

}  // namespace connector::zendesk
