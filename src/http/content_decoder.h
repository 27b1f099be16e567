#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace connector::http {

/// Undoes the Content-Encoding of a body that comes piece by piece: gzip (RFC 1952, all members; what stands behind
/// the last one is ignored) and deflate (with or without zlib's frame), also one over the other. Other names, like
/// "UTF-8" or "none", leave the body as it is.
class ContentDecoder {
 public:
  using Take = std::function<bool(std::string_view)>;

  /// content_encoding: the header's value.
  explicit ContentDecoder(std::string_view content_encoding);
  ~ContentDecoder();
  ContentDecoder(ContentDecoder&&) noexcept;

  /// Hands what a piece decodes to over to `take`. False when that returned false, or the body is corrupt.
  bool decode(std::string_view piece, const Take& take);

  bool is_corrupt() const;
  /// Whether the body may end here. An empty one may.
  bool is_complete() const;

 private:
  class Inflater;

  bool decode(std::size_t layer, std::string_view piece, const Take& take);

  std::vector<std::unique_ptr<Inflater>> layers_;  ///< the outermost first
};

}  // namespace connector::http
