#include "sccm/software.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace connector::sccm {

namespace {

bool is_null(const ValueView& value) {
  return !value.is_string() && value.text() == "null";
}

}  // namespace

std::int64_t resource_id(const ValueView& value, const std::string& query) {
  std::int64_t id = 0;
  const std::string_view digits = value.text();
  const auto [rest, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), id);
  if (!value.is_string() && failure == std::errc{} && rest == digits.data() + digits.size()) return id;
  throw SourceError(fmt::format("the {} query gives a ResourceID that is not an integer", query));
}

SoftwareLists::SoftwareLists(std::unique_ptr<odbc::Result> rows) : rows_(std::move(rows)) {
  advance();
}

const std::string& SoftwareLists::of(std::int64_t computer) {
  if (computer != listed_ || is_due(computer)) collect(computer);
  return list_;
}

/// Whether the row that was read last belongs to this computer, or to one before it.
bool SoftwareLists::is_due(std::int64_t computer) const {
  return more_ && next_ <= computer;
}

void SoftwareLists::advance() {
  do more_ = rows_->next();
  while (more_ && is_null(rows_->at(0)));  // software of no computer
  if (more_) next_ = resource_id(rows_->at(0), "software");
}

void SoftwareLists::collect(std::int64_t computer) {
  programs_.clear();
  texts_.clear();
  for (; is_due(computer); advance()) {
    if (next_ != computer || is_null(rows_->at(1)) || rows_->at(1).text().empty()) continue;
    programs_.push_back({keep(rows_->at(1)), keep(rows_->at(2)), keep(rows_->at(3))});
  }
  // Null comes before strings, and the bytes of UTF-8 are ordered as its code points are.
  std::ranges::sort(programs_, [this](const Program& one, const Program& other) {
    const auto key = [this](const Part& part) { return std::pair(part.is_string, text(part)); };
    return std::ranges::lexicographical_compare(one, other, {}, key, key);
  });
  list_ = "[";
  for (const Program& program : programs_) append(program);
  if (!programs_.empty()) list_.pop_back();
  list_ += ']';
  listed_ = computer;
}

SoftwareLists::Part SoftwareLists::keep(const ValueView& value) {
  const Part part = {value.is_string(), static_cast<std::uint32_t>(texts_.size()),
                     static_cast<std::uint32_t>(value.text().size())};
  texts_ += value.text();
  return part;
}

std::string_view SoftwareLists::text(const Part& part) const {
  return std::string_view(texts_).substr(part.begin, part.size);
}

void SoftwareLists::append(const Program& program) {
  constexpr std::string_view keys[] = {"{\"name\":", ",\"version\":", ",\"publisher\":"};
  for (std::size_t i = 0; i < program.size(); ++i) {
    list_ += keys[i];
    (program[i].is_string ? ValueView(text(program[i])) : ValueView::of_json_text(text(program[i]))).append_to(list_);
  }
  list_ += R"(,"path":null},)";
}

}  // namespace connector::sccm
