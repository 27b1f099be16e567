#include "integration/decoded_response.h"

#include <algorithm>
#include <functional>
#include <unordered_map>
#include <utility>

#include "connector/error.h"
#include "http/links.h"
#include "text/decode.h"
#include "text/text.h"

namespace connector::integration {
namespace {

constexpr std::size_t beginning_size = 1000;

Json header_values(const Headers& headers) {
  ObjectBuilder values;
  std::unordered_map<std::string, std::string> names;  // by their lower case, as they came first
  for (const auto& [name, value] : headers) {
    Json& joined = values[names.try_emplace(lower_case(name), name).first->second];
    if (joined.is_null()) {
      joined = value;
    } else {
      joined.get_ref<std::string&>().append(", ").append(value);
    }
  }
  return values.take();
}

}  // namespace

DecodedResponse read_answer(const Response& response) try {
  auto [value, mended] = decoded_body(response.body, response.headers.find("Content-Type"), max_values);
  mended.tell(response.warn);
  return {.value = std::move(value),
          .headers = header_values(response.headers),
          .links = http::read_links(response),
          .fingerprint = std::hash<std::string>()(response.body),
          .beginning = response.body.substr(0, beginning_size)};
} catch (const SourceError& error) {
  throw SourceError(fmt::format("{} {}: the response cannot be read: {}", response.method, response.url, error.what()));
}

}  // namespace connector::integration
