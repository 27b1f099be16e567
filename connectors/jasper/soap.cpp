#include "jasper/soap.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>
#include <sstream>

#include "connector/error.h"

namespace connector::soap {
namespace {

constexpr const char* envelope_namespace = "http://schemas.xmlsoap.org/soap/envelope/";
constexpr const char* wsdl_soap_namespace = "http://schemas.xmlsoap.org/wsdl/soap/";
constexpr const char* schema_instance = "http://www.w3.org/2001/XMLSchema-instance";
constexpr const char* security_namespace =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
constexpr const char* password_text =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText";

constexpr std::array<std::string_view, 11> number_elements = {"monthToDateUsage",
                                                              "monthToDateDataUsage",
                                                              "monthToDateSMSUsage",
                                                              "monthToDateVoiceUsage",
                                                              "totalPrimaryIncludedData",
                                                              "primaryDataRemaining",
                                                              "totalPrimaryIncludedSMS",
                                                              "primarySMSRemaining",
                                                              "accountId",
                                                              "ctdSessionCount",
                                                              "version"};
constexpr std::array<std::string_view, 1> flag_elements = {"overageLimitReached"};
constexpr std::array<std::string_view, 6> time_elements = {"dateActivated", "dateAdded",     "dateModified",
                                                           "dateShipped",   "termStartDate", "termEndDate"};

constexpr std::size_t max_digits = 300;
constexpr int deepest = 100;
constexpr std::ptrdiff_t max_tags = 10'000'000;
constexpr std::ptrdiff_t max_attributes = 256;  // namespaces are looked up among them, again and again

template <std::size_t count>
bool contains(const std::array<std::string_view, count>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string_view prefix_of(std::string_view name) {
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? std::string_view() : name.substr(0, colon);
}

std::string_view without_prefix(std::string_view name) {
  return name.substr(name.find(':') + 1);
}

/// What the prefix of `name` stands for, at that element.
std::string_view namespace_of(pugi::xml_node element, std::string_view prefix) {
  const std::string declaration = prefix.empty() ? "xmlns" : "xmlns:" + std::string(prefix);
  for (; element; element = element.parent()) {
    if (const pugi::xml_attribute found = element.attribute(declaration.c_str())) return found.value();
  }
  return {};
}

/// Ends a walk through a document where it is nested too deep for recursion, or has too many attributes.
struct BoundsCheck final : pugi::xml_tree_walker {
  bool for_each(pugi::xml_node& node) override {
    return depth() <= deepest && std::distance(node.attributes_begin(), node.attributes_end()) <= max_attributes;
  }
};

/// Before it is parsed: an element takes some hundred bytes of memory.
bool is_too_large(const std::string& text) {
  return std::count(text.begin(), text.end(), '<') > max_tags;
}

bool is_bounded(pugi::xml_document& document) {
  BoundsCheck check;
  return document.traverse(check);
}

pugi::xml_node first_element(const pugi::xml_node& parent) {
  return parent.find_child([](const pugi::xml_node& child) { return child.type() == pugi::node_element; });
}

pugi::xml_node child_of(const pugi::xml_node& parent, std::string_view name_space, std::string_view name) {
  return parent.find_child([&](const pugi::xml_node& child) { return is(child, name_space, name); });
}

pugi::xml_node fault_of(const pugi::xml_document& answer) {
  const pugi::xml_node body = child_of(answer.document_element(), envelope_namespace, "Body");
  return child_of(body, envelope_namespace, "Fault");
}

bool is_nil(const pugi::xml_node& element) {
  for (const pugi::xml_attribute attribute : element.attributes()) {
    if (without_prefix(attribute.name()) == "nil" &&
        namespace_of(element, prefix_of(attribute.name())) == schema_instance) {
      return std::string_view(attribute.value()) == "true" || std::string_view(attribute.value()) == "1";
    }
  }
  return false;
}

/// Whether an attribute belongs to the data, not to XML's own machinery.
bool is_data(const pugi::xml_node& element, std::string_view attribute) {
  const std::string_view prefix = prefix_of(attribute);
  if (prefix.empty()) return attribute != "xmlns";
  return prefix != "xmlns" && namespace_of(element, prefix) != schema_instance;
}

/// "-007" -> "-7": JSON has no zeros at a number's beginning. digits: not only zeros.
std::string without_leading_zeros(std::string_view digits) {
  const std::string sign = digits.starts_with('-') ? "-" : "";
  return sign + std::string(digits.substr(digits.find_first_not_of("-0")));
}

std::optional<Json> number(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  std::int64_t whole = 0;
  const char* end = text.data() + text.size();
  if (const auto [stop, error] = std::from_chars(text.data(), end, whole); stop == end && !text.empty()) {
    if (error == std::errc()) return whole;
    if (error == std::errc::result_out_of_range && text.size() <= max_digits) {
      return big_integer(without_leading_zeros(text));
    }
  }
  double fraction = 0;
  const auto [stop, error] = std::from_chars(text.data(), end, fraction, std::chars_format::fixed);
  const bool is_number = !text.empty() && text.find_first_not_of("-.0123456789") == std::string_view::npos;
  if (is_number && error == std::errc() && stop == end) return fraction;
  return std::nullopt;
}

std::optional<Json> flag(std::string_view text) {
  text = trimmed(text);
  if (text == "true" || text == "1") return true;
  if (text == "false" || text == "0") return false;
  return std::nullopt;
}

Json value_of(std::string_view name, const std::string& text) {
  std::optional<Json> value;
  if (contains(number_elements, name)) value = number(text);
  if (contains(flag_elements, name)) value = flag(text);
  if (contains(time_elements, name)) {
    if (Json time = time_text(text); !time.is_null()) value = std::move(time);
  }
  return value.value_or(text);
}

struct Time {
  std::chrono::sys_seconds seconds;  ///< as on the clock of its zone
  int microseconds = 0;
  std::string zone;  ///< "", "+00:00", "-05:00"
};

/// Whether the text is as the form says, where d stands for a digit.
bool has_form(std::string_view text, std::string_view form) {
  return std::equal(text.begin(), text.end(), form.begin(), form.end(),
                    [](char c, char expected) { return expected == 'd' ? c >= '0' && c <= '9' : c == expected; });
}

bool is_zone(std::string_view text) {
  if (text.empty() || text == "Z") return true;
  return (has_form(text, "+dd:dd") || has_form(text, "-dd:dd")) && text.substr(1, 2) <= "14" && text[4] <= '5';
}

/// xs:dateTime (XML Schema part 2, 3.2.7).
std::optional<Time> parse_time(const std::string& text) {
  constexpr std::string_view form = "dddd-dd-ddTdd:dd:dd";
  const std::string whole(trimmed(text));
  if (!has_form(whole.substr(0, form.size()), form)) return std::nullopt;
  std::string zone = whole.substr(form.size());
  std::string fraction;
  if (zone.starts_with('.')) {
    fraction = zone.substr(1, zone.find_first_not_of("0123456789", 1) - 1);
    zone.erase(0, 1 + fraction.size());
    if (fraction.empty()) return std::nullopt;
  }
  const auto part = [&](std::size_t at, std::size_t size = 2) { return std::stoi(whole.substr(at, size)); };
  const std::chrono::year_month_day date{std::chrono::year(part(0, 4)),
                                         std::chrono::month(static_cast<unsigned>(part(5))),
                                         std::chrono::day(static_cast<unsigned>(part(8)))};
  if (!is_zone(zone) || !date.ok() || part(11) > 23 || part(14) > 59 || part(17) > 59) return std::nullopt;
  fraction.resize(6, '0');
  return Time{.seconds = std::chrono::sys_days(date) + std::chrono::hours(part(11)) + std::chrono::minutes(part(14)) +
                         std::chrono::seconds(part(17)),
              .microseconds = std::stoi(fraction),
              .zone = zone == "Z" ? "+00:00" : zone};
}

}  // namespace

pugi::xml_document parse(const std::string& text, const std::string& what) {
  if (is_too_large(text)) throw SourceError(fmt::format("{} is too large: more than {} elements", what, max_tags / 2));
  pugi::xml_document document;
  const pugi::xml_parse_result result =
      document.load_buffer(text.data(), text.size(), pugi::parse_default | pugi::parse_ws_pcdata_single);
  if (!result)
    throw SourceError(fmt::format("{} is not valid XML: {} at byte {}", what, result.description(), result.offset));
  if (!is_bounded(document)) {
    throw SourceError(fmt::format("{} has elements nested deeper than {} levels, or one with more than {} attributes",
                                  what, deepest, max_attributes));
  }
  return document;
}

std::string_view local_name(const pugi::xml_node& element) {
  return without_prefix(element.name());
}

std::string text_of(const pugi::xml_node& element) {
  std::string text;
  for (const pugi::xml_node& part : element.children()) {
    if (part.type() == pugi::node_pcdata || part.type() == pugi::node_cdata) text += part.value();
  }
  return text;
}

std::string_view trimmed(std::string_view text) {
  constexpr const char* blanks = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(blanks);
  return begin == std::string_view::npos ? std::string_view()
                                         : text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

bool is(const pugi::xml_node& element, std::string_view name_space, std::string_view name) {
  return element.type() == pugi::node_element && local_name(element) == name &&
         namespace_of(element, prefix_of(element.name())) == name_space;
}

pugi::xml_node child(const pugi::xml_node& element, std::string_view name) {
  return child_of(element, jasper_namespace, name);
}

std::string endpoint_of(const pugi::xml_document& wsdl) {
  const pugi::xml_node address =
      wsdl.find_node([](const pugi::xml_node& node) { return is(node, wsdl_soap_namespace, "address"); });
  return std::string(trimmed(address.attribute("location").value()));
}

pugi::xml_node Envelope::add(pugi::xml_node parent, const std::string& name, const std::string& text) {
  pugi::xml_node element = parent.append_child((prefix + name).c_str());
  if (!text.empty()) element.text().set(text.c_str());
  return element;
}

std::string Envelope::text() const {
  std::ostringstream out;
  document.save(out, "", pugi::format_raw, pugi::encoding_utf8);
  return out.str();
}

Envelope make_envelope(const Credentials& credentials, const std::string& request) {
  Envelope envelope;
  envelope.prefix = "ns:";
  pugi::xml_node root = envelope.document.append_child("soap:Envelope");
  root.append_attribute("xmlns:soap") = envelope_namespace;
  root.append_attribute("xmlns:ns") = std::string(jasper_namespace).c_str();

  pugi::xml_node security = root.append_child("soap:Header").append_child("wsse:Security");
  security.append_attribute("xmlns:wsse") = security_namespace;
  security.append_attribute("soap:mustUnderstand") = "1";
  pugi::xml_node token = security.append_child("wsse:UsernameToken");
  token.append_child("wsse:Username").text().set(credentials.username.c_str());
  pugi::xml_node password = token.append_child("wsse:Password");
  password.append_attribute("Type") = password_text;
  password.text().set(credentials.password.c_str());

  envelope.request = envelope.add(root.append_child("soap:Body"), request);
  return envelope;
}

pugi::xml_node body_of(const pugi::xml_document& answer, std::string_view name, const Log& log) {
  if (const pugi::xml_node fault = fault_of(answer)) {
    const std::string text =
        text_of(fault.find_child([](const pugi::xml_node& element) { return local_name(element) == "faultstring"; }));
    throw SourceError("Jasper responded with a SOAP fault: " + (text.empty() ? "no reason given" : excerpt(text, log)));
  }
  const pugi::xml_node body = child_of(answer.document_element(), envelope_namespace, "Body");
  if (!body) throw SourceError("Jasper's response is not a SOAP envelope");
  const pugi::xml_node response = child(body, name);
  if (!response) throw SourceError(fmt::format("Jasper's response has no {}", name));
  return response;
}

bool is_fault(const std::string& text) {
  pugi::xml_document document;
  return !is_too_large(text) && document.load_buffer(text.data(), text.size()) && is_bounded(document) &&
         fault_of(document);
}

Json terminal_record(const pugi::xml_node& terminal) {
  ObjectBuilder record;
  for (const pugi::xml_attribute attribute : terminal.attributes()) {
    if (is_data(terminal, attribute.name())) {
      record["_" + std::string(without_prefix(attribute.name()))] = attribute.value();
    }
  }
  for (const pugi::xml_node element : terminal.children()) {
    if (element.type() != pugi::node_element) continue;
    const std::string name(local_name(element));
    const std::string text = text_of(element);
    Json& value = record[name];
    if (is_nil(element)) {
      value = nullptr;
    } else if (first_element(element)) {
      value = terminal_record(element);
    } else {
      value = text.empty() ? Json(nullptr) : value_of(name, text);
    }
  }
  return record.take();
}

Json time_text(const std::string& text) {
  const std::optional<Time> time = parse_time(text);
  if (!time) return nullptr;
  std::string iso(trimmed(text).substr(0, std::string_view("2024-03-05T08:30:00").size()));
  if (time->microseconds != 0) iso += fmt::format(".{:06}", time->microseconds);
  return iso + time->zone;
}

Json instant(const std::string& text) {
  const std::optional<Time> time = parse_time(text);
  if (!time) return nullptr;
  std::chrono::minutes offset{0};
  if (!time->zone.empty()) {
    offset = std::chrono::hours(std::stoi(time->zone.substr(1, 2))) +
             std::chrono::minutes(std::stoi(time->zone.substr(4, 2)));
    if (time->zone.front() == '-') offset = -offset;
  }
  return (time->seconds.time_since_epoch() - offset) / std::chrono::microseconds(1) + time->microseconds;
}

}  // namespace connector::soap
