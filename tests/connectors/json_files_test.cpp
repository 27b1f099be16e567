#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "connectors/source_test.h"

namespace connector::json {
Plugin assets();
Plugin users();
}  // namespace connector::json

namespace connector::json::json_files_test {

/// A text of ASCII characters and U+1F5A5 ("🖥") in units of 2 or 4 bytes.
std::string encoded(const std::u32string& text, std::size_t unit, bool big_endian) {
  std::string bytes;
  const auto append = [&](std::uint32_t value) {
    for (std::size_t i = 0; i < unit; ++i) bytes += static_cast<char>(value >> 8 * (big_endian ? unit - 1 - i : i));
  };
  for (const char32_t c : text) {
    if (unit == 2 && c > 0xFFFF) {
      append(0xD800 + ((static_cast<std::uint32_t>(c) - 0x10000) >> 10));
      append(0xDC00 + (static_cast<std::uint32_t>(c) & 0x3FF));
    } else {
      append(static_cast<std::uint32_t>(c));
    }
  }
  return bytes;
}

class JsonFilesTest : public SourceTest {};

TEST_F(JsonFilesTest, ObjectsAndLists) {
  write("[2024]/a.json", R"({"iccid": 89014103211118510720, "hw": {"disks": [{"size": 512.5}]}, "n": null})");
  write("[2024]/b.json", R"([{"id": 1}, {}, {"id": 2, "id": 3}])");
  write("[2024]/c.json", "[]");
  for (const char* name : {"x.JSON", "x.txt", ".x.json", "sub/x.json", "folder.json/x"})
    write(std::string("[2024]/") + name, "{}");
  read(assets(), {{"directory", (folder / "[2024]").string()}});
  EXPECT_EQ(failure, "");
  ASSERT_EQ(records.size(), 4u);
  EXPECT_EQ(to_text(records[0]), R"({"iccid":89014103211118510720,"hw":{"disks":[{"size":512.5}]},"n":null})");
  EXPECT_EQ(records[1], (Json{{"id", 1}}));
  EXPECT_EQ(records[2], Json::object());
  EXPECT_EQ(records[3], (Json{{"id", 3}}));
}

TEST_F(JsonFilesTest, OtherEncodings) {
  write("a.json", encoded(U"\uFEFF[{\"a\": \"\U0001F5A5\"}]", 2, false));
  write("b.json", encoded(U"{\"b\": 1}", 4, true));
  write("c.json", "\xEF\xBB\xBF{\"c\": 2}");
  read(users(), {{"directory", folder.string()}});
  EXPECT_EQ(failure, "");
  EXPECT_EQ(records, (std::vector<Json>{{{"a", "🖥"}}, {{"b", 1}}, {{"c", 2}}}));
}

TEST_F(JsonFilesTest, BrokenFilesAndItems) {
  write("a.json", R"([{"id": 1}, {"id": 2})");
  write("b.json", "42");
  write("c.json", R"([{"id": 3}, "four", {"id": 5}, null])");
  write("d.json", R"([{"id": NaN}])");
  write("e.json", "");
  write("f.json", "[{\"id\": \"\xFF\"}]");
  std::filesystem::create_symlink("nowhere", folder / "g.json");
  write("h.json", R"({"id": 6})");
  write("i.json", encoded(U"[1]", 2, false) + "x");
  read(assets(), {{"directory", folder.string()}});
  EXPECT_EQ(records, (std::vector<Json>{{{"id", 3}}, {{"id", 5}}, {{"id", 6}}}));
  EXPECT_NE(failure.find("6 of 8 JSON files"), std::string::npos) << failure;
  EXPECT_EQ(failed.size(), 2u);
}

TEST_F(JsonFilesTest, Folders) {
  read(assets(), {{"directory", folder.string()}});
  EXPECT_EQ(failure, "");
  read(assets(), {{"directory", (folder / "none").string()}});
  EXPECT_NE(failure, "");
}

TEST_F(JsonFilesTest, DefaultRoleIsANumber) {
  const Plugin plugin = users();
  const auto role = std::find_if(plugin.settings.begin(), plugin.settings.end(),
                                 [](const Setting& setting) { return setting.name == "default_role"; });
  ASSERT_NE(role, plugin.settings.end());
  EXPECT_EQ(role->text.default_value, Json(25));
}

}  // namespace connector::json::json_files_test
