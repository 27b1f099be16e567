#pragma once

#include "connector/json.h"
#include "convert/converters.h"

namespace connector {

/// What a built-in converter works on.
struct Conversion {
  const Json& record;
  const Json& value;
  const Parameters& parameters;
  const ConverterServices& services;
  Locations& locations;
  const Log& log;
};

// The built-in converters, see docs/converters-and-filters.md. Each throws ConversionError.

// Of strings.
ConvertedText capitalize_text(std::string_view text, const Parameters& parameters);
ConvertedText split_text(std::string_view text, const Parameters& parameters);
ConvertedText split_email_text(std::string_view text, const Parameters& parameters);
ConvertedText first_from_full_text(std::string_view text, const Parameters& parameters);
ConvertedText last_from_full_text(std::string_view text, const Parameters& parameters);
ConvertedText uber_manager_text(std::string_view text, const Parameters& parameters);
ConvertedText uber_position_text(std::string_view text, const Parameters& parameters);
ConvertedText date_text(std::string_view text, const Parameters& parameters);

// Of other values, where those are of strings.
Json unchanged(const Conversion& conversion);
Json empty_or_error(const Conversion& conversion);
Json uber_manager(const Conversion& conversion);
Json uber_position(const Conversion& conversion);
Json timestamp(const Conversion& conversion);

Json member_of(const Conversion& conversion);

Json concat(const Conversion& conversion);
Json first_field(const Conversion& conversion);
Json ldap_user_field(const Conversion& conversion);
Json casper_extension_attribute(const Conversion& conversion);
Json mac_model_from_sn(const Conversion& conversion);

Json location(const Conversion& conversion);

Json ldap_timestamp(const Conversion& conversion);

/// The value's text, nothing (nullptr) for any other value.
inline const std::string* string_in(const Json& value) {
  return value.get_ptr<const std::string*>();
}

/// The text of a value that must be one. Throws ConversionError.
const std::string& required_text(const Json& value);

/// What stands under a key of an object, nothing (nullptr) when nothing does.
const Json* find_member(const Json& object, std::string_view key);

}  // namespace connector
