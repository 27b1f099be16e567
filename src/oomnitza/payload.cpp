#include "oomnitza/payload.h"

#include <openssl/rand.h>

#include <array>
#include <stdexcept>

#include "version.h"

namespace connector {

std::string PayloadEnvelope::body(std::string_view records, const Json& error, std::string_view error_type) const {
  Json fields = {{"connector_version", protocol_version},
                 {"sync_field", sync_field},
                 {"portion", portion},
                 {"data_type", data_type},
                 {"insert_only", insert_only},
                 {"update_only", update_only},
                 {"test_run", test_run},
                 {"error", error},
                 {"multi_str_input_value", multi_str_input_value}};
  if (connector_id.is_null()) {
    fields["connector_name"] = connector_name;
  } else {
    fields["connector_id"] = connector_id;
  }
  if (!error_type.empty()) fields["error_type"] = error_type;
  std::string body = to_text(fields);
  body.pop_back();
  body.reserve(body.size() + records.size() + 16);
  body += ",\"records\":[";
  body += records;
  body += "]}";
  return body;
}

std::string_view Payload::records(std::size_t begin, std::size_t end) const {
  if (begin == end) return {};
  const std::size_t offset = begin == 0 ? 0 : ends_[begin - 1] + 1;
  return std::string_view(text_).substr(offset, ends_[end - 1] - offset);
}

Payload Payload::slice(std::size_t begin, std::size_t end) const {
  const std::size_t offset = begin == 0 ? 0 : ends_[begin - 1] + 1;
  Payload part;
  part.text_ = records(begin, end);
  for (std::size_t i = begin; i < end; ++i) part.ends_.push_back(ends_[i] - offset);
  return part;
}

Payload Payload::take(std::size_t count, std::size_t max_bytes) {
  count = std::min(count, size());
  while (count > 1 && ends_[count - 1] > max_bytes) --count;
  if (count == size()) return std::exchange(*this, {});
  Payload front = slice(0, count);
  *this = slice(count, size());
  return front;
}

void Payload::append(const Payload& other) {
  if (empty()) {
    *this = other;
    return;
  }
  if (other.empty()) return;
  text_ += ',';
  const std::size_t offset = text_.size();
  text_ += other.text_;
  for (const std::size_t end : other.ends_) ends_.push_back(offset + end);
}

std::string random_uuid() {
  std::array<unsigned char, 16> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    throw std::runtime_error("no random numbers for a portion's id: the system's random number generator fails");
  }
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3f) | 0x80);
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += digits[bytes[i] >> 4];
    text += digits[bytes[i] & 0x0f];
  }
  return text;
}

}  // namespace connector
