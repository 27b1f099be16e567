#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "connectors/source_test.h"
#include "csv/table.h"

namespace connector::csv {
Plugin assets();
Plugin users();
}  // namespace connector::csv

namespace connector::csv::csv_test {

std::string no_check(const std::vector<std::string>&) {
  return {};
}

/// The rows of a text that comes in pieces of some size.
std::vector<Json> rows(const std::string& text, std::size_t piece = std::string::npos) {
  std::vector<Json> rows;
  const auto take = [&rows](const Rows& some) {
    for (std::size_t row = 0; row < some.size(); ++row) rows.push_back(some.record(row));
  };
  CsvTable table(',', no_check, take);
  for (std::size_t i = 0; i < text.size(); i += std::min(piece, text.size()))
    table.read(std::string_view(text).substr(i, piece));
  table.finish();
  table.flush();
  return rows;
}

/// The values of the only row of a file with the columns a, b, c.
std::vector<Json> values(const std::string& row) {
  std::vector<Json> values;
  const std::vector<Json> found = rows("a,b,c\n" + row);
  EXPECT_EQ(found.size(), 1u) << row;
  if (found.size() == 1)
    for (const Json& value : found[0]) values.push_back(value);
  return values;
}

using Values = std::vector<Json>;

TEST(CsvTable, Quotes) {
  EXPECT_EQ(values("1,ab\"c,3\n"), (Values{"1", "ab\"c", "3"}));
  EXPECT_EQ(values("1,\"ab\"c,3\n"), (Values{"1", "abc", "3"}));
  EXPECT_EQ(values("\"ab\"c\"d\"\"e,2,3\n"), (Values{"abc\"d\"\"e", "2", "3"}));
  EXPECT_EQ(values("\"ab\" \"c, d\",3\n"), (Values{"ab \"c", " d\"", "3"}));
  EXPECT_EQ(values("1,\"a \"\"b\"\", c\",\"\"\n"), (Values{"1", "a \"b\", c", ""}));
  EXPECT_EQ(values("\"\"x,\"a\r\nb\rc\nd\",3"), (Values{"x", "a\r\nb\rc\nd", "3"}));
  EXPECT_EQ(values(" \"a\" ,2,\"3\""), (Values{" \"a\" ", "2", "3"}));
  EXPECT_EQ(values("1,2,\"closed\"d"), (Values{"1", "2", "closedd"}));
}

TEST(CsvTable, RowsOfOtherLengths) {
  EXPECT_EQ(values("1\n"), (Values{"1", nullptr, nullptr}));
  EXPECT_EQ(values("1,\n"), (Values{"1", "", nullptr}));
  EXPECT_EQ(values(",,,\"x\"y,z\n"), (Values{"", "", ""}));
  EXPECT_EQ(values("\"\"\n"), (Values{"", nullptr, nullptr}));
  EXPECT_EQ(values("  \n"), (Values{"  ", nullptr, nullptr}));
}

TEST(CsvTable, EndsOfRowsAndEmptyRows) {
  const std::vector<Json> expected = {{{"a", "1"}, {"b", "2"}}, {{"a", "3"}, {"b", "4"}}};
  EXPECT_EQ(rows("a,b\n1,2\n3,4"), expected);
  EXPECT_EQ(rows("a,b\r\n1,2\r\n3,4\r\n"), expected);
  EXPECT_EQ(rows("a,b\r1,2\r3,4\r"), expected);
  EXPECT_EQ(rows("\n\r\n\na,b\n\n1,2\n\r\n3,4\n\n\n"), expected);
  EXPECT_TRUE(rows("").empty());
  EXPECT_TRUE(rows("a,b").empty());
  EXPECT_TRUE(rows("\n\n").empty());
}

TEST(CsvTable, Names) {
  EXPECT_EQ(rows("x,y,x\n1,2,3\n4"), (std::vector<Json>{{{"y", "2"}, {"x", "3"}}, {{"y", nullptr}, {"x", nullptr}}}));
  EXPECT_EQ(rows(" e.mail ,,\"a\"b\n1,2,3\n"), (std::vector<Json>{{{" e.mail ", "1"}, {"", "2"}, {"ab", "3"}}}));
}

TEST(CsvTable, PiecesAreCutAnywhere) {
  const std::string text = "Name,\"No\"te,\"x\"\"y\"\r\n\"Монітор\"s,\"a\r\nb\",c\"d\r\r\n\"\"\"\",\"end\"";
  const std::vector<Json> whole = rows(text);
  ASSERT_EQ(whole.size(), 2u);
  EXPECT_EQ(whole[0], (Json{{"Name", "Моніторs"}, {"Note", "a\r\nb"}, {"x\"y", "c\"d"}}));
  EXPECT_EQ(whole[1], (Json{{"Name", "\""}, {"Note", "end"}, {"x\"y", nullptr}}));
  for (std::size_t piece = 1; piece < 20; ++piece) EXPECT_EQ(rows(text, piece), whole) << piece;
}

TEST(CsvTable, LongValues) {
  const std::string plain(300000, 'x');
  std::string quotes(300000, '"');
  EXPECT_EQ(values(plain + ",\"" + plain + "\",a" + quotes), (Values{plain, plain, "a" + quotes}));
}

TEST(CsvTable, BrokenText) {
  std::size_t count = 0;
  CsvTable table(',', no_check, [&count](const Rows& rows) { count += rows.size(); });
  table.read("a,b\n1,2\nx,\xC3(\n3,4\n");
  table.read("5,6\n");
  table.finish();
  table.flush();
  EXPECT_EQ(count, 1u);
  EXPECT_NE(table.problem().find("row 3"), std::string::npos) << table.problem();
  for (const std::string text :
       {"a\n1\n\xE2\x82", "a\n1\n\"\xC3\"\xA9\n2\n", "a\n1\n\xED\xA0\x80\n2\n", "a\n1\n2,\xFF\n"})
    EXPECT_EQ(rows(text), (std::vector<Json>{{{"a", "1"}}})) << text;
  EXPECT_TRUE(rows("\xFF\n1\n").empty());
}

TEST(CsvTable, AQuoteThatIsNeverClosedNamesItsRow) {
  for (const std::string row : {"1,\"open, \n", "1,2,\"open \"\"", "\"15 inch\nSN-2,Dell\nSN-3,HP\n"}) {
    std::size_t count = 0;
    CsvTable table(',', no_check, [&count](const Rows& rows) { count += rows.size(); });
    table.read("a,b,c\n1,2,3\n" + row);
    table.finish();
    table.flush();
    EXPECT_EQ(count, 1u) << row;
    EXPECT_NE(table.problem().find("the quote that opens in row 3 "), std::string::npos) << table.problem();
  }
}

TEST(CsvTable, ARowThatIsTooLargeIsLeftOut) {
  const std::string large(5000, 'x');
  for (const std::string& row :
       {"1," + large + ",3", "1,\"" + large + "\"\"\n\"\"" + large + "\",3", "\"" + large + "\xC3\xA9\",2,3",
        large + "\"," + large, "\"1\"x\"" + large + "\",2,3"}) {
    for (const std::size_t piece : {std::string::npos, std::size_t{7}, std::size_t{64}}) {
      std::vector<Json> found;
      std::vector<std::size_t> left_out;
      CsvTable table(',', no_check,
                     [&](const Rows& rows) {
                       for (std::size_t i = 0; i < rows.size(); ++i) found.push_back(rows.record(i));
                     },
                     {.most = 1000, .tell = [&](std::size_t number) { left_out.push_back(number); }});
      const std::string text = "a,b,c\n1,2,3\n" + row + "\n4,5,6\n";
      for (std::size_t i = 0; i < text.size(); i += std::min(piece, text.size())) {
        table.read(std::string_view(text).substr(i, piece));
      }
      table.finish();
      table.flush();
      EXPECT_EQ(table.problem(), "") << row.substr(0, 20) << piece;
      EXPECT_EQ(found, (std::vector<Json>{{{"a", "1"}, {"b", "2"}, {"c", "3"}}, {{"a", "4"}, {"b", "5"}, {"c", "6"}}}));
      EXPECT_EQ(left_out, std::vector<std::size_t>{3}) << row.substr(0, 20) << piece;
    }
  }
}

TEST(CsvTable, OtherDelimiters) {
  for (const char delimiter : {';', '\t', '|', ' '}) {
    std::vector<Json> found;
    CsvTable table(delimiter, no_check, [&found](const Rows& rows) { found.push_back(rows.record(0)); });
    table.read(fmt::format("a{0}b\n\"1{0}\"\"\"x{0}2,3\n", delimiter));
    table.flush();
    EXPECT_EQ(found, (std::vector<Json>{{{"a", fmt::format("1{}\"x", delimiter)}, {"b", "2,3"}}}));
  }
}

TEST(CsvTable, ColumnsAreCheckedOnce) {
  std::vector<std::string> columns;
  std::size_t count = 0;
  CsvTable table(
      ',',
      [&columns](const std::vector<std::string>& names) {
        columns.insert(columns.end(), names.begin(), names.end());
        return std::string("not these");
      },
      [&count](const Rows& rows) { count += rows.size(); });
  table.read("\na,b\n1,2\n");
  table.read("3,4\n");
  EXPECT_EQ(columns, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(table.problem(), "not these");
  EXPECT_EQ(count, 0u);
}

TEST(CsvTable, WhatEmitThrowsEndsTheReading) {
  CsvTable table(',', no_check, [](const Rows&) { throw Stopped(); });
  table.read("a\n1\n2\n");
  EXPECT_THROW(table.flush(), Stopped);
}

class CsvTest : public SourceTest {};

TEST_F(CsvTest, OneFileWhateverItsName) {
  read(assets(), {{"filename", write("assets.txt", "Serial,Name\nSN-1,Екран\n")}});
  EXPECT_EQ(failure, "");
  EXPECT_EQ(records, (Values{{{"Serial", "SN-1"}, {"Name", "Екран"}}}));
}

TEST_F(CsvTest, AllFilesOfAFolderItself) {
  for (int i = 0; i < 300; ++i) write(fmt::format("[2024] *?/{}.csv", i), fmt::format("n\n{}\n", i));
  for (const char* name : {"x.CSV", "x.txt", ".x.csv", "sub/x.csv", "folder.csv/x", "csv"})
    write(std::string("[2024] *?/") + name, "n\nno\n");
  write("[2024] *?/empty.csv", "");
  read(users(), {{"directory", (folder / "[2024] *?").string()}});
  EXPECT_EQ(failure, "");
  std::vector<int> numbers;
  for (const Json& record : records) numbers.push_back(std::stoi(record["n"].get<std::string>()));
  std::sort(numbers.begin(), numbers.end());
  ASSERT_EQ(numbers.size(), 300u);
  EXPECT_EQ(numbers.front(), 0);
  EXPECT_EQ(numbers.back(), 299);
}

TEST_F(CsvTest, FolderWithoutFiles) {
  read(assets(), {{"directory", folder.string()}});
  EXPECT_EQ(failure, "");
  EXPECT_TRUE(records.empty());
}

TEST_F(CsvTest, ABrokenFileKeepsNoOtherFromBeingRead) {
  write("a.csv", "n\n1\n2\xFF\n3\n");
  std::filesystem::create_symlink("nowhere", folder / "b.csv");
  write("c.csv", "n\n4\n");
  read(assets(), {{"directory", folder.string()}});
  EXPECT_EQ(records, (Values{{{"n", "1"}}, {{"n", "4"}}}));
  EXPECT_NE(failure, "");
}

TEST_F(CsvTest, MissingFileOrFolder) {
  const std::string file = write("a.csv", "n\n1\n");
  for (const auto& [key, value] :
       std::vector<std::pair<std::string, std::string>>{{"filename", (folder / "none.csv").string()},
                                                        {"filename", folder.string()},
                                                        {"directory", (folder / "none").string()},
                                                        {"directory", file}}) {
    read(assets(), {{key, value}});
    EXPECT_NE(failure, "") << key << " " << value;
    EXPECT_TRUE(records.empty());
  }
}

TEST_F(CsvTest, FileAndFolderExcludeEachOther) {
  connector(assets(), {{"filename", "a.csv"}});
  connector(assets(), {{"directory", "d"}});
  EXPECT_TRUE(problems.empty());
  connector(assets(), {{"filename", "a.csv"}, {"directory", "d"}});
  EXPECT_EQ(problems.size(), 1u);
  connector(users(), {});
  EXPECT_EQ(problems.size(), 2u);
}

TEST_F(CsvTest, TheEncodingIsGuessedByMuchOfTheFile) {
  const std::string far(200'000, 'x');
  read(assets(), {{"filename", write("a.csv", "n\n" + far + "\xF6\n")}, {"encoding", "auto"}});
  EXPECT_EQ(failure, "");
  EXPECT_EQ(records, (Values{{{"n", far + "ö"}}}));
}

TEST_F(CsvTest, SettingsOfTheFormat) {
  const std::string file = write("a.csv",
                                 "n;m\n1;Gr\xF6\xDF"
                                 "e\n");
  read(assets(), {{"filename", file}, {"delimiter", ";"}, {"encoding", "Windows-1252"}});
  EXPECT_EQ(records, (Values{{{"n", "1"}, {"m", "Größe"}}}));
  read(assets(), {{"filename", file}, {"delimiter", "Auto"}, {"encoding", "auto"}});
  EXPECT_EQ(records, (Values{{{"n", "1"}, {"m", "Größe"}}}));
  EXPECT_TRUE(problems.empty());
  for (const char* wrong : {"", ";;", "\"", "ö", "semicolon"})
    connector(assets(), {{"filename", file}, {"delimiter", wrong}});
  for (const char* wrong : {"", "utf-9", "utf-8//IGNORE"})
    connector(assets(), {{"filename", file}, {"encoding", wrong}});
  EXPECT_EQ(problems.size(), 8u);
}

}  // namespace connector::csv::csv_test
