#include "python/inline_code.h"

#include <gtest/gtest.h>

#include <signal.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>
#include <thread>

#include "connector/error.h"

namespace connector::inline_code_test {

class Lines final : public Log::Output {
 public:
  bool enabled(Level) const override { return true; }
  void write(Level level, const std::string& message) override {
    const std::lock_guard guard(mutex_);
    lines_.emplace_back(level, message);
  }
  void hide(std::string_view) override {}
  std::string redact(std::string text) const override { return text; }

  std::vector<std::pair<Level, std::string>> get() const {
    const std::lock_guard guard(mutex_);
    return lines_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::pair<Level, std::string>> lines_;
};

std::string text_of(const std::vector<std::pair<Level, std::string>>& lines) {
  std::string text;
  for (const auto& [level, line] : lines) text += std::to_string(static_cast<int>(level)) + " " + line + "\n";
  return text;
}

class InlineCodeTest : public testing::Test {
 protected:
  /// What stands for the built-in converters: tells how it was called.
  Json built_in(const std::string& name, const Json& record, const Parameters& parameters) {
    if (name == "stops") throw Stopped{};
    if (name != "echo" && name != "casper_extension_attribute") throw ConversionError("there is no converter " + name);
    Json given = Json::object();
    for (const auto& [key, value] : parameters) given[key] = value;
    return {{"name", name}, {"record", record}, {"parameters", given}};
  }

  bool keeps(const std::string& text, const Json& record = Json::object()) { return after(text, record).first; }

  /// Whether a filter keeps the record, and the record as the filter leaves it.
  std::pair<bool, Json> after(const std::string& text, const Json& record) {
    const InlineCode::Function* filter = code.add_filter("netbox", text, "config.ini:7");
    const InlineCode::Lock lock(code);
    InlineCode::PythonRecord python(code, lock, record);
    const bool kept = python.keep(*filter);
    return {kept, python.json()};
  }

  Json convert(const std::string& text, const Json& value = nullptr, const std::string& parameters = "") {
    return convert_record(text, {{"value", value}}, parameters);
  }

  Json convert_record(const std::string& text, const Json& record, const std::string& parameters = "") {
    code.add_converter("tested", text, "config.ini:9");
    Parameters given;
    for (std::size_t begin = 0; begin < parameters.size();) {
      const std::size_t end = std::min(parameters.find('|', begin), parameters.size());
      const std::size_t sign = parameters.find('=', begin);
      given.set(parameters.substr(begin, sign - begin), parameters.substr(sign + 1, end - sign - 1));
      begin = end + 1;
    }
    const InlineCode::Lock lock(code);
    InlineCode::PythonRecord python(code, lock, record);
    return python.convert(*code.converter("tested"), "FIELD", "value", Json(), given);
  }

  std::string error_of_filter(const std::string& text, const Json& record = Json::object()) {
    try {
      keeps(text, record);
    } catch (const PythonError& error) {
      return error.what();
    }
    return "no error";
  }

  std::string problem_of(const std::string& text) {
    try {
      code.add_converter("3 of mine", text, "config.ini:9");
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "it compiles";
  }

  std::string logged() const { return text_of(lines->get()); }

  std::shared_ptr<Lines> lines = std::make_shared<Lines>();
  InlineCode code{[this](const std::string& name, const Json& record, const Parameters& parameters) {
                    return built_in(name, record, parameters);
                  },
                  Log(lines)};
};

// recordfilter

TEST_F(InlineCodeTest, WhatTheFilterReturnsDecidesInPythonsSense) {
  for (const char* kept : {"return True", "return 1", "return 'no'", "return [0]", "return record"}) {
    EXPECT_TRUE(keeps(kept, {{"a", 1}})) << kept;
  }
  for (const char* dropped : {"return False", "return 0", "return ''", "return []", "return None", "return", "pass"}) {
    EXPECT_FALSE(keeps(dropped)) << dropped;
  }
}

TEST_F(InlineCodeTest, TheRecordIsADictOfPythonsTypes) {
  EXPECT_TRUE(
      keeps("\n    return isinstance(record, dict) and record['x'] == 'é' and record.get('y') is None"
            " and 'z' not in record and record['l'] == [1, 2.5, True, None, {'a': -1}]"
            " and [type(i) for i in record['l'][:4]] == [int, float, bool, type(None)] and len(record) == 2",
            {{"x", "é"}, {"l", {1, 2.5, true, nullptr, {{"a", -1}}}}}));
  EXPECT_TRUE(keeps("return list(record) == ['b', 'a'] and record == {'a': 1, 'b': 2} and sorted(record.items())",
                    {{"b", 2}, {"a", 1}}));
  EXPECT_TRUE(keeps("import json, copy; return json.loads(json.dumps(record)) == copy.deepcopy(record)",
                    {{"a", {{"b", {1, 2}}}}}));
}

TEST_F(InlineCodeTest, IntegersOfAnySizeAreExactBothWays) {
  const Json record = {{"value", {INT64_MIN, UINT64_MAX, big_integer("18446744073709551616")}}};
  EXPECT_EQ(convert_record("return [str(i) for i in value]", record),
            Json({"-9223372036854775808", "18446744073709551615", "18446744073709551616"}));
  const Json result = convert("return [2**63 - 1, -2**63, 2**64 - 1, 2**64, -2**63 - 1]");
  EXPECT_EQ(result[0], INT64_MAX);
  EXPECT_EQ(result[1], INT64_MIN);
  EXPECT_EQ(result[2], UINT64_MAX);
  EXPECT_EQ(big_integer_digits(result[3]), "18446744073709551616");
  EXPECT_EQ(big_integer_digits(result[4]), "-9223372036854775809");
  EXPECT_EQ(convert("return 10 ** 5000"), nullptr);  // more digits than Python writes
}

TEST_F(InlineCodeTest, TextThatIsNoUnicodeIsReplaced) {
  EXPECT_EQ(convert("return '\\ud800x\\udcff'"), "\uFFFDx\uFFFD");
  EXPECT_EQ(convert("return {'\\ud83d': '\\ud83d\\ude00'}"), Json({{"\uFFFD", "😀"}}));
  EXPECT_EQ(convert("return value + '!'", "a\xff"), "a\uFFFD!");
  EXPECT_EQ(convert("LOG.info('\\ud800')"), nullptr);
}

TEST_F(InlineCodeTest, WhatTheFilterChangesIsSeen) {
  const Json changed =
      after("record['a'] = 2; record['new'] = {'x': (1,)}; del record['b']; return True", {{"a", 1}, {"b", 1}}).second;
  EXPECT_EQ(changed, Json({{"a", 2}, {"new", {{"x", {1}}}}}));
}

TEST_F(InlineCodeTest, AttributesWorkAtEveryDepth) {
  const Json record = {{"site", {{"name", "Galway"}, {"racks", {{{"no", 7}}, {{{"no", 8}}}}}}}};
  EXPECT_TRUE(
      keeps("return record.site.name == 'Galway' and record.site.racks[0].no == 7"
            " and record.site.racks[1][0].no == 8",
            record));
  EXPECT_EQ(after("record.site.racks[0].no = 9; record.x = record.site.name; return True", record).second,
            Json({{"site", {{"name", "Galway"}, {"racks", {{{"no", 9}}, {{{"no", 8}}}}}}}, {"x", "Galway"}}));
  EXPECT_EQ(after("del record.site; return True", record).second, Json::object());
}

TEST_F(InlineCodeTest, DictsOwnNamesAreTheDictsAndMissingOnesNone) {
  const Json record = {{"items", 1}, {"get", 2}, {"a b", 3}};
  EXPECT_TRUE(keeps("return callable(record.items) and callable(record.get) and callable(record.keys)", record));
  EXPECT_TRUE(keeps("return record.missing is None and getattr(record, 'a b') == 3 and hasattr(record, '_x')", record));
  EXPECT_TRUE(keeps("record.items = 5; return record['items'] == 5 and callable(record.items)", record));
}

TEST_F(InlineCodeTest, NamesWithTwoUnderscoresRaise) {
  const Json record = {{"__x__", 1}};
  EXPECT_TRUE(keeps("return not hasattr(record, '__x__') and not hasattr(record, '__deepcopy__')", record));
  EXPECT_TRUE(keeps("return record['__x__'] == 1", record));
  EXPECT_EQ(error_of_filter("return record.__len", record), "no error");
  EXPECT_TRUE(error_of_filter("return record.__x__", record).starts_with("AttributeError: ")) << logged();
  EXPECT_TRUE(error_of_filter("record.__x__ = 2", record).starts_with("AttributeError: "));
  EXPECT_TRUE(error_of_filter("del record.nothing", record).starts_with("AttributeError: "));
}

TEST_F(InlineCodeTest, AnExceptionTellsTypeTextAndLineButNotTheRecord) {
  const Json record = {{"memory", nullptr}, {"secret", "hunter2"}};
  EXPECT_EQ(error_of_filter("return 1 / 0", record), "ZeroDivisionError: division by zero (line 1)");
  EXPECT_EQ(error_of_filter("\n  x = 1\n\n  return record['nothing']", record), "KeyError: 'nothing' (line 4)");
  EXPECT_EQ(error_of_filter("\n  import json\n  return json.loads('')", record),
            "JSONDecodeError: Expecting value: line 1 column 1 (char 0) (line 3)");
  EXPECT_EQ(error_of_filter("\n  def inner():\n    raise ValueError\n  inner()", record), "ValueError (line 3)");
  EXPECT_EQ(error_of_filter("class Odd:\n      __bool__ = 5\n    return Odd()", record),
            "TypeError: 'int' object is not callable");
  EXPECT_EQ(error_of_filter("\n  class Odd(Exception):\n    def __str__(self): return 1 / 0\n  raise Odd", record),
            "Odd (line 4)");
}

TEST_F(InlineCodeTest, AnExceptionOfAnyKindIsCaught) {
  EXPECT_EQ(error_of_filter("raise SystemExit(3)"), "SystemExit: 3 (line 1)");
  EXPECT_EQ(error_of_filter("raise KeyboardInterrupt"), "KeyboardInterrupt (line 1)");
  EXPECT_EQ(error_of_filter("raise GeneratorExit"), "GeneratorExit (line 1)");
  EXPECT_EQ(error_of_filter("raise DynamicException('no %s' % 'luck')"), "DynamicException: no luck (line 1)");
  EXPECT_TRUE(error_of_filter("exit(4)").starts_with("SystemExit: 4"));
  EXPECT_TRUE(error_of_filter("import sys; sys.exit()").starts_with("SystemExit"));
  EXPECT_TRUE(error_of_filter("def f(): f()\n    f()").starts_with("RecursionError: "));
  EXPECT_TRUE(keeps("return True"));  // the interpreter goes on
}

// The text of the code

TEST_F(InlineCodeTest, TheFirstLineIsAStatementAndTheOthersKeepTheirIndentation) {
  EXPECT_TRUE(keeps("return record['a'] == 1", {{"a", 1}}));
  EXPECT_TRUE(keeps("if record['a'] == 1:\n        return True\n    return False", {{"a", 1}}));
  EXPECT_TRUE(keeps("x = '''a\n b'''\n    return x == 'a\\n b'"));
  EXPECT_TRUE(keeps("return record['a'] in (\n1,\n  2)", {{"a", 2}}));
}

TEST_F(InlineCodeTest, ABodyMayHaveAnyConsistentIndentation) {
  for (const std::string indentation : {" ", "  ", "    ", "\t", "          "}) {
    EXPECT_TRUE(keeps("\n" + indentation + "if record:\n\n" + indentation + "\treturn True\n# note\n", {{"a", 1}}));
  }
  EXPECT_TRUE(keeps("\n\n   \n  # a comment\n\n  return True\n\n"));
  EXPECT_TRUE(keeps("\r\n  x = 1\r\n  return x\r\n"));
}

TEST_F(InlineCodeTest, CodeThatDoesNotCompileIsAConfigurationErrorWithItsLine) {
  EXPECT_EQ(problem_of("\n    return value +"),
            "config.ini:9: converter 3 of mine does not compile: line 2: invalid syntax");
  EXPECT_EQ(problem_of("return (1"),
            "config.ini:9: converter 3 of mine does not compile: line 1: '(' was never closed");
  EXPECT_EQ(
      problem_of("\n  if value:\n  return 1"),
      "config.ini:9: converter 3 of mine does not compile: line 3: expected an indented block after 'if' statement "
      "on line 2");
  EXPECT_EQ(problem_of("\n  return 1\nreturn 2"),
            "config.ini:9: converter 3 of mine does not compile: line 3: the line is not indented");
  EXPECT_EQ(problem_of("\nreturn 2"),
            "config.ini:9: converter 3 of mine does not compile: line 2: expected an indented block");
  EXPECT_EQ(problem_of(" \n "), "config.ini:9: converter 3 of mine does not compile: there is no code");
  EXPECT_NE(problem_of(std::string("return '\0'", 11)).find("null bytes"), std::string::npos);
  EXPECT_NE(problem_of("return " + std::string(5000, '(')).find("does not compile"), std::string::npos);
  EXPECT_NE(problem_of("\n    x = 1\n   return x").find("line 3: unindent"), std::string::npos);
  EXPECT_NE(problem_of("break").find("'break' outside loop"), std::string::npos);
}

TEST_F(InlineCodeTest, AFilterThatDoesNotCompileNamesItsSection) {
  try {
    code.add_filter("ldap.Contractors", "return", "config.ini:1");
    code.add_filter("ldap.Contractors", "retrun x", "config.ini:7");
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_STREQ(error.what(),
                 "config.ini:7: recordfilter of [ldap.Contractors] does not compile: line 1: invalid syntax");
  }
}

// Custom converters

TEST_F(InlineCodeTest, AConverterGetsFieldRecordValueAndParams) {
  code.add_converter("all", "return [field, record.a, value, params]", "");
  Parameters parameters;
  parameters.set("k", "v=1");
  parameters.set("flag", true);
  const InlineCode::Lock lock(code);
  InlineCode::PythonRecord record(code, lock, {{"a", {{"b", 5}}}});
  const InlineCode::Function& all = *code.converter("all");
  const Json params = {{"k", "v=1"}, {"flag", true}};
  EXPECT_EQ(record.convert(all, "F", "a.b", Json("constant"), parameters), Json({"a.b", {{"b", 5}}, 5, params}));
  EXPECT_EQ(record.convert(all, "F", "a.c", Json("constant"), {}), Json({"a.c", {{"b", 5}}, nullptr, Json::object()}));
  EXPECT_EQ(record.convert(all, "F", "", Json({{"x", {1}}}), {}),
            Json({"F", {{"b", 5}}, {{"x", {1}}}, Json::object()}));
}

TEST_F(InlineCodeTest, KnowsTheKeysThatCodeReadsWhenThatIsAllItDoes) {
  const auto keys = [&](const std::string& body) {
    const std::vector<std::string>* read = InlineCode::keys_read(*code.add_filter("s", body, ""));
    return read == nullptr ? std::vector<std::string>{"anything"} : *read;
  };
  using Keys = std::vector<std::string>;
  EXPECT_EQ(keys("return record['b'] / record.a > 1 and record.get('c d', 5)"), (Keys{"a", "b", "c d"}));
  EXPECT_EQ(keys("import re\n    return bool(re.match('x', record.name or ''))"), Keys{"name"});
  EXPECT_EQ(keys("return True"), Keys{});
  for (const char* body :
       {"return len(record)", "record.a = 1; return True", "r = record; return r.a", "return 'a' in record",
        "return record[key]", "return record.items()", "del record['a']; return 1", "return converter(record, 'x')",
        "global g; g = record.a; return 1", "return eval('record')", "return globals()['x']", "return locals()",
        "import sys\n    return sys.argv", "return [record.a for record in [record]]", "return record.__class__"}) {
    EXPECT_EQ(keys(body), Keys{"anything"}) << body;
  }
}

TEST_F(InlineCodeTest, CodeThatOnlyReadsKeysNeedsNoOthers) {
  const auto* filter = code.add_filter("s", "return record['a'] + record.b == 3 and record.none is None", "");
  const InlineCode::Lock lock(code);
  InlineCode::PythonRecord record(code, lock);
  record.set("a", ValueView::of_json_text("1"));
  record.set("b", ValueView::of_json_text("2"));
  EXPECT_TRUE(record.keep(*filter));
}

TEST_F(InlineCodeTest, ConverterNamesAreFoundInAnyCaseAndNeedNotBeIdentifiers) {
  code.add_converter("Straße nach-Kork 3", "return 1", "");
  EXPECT_NE(code.converter("STRASSE NACH-KORK 3"), nullptr);
  EXPECT_NE(code.converter("straße nach-kork 3"), nullptr);
  EXPECT_EQ(code.converter("straße"), nullptr);
  EXPECT_EQ(code.converter("capitalize"), nullptr);
}

TEST_F(InlineCodeTest, TheRecordIsTheSameObjectForFilterAndConverters) {
  const auto* filter = code.add_filter("s", "record['seen'] = ['filter']; return True", "");
  code.add_converter("adds", "record.seen.append(params['who']); value.x = 1; return value", "");
  Parameters who;
  who.set("who", "converter");
  const InlineCode::Lock lock(code);
  InlineCode::PythonRecord record(code, lock, {{"v", {{"y", 2}}}});
  EXPECT_TRUE(record.keep(*filter));
  record.convert(*code.converter("adds"), "F", "v", Json(), who);
  EXPECT_EQ(record.at("seen.1"), "converter");
  EXPECT_EQ(record.json(), Json({{"v", {{"y", 2}, {"x", 1}}}, {"seen", {"filter", "converter"}}}));
}

TEST_F(InlineCodeTest, ResultsBecomeJson) {
  EXPECT_EQ(convert("pass"), nullptr);
  EXPECT_EQ(convert("return [None, True, False, 0, -1, 1.5, 1e300, 'text', '']"),
            Json({nullptr, true, false, 0, -1, 1.5, 1e300, "text", ""}));
  EXPECT_EQ(convert("return (1, (2, []), {})"), Json({1, {2, Json::array()}, Json::object()}));
  EXPECT_EQ(convert("return {'b': 1, 'a': {'c': (1,)}}").dump(), R"({"b":1,"a":{"c":[1]}})");
  EXPECT_TRUE(convert("return True").is_boolean());
  EXPECT_TRUE(convert("return 1.0").is_number_float());
  EXPECT_EQ(convert("class T(str): pass\n    class I(int): pass\n    class F(float): pass\n    class L(list): pass\n"
                    "    class D(dict): pass\n    return [T('t'), I(3), F(2.5), L([1]), D(a=1)]"),
            Json({"t", 3, 2.5, {1}, {{"a", 1}}}));
  EXPECT_EQ(logged(), "");
}

TEST_F(InlineCodeTest, DatesAndTimesBecomeIsoText) {
  EXPECT_EQ(convert("from datetime import date, datetime, time, timezone\n"
                    "    return [date(2026, 3, 1), datetime(2026, 3, 1, 8, 30), time(8, 30),"
                    " datetime(2026, 3, 1, 8, 30, 5, 7, timezone.utc)]"),
            Json({"2026-03-01", "2026-03-01T08:30:00", "08:30:00", "2026-03-01T08:30:05.000007+00:00"}));
  EXPECT_EQ(logged(), "");
}

TEST_F(InlineCodeTest, OtherResultsBecomeNullWithAWarning) {
  const std::vector<std::pair<const char*, const char*>> cases = {
      {"float('nan')", "not finite"},
      {"{1}", "type set"},
      {"b'bytes'", "type bytes"},
      {"object()", "type object"},
      {"{1: 2}", "keys that are not strings"},
      {"(i for i in 'x')", "type generator"},
      {"__import__('decimal').Decimal(1)", "type Decimal"},
      {"__import__('datetime').timedelta(1)", "type timedelta"}};
  for (const auto& [expression, reason] : cases) {
    const std::size_t before = lines->get().size();
    EXPECT_EQ(convert(std::string("return ['x', ") + expression + "]"), Json({"x", nullptr})) << expression;
    const auto all = lines->get();
    ASSERT_EQ(all.size(), before + 1) << expression;
    EXPECT_EQ(all.back().first, Level::warning);
    EXPECT_TRUE(all.back().second.starts_with("FIELD: ")) << all.back().second;
    EXPECT_NE(all.back().second.find(reason), std::string::npos) << all.back().second;
  }
}

TEST_F(InlineCodeTest, DeepAndCyclicResultsDoNotCrash) {
  Json deep = convert("x = []\n    for i in range(100000): x = [x]\n    return x");
  int levels = 0;
  for (; deep.is_array(); ++levels) deep = Json(deep.at(0));
  EXPECT_EQ(levels, 500);
  EXPECT_EQ(deep, nullptr);
  EXPECT_EQ(convert("a = [1]; a += [a, {'a': a}]; return a"), Json({1, nullptr, {{"a", nullptr}}}));
  EXPECT_EQ(convert("a = [1]; return [a, a]"), Json({{1}, {1}}));
  EXPECT_EQ(after("record.me = record; return True", Json::object()).second, Json({{"me", nullptr}}));
  EXPECT_NE(logged().find("contains itself"), std::string::npos);
  EXPECT_NE(logged().find("too deeply"), std::string::npos);
}

TEST_F(InlineCodeTest, LogFormatsLikePythonsLogging) {
  EXPECT_EQ(
      convert("LOG.debug('plain 100%')\n    LOG.info('%s and %d', 'one', 2)\n    LOG.warning('%(a)s', {'a': 3})\n"
              "    LOG.error(ValueError('v'))\n    LOG.info('{braces}')\n    LOG.info('%d', 'x')\n    LOG.info({})\n"
              "    try: 1 / 0\n    except Exception: LOG.exception('failed: %s', value)\n",
              "v"),
      nullptr);
  EXPECT_EQ(logged(),
            "10 plain 100%\n20 one and 2\n30 3\n40 v\n20 {braces}\n"
            "20 a line that cannot be formatted: %d (TypeError: %d format: a real number is required, not str)\n20 {}\n"
            "40 failed: v: ZeroDivisionError: division by zero\n");
}

TEST_F(InlineCodeTest, ConverterRunsACustomOneFirstInAnyCase) {
  code.add_converter("ECHO", "return [field, value, params, record.a]", "");
  EXPECT_EQ(convert_record("return converter(record, 'Echo', x=1, field='f', name='n', record='r')", {{"a", 5}}),
            Json({nullptr, nullptr, {{"x", 1}, {"field", "f"}, {"name", "n"}, {"record", "r"}}, 5}));
  EXPECT_EQ(convert_record("return converter(record=record, name='echo')", {{"a", 5}}),
            Json({nullptr, nullptr, Json::object(), 5}));
}

TEST_F(InlineCodeTest, ConverterGivesTheVeryObjectThatACustomOneReturns) {
  code.add_converter("the list", "return record.l", "");
  EXPECT_EQ(convert_record("converter(record, 'the list').append(2); return record.l", {{"l", {1}}}), Json({1, 2}));
}

TEST_F(InlineCodeTest, ConverterRunsABuiltInOtherwise) {
  EXPECT_EQ(
      convert_record("r = converter(record, 'echo', b=True, a=[1]); return [r, r.record.x.y]", {{"x", {{"y", 1}}}}),
      Json({{{"name", "echo"}, {"record", {{"x", {{"y", 1}}}}}, {"parameters", {{"b", true}, {"a", {1}}}}}, 1}));
}

TEST_F(InlineCodeTest, ConverterOfAnUnknownNameRaises) {
  EXPECT_EQ(error_of_filter("return converter(record, 'nothing')"),
            "RuntimeError: there is no converter nothing (line 1)");
  EXPECT_EQ(convert("try: return converter(record, 'nothing')\n    except Exception: return 'caught'"), "caught");
  EXPECT_TRUE(error_of_filter("converter(record)").starts_with("TypeError"));
  EXPECT_TRUE(error_of_filter("converter(record, 'echo', 1)").starts_with("TypeError"));
}

TEST_F(InlineCodeTest, AConverterThatCallsItselfForEverFails) {
  code.add_converter("loop", "return converter(record, 'loop')", "");
  EXPECT_TRUE(error_of_filter("return converter(record, 'loop')").starts_with("RecursionError: "));
  std::thread([this] {  // a thread's stack is smaller
    EXPECT_TRUE(error_of_filter("return converter(record, 'loop')").starts_with("RecursionError: "));
  })
      .join();
}

TEST_F(InlineCodeTest, StoppingPassesThroughCode) {
  EXPECT_THROW(keeps("try: converter(record, 'stops')\n    except Exception: return True"), Stopped);
  EXPECT_TRUE(keeps("return True"));
}

TEST_F(InlineCodeTest, CaeIsCasperExtensionAttribute) {
  EXPECT_EQ(
      convert_record("return [cae(record, 'Owner')['parameters'], cae(record, 'Owner', default='x')]", {{"a", 1}}),
      Json({{{"attr", "Owner"}, {"default", nullptr}},
            {{"name", "casper_extension_attribute"},
             {"record", {{"a", 1}}},
             {"parameters", {{"attr", "Owner"}, {"default", "x"}}}}}));
  code.add_converter("Casper_Extension_Attribute", "return params", "");
  EXPECT_EQ(convert("return cae(record, 'Owner', 5)"), Json({{"attr", "Owner"}, {"default", 5}}));
}

const Json looked_up = {{"a", {{"b", 1}, {"c.d", 2}}},       {"x.y", 3},    {"a.z", 4},      {"n", nullptr}, {"n.k", 5},
                        {"l", {{{"s", 6}}, {"p"}, nullptr}}, {"t", "text"}, {"", {{"", 7}}}, {"f", false},   {"e", ""}};

TEST_F(InlineCodeTest, DottedNames) {
  const std::vector<std::pair<const char*, Json>> cases = {
      {"a.b", 1},          {"a.c.d", 2},      {"x.y", 3},
      {"x", nullptr},      {"a.z", nullptr},  {"n.k", nullptr},
      {"l.0.s", 6},        {"l.00.s", 6},     {"l.3.s", nullptr},
      {"l.1.0", "p"},      {"l.s", nullptr},  {"t.x", nullptr},
      {"t.text", nullptr}, {".", 7},          {"f", false},
      {"e", ""},           {"l.-1", nullptr}, {"l.1", {"p"}},
      {"A.b", nullptr},    {"a.b ", nullptr}, {"l.99999999999999999999999.s", nullptr},
      {"", {{"", 7}}},     {"a\xff", nullptr}};
  const InlineCode::Lock lock(code);
  const InlineCode::PythonRecord record(code, lock, looked_up);
  for (const auto& [name, expected] : cases) EXPECT_EQ(record.at(name), expected) << name;
  for (const Json& empty :
       {Json(), Json(0), Json(false), Json(""), Json::array(), Json::object(), Json("t"), Json(5)}) {
    EXPECT_EQ(InlineCode::PythonRecord(code, lock, empty).at("a"), nullptr) << empty;
  }
}

TEST_F(InlineCodeTest, GetFieldValueTellsWhatIsNotThereFromNone) {
  const std::vector<std::pair<const char*, Json>> cases = {
      {"a.b", 1},
      {"a.c.d", 2},
      {"f", false},
      {"e", ""},
      {".", 7},
      // not there, or something on the way is empty
      {"x", "D"},
      {"a.z", "D"},
      {"n.k", "D"},
      {"f.x", "D"},
      {"e.x", "D"},
      {"l.2.s", "D"},
      {"q.r", "D"},
      {"l.0.q", "D"},
      // a stored null, a position beyond the end, what cannot be followed
      {"n", nullptr},
      {"l.2", nullptr},
      {"l.3", nullptr},
      {"l.3.s", nullptr},
      {"t.x", nullptr},
      {"l.s", nullptr},
      {"a.b.c", nullptr}};
  for (const auto& [name, expected] : cases) {
    EXPECT_EQ(
        convert_record("return get_field_value(record, params['name'], 'D')", looked_up, std::string("name=") + name),
        expected)
        << name;
  }
  EXPECT_EQ(convert("return [get_field_value(d, 'x', default=1) for d in (None, {}, [], '', 0, False)]"),
            Json({1, 1, 1, 1, 1, 1}));
  EXPECT_EQ(convert("return get_field_value({}, 'x')"), nullptr);
  EXPECT_EQ(convert("return get_field_value((1, {'a': 2}), '1.a')"), 2);
}

TEST_F(InlineCodeTest, ImportsAndNestedFunctionsWork) {
  EXPECT_EQ(
      convert("import re\n    from datetime import date\n    def year(d): return re.sub('x', '', str(date(d, 1, 1)))\n"
              "    class C:\n        def m(self): return [year(y) for y in (2025, 2026)]\n    return C().m()"),
      Json({"2025-01-01", "2026-01-01"}));
  EXPECT_EQ(convert("def down(n): return [] if n == 0 else [n] + down(n - 1)\n    return down(3)"), Json({3, 2, 1}));
  EXPECT_EQ(convert("def f(): return get_field_value(record, 'value')\n    return f()", 5), 5);
  EXPECT_EQ(convert("import jinja2; return jinja2.Template('{{ x }}!').render(x=1)"), "1!");
}

TEST_F(InlineCodeTest, NothingIsRememberedButInModules) {
  const auto* filter = code.add_filter("s",
                                       "global n\n    try: n += 1\n    except NameError: n = 1\n"
                                       "    def f(l=[]): l.append(1); return len(l)\n    record.n = [n, f()]",
                                       "");
  const InlineCode::Lock lock(code);
  for (int i = 0; i < 3; ++i) {
    InlineCode::PythonRecord record(code, lock, Json::object());
    record.keep(*filter);
    EXPECT_EQ(record.at("n"), Json({1, 1}));
  }
  EXPECT_THROW(keeps("cae.seen = 1"), PythonError);
  EXPECT_THROW(keeps("LOG.seen = 1"), PythonError);
  EXPECT_TRUE(keeps("LOG = converter = cae = None; return True"));
  EXPECT_TRUE(keeps("return LOG and converter and cae"));
  EXPECT_TRUE(keeps("import string; string.kept = 5; return True"));
  EXPECT_TRUE(keeps("import string; return string.kept == 5"));
}

TEST_F(InlineCodeTest, NamesKeptInAModuleOutliveTheirConfigurationUnharmed) {
  {
    InlineCode other([](auto&, auto&, auto&) { return Json(); }, Log());
    const auto* filter = other.add_filter("s", "import string; string.old = converter, LOG, record", "");
    const InlineCode::Lock lock(other);
    InlineCode::PythonRecord(other, lock, {{"a", 1}}).keep(*filter);
  }
  EXPECT_EQ(error_of_filter("import string; return string.old[0](record, 'echo')"),
            "RuntimeError: the configuration that this function belongs to is gone (line 1)");
  EXPECT_EQ(error_of_filter("import string; string.old[1].info('x')"),
            "RuntimeError: the configuration that this function belongs to is gone (line 1)");
  EXPECT_TRUE(keeps("import string; return string.old[2].a == 1"));
}

TEST_F(InlineCodeTest, OutputGoesToStandardError) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  keeps("import sys; print('printed', end=''); sys.__stdout__.write('!')");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "printed!");
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  EXPECT_FALSE(keeps("import sys; sys.stdout = None; print('x')"));
  EXPECT_FALSE(keeps("import sys; sys.stdout = sys.stderr"));
}

TEST_F(InlineCodeTest, ThePythonIsTheConfiguredOneWithoutSignalHandlers) {
  EXPECT_EQ(convert("import sys; return sys.executable"), "/usr/bin/python3");
  const auto handler = [](int signal) {
    struct sigaction action {};
    sigaction(signal, nullptr, &action);
    return action.sa_handler;
  };
  keeps("import signal, subprocess, threading, asyncio");
  EXPECT_EQ(handler(SIGINT), SIG_DFL);
  EXPECT_EQ(handler(SIGTERM), SIG_DFL);
  EXPECT_TRUE(keeps("import sys; return sys.flags.isolated and sys.flags.utf8_mode and '' not in sys.path"));
}

TEST_F(InlineCodeTest, FiltersWithATimeLimitAreEnded) {
  InlineCode hasty({}, Log(lines), std::chrono::milliseconds(50));
  const auto* filter = hasty.add_filter("managed",
                                        "import re\n"
                                        "    while record.endless: pass\n"
                                        "    return re.match('(a+)+$', record.name) is not None",
                                        "");
  const auto outcome = [&](const Json& record) -> std::string {
    std::string text;
    hasty.together([&](const InlineCode::Lock& lock) {
      try {
        text = InlineCode::PythonRecord(hasty, lock, record).keep(*filter) ? "kept" : "dropped";
      } catch (const PythonError& error) {
        text = error.what();
      }
    });
    return text;
  };
  const std::string bomb = std::string(50, 'a') + "b";
  EXPECT_EQ(outcome({{"name", "aa"}}), "kept");
  EXPECT_EQ(outcome({{"name", "b"}}), "dropped");
  EXPECT_EQ(outcome({{"endless", true}}), "the recordfilter of [managed] takes longer than 0.05 s");
  for (int i = 0; i < 9; ++i) {
    EXPECT_EQ(outcome({{"name", bomb}}), "the recordfilter of [managed] takes longer than 0.05 s");
  }
  EXPECT_EQ(outcome({{"name", "aa"}}),
            "the recordfilter of [managed] takes longer than 0.05 s for too many records; no longer called");
}

TEST_F(InlineCodeTest, CodeRunsOneRecordAtATime) {
  // Two lines that another thread could come between: Python itself switches threads in there.
  const auto* filter = code.add_filter("s",
                                       "import string\n    string.alone = getattr(string, 'alone', 0) + 1\n"
                                       "    for i in range(2000): pass\n    string.alone -= 1\n"
                                       "    return string.alone == 0",
                                       "");
  std::atomic<int> kept = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int batch = 0; batch < 10; ++batch) {
        const InlineCode::Lock lock(code);
        for (int i = 0; i < 20; ++i) kept += InlineCode::PythonRecord(code, lock, {{"i", i}}).keep(*filter);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(kept, 800);
}

TEST_F(InlineCodeTest, CodeThatSleepsKeepsOthersOut) {
  const auto* filter = code.add_filter("s",
                                       "import string, time\n    string.inside = getattr(string, 'inside', 0) + 1\n"
                                       "    time.sleep(0.001)\n    string.inside -= 1\n    return string.inside == 0",
                                       "");
  std::atomic<int> kept = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      const InlineCode::Lock lock(code);
      kept += InlineCode::PythonRecord(code, lock, Json::object()).keep(*filter);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(kept, 4);
}

TEST_F(InlineCodeTest, LocksMayBeNested) {
  const InlineCode::Lock outer(code);
  const InlineCode::Lock inner(code);
  EXPECT_TRUE(keeps("return True"));
}

TEST_F(InlineCodeTest, ABuiltInThatWaitsDoesNotHoldTheInterpreter) {
  std::thread other;
  InlineCode waiting(
      [&](auto&, auto&, auto&) {
        other = std::thread([this] { EXPECT_TRUE(keeps("return True")); });
        other.join();
        return Json("waited");
      },
      Log());
  const auto* filter = waiting.add_filter("s", "return converter(record, 'location') == 'waited'", "");
  const InlineCode::Lock lock(waiting);
  EXPECT_TRUE(InlineCode::PythonRecord(waiting, lock, Json::object()).keep(*filter));
}

}  // namespace connector::inline_code_test
