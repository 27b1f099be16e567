#include "http/content_decoder.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <new>
#include <string>

#include "text/text.h"

namespace connector::http {
namespace {

constexpr char first_of_gzip = '\x1F';
constexpr std::size_t magic_size = 2;
constexpr int gzip_window = MAX_WBITS + 16;

/// Whether deflate comes in zlib's frame (RFC 1950), as it should: told by its first byte.
bool has_zlib_frame(char first) {
  constexpr unsigned char deflate = 8;
  return (static_cast<unsigned char>(first) & 0x8F) == deflate;
}

}  // namespace

/// One layer: a sequence of gzip's members, or a stream of deflate.
class ContentDecoder::Inflater {
 public:
  explicit Inflater(bool is_gzip) : is_gzip_(is_gzip) {}
  ~Inflater() {
    if (has_begun_) inflateEnd(&stream_);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  bool decode(std::string_view piece, const Take& take) {
    if (!has_begun_ && !piece.empty()) begin(piece.front());
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));
    stream_.avail_in = static_cast<uInt>(piece.size());
    while (!is_over_ && (stream_.avail_in > 0 || has_more_)) {
      if (is_between_members_ && stream_.total_in == 0 && !begins_member()) break;
      if (!inflate_some(take)) return false;
    }
    return true;
  }

  bool is_corrupt() const { return is_corrupt_; }
  bool is_complete() const { return !has_begun_ || is_over_ || is_between_members_; }

 private:
  void begin(char first) {
    const int window = is_gzip_ ? gzip_window : has_zlib_frame(first) ? MAX_WBITS : -MAX_WBITS;
    if (inflateInit2(&stream_, window) != Z_OK) throw std::bad_alloc();
    has_begun_ = true;
  }

  /// What does not begin as a member does, and all behind it, is ignored.
  bool begins_member() {
    is_over_ = *reinterpret_cast<const char*>(stream_.next_in) != first_of_gzip;
    return !is_over_;
  }

  bool inflate_some(const Take& take) {
    std::array<char, std::size_t{64} << 10> buffer;
    stream_.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream_.avail_out = static_cast<uInt>(buffer.size());
    const int result = inflate(&stream_, Z_NO_FLUSH);
    const std::string_view text(buffer.data(), buffer.size() - stream_.avail_out);
    has_more_ = result == Z_OK && stream_.avail_out == 0;
    is_between_members_ = is_between_members_ && stream_.total_in < magic_size;
    if (!text.empty() && !take(text)) return false;
    if (result == Z_STREAM_END) return end_member();
    if (result == Z_OK || result == Z_BUF_ERROR) return true;
    if (result == Z_MEM_ERROR) throw std::bad_alloc();
    is_over_ = is_later_member_ && stream_.total_out == 0;
    is_corrupt_ = !is_over_;
    return is_over_;
  }

  bool end_member() {
    is_over_ = !is_gzip_;
    is_between_members_ = is_later_member_ = is_gzip_;
    return !is_gzip_ || inflateReset(&stream_) == Z_OK;
  }

  const bool is_gzip_;
  z_stream stream_{};
  bool has_begun_ = false;
  bool has_more_ = false;  ///< output that had no room
  bool is_between_members_ = false;
  bool is_later_member_ = false;
  bool is_over_ = false;
  bool is_corrupt_ = false;
};

ContentDecoder::ContentDecoder(std::string_view content_encoding) {
  while (!content_encoding.empty()) {
    const std::size_t comma = std::min(content_encoding.find(','), content_encoding.size());
    const std::string name = ascii_lower_case(trimmed(content_encoding.substr(0, comma)));
    content_encoding.remove_prefix(std::min(comma + 1, content_encoding.size()));
    const bool is_gzip = name == "gzip" || name == "x-gzip";
    if (is_gzip || name == "deflate") layers_.insert(layers_.begin(), std::make_unique<Inflater>(is_gzip));
  }
}

ContentDecoder::~ContentDecoder() = default;
ContentDecoder::ContentDecoder(ContentDecoder&&) noexcept = default;

bool ContentDecoder::decode(std::string_view piece, const Take& take) {
  return decode(0, piece, take);
}

bool ContentDecoder::decode(std::size_t layer, std::string_view piece, const Take& take) {
  if (layer == layers_.size()) return take(piece);
  return layers_[layer]->decode(piece, [&](std::string_view text) { return decode(layer + 1, text, take); });
}

bool ContentDecoder::is_corrupt() const {
  return std::any_of(layers_.begin(), layers_.end(), [](const auto& layer) { return layer->is_corrupt(); });
}

bool ContentDecoder::is_complete() const {
  return std::all_of(layers_.begin(), layers_.end(), [](const auto& layer) { return layer->is_complete(); });
}

}  // namespace connector::http
