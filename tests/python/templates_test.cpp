#include "python/templates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "connector/error.h"
#include "python/render_mapping.h"
#include "python/template_worker.h"

namespace connector::templates_test {

class TemplatesTest : public testing::Test {
 protected:
  Variables with(const Json& values) {
    Variables variables;
    for (const auto& [name, value] : values.items()) variables.set(name, value);
    return variables;
  }

  std::string text(const Json& source, const Json& values = Json::object()) {
    return templates().render_text(source, with(values));
  }
  Json native(const Json& source, const Json& values = Json::object()) {
    return templates().render_native(source, with(values));
  }
  Json mapping(const Json& source, const Json& record = Json::object()) {
    return test::render_mapping(templates(), {source}, record).front();
  }

  /// The message of the error; empty when there is none.
  template <class Render>
  std::string error_of(Render render) {
    try {
      render();
    } catch (const TemplateError& error) {
      return error.what();
    }
    return "";
  }
  std::string text_error(const Json& source, const Json& values = Json::object()) {
    return error_of([&] { text(source, values); });
  }
  std::string native_error(const Json& source, const Json& values = Json::object()) {
    return error_of([&] { native(source, values); });
  }
  std::string mapping_error(const Json& source, const Json& record = Json::object()) {
    return error_of([&] { mapping(source, record); });
  }

  /// One for all tests: what it keeps must not show.
  static Templates& templates() {
    static Templates shared(host());
    return shared;
  }
  static WorkerHost& host() {
    static WorkerHost shared(template_host_word, CONNECTOR_PROGRAM);
    return shared;
  }
};

TEST_F(TemplatesTest, SaysWhichTemplatesMayChangeValues) {
  for (const char* source : {
           "{% set _ = rows.append(1) %}",
           "{{ inputs.update({'n': 1}) }}",
           "{{ x.pop() }}",
           "{{ x['append'](1) }}",
           "{{ (x|attr('append'))(1) }}",
           "{{ f(1) }}",
           "{{ x.get(*y) }}",
           "{{ import('random').shuffle(x) }}",
           "{{ import('re').sub('a', x.append, y) }}",
           "{{ import('re').compile('a').sub(x.append, y) }}",
           "{{ import('json').dumps(x, default=x.append) }}",
           "{% set range = x.append %}{{ range(1) }}",
           "{% macro m(range) %}{{ range(1) }}{% endmacro %}{{ m(x.append) }}",
           "{% call f() %}x{% endcall %}",
       }) {
    EXPECT_TRUE(templates().may_change_values(source)) << source;
  }
  for (const char* source : {
           "{{ a.b|upper|default('append(') }}",
           "{{ a.split('-')[0].upper() }}",
           "{{ a.get('b', {}).items()|list }}",
           "{{ range(3)|list }}",
           "{{ import('re').sub('[^0-9]', '', a) }}",
           "{{ import('json').dumps(a, indent=2) }}",
           "{{ import('hmac').new(a.encode(), b.encode(), import('hashlib').sha256).hexdigest() }}",
           "{{ (import('datetime').datetime.utcnow() - import('datetime').timedelta(days=1)).isoformat() }}",
           "{% macro m(x) %}{{ caller(x) }}{% endmacro %}{% call(y) m(1) %}{{ y }}{% endcall %}",
           "{% for i in a recursive %}{{ loop.cycle('x', 'y') }}{{ loop(i.b) }}{% endfor %}",
           "rows.append(1)",
           "{{ (",
       }) {
    EXPECT_FALSE(templates().may_change_values(source)) << source;
  }
  EXPECT_FALSE(templates().may_change_values(nullptr));
}

// --- Rendering to text

TEST_F(TemplatesTest, PutsValuesIntoTextAsPythonDoes) {
  const Json values = parse_json(R"({"x": null, "t": true, "f": 1.0, "big": 1e22, "d": {"a": [null, "q'"]},
      "n": 123456789012345678901234567890})");
  EXPECT_EQ(text("{{ x }}|{{ t }}|{{ f }}|{{ big }}|{{ d }}|{{ n }}|{{ missing }}|{{ d.missing }}", values),
            R"(None|True|1.0|1e+22|{'a': [None, "q'"]}|123456789012345678901234567890||)");
}

TEST_F(TemplatesTest, TextIsEmptyBelowSomethingUndefined) {
  EXPECT_EQ(text("a {{ a.b.c }} z", {{"a", Json::object()}}), "");
  EXPECT_EQ(text("a {{ missing.b }} z"), "");
}

TEST_F(TemplatesTest, TextTemplatesWithoutMarkupKeepTheirText) {
  EXPECT_EQ(text("a\r\nb\rc\n"), "a\nb\nc");
  EXPECT_EQ(text("{ } }} %} #}"), "{ } }} %} #}");
  EXPECT_EQ(text(""), "");
  EXPECT_EQ(text("\n\n"), "\n");
}

TEST_F(TemplatesTest, OtherTemplatesThanTextAreTakenAsPythonWritesThem) {
  EXPECT_EQ(text(true), "True");
  EXPECT_EQ(text(5), "5");
  EXPECT_EQ(text(nullptr), "None");
  EXPECT_EQ(text(1.0), "1.0");
  EXPECT_EQ(text(Json::array({"a"})), "['a']");
  EXPECT_EQ(text(parse_json("123456789012345678901234567890")), "123456789012345678901234567890");
  EXPECT_EQ(text(parse_json(R"({"k": "{{ x }}"})"), {{"x", 1}}), "{'k': '1'}");
  EXPECT_EQ(native(true), true);
  EXPECT_EQ(native(5), 5);
  EXPECT_EQ(native(nullptr), nullptr);
  EXPECT_EQ(native(Json::array({"a"})), Json::array({"a"}));
  EXPECT_EQ(mapping(5), 5);
  EXPECT_EQ(mapping(Json::array({1, "a"})), Json::array({1, "a"}));
}

TEST_F(TemplatesTest, AsIsDoesNothingInText) {
  EXPECT_EQ(text("{{ x|as_is }}{{ xs|as_is }}", {{"x", "5"}, {"xs", {1}}}), "5[1]");
}

TEST_F(TemplatesTest, DropsOneNewlineAtTheEndOfTheTemplateOnly) {
  EXPECT_EQ(text("{{ x }}\n", {{"x", "a\n"}}), "a\n");
}

TEST_F(TemplatesTest, ErrorsOfTextSayTemplateAndCause) {
  EXPECT_EQ(text_error("{{ x|no_such_filter }}"),
            "The template \"{{ x|no_such_filter }}\" cannot be rendered: No filter named 'no_such_filter'.");
  EXPECT_NE(text_error("{{ inputs.x"), "");
  EXPECT_NE(text_error("{% include 'x' %}"), "");
  EXPECT_NE(text_error("{{ 1 / 0 }}").find("division by zero"), std::string::npos);
  EXPECT_NE(text_error("a\n{{ }}\nb").find("line 2"), std::string::npos);
}

TEST_F(TemplatesTest, ErrorsAreOneLineAndDoNotShowValues) {
  const Json values = {{"password", "hunter 'two'"}, {"d", Json::object()}};
  for (const char* source :
       {"{{ import('datetime').date.fromisoformat(password) }}", "{{ d.pop(password) }}", "{{ import(password) }}",
        "{{ import('struct').pack(password, 1) }}", "{{ import('json').loads(password) }}",
        "{{ ''|attr(password)() ~ ''[password].x.y }}", "{{ import('math')\n[password]() }}",
        "{{ import('string').Template('$x').substitute(y=password) }}"}) {
    const std::string error = native_error(source, values);
    if (std::string_view(source).find("attr(") == std::string_view::npos &&
        std::string_view(source).find('\n') == std::string_view::npos) {
      EXPECT_NE(error, "") << source;
    }
    EXPECT_EQ(error.find("hunter"), std::string::npos) << error;
    EXPECT_EQ(error.find("two"), std::string::npos) << error;
    EXPECT_EQ(error.find('\n'), std::string::npos) << error;
  }
  EXPECT_LT(native_error("{{ x|nope }}" + std::string(5000, 'x')).size(), 1200u);
}

// --- Native rendering

TEST_F(TemplatesTest, NativeTemplatesWithoutOutputAreNull) {
  EXPECT_EQ(native(""), nullptr);
  EXPECT_EQ(native("\n"), nullptr);
  EXPECT_EQ(native("{% if false %}x{% endif %}"), nullptr);
  EXPECT_EQ(native("{% for x in [] %}x{% endfor %}"), nullptr);
}

TEST_F(TemplatesTest, OnePieceThatIsNoTextStays) {
  const Json values = parse_json(R"({"x": 5, "l": [1, {"a": null}], "f": 10.0, "n": 123456789012345678901234567890})");
  EXPECT_EQ(native("{{ x }}", values), 5);
  EXPECT_EQ(native("{{ x + 1 }}", values), 6);
  EXPECT_EQ(native("{{ l|list }}", values), values["l"]);
  EXPECT_EQ(native("{{ f if true }}", values).dump(), "10.0");
  EXPECT_EQ(native("{{ n + 1 }}", values), parse_json("123456789012345678901234567891"));
  EXPECT_EQ(native("{{ -n }}", values), parse_json("-123456789012345678901234567890"));
  EXPECT_EQ(native("{{ 18446744073709551615 + 0*x }}", values), 18446744073709551615u);
  const Json long_number = parse_json("-1" + std::string(4800, '7'));
  EXPECT_EQ(native("{{ x|default }}", {{"x", long_number}}), long_number);
  EXPECT_EQ(to_text(native("{{ 10 ** 9001 + 7 }}")), "1" + std::string(9000, '0') + "7");
  EXPECT_EQ(to_text(native("{{ -(10 ** 9001) }}")), "-1" + std::string(9001, '0'));
  EXPECT_EQ(native("{{ missing }}"), nullptr);
  EXPECT_EQ(native("{{ missing.x }}"), nullptr);
  EXPECT_EQ(native("{{ missing.x.y|lower }}"), nullptr);
}

TEST_F(TemplatesTest, SeveralPiecesAreJoinedAndReadAsLiteral) {
  EXPECT_EQ(native("{{ x }} ", {{"x", 5}}), 5);
  EXPECT_EQ(native("{{ x }} ", {{"x", "ab"}}), "ab ");
  EXPECT_EQ(native("{{ maker }} {{ model }}", {{"maker", nullptr}}), nullptr);
  EXPECT_EQ(native("{{ a }}{{ b }}", {{"a", 1}, {"b", 2}}), 12);
  EXPECT_EQ(native("{{ a }},{{ b }}", {{"a", 1}, {"b", 2}}), Json::array({1, 2}));
  EXPECT_EQ(native("[{{ a }}]", {{"a", 1}}), Json::array({1}));
  EXPECT_EQ(native("<{{ x }}>", {{"x", nullptr}}), "<None>");
  EXPECT_EQ(native("<{{ x }}>"), "<>");
  EXPECT_EQ(native("{{ x|lower }}", {{"x", nullptr}}), "none");
  EXPECT_EQ(native("{{ x|capitalize }}", {{"x", "NONE"}}), nullptr);
  EXPECT_EQ(native("{{ xs|join(', ') }}", {{"xs", {"a", "b"}}}), "a, b");
  EXPECT_EQ(native("{{ xs|join(', ') }}", {{"xs", {1, 2}}}), Json::array({1, 2}));
  EXPECT_EQ(native("{{ x|replace('a', '') }}", {{"x", "a5a"}}), 5);
  EXPECT_EQ(native("{{ x|upper }}{{ x|trim }}", {{"x", "5"}}), 55);
}

/// What comes of texts, where it is not the text itself. The texts stay: see below.
TEST_F(TemplatesTest, PiecesFromTheThirdOnArePutOutAfterTheFirstTwoBecameText) {
  EXPECT_EQ(native("{{ l }}{{ n }}{{ '' if l.append(9) else '' }}{{ l }}", {{"l", {1}}, {"n", "-"}}), "[1]-[1, 9]");
  EXPECT_EQ(native("{{ l }}{{ '' if l.append(9) else '-' }}", {{"l", {1}}}), "[1, 9]-");
}

TEST_F(TemplatesTest, TextsThatArePythonLiteralsBecomeTheirValues) {
  const std::vector<std::pair<std::string, std::string>> values = {
      {"7", "7"},
      {"00", "0"},
      {"000", "0"},
      {"0_0", "0"},
      {"-0", "0"},
      {"-5", "-5"},
      {"- 5", "-5"},
      {"+5", "5"},
      {"1_000", "1000"},
      {"0x1F", "31"},
      {"0o17", "15"},
      {"0b11", "3"},
      {"1.10", "1.1"},
      {"10.0", "10.0"},
      {".5", "0.5"},
      {"5.", "5.0"},
      {"09.5", "9.5"},
      {"012e1", "120.0"},
      {"1e5", "100000.0"},
      {"12E4", "120000.0"},
      {"12345678901234567890", "12345678901234567890"},
      {"123456789012345678901234567890", "123456789012345678901234567890"},
      {"3j", "null"},
      {"1+2j", "null"},
      {"1,234", "[1,234]"},
      {"1, 2, 3", "[1,2,3]"},
      {"1,", "[1]"},
      {"(5)", "5"},
      {"()", "[]"},
      {"[]", "[]"},
      {"(1, 'b')", "[1,\"b\"]"},
      {"[1]", "[1]"},
      {"[1, 'a', None]", "[1,\"a\",null]"},
      {"{}", "{}"},
      {"{'a': 1}", "{\"a\":1}"},
      {"{\"a\": 1}", "{\"a\":1}"},
      {"{1: 2}", "{\"1\":2}"},
      {"{1, 2}", "null"},
      {"set()", "null"},
      {"None", "null"},
      {"None,", "[null]"},
      {"True", "true"},
      {"False", "false"},
      {"True, False", "[true,false]"},
      {"'a'", "\"a\""},
      {"\"a\"", "\"a\""},
      {"u'a'", "\"a\""},
      {"'a' 'b'", "\"ab\""},
      {"r'a\\n'", "\"a\\\\n\""},
      {"'\\x41'", "\"A\""},
      {"b'x'", "null"},
      {"...", "null"},
      {"5 ", "5"},
      {"5\n", "5"},
      {"\n5", "5"},
      {"5 # b", "5"},
      {"380501234567", "380501234567"},
      {"+380501234567", "380501234567"}};
  for (const auto& [value, outcome] : values) {
    EXPECT_EQ(to_text(native("{{ x|default }}", {{"x", value}})), outcome) << value;
    EXPECT_EQ(to_text(mapping("x", {{"x", value}})), outcome) << value;
  }
}

TEST_F(TemplatesTest, OtherTextsStay) {
  for (const std::string value : {"",           "--5",
                                  "-+5",        "C02XK1",
                                  "007",        "042",
                                  "1__0",       "_1",
                                  "1_",         "0x",
                                  "0b12",       "1l",
                                  "0777L",      "1.2.3",
                                  "10.0.0.1",   "1e",
                                  "nan",        "inf",
                                  "Infinity",   "1e400",
                                  "-1e400",     "[1e400]",
                                  "1-2",        "312-800-9919",
                                  "1+1",        "2*3",
                                  "1/2",        "[1, a]",
                                  "[1",         "{\"a\": null}",
                                  "{a: 1}",     "{[1]: 2}",
                                  "{{}}",       "none",
                                  "null",       "NULL",
                                  "true",       "TRUE",
                                  "FALSE",      "'a",
                                  "it's",       "f'x'",
                                  "Ellipsis",   "not 1",
                                  "lambda: 0",  "1 if 1 else 2",
                                  " 5",         " abc ",
                                  "# 5",        "7\n8",
                                  "2021-10-15", "2021-01-05",
                                  "12:34",      "00:1A:2B:3C:4D:5E",
                                  "fe80::1",    "v1.0",
                                  "/usr/bin",   "50%",
                                  "$5",         "#5",
                                  "٣",          "７",
                                  "\u00a05",    "0501234567",
                                  "1 2",        "1;2",
                                  "a b",        "None x",
                                  "settings"}) {
    EXPECT_EQ(native("{{ x|default }}", {{"x", value}}), value);
    EXPECT_EQ(mapping("x", {{"x", value}}), value);
  }
}

TEST_F(TemplatesTest, AsIsKeepsTextsAlone) {
  EXPECT_EQ(native("{{ x|string|as_is }}", {{"x", 5}}), "5");
  EXPECT_EQ(native("{{ '007'|as_is }}|"), "007|");
  EXPECT_EQ(native("{{ '7'|as_is }}"), "7");
  EXPECT_EQ(native("{{ x|as_is }}", {{"x", {"1"}}}), Json::array({"1"}));
  EXPECT_EQ(native("{{ x|as_is }} ", {{"x", "5"}}), 5);
  EXPECT_EQ(native("{{ x|as_is }}"), nullptr);
  EXPECT_EQ(mapping("x|string|as_is", {{"x", 5}}), "5");
}

TEST_F(TemplatesTest, NativeMacrosAndBlocksGiveValues) {
  EXPECT_NE(native_error("{% set y %}5{% endset %}{{ y|length }}"), "");
  EXPECT_EQ(native("{% macro m(x) %}{{ x }}{% endmacro %}{{ m(4) + 1 }}"), 5);
}

TEST_F(TemplatesTest, OutcomesThatJsonDoesNotKnow) {
  EXPECT_EQ(native("{{ import('datetime').datetime(2023, 11, 14, 22, 13, 20) }}"), "2023-11-14T22:13:20");
  EXPECT_EQ(native("{{ import('datetime').date(2023, 11, 14) }}"), "2023-11-14");
  EXPECT_EQ(native("{{ import('datetime').time(1, 2) }}"), nullptr);
  EXPECT_EQ(native("{{ import('base64').b64decode('YQ==') }}"), nullptr);
  EXPECT_EQ(native("{{ import('base64').b64decode('YQ==').decode() }}"), "a");
  EXPECT_EQ(native("{{ [import, 1, missing, x|map('lower'), import('json'), {'a': range}] }}", {{"x", {1}}}),
            parse_json(R"([null, 1, null, null, null, {"a": null}])"));
  EXPECT_EQ(native("{{ range(3) }}"), nullptr);
  EXPECT_EQ(native("{{ range(3)|list }}"), Json::array({0, 1, 2}));
  EXPECT_EQ(native("{{ xs|map(attribute='n') }}", {{"xs", {{{"n", 1}}}}}), nullptr);
  EXPECT_EQ(native("{{ xs|map(attribute='n')|list }}", {{"xs", {{{"n", 1}}}}}), Json::array({1}));
  EXPECT_EQ(native("{{ {1: 2, none: 3, true: 4, 1.5: 5} }}"), parse_json(R"({"1": 4, "null": 3, "1.5": 5})"));
  EXPECT_EQ(native("{{ {1: 2, '1': 3, 'a': x} }}", {{"x", 1}}), parse_json(R"({"1": 3, "a": 1})"));
  EXPECT_NE(native_error("{{ {(1, 2): x} }}"), "");
  EXPECT_EQ(native("{{ import('math').inf }}"), nullptr);
  EXPECT_EQ(native("{{ [import('math').nan] }}"), Json::array({nullptr}));
  EXPECT_EQ(native("{{ x }}{{ y }}", {{"x", "1e"}, {"y", "400"}}), "1e400");
  EXPECT_EQ(native("{{ import('collections').OrderedDict(a=1) }}"), parse_json(R"({"a": 1})"));
  EXPECT_EQ(native("{{ import('collections').deque([1]) }}"), nullptr);
  EXPECT_EQ(native("{{ '5'|escape }}"), 5);
  EXPECT_EQ(native("{{ ['<']|map('escape')|list }}"), Json::array({"&lt;"}));
}

TEST_F(TemplatesTest, ItemsAreWhatAnOutcomeIteratesOver) {
  const auto items = [&](const char* source, const Json& values) {
    return templates().render_items(source, with(values)).value;
  };
  const Json values = parse_json(R"({"xs": [{"n": 1}, {"n": 2}], "d": {"a": 1}, "t": "text", "none": null})");
  EXPECT_EQ(items("{{ xs|map(attribute='n') }}", values), Json::array({1, 2}));
  EXPECT_EQ(items("{{ xs|rejectattr('n') }}", values), Json::array());
  EXPECT_EQ(items("{{ range(2) }}", values), Json::array({0, 1}));
  EXPECT_EQ(items("{{ d.values() }}", values), Json::array({1}));
  EXPECT_EQ(items("{{ xs }}", values), values["xs"]);
  EXPECT_EQ(items("{{ d|default }}", values), values["d"]);
  EXPECT_EQ(items("{{ t|upper }}", values), "TEXT");
  EXPECT_EQ(items("{{ 1 + 1 }}", values), 2);
  EXPECT_EQ(items("{{ missing|default(missing) }}", values), nullptr);
  EXPECT_EQ(items("{{ missing.x }}", values), nullptr);
  EXPECT_NE(error_of([&] { items("{{ xs|map('nope') }}", values); }), "");
}

TEST_F(TemplatesTest, UndefinedItemsAreToldFromEmptyOnes) {
  const auto is_undefined = [&](const char* source) {
    return templates()
        .render_items(source, with(parse_json(R"({"d": {"a": null, "e": []}, "t": "text"})")))
        .is_undefined;
  };
  for (const char* source : {"{{ missing }}", "{{ d.x }}", "{{d.x.y}}", "{{ t.x }}", "{{ d['x'] }}",
                             "{{ missing.x.y }}", "{{ d.get('x', missing) }}"}) {
    EXPECT_TRUE(is_undefined(source)) << source;
  }
  for (const char* source : {"{{ d.a }}", "{{ d.e }}", "{{ none }}", "", "{% if d.x %}x{% endif %}", "{{ d.x or [] }}",
                             "{{ d.x|default([]) }}", "{{ d.get('x') }}", "x{{ d.x }}"}) {
    EXPECT_FALSE(is_undefined(source)) << source;
  }
}

TEST_F(TemplatesTest, ConditionsAreTrueAsInPython) {
  const Json values = parse_json(R"({"zero": 0.0, "no": "no", "f": "False", "e": [], "o": {"a": 0}, "n": null})");
  const auto condition = [&](const char* source) { return templates().render_condition(source, with(values)); };
  for (const char* source : {"{{ no }}", "false", "no", "{{ true }}", "{{ 1 > 0 }}", "{{ o }}", "1", "x{{ n }}",
                             "{{ e|map('int') }}", "{{ no|upper }}", "{{ 0.5 }}"}) {
    EXPECT_TRUE(condition(source)) << source;
  }
  for (const char* source : {"", "0", "{{ f }}", "{{ zero }}", "{{ e }}", "{{ n }}", "{{ missing }}", "{{ missing.x }}",
                             "{{ o.a }}", "{{ o.b }}", "False", "None", "[]", "{{ 1 < 0 }}", "{{ zero * 2 }}",
                             "{% if false %}1{% endif %}", "{{ missing.x|upper }}", "{{ '' }}", "set()"}) {
    EXPECT_FALSE(condition(source)) << source;
  }
  EXPECT_NE(error_of([&] { condition("{{ 1 / 0 }}"); }), "");
}

TEST_F(TemplatesTest, OutcomesThatContainThemselvesOrExplodeAreErrors) {
  EXPECT_NE(native_error("{% set a = [] %}{% set _ = a.append(a) %}{{ a }}"), "");
  const char* explosion =
      "{% set ns = namespace(x=['a']) %}{% for i in range(40) %}{% set ns.x = [ns.x, ns.x] %}"
      "{% endfor %}{{ ns.x }}";
  Templates small(host(), TemplateLimits{.memory = 8u << 20});
  EXPECT_NE(error_of([&] { small.render_native(explosion, {}); }), "");
}

TEST_F(TemplatesTest, TextsThatBreakTheParserStay) {
  for (const std::string& value :
       {std::string("{[1]: 2}"), std::string("{{}}"), "1" + std::string(50000, '+') + "1", std::string(300, '(') + "'",
        std::string(100000, '-') + "1", std::string(5000, '9'), "1" + std::string(2000000, ' ')}) {
    EXPECT_EQ(native("{{ x|default }}", {{"x", value}}), value) << value.substr(0, 20);
  }
  std::string chain = "1";
  for (int i = 0; i < 5000; ++i) chain += "+1";
  EXPECT_EQ(native("{{ x|default }}", {{"x", chain}}), chain);
  EXPECT_EQ(native("{{ x|default }}", {{"x", "'\xED\xA0\x80'"}}).is_string(), true);
}

// --- Variables

TEST_F(TemplatesTest, ChangesOfObjectsAreSeenByLaterRenderings) {
  const Variables variables = with(parse_json(R"({"rows": [1], "d": {"a": {"b": 1}}})"));
  EXPECT_EQ(templates().render_native("{{ rows }}", variables), Json::array({1}));
  EXPECT_EQ(templates().render_text("{% set _ = rows.append(2) %}{{ rows }}", variables), "[1, 2]");
  EXPECT_EQ(templates().render_native("{{ rows }}", variables), Json::array({1, 2}));
  templates().render_text("{{ d.a.b }}", variables);
  EXPECT_EQ(templates().render_native("{{ d.a.b }}", variables), 1);
  templates().render_text("{{ d.a.update(b=2) }}", variables);
  EXPECT_EQ(templates().render_native("{{ d.a.b }}", variables), 2);
}

TEST_F(TemplatesTest, CopiesShareValuesAndKeepWhatIsSetInThem) {
  Variables page = with({{"rows", {1}}, {"item", 1}});
  Variables item = page;
  item.set("item", 2);
  templates().render_text("{{ rows.append(2) }}", item);
  EXPECT_EQ(templates().render_text("{{ item }}{{ rows }}", page), "1[1, 2]");
  EXPECT_EQ(templates().render_text("{{ item }}{{ rows }}", item), "2[1, 2]");
  item.erase("item");
  item.erase("never there");
  EXPECT_EQ(templates().render_text("<{{ item }}>", item), "<>");
  EXPECT_EQ(templates().render_native("{{ item }}", item), nullptr);
}

TEST_F(TemplatesTest, HeadersAreFoundInAnyLetterCase) {
  Variables variables;
  variables.set_headers("response_headers", parse_json(R"({"X-Token": "t1", "ETag": "e"})"));
  EXPECT_EQ(templates().render_text("{{ response_headers['x-TOKEN'] }}{{ response_headers.etag }}", variables), "t1e");
  EXPECT_EQ(templates().render_native("{{ response_headers.ETAG }}", variables), "e");
  EXPECT_EQ(templates().render_text("{{ response_headers.get('x-token') }}{{ 'etag' in response_headers }}", variables),
            "t1True");
  EXPECT_EQ(templates().render_text("{{ response_headers }}", variables), "{'X-Token': 't1', 'ETag': 'e'}");
  EXPECT_EQ(templates().render_native("{{ response_headers }}", variables),
            parse_json(R"({"X-Token": "t1", "ETag": "e"})"));
  EXPECT_EQ(templates().render_text("<{{ response_headers.nope }}>{{ response_headers[1] }}", variables), "<>");
}

TEST_F(TemplatesTest, LazyVariablesAreFetchedAtFirstUseAndOnce) {
  int fetched = 0;
  Variables variables;
  variables.set_lazily("GlobalSetting", [&]() -> Json {
    if (++fetched == 1) throw HttpError("503", 503, true);
    return {{"TOKEN", "secret"}, {"items", "i"}};
  });
  EXPECT_EQ(templates().render_text("{{ inputs }}", variables), "");
  EXPECT_EQ(templates().render_native("{% if false %}{{ GlobalSetting.TOKEN }}{% endif %}", variables), nullptr);
  EXPECT_EQ(fetched, 0);
  EXPECT_THROW(templates().render_text("{{ GlobalSetting.TOKEN }}", variables), HttpError);
  EXPECT_EQ(templates().render_text("{{ GlobalSetting.TOKEN }}{{ GlobalSetting['items'] }}", variables), "secreti");
  EXPECT_EQ(templates().render_native("{{ GlobalSetting.items }}", variables), "i");
  EXPECT_EQ(templates().render_native("{{ GlobalSetting.nope }}", variables), nullptr);
  EXPECT_EQ(templates().render_text("<{{ GlobalSetting.nope }}>", variables), "<>");
  EXPECT_EQ(templates().render_text("{{ 'TOKEN' in GlobalSetting }}", variables), "True");
  EXPECT_EQ(fetched, 2);
}

TEST_F(TemplatesTest, StoppingComesOutOfALazyVariable) {
  Variables variables;
  variables.set_lazily("GlobalSetting", []() -> Json { throw Stopped{}; });
  EXPECT_THROW(templates().render_native("{{ GlobalSetting.x|default('y') }}", variables), Stopped);
}

TEST_F(TemplatesTest, NamesOfGlobalsCanBeVariables) {
  EXPECT_EQ(text("{{ range }}{{ dict }}", {{"range", 1}, {"dict", 2}}), "12");
  EXPECT_NE(text_error("{% set ns.x = 5 %}", {{"ns", Json::object()}}), "");
}

// --- Mappings

TEST_F(TemplatesTest, MappingSourcesAreNamesPathsAndExpressions) {
  const Json record = parse_json(R"({"serial": "0042", "user": {"email": "a@b"}, "disks": [{"size": 5}], "first": "A",
      "last": "B", "n": 7, "text": "7", "@odata.type": "x", "Asset Tag": 1, "serial-number": 9, "number": 2, "x": {}})");
  EXPECT_EQ(mapping("serial", record), "0042");
  EXPECT_EQ(mapping("user.email", record), "a@b");
  EXPECT_EQ(mapping("disks.0.size", record), 5);
  EXPECT_EQ(mapping("first ~ ' ' ~ last", record), "A B");
  EXPECT_EQ(mapping("first|lower", record), "a");
  EXPECT_EQ(mapping("text", record), 7);
  EXPECT_EQ(mapping("{{ text }}", record), 7);
  EXPECT_EQ(mapping("n-number", record), 5);
  EXPECT_EQ(mapping("serial_DASH_number", record), 9);
  EXPECT_EQ(mapping("_AT_odata_DOT_type", record), "x");
  EXPECT_EQ(mapping("Asset_SPACE_Tag", record), 1);
  EXPECT_EQ(mapping("{{ Asset_SPACE_Tag + 1 }}", record), 2);
  EXPECT_EQ(mapping("no markup }}", record), "no markup }}");
  EXPECT_EQ(mapping("x", record), Json::object());
  EXPECT_EQ(mapping(nullptr, record), nullptr);
  EXPECT_EQ(mapping("", record), nullptr);
  EXPECT_NE(mapping_error("first last", record), "");
  EXPECT_EQ(mapping("inputs", record), nullptr);
  EXPECT_EQ(mapping("GlobalSetting", record), nullptr);
}

TEST_F(TemplatesTest, MappingsBelowSomethingMissing) {
  EXPECT_EQ(mapping("a.b", parse_json(R"({"a": {}})")), nullptr);
  EXPECT_EQ(mapping("a.b", parse_json(R"({"a": null})")), nullptr);
  EXPECT_EQ(mapping("a.b", parse_json(R"({"a": "text"})")), nullptr);
  EXPECT_EQ(mapping("a.b", parse_json(R"({"a": [1]})")), nullptr);
  EXPECT_EQ(mapping_error("user.name"), "The template \"user.name\" cannot be rendered: 'user' is undefined");
  EXPECT_NE(mapping_error("a.b.c", parse_json(R"({"a": {}})")).find("a.b.c"), std::string::npos);
  EXPECT_NE(mapping_error("a.b.c", parse_json(R"({"a": null})")), "");
  EXPECT_NE(mapping_error("list.1.k", parse_json(R"({"list": []})")).find("list.1.k"), std::string::npos);
  EXPECT_EQ(mapping_error("n|nope"), "The template \"n|nope\" cannot be rendered: No filter named 'nope'.");
  EXPECT_NE(mapping_error("{{ (a|default(0)) + 1 }}", {{"a", "x"}}).find("default(0)"), std::string::npos);
  EXPECT_EQ(mapping("a.items", parse_json(R"({"a": {"items": 1}})")), nullptr);
  EXPECT_EQ(mapping("{{ a['items'] }}", parse_json(R"({"a": {"items": 1}})")), 1);
  EXPECT_EQ(mapping("a.0", parse_json(R"({"a": ["7"]})")), 7);
  EXPECT_EQ(mapping("a.0", parse_json(R"({"a": {"0": 1}})")), nullptr);
  EXPECT_EQ(mapping("xs|first"), nullptr);
  EXPECT_EQ(mapping("x.split('-')[9]", {{"x", "a-b"}}), nullptr);
  EXPECT_EQ(mapping("'a' if false"), nullptr);
}

TEST_F(TemplatesTest, RecordsHideGlobals) {
  for (const char* name : {"range", "dict", "lipsum", "cycler", "joiner", "namespace", "import", "self"}) {
    EXPECT_EQ(mapping(name), nullptr) << name;
    EXPECT_EQ(mapping(name, {{name, "x"}}), std::string_view(name) == "self" ? Json() : Json("x")) << name;
  }
  EXPECT_EQ(mapping("_SELF_ ~ _TRUE_ ~ _FALSE_ ~ _NOT_ ~ _NONE_",
                    parse_json(R"({"self": "a", "True": "x", "true": "b", "False": "c", "not": "d", "None": "e"})")),
            "abcde");
}

TEST_F(TemplatesTest, FieldsOfARecordSeeWhatEarlierFieldsChanged) {
  const Json record = parse_json(R"({"tags": ["a"], "n": "1"})");
  EXPECT_THAT(test::render_mapping(
                  templates(), {"tags|length", "tags", "{% set _ = tags.append('b') %}{{ n }}", "tags", "n"}, record),
              testing::ElementsAre(1, Json::array({"a"}), 1, Json::array({"a", "b"}), 1));
  EXPECT_EQ(mapping("tags", record), Json::array({"a"}));
}

// --- Sandbox

TEST_F(TemplatesTest, ListedModulesCanBeImported) {
  EXPECT_EQ(text("{{ import('string').ascii_lowercase[:3] }}{{ import('re').sub('a', 'b', 'aa') }}"), "abcbb");
  EXPECT_EQ(text("{{ import('urllib.parse').quote('a b') }}{{ import('json').dumps({'a': 1}) }}"), "a%20b{\"a\": 1}");
  EXPECT_EQ(text("{{ import('hashlib').sha256(b).hexdigest()[:4] if false }}{{ import('uuid').UUID(int=1) }}"),
            "00000000-0000-0000-0000-000000000001");
  for (const char* name : {"string", "re",     "struct",   "datetime",   "calendar",     "time", "collections",
                           "bisect", "math",   "random",   "statistics", "hashlib",      "hmac", "secrets",
                           "json",   "base64", "binascii", "html",       "urllib.parse", "uuid"}) {
    EXPECT_EQ(native("{{ import(name) is defined }}", {{"name", name}}), true) << name;
  }
  EXPECT_EQ(text("{{ import('time').sleep(0.001) }}{{ import('time').time() > 1 }}"), "NoneTrue");
  EXPECT_EQ(text("{{ '{:>3}|{a}'.format(1, a=2) }}{{ '%03d'|format(7) }}"), "  1|2007");
}

TEST_F(TemplatesTest, RegularExpressionsAreThoseOfPython) {
  for (const auto& [expression, expected] : std::vector<std::pair<std::string, Json>>{
           {"re.match('(a)(b)?', 'ac').groups()", {"a", nullptr}},
           {"re.match('A', 'a', re.I).group()", "a"},
           {"re.search('(?P<digits>[0-9]+)', 'pc-042').groupdict()", {{"digits", "042"}}},
           {"re.fullmatch('a+', 'aab')", nullptr},
           {"re.split('[,;]', 'a,b;c', 1)", {"a", "b;c"}},
           {"re.split('[,;]', 'a,b;c', maxsplit=1, flags=re.I)", {"a", "b;c"}},
           {"re.sub('(.)-(.)', '\\\\2-\\\\1', 'a-b')", "b-a"},
           {"re.subn('a', 'b', 'aaa', count=2)", {"bba", 2}},
           {"re.findall('a|(b)', 'ab')", {"", "b"}},
           {"re.finditer('[a-z]', 'a1b2')|map('string')|list|length", 2},
           {"re.escape('a.b')", "a\\.b"},
           {"re.compile('b').search('abc', 1).start()", 1},
           {"re.compile('(?i)x(y)').sub('z', 'XY', count=1)", "z"},
           {"re.compile(re.compile('a')).pattern", "a"},
           {"re.match(re.compile('a'), 'ab').end()", 1},
           {"re.compile('(?P<n>a)(b)').groups", 2},
           {"re.compile('(?P<n>a)(b)').groupindex['n']", 1},
           {"re.compile('a', re.M).finditer('aa')|list|length", 2},
           {"re.compile('a') == re.compile('a')", true},
           {"re.compile('a')|string", "re.compile('a')"},
           {"'<p>a  b</p>'|striptags", "a b"},
           {"'see http://example.com now'|urlize|length > 20", true},
           {"'a b'|title ~ ('a b c'|wordcount) ~ ('a b c'|wordwrap(3))", "A B3a b\nc"},
       }) {
    EXPECT_EQ(native("{% set re = import('re') %}{{ " + expression + " }}"), expected) << expression;
  }
  EXPECT_EQ(native("{% macro up(found) %}{{ found.group()|upper }}{% endmacro %}"
                   "{{ import('re').sub('[a-m]', up, 'a-z') }}"),
            "A-z");
  EXPECT_NE(native_error("{{ import('re').compile('(') }}").find("unterminated subpattern"), std::string::npos);
  EXPECT_NE(native_error("{{ import('re').template('a') }}"), "");
}

TEST_F(TemplatesTest, TheSandboxHolds) {
  const Json values = {{"x", "s"}, {"xs", {1, 2}}, {"d", {{"a", 1}}}};
  for (const std::string expression : {
           "import('os').getcwd()",
           "import('os')",
           "import('xml')",
           "import('sys').modules",
           "import('subprocess').run(['id'])",
           "import('builtins').eval('1')",
           "import(name='os').getcwd()",
           "import(name='string')",
           "import('os', none).getcwd()",
           "import('string', none)",
           "import(*['os'])",
           "import(**{'name': 'os'})",
           "import()",
           "import(none)",
           "import(['os'])",
           "import('string.os')",
           "import('collections.abc')",
           "import('urllib')",
           "import('os'|escape)",
           "(['os']|map('import')|list)",
           "import('uuid').os.getcwd()",
           "import('uuid')['os'].getcwd()",
           "(import('uuid')|attr('os')).getcwd()",
           "([import('uuid')]|map(attribute='os')|first).getcwd()",
           "([import('uuid')]|map(attribute='os.sys')|list)",
           "([import('uuid')]|groupby('os.path')|list)[0][0].join('a')",
           "import('uuid').sys.modules",
           "import('json').codecs.sys.modules['os'].getcwd()",
           "import('json').decoder.scanner",
           "import('calendar').sys.modules",
           "import('random')._os.getcwd()",
           "import('base64').re.compile('a')",
           "import('re').enum.sys.modules",
           "import('string').Formatter()",
           "import('string').Formatter().format('{0.__class__}', 1)",
           "import('time').clock_settime(0, 0)",
           "import('uuid').Enum('E', ['a'])",
           "import('string').__dict__['x']",
           "import('string').__loader__.load_module('os')",
           "import.__globals__['x']",
           "import.__call__('string')",
           "x.__class__.__mro__",
           "''.__class__.__mro__",
           "x['__class__'].__mro__",
           "(x|attr('__class__')).__mro__",
           "([x]|map(attribute='__class__')|first).__mro__",
           "([x]|map(attribute='__class__.__mro__')|list)",
           "([x]|sum(attribute='__class__.__mro__'))",
           "xs.__init__.__globals__",
           "lipsum.__globals__['os'].popen('id')",
           "lipsum['__globals__']['os'].popen('id')",
           "cycler.__init__.__globals__.os",
           "joiner.__init__.__globals__.os",
           "namespace.__init__.__globals__.os",
           "dict.__base__.__subclasses__()",
           "dict.mro()",
           "range.__class__.__base__",
           "self.__init__.__globals__",
           "self._TemplateReference__context.environment",
           "(xs|map('upper')).gi_frame.f_globals",
           "(xs|map('upper')).gi_code.co_code",
           "missing._fail_with_undefined_error()",
           "'{0.__class__.__mro__}'.format(x)",
           "'{0.__class__}'.format_map({'0': x})",
           "('{0.__class__.__mro__}'|escape).format(x)",
           "'{0[__class__].__mro__}'.format(x)",
           "'{a.__init__.__globals__}'.format(a=lipsum)",
           "import('collections').UserString('{0.__class__.__mro__}').format(x)",
           "import('collections').UserString('{a.__class__}').format_map({'a': x})",
           "import('collections').UserString.format(import('collections').UserString('{0.__class__}'), x)",
           "(import('collections').UserString('{0.__class__}')|attr('format'))(x)",
           "([import('collections').UserString('{0.__class__}')]|map(attribute='format')|first)(x)",
           "(['{0.__class__.__mro__}']|map(attribute='format')|first)(x)",
           "('{0.__class__.__mro__}'|attr('format'))(x)",
           "import('re').compile('a').__class__.__mro__",
           "import('hmac')._hashopenssl.x",
           "import('datetime').sys.modules",
           "import('html')._html5.x",
           "import('statistics').sys.modules",
           "import('bisect').__spec__.loader",
           "import('uuid').SafeUUID.mro()",
           "range(100001)|list",
           "range(0, 10**9)|length",
       }) {
    EXPECT_NE(native_error("{{ " + expression + " ~ '' }}", values), "") << expression;
    EXPECT_NE(text_error("<{{ " + expression + " }}>", values), "") << expression;
    EXPECT_NE(mapping_error(expression, values), "") << expression;
  }
}

TEST_F(TemplatesTest, ForbiddenAttributesAloneAreUndefined) {
  EXPECT_EQ(native("{{ import('uuid').os }}"), nullptr);
  EXPECT_EQ(native("{{ x.__class__ }}", {{"x", 1}}), nullptr);
  EXPECT_EQ(text("<{{ import('string').Formatter }}{{ ''.__class__ }}>"), "<>");
  EXPECT_EQ(native("{{ import('uuid').os is defined }}"), false);
  EXPECT_EQ(native("{{ import('string')['__builtins__'] }}"), nullptr);
}

// --- Limits

TEST_F(TemplatesTest, LongRenderingsAreEnded) {
  Templates hasty(host(), TemplateLimits{.time = std::chrono::milliseconds(200)});
  const char* endless = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}";
  const auto render = [&](const char* source) { return error_of([&] { hasty.render_text(source, {}); }); };
  EXPECT_NE(render(endless).find("takes too long"), std::string::npos);
  EXPECT_NE(render("{{ import('time').sleep(3600) }}").find("takes too long"), std::string::npos);
  EXPECT_EQ(hasty.render_text("{{ 1 + 1 }}", {}), "2");
  EXPECT_NE(error_of([&] { test::render_mapping(hasty, {endless}, Json::object()); }), "");
}

TEST_F(TemplatesTest, RegularExpressionsThatBacktrackWithoutEndAreEnded) {
  Templates hasty(host(), TemplateLimits{.time = std::chrono::milliseconds(200)});
  const auto render = [&](const std::string& source) { return error_of([&] { hasty.render_text(source, {}); }); };
  std::atomic<bool> has_ended = false;
  std::thread bomb([&] {
    for (const char* expression :
         {"import('re').match('(a+)+$', 'a' * 50 ~ 'b')", "import('re').compile('(a|a)*$').search('a' * 50 ~ 'b')",
          "import('re').finditer('(a+)+$', 'a' * 50 ~ 'b')|list", "('<!--' * 1000000)|striptags",
          "import('hashlib').pbkdf2_hmac('sha256', 'a'.encode(), 'b'.encode(), 2000000000)",
          "import('math').factorial(3000000)"}) {
      EXPECT_NE(render(std::string("{{ ") + expression + " }}").find("too long"), std::string::npos) << expression;
    }
    has_ended = true;
  });
  // Meanwhile other templates get their turn, also those with regular expressions.
  while (!has_ended) {
    EXPECT_EQ(native("{{ 1 + 1 }}"), 2);
    EXPECT_EQ(native("{{ import('re').match('a', 'a') is none }}"), false);
  }
  bomb.join();
}

TEST_F(TemplatesTest, FetchingDoesNotCountAsRendering) {
  Templates hasty(host(), TemplateLimits{.time = std::chrono::milliseconds(200)});
  Variables variables;
  variables.set_lazily("GlobalSetting", []() -> Json {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    return {{"a", "b"}};
  });
  EXPECT_EQ(hasty.render_text("{{ 1 }}", variables), "1");
  EXPECT_EQ(hasty.render_text("{{ GlobalSetting.a }}", variables), "b");
}

TEST_F(TemplatesTest, LargeRenderingsAreEnded) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "under AddressSanitizer a worker's memory is not limited: its shadow counts as data";
#endif
  const Json values = {{"x", "x"}, {"n", 10}, {"xs", {1}}};
  for (const char* expression :
       {"x * 10000000000", "x.ljust(10000000000)", "xs * 10000000000", "'%09999999999d' % n", "n ** 10000000",
        "x|center(10000000000)", "'{:9999999999}'.format(x)", "x.zfill(10000000000)"}) {
    EXPECT_NE(native_error(std::string("{{ ") + expression + " }}", values), "") << expression;
    EXPECT_NE(text_error(std::string("{{ ") + expression + " }}", values), "") << expression;
  }
  Templates small(host(), TemplateLimits{.memory = 32u << 20, .text = 1000});
  const auto render = [&](const char* source) { return error_of([&] { small.render_text(source, {}); }); };
  EXPECT_NE(render("{% set l = [] %}{% for i in range(10000) %}{% set _ = l.append('x' * 9999) %}{% endfor %}"), "");
  EXPECT_NE(render("{% set l = [] %}{% for i in range(90000) %}{% set _ = l.append([[i], [i], [i], [i], [i], [i], [i], "
                   "[i], [i], [i], [i], [i]]) %}"
                   "{% endfor %}"),
            "");
  EXPECT_NE(render("{% for i in range(9999) %}x{% endfor %}"), "");
  EXPECT_EQ(render("{% for i in range(999) %}x{% endfor %}"), "");
  for (int i = 0; i < 20; ++i) EXPECT_EQ(render("{% set x = 'x' * 20000000 %}"), "");
}

// --- Threads

TEST_F(TemplatesTest, ThreadsRenderAtTheSameTime) {
  Variables shared = with({{"n", 2}});
  shared.set_lazily("GlobalSetting", [] { return Json{{"a", "b"}}; });
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) {
        Variables own = shared;
        own.set("i", i);
        const std::string expected = std::to_string(i * 2) + "b" + std::to_string(t);
        const std::string source = "{{ i * n }}{{ GlobalSetting.a }}" + std::to_string(t);
        if (templates().render_text(source, own) != expected) ++wrong;
        if (test::render_mapping(templates(), {"i + 1"}, {{"i", i}}).front() != i + 1) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace connector::templates_test
