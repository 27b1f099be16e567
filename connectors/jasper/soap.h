#pragma once

#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "connector/json.h"
#include "connector/log.h"

namespace connector::soap {

/// The namespace of Jasper's terminal API; all elements of requests and answers are in it.
inline constexpr std::string_view jasper_namespace = "http://api.jasperwireless.com/ws/schema";

struct Credentials {
  std::string username;
  std::string password;
};

/// Parses an XML document. Throws SourceError that names `what` and the place, also for elements nested deeper than 100
/// levels or with more than 256 attributes. Entities of the document's own are neither read nor expanded.
pugi::xml_document parse(const std::string& text, const std::string& what);

/// The local name of an element: without its prefix.
std::string_view local_name(const pugi::xml_node& element);

/// What stands before a name's colon, and behind it; of a name without one nothing, and all of it.
std::string_view prefix_of(std::string_view name);
std::string_view without_prefix(std::string_view name);

/// What a prefix stands for, at that element.
std::string_view namespace_of(pugi::xml_node element, std::string_view prefix);

/// Whether an element has this namespace and local name, whatever its prefix.
bool is(const pugi::xml_node& element, std::string_view name_space, std::string_view name);

/// All text that stands in an element itself, plain or CDATA.
std::string text_of(const pugi::xml_node& element);

/// The text without white space around it.
std::string_view trimmed(std::string_view text);

/// The first child of that name in Jasper's namespace; an empty node when there is none.
pugi::xml_node child(const pugi::xml_node& element, std::string_view name);

/// The address of the service that a WSDL describes; empty when it names none.
std::string endpoint_of(const pugi::xml_document& wsdl);

/// A SOAP 1.1 envelope with WS-Security user name and password, and an empty request element in its body.
struct Envelope {
  pugi::xml_document document;
  pugi::xml_node request;
  std::string prefix;  ///< of Jasper's namespace, with its colon

  pugi::xml_node add(pugi::xml_node parent, const std::string& name, const std::string& text = {});
  std::string text() const;
};
Envelope make_envelope(const Credentials& credentials, const std::string& request);

/// The element of that name, in Jasper's namespace, in a response's body. Throws SourceError with the fault's text when
/// it is a fault, without the secrets that `log` hides, or when the response holds no such element.
pugi::xml_node body_of(const pugi::xml_document& answer, std::string_view name, const Log& log = {});

/// Whether a response is a SOAP fault.
bool is_fault(const std::string& text);

}  // namespace connector::soap
