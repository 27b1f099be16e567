#include "jasper/soap.h"

#include <algorithm>
#include <sstream>

#include "connector/error.h"

namespace connector::soap {
namespace {

constexpr const char* envelope_namespace = "http://schemas.xmlsoap.org/soap/envelope/";
constexpr const char* wsdl_soap_namespace = "http://schemas.xmlsoap.org/wsdl/soap/";
constexpr const char* security_namespace =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
constexpr const char* password_text =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText";

constexpr int deepest = 100;
constexpr std::ptrdiff_t max_tags = 10'000'000;
constexpr std::ptrdiff_t max_attributes = 256;  // namespaces are looked up among them, again and again

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

pugi::xml_node child_of(const pugi::xml_node& parent, std::string_view name_space, std::string_view name) {
  return parent.find_child([&](const pugi::xml_node& child) { return is(child, name_space, name); });
}

pugi::xml_node fault_of(const pugi::xml_document& answer) {
  const pugi::xml_node body = child_of(answer.document_element(), envelope_namespace, "Body");
  return child_of(body, envelope_namespace, "Fault");
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

std::string_view prefix_of(std::string_view name) {
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? std::string_view() : name.substr(0, colon);
}

std::string_view without_prefix(std::string_view name) {
  return name.substr(name.find(':') + 1);
}

std::string_view namespace_of(pugi::xml_node element, std::string_view prefix) {
  const std::string declaration = prefix.empty() ? "xmlns" : "xmlns:" + std::string(prefix);
  for (; element; element = element.parent()) {
    if (const pugi::xml_attribute found = element.attribute(declaration.c_str())) return found.value();
  }
  return {};
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

}  // namespace connector::soap
