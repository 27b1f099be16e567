#include "fuzz/targets.h"

#include <spdlog/details/log_msg.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <pugixml.hpp>
#include <string>
#include <vector>

#include "config/environment.h"
#include "config/ini.h"
#include "config/problem.h"
#include "convert/converters.h"
#include "csv/table.h"
#include "csv/text.h"
#include "http/address.h"
#include "jasper/soap.h"
#include "jasper/terminal.h"
#include "ldap/entry.h"
#include "ldap/identifiers.h"
#include "log/python_format.h"
#include "mapping/field_spec.h"
#include "python/template_shortcut.h"
#include "text/xml.h"

namespace connector::fuzz {
namespace {

constexpr std::size_t many_values = 100'000;

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

void ini(std::string_view input) {
  try {
    parse_ini(std::string(input), "fuzz.ini");
  } catch (const ConfigError&) {
  }
}

void env(std::string_view input) {
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("fuzz-env-" + std::to_string(::getpid()));
  std::ofstream(file, std::ios::binary) << input;
  try {
    sections_from_environment(read_env_file(file), {}, {});
  } catch (const ConfigError&) {
  }
  std::filesystem::remove(file);
}

/// The rows of a file that arrives in pieces of this size, as JSON text.
std::string csv_rows(std::string_view file, std::size_t piece) {
  std::string rows;
  csv::CsvText text(
      [&] {
        const std::string_view next = file.substr(0, piece);
        file.remove_prefix(next.size());
        return next;
      },
      {.encoding = "auto", .delimiter = '\0'});
  const std::string_view first = text.next();
  csv::CsvTable table(
      text.delimiter() == '\0' ? ',' : text.delimiter(), [](const auto&) { return std::string(); },
      [&](const Rows& some) {
        for (std::size_t row = 0; row < some.size(); ++row) rows += to_text(some.record(row)) + "\n";
      });
  for (std::string_view next = first; !next.empty() && table.problem().empty(); next = text.next()) table.read(next);
  table.finish();
  table.flush();
  return rows;
}

void csv(std::string_view input) {
  csv_rows(input, input.size() + 1);
  csv_rows(input, 7);
}

/// The value as text; nothing when it is not JSON.
std::optional<std::string> json_outcome(const std::string& text) {
  try {
    return to_text(parse_json(text));
  } catch (const JsonError&) {
    return std::nullopt;
  }
}

void json(std::string_view input) {
  const std::string text(input);
  const std::optional<std::string> outcome = json_outcome(text);
  require(json_outcome(text + std::string(300, ' ')) == outcome, "long texts are read as short ones are");
  if (outcome) require(json_outcome(*outcome) == outcome, "what is written is read as the same");
}

void mapping(std::string_view input) {
  const std::size_t line = std::min(input.find('\n'), input.size());
  const std::string name(input.substr(0, line));
  parse_converter(name);
  try {
    const Json value = parse_json(input.substr(line));
    at(value, name);
    has(value, name);
    if (value.is_object()) incomplete_fields(value);
    field_specs(value);
  } catch (const JsonError&) {
  } catch (const ConfigError&) {
  }
}

void templates(std::string_view input) {
  const std::size_t line = std::min(input.find('\n'), input.size());
  const std::string_view source = input.substr(0, line);
  shortcut::plain_text(source);
  shortcut::value_of(source);
  shortcut::is_no_literal(source);
  shortcut::outcome_of_plain_text(source);
  const auto path = shortcut::Path::of_template(source);
  shortcut::Path::of_expression(source);
  try {
    const Json record = parse_json(input.substr(line));
    if (path && record.is_object()) path->follow_in(record);
  } catch (const JsonError&) {
  }
}

void xml(std::string_view input) {
  try {
    read_xml(std::string(input), many_values);
  } catch (const SourceError&) {
  }
}

void ldap(std::string_view input) {
  const std::string text(input);
  ldap::parse_attribute_name(input);
  ldap::sid_text(input);
  ldap::guid_text(input);
  ldap::folded(text);
  const std::size_t middle = input.size() / 2;
  ldap::record_of({.dn = text, .attributes = {{.name = text.substr(0, middle), .values = {text.substr(middle), text}}}},
                  {text.substr(0, middle), "objectGUID_text"});
}

void wsdl(std::string_view input) {
  pugi::xml_document document;
  if (!document.load_buffer(input.data(), input.size())) return;
  soap::endpoint_of(document);
  soap::terminal_record(document.document_element());
  try {
    soap::body_of(document, "GetModifiedTerminalsResponse");
  } catch (const SourceError&) {
  }
}

void url(std::string_view input) {
  const std::string text(input);
  http::ascii_host(text);
  const std::optional<http::Address> address = http::parse_address(text);
  if (!address) return;
  const std::size_t host = address->url.find("://") + 3;
  const std::string authority = address->url.substr(host, address->url.find_first_of("/?#", host) - host);
  require(authority.find('@') == std::string::npos, "credentials leave the address");
  http::redirected(*address, text);
  http::redirected(*http::parse_address("https://example.com/a/b?c"), text);
}

void dates(std::string_view input) {
  const BuiltInConverters converters(
      {.locations = [] { return Json::array(); }, .mac_model = [](const auto&) { return ""; }}, Log());
  for (const char* name : {"timestamp", "date_format", "ldap_timestamp"}) {
    try {
      converters.convert(*BuiltInConverters::find(name), Json::object(), std::string(input), Parameters());
    } catch (const ConversionError&) {
    }
  }
}

void log_format(std::string_view input) {
  const std::size_t line = std::min(input.find('\n'), input.size());
  PythonFormat format(input.substr(0, line), std::string(input.substr(std::min(line + 1, input.size()))));
  spdlog::memory_buf_t text;
  format.format(spdlog::details::log_msg("connector", spdlog::level::info, "Grüße"), text);
}

constexpr Target all[] = {
    {"ini", ini}, {"env", env},   {"csv", csv},   {"json", json}, {"mapping", mapping}, {"template", templates},
    {"xml", xml}, {"ldap", ldap}, {"wsdl", wsdl}, {"url", url},   {"dates", dates},     {"log_format", log_format}};

}  // namespace

std::span<const Target> targets() {
  return all;
}

const Target* find(std::string_view name) {
  const auto* const found = std::ranges::find(all, name, &Target::name);
  return found == std::end(all) ? nullptr : found;
}

}  // namespace connector::fuzz
