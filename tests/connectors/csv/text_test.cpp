#include "csv/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "csv/columns.h"

namespace connector::csv::csv_text_test {

using namespace std::string_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Hands out a text, first `first` bytes of it, then pieces of some size.
class Pieces {
 public:
  Pieces(std::string bytes, std::size_t first, std::size_t piece)
      : bytes_(std::move(bytes)), next_(first), piece_(piece) {}

  CsvText::NextBytes next() {
    return [this] {
      piece_text_ = bytes_.substr(0, next_);  // the one before does not hold any more
      bytes_.erase(0, next_);
      next_ = piece_;
      return std::string_view(piece_text_);
    };
  }

 private:
  std::string bytes_;
  std::string piece_text_;
  std::size_t next_;
  std::size_t piece_;
};

std::string read(const std::string& bytes, const CsvFormat& format = {}, std::size_t first = 64,
                 std::size_t piece = 64) {
  Pieces pieces(bytes, first, piece);
  CsvText text(pieces.next(), format);
  std::string whole;
  for (std::string_view part = text.next(); !part.empty(); part = text.next()) whole += part;
  return whole;
}

char delimiter(const std::string& bytes, char set = ',') {
  Pieces pieces(bytes, 64, 64);
  return CsvText(pieces.next(), {.delimiter = set}).delimiter();
}

const std::string utf16le =
    "S\0e\0r\0i\0a\0l\0\n\0\x1c\x04\r\xd8\x3f\xdd\n\0"s;  // Serial, М and a character of two units

TEST(CsvText, AByteOrderMarkDecides) {
  for (const char* set : {"utf-8", "windows-1252", "utf-16be", "auto"}) {
    EXPECT_EQ(read("\xEF\xBB\xBFМ\n", {.encoding = set}), "М\n") << set;
    EXPECT_EQ(read("\xFF\xFE" + utf16le, {.encoding = set}), "Serial\nМ\U0001353F\n") << set;
    EXPECT_EQ(read("\xFE\xFF\x04\x1c"s, {.encoding = set}), "М") << set;
    EXPECT_EQ(read("\xEF\xBB\xBF", {.encoding = set}), "") << set;
  }
}

TEST(CsvText, EncodingsThatAreSet) {
  EXPECT_EQ(read(utf16le, {.encoding = "utf-16le"}), "Serial\nМ\U0001353F\n");
  EXPECT_EQ(read("Gr\xF6\xDF"
                 "e \x80",
                 {.encoding = "windows-1252"}),
            "Größe €");
  EXPECT_EQ(read("a\n\x81\n", {.encoding = "windows-1252"}), "a\n\xFF\n");
  EXPECT_EQ(read("a\n\x04", {.encoding = "utf-16le"}), "\u0A61\xFF");
}

TEST(CsvText, EncodingsThatAreGuessed) {
  EXPECT_EQ(read(utf16le, {.encoding = "auto"}), "Serial\nМ\U0001353F\n");
  EXPECT_EQ(read("Größe\n", {.encoding = "auto"}), "Größe\n");
  EXPECT_EQ(read("Gr\xF6\xDF"
                 "e, weight\n",
                 {.encoding = "auto"}),
            "Größe, weight\n");
  EXPECT_EQ(read("Gr\xF6n\n", {.encoding = "auto"}), "Grön\n") << "a letter near the end";
  EXPECT_EQ(read("Größe", {.encoding = "auto"}, 3, 1), "Größe") << "a character that is cut";
}

TEST(CsvText, LinesThatAreNoRows) {
  EXPECT_EQ(read("sep=;\r\na;b\r\n1;2"), "a;b\r\n1;2");
  EXPECT_EQ(read("\"SEP=;\"\na;b"), "a;b");
  EXPECT_EQ(delimiter("sep=;\na,b,c", '|'), ';');
  EXPECT_EQ(read("#TYPE System.Object\na,b"), "a,b");
  EXPECT_EQ(read("\xEF\xBB\xBFsep=|\r#TYPE x\ra|b"), "a|b");
  EXPECT_EQ(read("sep=;"), "");
  EXPECT_EQ(read("sep,a\n"), "sep,a\n");
  EXPECT_EQ(read("a,b\n#TYPE x\nsep=;\n"), "a,b\n#TYPE x\nsep=;\n");
  EXPECT_EQ(read("\xFF\xFEs\0e\0p\0=\0\t\0\n\0a\0\t\0b\0"s), "a\tb");
}

TEST(CsvText, ALastEndOfFileByteIsDropped) {
  const std::string text = "a,b\n1,\x1A\n2,3\n";
  for (std::size_t first = 1; first < 15; ++first) {
    for (std::size_t piece = 1; piece < 5; ++piece) EXPECT_EQ(read(text + "\x1A", {}, first, piece), text);
  }
  EXPECT_EQ(read("\x1A"), "");
  EXPECT_EQ(read("a\0\x1A\0"s, {.encoding = "utf-16le"}, 2, 1), "a");
}

TEST(CsvText, PiecesAreCutAnywhere) {
  for (std::size_t first = 2; first < utf16le.size(); ++first) {
    EXPECT_EQ(read(utf16le, {.encoding = "utf-16le"}, first, 1), "Serial\nМ\U0001353F\n") << first;
  }
}

TEST(CsvText, DelimitersThatAreGuessed) {
  EXPECT_EQ(delimiter("a,b;c,d", '\0'), ',');
  EXPECT_EQ(delimiter("\"x,y,z\";b;c\n,,,,,", '\0'), ';');
  EXPECT_EQ(delimiter("a\tb\r1,2,3", '\0'), '\t');
  EXPECT_EQ(delimiter("a|b", '\0'), '|');
  EXPECT_EQ(delimiter("one", '\0'), ',');
}

TEST(CsvColumns, WhatIsMissing) {
  using Names = std::vector<std::string>;
  EXPECT_THAT(missing_columns({"Serial", "Name", "Serial"}, {"SERIAL", "Name"}), ElementsAre("Serial"));
  EXPECT_THAT(missing_columns({"e.mail", "a.b"}, {"e.mail", "a", "a.b"}), ElementsAre("a.b")) << "what a dot means";
  EXPECT_THAT(missing_columns({}, {}), IsEmpty());
  EXPECT_EQ(describe_missing({"Serial", "x"}, {"SERIAL", "Name"}),
            "it has no column \"Serial\"; did you mean \"SERIAL\"? It has no column \"x\". Its columns: SERIAL, Name.");
  EXPECT_THAT(describe_missing({"x"}, Names(25, "n")), HasSubstr("n, n and 5 more."));
}

std::string look(const std::vector<std::string>& columns, const std::string& bytes) {
  Pieces pieces(bytes, 64, 64);
  return describe_look(columns, CsvText(pieces.next(), {}));
}

TEST(CsvColumns, WhatAFileLooksLike) {
  EXPECT_THAT(look({" <!DOCTYPE html>"}, ""), HasSubstr("HTML"));
  EXPECT_THAT(look({"<HTML lang=\"en\""}, ""), HasSubstr("HTML"));
  EXPECT_THAT(look({"Serial;Name;Note", " first"}, ""), HasSubstr("set delimiter = ;."));
  EXPECT_THAT(look({"Serial;Name;Note"}, ""), HasSubstr("set delimiter = ;."));
  EXPECT_THAT(look({"Serial\tName"}, ""), HasSubstr("set delimiter = tab."));
  EXPECT_THAT(look({"S\0e\0r\0"s}, utf16le), HasSubstr("set encoding = utf-16le."));
  EXPECT_THAT(look({"\0S\0e\0r"s}, "\0S\0e\0r"s), HasSubstr("set encoding = utf-16be."));
  EXPECT_EQ(look({"SERIAL", "NAME"}, ""), "Correct the names of the mapping, or of the file.");
}

}  // namespace connector::csv::csv_text_test
