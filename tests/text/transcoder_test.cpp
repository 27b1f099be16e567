#include "text/transcoder.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "text/charset.h"

namespace connector::transcoder_test {

using namespace std::string_literals;

std::string in_pieces(const std::string& charset, const std::string& bytes, std::size_t piece) {
  Transcoder transcoder(charset, "?");
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += piece)
    text += transcoder.take(std::string_view(bytes).substr(i, piece));
  return text + transcoder.finish();
}

TEST(Transcoder, CharactersMayBeCut) {
  for (std::size_t piece = 1; piece < 8; ++piece) {
    EXPECT_EQ(in_pieces("shift_jis", "\x93\xFA\x96{,a", piece), "日本,a");
    EXPECT_EQ(in_pieces("utf-16le",
                        "\r\xd8\x3f\xdd"
                        "a\0"s,
                        piece),
              "\U0001353Fa");
  }
}

TEST(Transcoder, WhatIsNotTextIsReplaced) {
  Transcoder transcoder("windows-1252", "\uFFFD");
  EXPECT_EQ(transcoder.take("\xFC"), "ü");
  EXPECT_FALSE(transcoder.has_replaced());
  EXPECT_EQ(transcoder.take("a\x81\x8D"
                            "b"),
            "a\uFFFD\uFFFDb");
  EXPECT_TRUE(transcoder.has_replaced());
  EXPECT_EQ(in_pieces("utf-16le", "a\0\x04"s, 3), "a?") << "the end cuts a character";
  EXPECT_EQ(in_pieces("utf-16le",
                      "\x00\xdc"
                      "a\0"s,
                      4),
            "?a")
      << "half a pair";
}

TEST(Transcoder, LongTexts) {
  const std::string letters(100000, '\xFC');
  EXPECT_EQ(in_pieces("iso-8859-1", letters, letters.size()).size(), 200000u);
}

TEST(Transcoder, Charsets) {
  for (const char* known : {"utf-8", "UTF-16LE", "windows-1252", "iso-8859-1"}) EXPECT_TRUE(is_charset(known)) << known;
  for (const std::string& wrong : {""s, "utf-9"s, "utf-8//IGNORE"s, "utf-8\0"s})
    EXPECT_FALSE(is_charset(wrong)) << wrong;
  EXPECT_THROW(Transcoder("utf-9", "?"), std::invalid_argument);
}

TEST(Charset, ToldByAMark) {
  EXPECT_EQ(marked_encoding("\xEF\xBB\xBFx").charset, "utf-8");
  EXPECT_EQ(marked_encoding("\xFF\xFEx\0"s).charset, "utf-16le");
  EXPECT_EQ(marked_encoding("\xFF\xFE\0\0"s).charset, "utf-32le");
  EXPECT_EQ(marked_encoding("\xFE\xFF").mark, 2u);
  EXPECT_EQ(marked_encoding("\0\0\xFE\xFF"s).mark, 4u);
  EXPECT_EQ(marked_encoding("x").charset, "");
}

TEST(Charset, ToldByZeros) {
  EXPECT_EQ(charset_by_zeros("{\0}\0"s), "utf-16le");
  EXPECT_EQ(charset_by_zeros("\0{\0}"s), "utf-16be");
  EXPECT_EQ(charset_by_zeros("\0{"s), "utf-16be");
  EXPECT_EQ(charset_by_zeros("{\0\0\0}\0\0\0"s), "utf-32le");
  EXPECT_EQ(charset_by_zeros("\0\0\0{"s), "utf-32be");
  EXPECT_EQ(charset_by_zeros("{\"a\": \"one zero \0 is not enough\"}"s), "");
  EXPECT_EQ(charset_by_zeros(""), "");
}

}  // namespace connector::transcoder_test
