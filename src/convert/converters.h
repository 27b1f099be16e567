#pragma once

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "connector/json.h"
#include "connector/log.h"

namespace connector {

/// A converter fails: the field's value is null, the record is sent.
class ConversionError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The parameters behind a converter's name, "on=/|index=2|flag": strings, or true for a flag.
class Parameters {
 public:
  Parameters() = default;
  /// Splits at '|', each part at its first '='. A name given twice: the last counts.
  explicit Parameters(std::string_view text);

  void set(std::string name, Json value);
  /// Nothing (nullptr) when there is none of that name.
  const Json* find(std::string_view name) const;
  auto begin() const { return values_.begin(); }
  auto end() const { return values_.end(); }

 private:
  std::vector<std::pair<std::string, Json>> values_;
};

/// "split:on=/|index=2" -> {"split", {on: "/", index: "2"}}.
struct ConverterCall {
  std::string name;
  Parameters parameters;
};
ConverterCall parse_converter(std::string_view text);

/// What the built-in converters ask of the outside.
struct ConverterServices {
  std::function<Json()> locations;  ///< the cloud's list of locations; throws when it cannot be had
  std::function<std::string(const std::string&)>
      mac_model;  ///< answer for a serial number; throws when it cannot be had
};

class Locations;
struct Conversion;

/// What becomes of a string: null, a part of it, another string, epoch seconds.
using ConvertedText = std::variant<std::nullptr_t, std::string_view, std::string, std::int64_t>;

/// The built-in converters of one run, with what they remember (locations, strings that are none). Thread-safe.
class BuiltInConverters {
 public:
  struct Converter {
    std::string_view name;
    Json (*function)(const Conversion& conversion);
    bool reads_record;  ///< whether it looks at more than the value
    /// Where a string's conversion depends on nothing else: that alone, and `function` is for other values. Else
    /// nullptr.
    ConvertedText (*of_text)(std::string_view text, const Parameters& parameters) = nullptr;
  };

  BuiltInConverters(ConverterServices services, Log log);
  ~BuiltInConverters();

  /// Nothing (nullptr) when there is none of exactly that name.
  static const Converter* find(std::string_view name);
  static std::vector<std::string> names();

  /// Throws ConversionError.
  Json convert(const Converter& converter, const Json& record, const Json& value, const Parameters& parameters) const;

  /// Logs what could not be converted, once, at the end of a run (location).
  void report() const;

 private:
  ConverterServices services_;
  Log log_;
  std::unique_ptr<Locations> locations_;
};

}  // namespace connector
