#include "python/template_shortcut.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <memory>
#include <random>
#include <vector>

#include "python/render_mapping.h"
#include "python/template_worker.h"
#include "python/templates.h"
#include "support/temporary_folder.h"

namespace connector::template_shortcut_test {

using shortcut::Path;

TEST(TemplateShortcutTest, PlainTextHasNoMarkup) {
  EXPECT_EQ(shortcut::plain_text(""), "");
  EXPECT_EQ(shortcut::plain_text("a}}%}#} { b"), "a}}%}#} { b");
  EXPECT_EQ(shortcut::plain_text("a\r\n\rb\n\r\n"), "a\n\nb\n");
  EXPECT_EQ(shortcut::plain_text("{{"), std::nullopt);
  EXPECT_EQ(shortcut::plain_text("x{%"), std::nullopt);
  EXPECT_EQ(shortcut::plain_text("{ {#"), std::nullopt);
  EXPECT_EQ(shortcut::plain_text("{"), "{");
}

TEST(TemplateShortcutTest, PathsAreAsciiNames) {
  for (const char* source : {"a", "_a.b_1.C", "a.items", "loop", "class", "a._b", "import_", "a.import", "a.none"}) {
    EXPECT_TRUE(Path::of_expression(source)) << source;
  }
  for (const char* source :
       {"",    ".",     "a.",   ".a",   "a..b", "a b", " a",   "a.0",   "0a",     "a-b",      "a|b", "é",
        "a.é", "a.__b", "none", "True", "not",  "in",  "self", "range", "import", "import.a", "a\n"}) {
    EXPECT_FALSE(Path::of_expression(source)) << source;
  }
  for (const char* source : {"{{a}}", "{{ a.b }}", "{{  a }}"}) EXPECT_TRUE(Path::of_template(source)) << source;
  for (const char* source : {"{{}}", "{{ }}", "{{-a}}", "{{ a -}}", " {{ a }}", "{{ a }} ", "{{ a }}{{ b }}", "a"}) {
    EXPECT_FALSE(Path::of_template(source)) << source;
  }
}

TEST(TemplateShortcutTest, KeysAreEscaped) {
  EXPECT_EQ(shortcut::escaped_key(".:-#$@/*!"), "_DOT__COLON__DASH__HASH__DOLLAR__AT__SLASH__STAR__EXCLAIM_");
  EXPECT_EQ(shortcut::escaped_key("£%^?=+&<>() "),
            "_POUND__PERCENT__CIRCUM__QUES__EQUAL__PLUS__AMPERSAND__LESSTHAN__GRTRTHAN__OPENBRAC__CLOSEBRAC__SPACE_");
  EXPECT_EQ(shortcut::escaped_key("false"), "_FALSE_");
  EXPECT_EQ(shortcut::escaped_key("none"), "none");
  EXPECT_EQ(shortcut::escaped_key("класс-1"), "класс_DASH_1");
  const Json record = parse_json(R"({"a.b": 1, "a_DOT_b": 2, "True": 3, "x_DASH_y": 4, "x-y": 5, "self": 6, "A_": 7})");
  EXPECT_EQ(*shortcut::find_escaped(record, "a_DOT_b"), 2);
  EXPECT_EQ(*shortcut::find_escaped(record, "_TRUE_"), 3);
  EXPECT_EQ(*shortcut::find_escaped(record, "x_DASH_y"), 5);
  EXPECT_EQ(*shortcut::find_escaped(record, "A_"), 7);
  EXPECT_EQ(shortcut::find_escaped(record, "_DOT_"), nullptr);
}

TEST(TemplateShortcutTest, NamesAreNormalizedBeforeTheyAreJudged) {
  for (const char* text : {"ſet()", "sｅt()", "𝐬𝐞𝐭()", "(ﬅ, ſet())"})
    EXPECT_FALSE(shortcut::is_no_literal(text)) << text;
  for (const char* text : {"Müller (HQ)", "ſet", "Größe()"}) EXPECT_TRUE(shortcut::is_no_literal(text)) << text;
  WorkerHost host(template_host_word, CONNECTOR_PROGRAM);
  Templates templates(host);
  EXPECT_EQ(test::render_mapping(templates, {"x"}, {{"x", "ſet()"}}).front(), nullptr);
}

// --- Against Jinja2 itself

/// What Jinja2 makes of each case, [template, record], rendered natively without this program's sandbox.
constexpr char oracle[] = R"python(
import functools, json, math, sys
from jinja2 import UndefinedError
from jinja2.nativetypes import NativeEnvironment

WORDS = {'.': 'DOT', ':': 'COLON', '-': 'DASH', '#': 'HASH', '$': 'DOLLAR', '@': 'AT', '/': 'SLASH', '*': 'STAR',
         '!': 'EXCLAIM', '£': 'POUND', '%': 'PERCENT', '^': 'CIRCUM', '?': 'QUES', '=': 'EQUAL', '+': 'PLUS',
         '&': 'AMPERSAND', '<': 'LESSTHAN', '>': 'GRTRTHAN', '(': 'OPENBRAC', ')': 'CLOSEBRAC', ' ': 'SPACE'}
NAMES = {name: f'_{name.upper()}_' for name in ('not', 'self', 'False', 'None', 'True', 'false', 'true')}
environment = NativeEnvironment()
environment.globals['import'] = print


def escaped(key):
    for character, word in WORDS.items():
        key = key.replace(character, f'_{word}_')
    return NAMES.get(key, key)


def outcome(value):
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, (list, tuple)):
        return [outcome(each) for each in value]
    if isinstance(value, dict):
        return {key if isinstance(key, str) else json.dumps(key): outcome(each) for key, each in value.items()}
    return None


def infinite(value):
    if isinstance(value, dict):
        return any(map(infinite, value)) or any(map(infinite, value.values()))
    if isinstance(value, (list, tuple)):
        return any(map(infinite, value))
    return isinstance(value, float) and not math.isfinite(value)


template = functools.cache(environment.from_string)

for source, record in json.load(sys.stdin):
    if not any(mark in source for mark in ('{{', '}}', '{%', '%}')):
        source = '{{' + source + '}}'
    try:
        value = template(source).render({escaped(key): each for key, each in record.items()})
        if infinite(value):
            value = record['x']
        print(json.dumps(['value', outcome(value)]))
    except UndefinedError:
        print('["undefined"]')
    except TypeError:  # an unhashable key: the text stays
        print(json.dumps(['value', record['x']]))
)python";

std::vector<Json> by_jinja(const Json& cases) {
  const test::TemporaryFolder folder;
  const std::string script = folder.write("oracle.py", oracle);
  const std::string input = folder.write("cases.json", to_text(cases));
  const std::string command = "/usr/bin/python3 -I " + script + " < " + input;
  const std::unique_ptr<FILE, int (*)(FILE*)> output(popen(command.c_str(), "r"), pclose);
  std::string text;
  char part[65536];
  while (const std::size_t size = fread(part, 1, sizeof part, output.get())) text.append(part, size);
  std::vector<Json> outcomes;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    outcomes.push_back(parse_json(std::string_view(text).substr(begin, end - begin)));
    begin = end + 1;
  }
  return outcomes;
}

class Random {
 public:
  std::size_t below(std::size_t count) { return std::uniform_int_distribution<std::size_t>(0, count - 1)(engine_); }

  template <std::size_t count>
  const char* one_of(const char* const (&texts)[count]) {
    return texts[below(count)];
  }

  std::string text() {
    static const char* const pieces[] = {
        "0",    "0",    "1",      "5",      "7",  "9",  "12",    "a",     "e",   "E",    "x",    "b",   "o",
        "j",    "J",    "_",      "-",      "-",  "+",  ".",     ".",     ",",   "(",    ")",    "[",   "]",
        "{",    "}",    ":",      "'",      "\"", "#",  " ",     "\n",    "\t",  "\\",   "None", "set", "é",
        "٣",    "７",   "\u00a0", "\u2028", "/",  "%",  "@",     "ſet()", "sｅ", "ｔ()", "e5",   "0x",  "0b",
        "True", "not ", "False",  "()",     "''", "r'", "1e400", "\r",    "\f",  "*",    "|"};
    std::string made;
    for (std::size_t pieces_left = below(8); pieces_left > 0; --pieces_left) made += one_of(pieces);
    return made;
  }

  Json value(int depth) {
    switch (below(depth > 0 ? 9 : 6)) {
      case 0:
        return nullptr;
      case 1:
        return below(100);
      case 2:
        return below(2) == 0;
      case 3:
        return 1.5;
      case 4:
        return "text";
      case 5:
        return text();
      case 6:
        return Json::array({value(depth - 1)});
      default:
        return record(depth - 1);
    }
  }

  Json record(int depth) {
    Json made = Json::object();
    for (std::size_t members = below(6); members > 0; --members) made[key()] = value(depth);
    return made;
  }

  std::string key() {
    static const char* const keys[] = {"a",    "b",       "a.b", "a_DOT_b", "a-b", "self", "_SELF_", "items", "get",
                                       "True", "_TRUE_",  "A_",  "_",       "_b",  "not",  "range",  "x",     "£",
                                       "0",    "_POUND_", "__x", "values",  "b ",  "é",    "import", "loop",  "dict"};
    return one_of(keys);
  }

  std::string path() {
    static const char* const names[] = {"a",      "a",  "b",    "b",       "a_DOT_b", "a_DASH_b", "_SELF_", "_TRUE_",
                                        "items",  "_b", "self", "_POUND_", "range",   "x",        "0",      "__x",
                                        "values", "é",  "loop", "import",  "not",     "b_SPACE_", "length"};
    std::string made = one_of(names);
    for (std::size_t more = below(4); more > 0; --more) made += std::string(".") + one_of(names);
    return made;
  }

 private:
  std::mt19937 engine_{20231114};
};

TEST(TemplateShortcutTest, ValuesAreWhatJinjaMakesOfThem) {
  Random random;
  Json cases = Json::array();
  for (int i = 0; i < 20000; ++i) cases.push_back(Json::array({"{{ x }}", {{"x", random.text()}}}));
  const std::vector<Json> outcomes = by_jinja(cases);
  ASSERT_EQ(outcomes.size(), cases.size());
  WorkerHost host(template_host_word, CONNECTOR_PROGRAM);
  Templates templates(host);
  std::size_t without_python = 0;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const Json& record = cases[i][1];
    const Json& expected = outcomes[i][1];
    if (const auto value = shortcut::value_of(record["x"].get<std::string>())) {
      EXPECT_EQ(*value, expected) << record;
      ++without_python;
    }
    EXPECT_EQ(test::render_mapping(templates, {"x|default"}, record).front(), expected) << record;
  }
  EXPECT_GT(without_python, cases.size() / 2);
}

TEST(TemplateShortcutTest, PathsLeadWhereJinjaIsLed) {
  Random random;
  Json cases = Json::array();
  for (int i = 0; i < 4000; ++i) {
    const std::string path = random.path();
    if (path == "not" || path.starts_with("not.")) continue;  // no expression
    cases.push_back(Json::array({random.below(2) ? path : "{{ " + path + " }}", random.record(3)}));
  }
  const std::vector<Json> outcomes = by_jinja(cases);
  ASSERT_EQ(outcomes.size(), cases.size());
  WorkerHost host(template_host_word, CONNECTOR_PROGRAM);
  Templates templates(host);
  std::size_t without_python = 0;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    Json outcome = Json::array({"undefined"});
    try {
      outcome = Json::array({"value", test::render_mapping(templates, {cases[i][0]}, cases[i][1]).front()});
    } catch (const TemplateError&) {
    }
    EXPECT_EQ(outcome, outcomes[i]) << cases[i];
    const std::string expression = cases[i][0].get<std::string>();
    const auto path = Path::of_expression(expression);
    if (path) {
      const Path::Found at = path->follow(shortcut::find_escaped(cases[i][1], path->first()));
      without_python += at.outcome != Path::Outcome::ask_python;
    }
  }
  EXPECT_GT(without_python, cases.size() / 5);
}

TEST(TemplateShortcutTest, TextsWithoutMarkupAreRenderedAsJinjaDoes) {
  Random random;
  WorkerHost host(template_host_word, CONNECTOR_PROGRAM);
  Templates templates(host);
  for (int i = 0; i < 3000; ++i) {
    const std::string source = random.text();
    const auto plain = shortcut::plain_text(source);
    if (!plain) continue;
    EXPECT_EQ(*plain, templates.render_text("{##}" + source, {})) << source;
    EXPECT_EQ(templates.render_native(source, {}), templates.render_native("{##}" + source, {})) << source;
  }
}

}  // namespace connector::template_shortcut_test
