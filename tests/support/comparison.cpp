#include "support/comparison.h"

#include <cmath>
#include <map>

namespace connector::test {

std::string canonical(const Json& value) {
  if (value.is_object()) {
    std::map<std::string, std::string> members;
    for (auto& [name, member] : value.items()) members[name] = canonical(member);
    std::string text = "{";
    for (auto& [name, member] : members) text.append(to_text(name)).append(":").append(member).append(",");
    return text.append("}");
  }
  if (value.is_array()) {
    std::string text = "[";
    for (const Json& item : value) text.append(canonical(item)).append(",");
    return text.append("]");
  }
  if (value.is_number_float()) {
    double number = value.get<double>();
    if (std::trunc(number) == number && std::abs(number) < 9e18) return std::to_string(std::llround(number));
  }
  return to_text(value);
}

bool is_subset(const Json& part, const Json& whole) {
  if (!part.is_object()) return canonical(part) == canonical(whole);
  if (!whole.is_object()) return false;
  for (auto& [name, member] : part.items()) {
    auto found = whole.find(name);
    if (found == whole.end() || !is_subset(member, *found)) return false;
  }
  return true;
}

}  // namespace connector::test
