// What a scenario's "expect" can say, a function for each key.
#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <stdexcept>

#include "support/comparison.h"
#include "support/scenario.h"

namespace connector::test {

namespace {

using simulator::Request;

std::string shortened(const std::string& text) {
  constexpr std::size_t longest = 600;
  return text.size() <= longest ? text : text.substr(0, longest) + "…";
}

/// An expectation that is being compared; collects what does not fit.
class Check {
 public:
  Check(const Outcome& outcome, const Substitute& substitute) : outcome_(outcome), substitute_(substitute) {
    for (const Json& payload : outcome.payloads) {
      if (!payload["error"].is_null()) {
        errors_.push_back(payload);
        continue;
      }
      for (const Json& record : payload["records"]) records_.push_back(record);
    }
  }

  std::vector<std::string> all(const Json& expect) {
    for (auto& [key, value] : expect.items()) check(key, value);
    if (!expect.contains("errors") && !expect.value("allow_errors", false)) no_errors();
    if (!expect.contains("ready_portions")) ready_portions(Json::array());
    if (!expect.contains("exit_code")) exit_code(0);
    if (!expect.value("allow_unmatched", false)) no_unmatched();
    if (outcome_.refused > 0)
      problem("payloads did not have the documented shape: " + std::to_string(outcome_.refused));
    return problems_;
  }

 private:
  void check(const std::string& key, const Json& value) {
    if (key == "records")
      records(value);
    else if (key == "record_count")
      equal("records", records_.size(), value);
    else if (key == "payload")
      payload(value);
    else if (key == "errors")
      errors(value);
    else if (key == "finalized")
      finalized(value);
    else if (key == "portions")
      portions(value);
    else if (key == "ready_portions")
      ready_portions(value);
    else if (key == "max_payloads")
      max_payloads(value);
    else if (key == "source_requests")
      requests("source", outcome_.source_requests, value);
    else if (key == "oomnitza_requests")
      requests("Oomnitza", outcome_.oomnitza_requests, value);
    else if (key == "files")
      files(value);
    else if (key == "exit_code")
      exit_code(value);
    else if (key == "output_contains")
      output_contains(value);
    else if (key == "output_count")
      output_count(value);
    else if (key == "not_in_output")
      not_in_output(value);
    else if (key != "allow_errors" && key != "allow_unmatched")
      throw std::runtime_error("expect has no " + key);
  }

  void problem(std::string text) { problems_.push_back(std::move(text)); }

  Json substituted(const Json& value) const { return parse_json(substitute_(to_text(value))); }

  void equal(const std::string& what, std::size_t found, const Json& expected) {
    if (found != expected.get<std::size_t>())
      problem(what + ": " + std::to_string(found) + ", expected " + to_text(expected));
  }

  void records(const Json& expected) {
    std::map<std::string, int> surplus;  // how many more arrived than expected
    for (const Json& record : records_) ++surplus[canonical(record)];
    for (const Json& record : substituted(expected)) --surplus[canonical(record)];
    for (auto& [record, count] : surplus) {
      if (count < 0) problem("record missing, " + std::to_string(-count) + " times: " + shortened(record));
      if (count > 0) problem("record not expected, " + std::to_string(count) + " times: " + shortened(record));
    }
  }

  void payload(const Json& expected) {
    if (outcome_.payloads.empty()) problem("no payload arrived");
    for (const Json& payload : outcome_.payloads)
      for (auto& [name, value] : expected.items())
        if (!payload.contains(name) || !is_subset(value, payload[name]))
          problem("payload field " + name + " is " + shortened(to_text(payload.value(name, Json()))) + ", expected " +
                  to_text(value));
  }

  void errors(const Json& expected) {
    equal("payloads with an error", errors_.size(), expected.size());
    for (const Json& wanted : expected) {
      auto fits = [&](const Json& payload) {
        const Json part = wanted.value("payload", Json::object());
        return payload["error"].get<std::string>().find(wanted.value("contains", "")) != std::string::npos &&
               is_subset(part, payload) && payload.contains("error_type") == part.contains("error_type");
      };
      if (std::ranges::none_of(errors_, fits)) problem("no payload with an error like " + to_text(wanted));
    }
  }

  void no_errors() {
    for (const Json& payload : errors_) problem("payload with an error not expected: " + to_text(payload["error"]));
  }

  void finalized(const Json& expected) {
    std::size_t count = 0;
    for (const simulator::Portion& portion : outcome_.portions) {
      count += portion.finalized;
      if (expected > 0 && portion.payloads > 0 && portion.finalized == 0)
        problem("portion " + portion.id + " was never finalized");
    }
    equal("finalized portions", count, expected);
  }

  void portions(const Json& expected) {
    std::set<std::string> ids;
    for (const Json& payload : outcome_.payloads) ids.insert(payload["portion"].get<std::string>());
    equal("portions", ids.size(), expected);
  }

  void ready_portions(const Json& expected) {
    equal("ready portions", outcome_.ready_portions.size(), expected.size());
    for (const Json& wanted : substituted(expected)) {
      auto fits = [&](const simulator::ReadyPortion& portion) {
        return portion.service == wanted.at("service") &&
               portion.body.value("error_message", "").find(wanted.value("contains", "")) != std::string::npos &&
               is_subset(wanted.value("body", Json::object()), portion.body);
      };
      if (std::ranges::none_of(outcome_.ready_portions, fits)) problem("no ready portion like " + to_text(wanted));
    }
    if (problems_.empty()) return;
    for (const simulator::ReadyPortion& portion : outcome_.ready_portions)
      problem("ready portion of " + portion.service + ": " + shortened(to_text(portion.body)));
  }

  void max_payloads(const Json& expected) {
    if (outcome_.payloads.size() > expected.get<std::size_t>())
      problem(std::to_string(outcome_.payloads.size()) + " payloads, expected at most " + to_text(expected));
  }

  static bool fits(const Request& request, const Json& wanted) {
    if (request.method != wanted.value("method", "GET") || request.path != wanted.at("path")) return false;
    const Json query = wanted.value("query", Json::object()), headers = wanted.value("headers", Json::object());
    for (auto& [name, value] : query.items())
      if (!request.query.contains(name) || request.query.at(name) != value) return false;
    for (auto& [name, value] : headers.items())
      if (request.header(lower_case(name)) != value) return false;
    for (const Json& part : wanted.value("body_contains", Json::array()))
      if (request.body.find(part.get<std::string>()) == std::string::npos) return false;
    return !wanted.contains("json") || body_has(request.body, wanted["json"]);
  }

  static bool body_has(const std::string& body, const Json& part) {
    try {
      return is_subset(part, parse_json(body));
    } catch (const JsonError&) {
      return false;
    }
  }

  static std::string lower_case(std::string text) {
    for (char& c : text)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    return text;
  }

  void requests(const std::string& server, const std::vector<Request>& seen, const Json& expected) {
    for (const Json& wanted : substituted(expected)) {
      auto count = static_cast<std::size_t>(std::ranges::count_if(seen, [&](auto& one) { return fits(one, wanted); }));
      if (wanted.contains("count") ? count == wanted["count"] : count > 0) continue;
      std::string lines;
      for (const Request& request : seen) lines += (lines.empty() ? "" : ", ") + request.line();
      problem(std::to_string(count) + " requests to " + server + " like " + to_text(wanted) +
              "; seen: " + shortened(lines));
    }
  }

  void no_unmatched() {
    for (const Request& request : outcome_.unmatched) problem("source request that nothing answers: " + request.line());
  }

  void files(const Json& expected) {
    for (auto& [name, content] : expected.items()) {
      std::ifstream file(outcome_.folder / name, std::ios::binary);
      std::string text{std::istreambuf_iterator<char>(file), {}};
      if (content.is_null()) {
        if (file.is_open()) problem("file " + name + " must not exist");
      } else if (!file.is_open()) {
        problem("file " + name + " is missing");
      } else if (text != substitute_(content.get<std::string>())) {
        problem("file " + name + " holds: " + shortened(text));
      }
    }
  }

  void exit_code(const Json& expected) {
    if (expected == "any" || (expected == "nonzero" && outcome_.exit_code != 0)) return;
    if (expected != outcome_.exit_code)
      problem("exit code " + std::to_string(outcome_.exit_code) + ", expected " + to_text(expected));
  }

  void output_contains(const Json& expected) {
    for (const Json& text : expected)
      if (outcome_.output.find(substitute_(text.get<std::string>())) == std::string::npos)
        problem("the output lacks " + to_text(text));
  }

  void output_count(const Json& expected) {
    for (const auto& [text, count] : expected.items()) {
      std::size_t found = 0;
      for (std::size_t i = 0; (i = outcome_.output.find(text, i)) != std::string::npos; i += text.size()) ++found;
      if (found != count) problem("the output has " + std::to_string(found) + " times " + to_text(text));
    }
  }

  void not_in_output(const Json& expected) {
    for (const Json& text : expected)
      if (outcome_.output.find(substitute_(text.get<std::string>())) != std::string::npos)
        problem("the output shows " + to_text(text));
  }

  const Outcome& outcome_;
  const Substitute& substitute_;
  std::vector<Json> records_;
  std::vector<Json> errors_;
  std::vector<std::string> problems_;
};

}  // namespace

std::vector<std::string> check_outcome(const Json& expect, const Outcome& outcome, const Substitute& substitute) {
  return Check(outcome, substitute).all(expect);
}

}  // namespace connector::test
