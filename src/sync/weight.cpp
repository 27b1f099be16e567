#include "sync/weight.h"

#include <string>

namespace connector {
namespace {

constexpr std::size_t allocation = 16;                    // what the allocator adds to a piece of memory, about
const std::size_t short_text = std::string().capacity();  // needs no memory of its own

std::size_t on_heap(const std::string& text) {
  return text.capacity() > short_text ? text.capacity() + allocation : 0;
}

}  // namespace

std::size_t weight(const Json& value) {
  std::size_t bytes = sizeof(Json);
  if (const auto* text = value.get_ptr<const Json::string_t*>()) {
    bytes += sizeof(std::string) + allocation + on_heap(*text);
  } else if (const auto* object = value.get_ptr<const Json::object_t*>()) {
    bytes += sizeof(Json::object_t) + 2 * allocation;
    for (const auto& [key, member] : *object) bytes += sizeof(std::string) + on_heap(key) + weight(member);
  } else if (const auto* list = value.get_ptr<const Json::array_t*>()) {
    bytes += sizeof(Json::array_t) + 2 * allocation;
    for (const Json& item : *list) bytes += weight(item);
  }
  return bytes;
}

}  // namespace connector
