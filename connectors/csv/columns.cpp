#include "csv/columns.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "connector/json.h"
#include "connector/log.h"
#include "text/nearest.h"
#include "text/text.h"

namespace connector::csv {
namespace {

constexpr std::size_t max_shown = 20;

}  // namespace

std::vector<std::string> missing_columns(const std::vector<std::string>& sources,
                                         const std::vector<std::string>& columns) {
  Json row = Json::object();
  for (const std::string& column : columns) append_member(row, column, "");
  std::vector<std::string> missing;
  for (const std::string& source : sources) {
    const bool is_new = std::find(missing.begin(), missing.end(), source) == missing.end();
    if (is_new && at(row, source).is_null()) missing.push_back(source);
  }
  return missing;
}

std::string describe_missing(const std::vector<std::string>& missing, const std::vector<std::string>& columns) {
  std::string text;
  for (const std::string& name : missing) {
    const std::string meant = did_you_mean(name, columns);
    text += fmt::format("{} has no column \"{}\"{} ", text.empty() ? "it" : "It", excerpt(name),
                        meant.empty() ? "." : meant);
  }
  const auto shown = columns.begin() + static_cast<std::ptrdiff_t>(std::min(columns.size(), max_shown));
  text += fmt::format("Its columns: {}", excerpt(fmt::format("{}", fmt::join(columns.begin(), shown, ", "))));
  if (columns.size() > max_shown) text += fmt::format(" and {} more", columns.size() - max_shown);
  return text + ".";
}

std::string describe_look(const std::vector<std::string>& columns, const CsvText& text) {
  const std::string row = fmt::format("{}", fmt::join(columns, std::string(1, text.delimiter())));
  if (looks_like_html(row)) return "By its look this is HTML, perhaps a sign-in page: save the file anew.";
  if (!text.resembled_encoding().empty())
    return fmt::format("It looks like {0}: set encoding = {0}.", text.resembled_encoding());
  const char delimiter = guessed_delimiter(row);
  if (delimiter != text.delimiter() && row.find(delimiter) != std::string::npos) {
    const std::string name = delimiter == '\t' ? "tab" : std::string(1, delimiter);
    return fmt::format("Its columns seem to be separated by {0}: set delimiter = {0}.", name);
  }
  return "Correct the names of the mapping, or of the file.";
}

}  // namespace connector::csv
