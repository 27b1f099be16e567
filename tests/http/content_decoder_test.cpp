#include "http/content_decoder.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <string>

namespace connector::http::content_decoder_test {

constexpr int gzip = MAX_WBITS + 16;

std::string compressed(std::string text, int window = gzip) {
  z_stream stream{};
  deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY);
  std::string bytes(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(text.data());
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_out = static_cast<uInt>(bytes.size());
  deflate(&stream, Z_FINISH);
  bytes.resize(stream.total_out);
  deflateEnd(&stream);
  return bytes;
}

struct Decoded {
  std::string text;
  bool is_complete;
  bool is_corrupt;
};

Decoded decoded(const std::string& encoding, const std::string& body, std::size_t piece = 7) {
  ContentDecoder decoder(encoding);
  std::string text;
  const auto take = [&](std::string_view part) {
    text += part;
    return true;
  };
  for (std::size_t i = 0; i < body.size(); i += piece) {
    if (!decoder.decode(std::string_view(body).substr(i, piece), take)) break;
  }
  return {text, decoder.is_complete(), decoder.is_corrupt()};
}

TEST(ContentDecoder, LeavesUnknownEncodingsAsTheyAre) {
  for (const char* name : {"", "UTF-8", "none", "identity", "br"}) {
    EXPECT_EQ(decoded(name, "text").text, "text") << name;
    EXPECT_TRUE(decoded(name, "text").is_complete) << name;
  }
}

TEST(ContentDecoder, UndoesWhatIsKnown) {
  std::string text;
  for (int i = 0; i < 100000; ++i) text += std::to_string(i);
  for (const std::size_t piece : {1, 7, 1 << 20}) {
    EXPECT_EQ(decoded("GZIP", compressed(text), piece).text, text);
    EXPECT_EQ(decoded("x-gzip", compressed(text), piece).text, text);
    EXPECT_EQ(decoded("deflate", compressed(text, MAX_WBITS), piece).text, text);
    EXPECT_EQ(decoded("deflate", compressed(text, -MAX_WBITS), piece).text, text);
    const Decoded twice = decoded("gzip, deflate", compressed(compressed(text), MAX_WBITS), piece);
    EXPECT_EQ(twice.text, text);
    EXPECT_TRUE(twice.is_complete);
  }
}

TEST(ContentDecoder, ReadsAllMembersAndIgnoresWhatStandsBehindThem) {
  const std::string members = compressed("one ") + compressed("") + compressed("two");
  for (const std::string rest : {"", "garbage", "\x1F", "\x1Fno member"}) {
    for (std::size_t piece = 1; piece < 40; ++piece) {
      const Decoded whole = decoded("gzip", members + rest, piece);
      EXPECT_EQ(whole.text, "one two") << rest << " " << piece;
      EXPECT_TRUE(whole.is_complete) << rest << " " << piece;
      EXPECT_FALSE(whole.is_corrupt) << rest << " " << piece;
    }
  }
}

TEST(ContentDecoder, KnowsWhatBreaksOff) {
  const std::string body = compressed("one") + compressed("two");
  const std::size_t first = compressed("one").size();
  for (std::size_t size = 1; size < body.size(); ++size) {
    if (size == first || size == first + 1) continue;  // a byte is garbage
    EXPECT_FALSE(decoded("gzip", body.substr(0, size)).is_complete) << size;
  }
  EXPECT_FALSE(decoded("deflate", compressed("one", MAX_WBITS).substr(0, 6)).is_complete);
  EXPECT_TRUE(decoded("gzip", "").is_complete) << "an empty body";
}

TEST(ContentDecoder, KnowsWhatIsCorrupt) {
  EXPECT_TRUE(decoded("gzip", "{\"not\": \"compressed\"}").is_corrupt);
  std::string body = compressed("one");
  body[body.size() - 8] = static_cast<char>(body[body.size() - 8] ^ 1);  // of the checksum
  EXPECT_TRUE(decoded("gzip", body).is_corrupt);
}

TEST(ContentDecoder, EndsWhenNoMoreIsWanted) {
  ContentDecoder decoder("gzip");
  EXPECT_FALSE(decoder.decode(compressed(std::string(1 << 20, 'x')), [](std::string_view) { return false; }));
  EXPECT_FALSE(decoder.is_corrupt());
}

}  // namespace connector::http::content_decoder_test
