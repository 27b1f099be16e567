#include "config/ini.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "config/support.h"

namespace connector::ini_test {

using config_test::problems_of;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::vector<Section> parsed(const std::string& text) {
  return parse_ini(text, "config.ini");
}

std::vector<std::string> problems(const std::string& text) {
  return problems_of([&] { parsed(text); });
}

// "key|value" of each setting of section a.
std::vector<std::string> settings(const std::string& text) {
  std::vector<std::string> found;
  for (const Section& section : parsed(text)) {
    if (section.name != "a") continue;
    for (const Entry& entry : section.entries) found.push_back(entry.key + "|" + entry.value);
  }
  return found;
}

std::string value_of_k(const std::string& lines) {
  const std::vector<Section> sections = parsed("[a]\n" + lines);
  const Entry* entry = sections.at(0).find("k");
  return entry ? entry->value : "no k";
}

struct Row {
  std::string lines;
  std::string value;
};

void PrintTo(const Row& row, std::ostream* out) {
  *out << testing::PrintToString(row.lines);
}

class IniValue : public testing::TestWithParam<Row> {};

TEST_P(IniValue, IsReadByTheDialect) {
  EXPECT_EQ(value_of_k(GetParam().lines), GetParam().value);
}

INSTANTIATE_TEST_SUITE_P(
    Dialect, IniValue,
    testing::Values(Row{"k = a = b : c", "a = b : c"}, Row{"k : a=b", "a=b"}, Row{"k == v", "= v"}, Row{"k=v", "v"},
                    Row{"k = v ; note", "v"}, Row{"k = v\t; note", "v"}, Row{"k = v; note", "v; note"},
                    Row{"k = a;b ; c", "a;b ; c"}, Row{"k = a ;b;c", "a"}, Row{"k = ;x", ";x"},
                    Row{"k = ;x ; y", ";x ; y"}, Row{"k = v # note", "v # note"}, Row{"k =", ""}, Row{"k:", ""},
                    Row{"k = \"\"", ""}, Row{"k = \"\" ; note", ""}, Row{"k = ''", "''"}, Row{"k = \"a\"", "\"a\""},
                    Row{"k = 100%", "100%"}, Row{"k = %%", "%%"}, Row{"k = %(x)s", "%(x)s"},
                    Row{"k =  two words \t", "two words"}, Row{"k = 1\n\n  two", "1\n  two"},
                    Row{"k:\n    if x:\n        return 2", "\n    if x:\n        return 2"},
                    Row{"k = 1\n  two ; no comment  \n", "1\n  two ; no comment  "}, Row{"k = 1\n\ttab", "1\n\ttab"},
                    Row{"k = 1\n  [x]\n  l = v", "1\n  [x]\n  l = v"},
                    Row{"k = 1\n# note\n  two\n;note\nrem x\n  3", "1\n  two\n  3"},
                    Row{"k = 1\n  # code's own\n  two", "1\n  # code's own\n  two"},
                    Row{"k = 1\n   \n  two", "1\n  two"}, Row{"k = 1\r\n  two\r\n", "1\n  two"}, Row{"K = v", "v"},
                    Row{"k = 1\nk = 2", "2"}, Row{"k = 1\n  a\nl = 0\nk = 2\n  b", "2\n  b"},
                    Row{"k = 1\n  a\nk = 2", "2"}, Row{"  k = v", "v"}, Row{"k = Zürich 山田 😀", "Zürich 山田 😀"}));

TEST(Ini, KeysAreLowerCasedAndMayHoldMuch) {
  EXPECT_THAT(settings("[a]\nURL = 1\nmapping.Serial No = 2\n  Größe\nÄÖ 名 : 3\nremote = 4\nrem=5\nRem: 6\n# = 7\n"),
              ElementsAre("url|1", "mapping.serial no|2\n  Größe", "äö 名|3", "remote|4", "rem|6"));
  EXPECT_THAT(settings("[a]\na ;b = 1\n"), ElementsAre("a ;b|1"));
}

TEST(Ini, CommentsAreDroppedWhereverTheyStand) {
  EXPECT_THAT(settings("# x\n; y\nrem z = 1\nREM\n\n[a]\n;k = 1\n#k = 1\nrem = 1\nRem\tk = 1\nk = 2"),
              ElementsAre("k|2"));
}

TEST(Ini, ASectionsNameRunsToTheLastBracket) {
  const std::vector<Section> sections =
      parsed("[ldap.Contractors] what follows is ignored\n[ netbox.Київ ]\n[a]b] ; ]\n[x ;y]\n  [indented]\n");
  std::vector<std::string> names;
  for (const Section& section : sections) names.push_back(section.name);
  EXPECT_THAT(names, ElementsAre("ldap.Contractors", "netbox.Київ", "a]b] ;", "x ;y", "indented"));
  EXPECT_EQ(sections[0].connector(), "ldap");
  EXPECT_EQ(sections[1].origin, "config.ini:2");
}

TEST(Ini, ASectionGivenTwiceIsOneInTheFirstOnesPlace) {
  const std::vector<Section> sections = parsed("[a]\nx = 1\ny = 1\n[b]\nz = 1\n[a]\nx = 2\nw = 3\n");
  ASSERT_EQ(sections.size(), 2u);
  EXPECT_EQ(sections[0].name, "a");
  EXPECT_THAT(settings("[a]\nx = 1\ny = 1\n[b]\nz = 1\n[a]\nx = 2\nw = 3\n"), ElementsAre("x|2", "y|1", "w|3"));
  EXPECT_EQ(sections[0].find("x")->origin, "config.ini:7");
  EXPECT_EQ(sections[0].find("y")->origin, "config.ini:3");
}

TEST(Ini, AnIndentedLineContinuesOnlyASettingOfItsSection) {
  EXPECT_THAT(problems("[a]\nk = 1\n[b]\n  two\n"), ElementsAre(HasSubstr("config.ini:4: ")));
}

TEST(Ini, OnlyWhatIsIndentedDeeperThanItsKeyContinuesASetting) {
  EXPECT_THAT(settings("[a]\n    k = 1\n    l = 2\n      more\n  m = 3\n  # note\n"),
              ElementsAre("k|1", "l|2\n      more", "m|3"));
  EXPECT_THAT(settings("  [b]\n  k = 0\n  [a]\n  # note\n  k:\n      return 1\n\n  ; note\n  l = 2\n"),
              ElementsAre("k|\n      return 1", "l|2"));
  EXPECT_THAT(settings("[a]\n\tk = 1\n\t\tmore\n\tl = 2\n"), ElementsAre("k|1\n\t\tmore", "l|2"));
}

TEST(Ini, WhiteSpaceIsThatOfAnyScript) {
  EXPECT_THAT(
      settings("[\u00A0a\u00A0]\n\u00A0\nk\u00A0=\u00A0token\u00A0\nl = v\u00A0; note\nmapping.a\u00A0b = 1\nm = x\n"
               "\u3000more\n"),
      ElementsAre("k|token", "l|v", "mapping.a b|1", "m|x\n\u3000more"));
}

TEST(Ini, DefaultGivesWhatSectionsDoNotSet) {
  const std::vector<Section> sections =
      parsed("[a]\nx = 1\n[DEFAULT]\nx = 0\ny = 0\n[converters]\nc = 1\n[default]\nz = 1\n");
  ASSERT_EQ(sections.size(), 3u);
  EXPECT_EQ(sections[0].entries.size(), 2u);
  EXPECT_EQ(sections[0].find("x")->value, "1");
  EXPECT_EQ(sections[0].find("y")->value, "0");
  EXPECT_EQ(sections[0].find("y")->origin, "config.ini:5");
  EXPECT_EQ(sections[1].find("y"), nullptr);
  EXPECT_EQ(sections[2].name, "default");
  EXPECT_EQ(sections[2].find("x")->value, "0");
}

TEST(Ini, AByteOrderMarkAndAnEmptyFileAreFine) {
  EXPECT_THAT(settings("\xEF\xBB\xBF[a]\r\nk = v\r\n"), ElementsAre("k|v"));
  EXPECT_THAT(settings("\xEF\xBB\xBF# x\n[a]\nk = v"), ElementsAre("k|v"));
  EXPECT_THAT(parsed(""), IsEmpty());
}

TEST(Ini, NothingHasALengthLimit) {
  const std::string value(100'000, 'v');
  const std::string name(300, 'n');
  const std::vector<Section> sections =
      parsed("[" + name + "]\n" + name + "-key = " + value + "\n  " + value + "\n" + name + "-other = 2\n  3\n");
  ASSERT_EQ(sections.size(), 1u);
  EXPECT_EQ(sections[0].name, name);
  EXPECT_EQ(sections[0].find(name + "-key")->value, value + "\n  " + value);
  EXPECT_EQ(sections[0].find(name + "-other")->value, "2\n  3");
}

TEST(Ini, WrongLinesAreNamedByNumberAndNeverShown) {
  for (const char* line : {"s3cret", "[]", "[  ]", "[s3cret", "= s3cret", ": s3cret"}) {
    const std::vector<std::string> found = problems(std::string("[a]\n\nk = v\n") + line + "\nanother wrong line\n");
    ASSERT_EQ(found.size(), 1u) << line;
    EXPECT_THAT(found[0], HasSubstr("config.ini:4: ")) << line;
    EXPECT_THAT(found[0], Not(HasSubstr("s3cret"))) << line;
  }
  EXPECT_THAT(problems("\nk = v\n[a]\n"), ElementsAre(HasSubstr("config.ini:2: a setting before the first section")));
  EXPECT_THAT(problems("[a]\n  no key came before\n"), ElementsAre(HasSubstr("config.ini:2: ")));
}

TEST(Ini, BytesThatAreNoUtf8AreAnError) {
  EXPECT_THAT(problems("[a]\nk = 1\nl = \xFF\n"), ElementsAre(HasSubstr("config.ini:3: ")));
  EXPECT_THAT(problems("# Latin-1: \xE9\n"), ElementsAre(HasSubstr("config.ini:1: ")));
  EXPECT_THAT(problems(std::string("\xFF\xFE[\0a\0]\0", 8)), ElementsAre(HasSubstr("UTF-16: save the file as UTF-8")));
}

TEST(Ini, AFileThatCannotBeReadIsAnError) {
  const config_test::Folder folder;
  EXPECT_THAT(problems_of([&] { read_ini(folder.path() / "no-such.ini"); }), ElementsAre(HasSubstr("no-such.ini")));
  EXPECT_THAT(problems_of([&] { read_ini(folder.path()); }), ElementsAre(HasSubstr(folder.path().string())));
  EXPECT_EQ(read_ini(folder.write("a.ini", "[a]\nk = v"))[0].find("k")->origin,
            (folder.path() / "a.ini").string() + ":2");
}

TEST(Ini, NoInputCrashesAndWhatIsReadIsWellFormed) {
  std::mt19937 random(20260301);
  const std::vector<std::string> pieces = {
      "[", "]",   "=",           ":", ";",   "#", "\n",           "\r\n", " ",       "\t",           "rem ", "\"",
      "k", "[a]", "[DEFAULT]\n", "é", "\0x", "%", "\xEF\xBB\xBF", "\n  ", "\nk = v", "[a]\nk = v\n", "\xFF"};
  std::size_t accepted = 0;
  for (int round = 0; round < 5000; ++round) {
    std::string text;
    const bool any_bytes = round % 5 == 0;
    for (auto length = random() % 60; length > 0; --length) {
      text += any_bytes ? std::string(1, static_cast<char>(random() % 256))
                        : pieces[random() % (pieces.size() - (round % 3 ? 1 : 0))];
    }
    try {
      for (const Section& section : parsed(text)) {
        EXPECT_FALSE(section.name.empty());
        for (const Entry& entry : section.entries) EXPECT_FALSE(entry.key.empty());
      }
      ++accepted;
    } catch (const ConfigError& error) {
      EXPECT_THAT(error.what(), testing::MatchesRegex("config\\.ini(:[0-9]+)?: .*"));
    }
  }
  EXPECT_GT(accepted, 100u);
}

}  // namespace connector::ini_test
