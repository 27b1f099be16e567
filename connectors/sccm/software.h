// The software of the computers of a Configuration Manager site.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sccm/result.h"

namespace connector::sccm {

/// Which computer a row of the query belongs to. Throws SourceError when that is no integer.
std::int64_t resource_id(const ValueView& value, const std::string& query);

/// The software of one computer after the other, in the order of their ids.
class SoftwareLists {
 public:
  /// rows: of sccm_software_query.
  explicit SoftwareLists(std::unique_ptr<odbc::Result> rows);

  /// The list for one computer as JSON text. Ids must not go down from call to call.
  const std::string& of(std::int64_t computer);

 private:
  /// A value, its text within texts_.
  struct Part {
    bool is_string;
    std::uint32_t begin;
    std::uint32_t size;
  };
  using Program = std::array<Part, 3>;  ///< name, version, publisher

  bool is_due(std::int64_t computer) const;
  void advance();
  void collect(std::int64_t computer);
  Part keep(const ValueView& value);
  std::string_view text(const Part& part) const;
  void append(const Program& program);

  std::unique_ptr<odbc::Result> rows_;
  bool more_ = false;
  std::int64_t next_ = 0;          ///< the computer of the row that was read last
  std::int64_t listed_ = 0;        ///< the computer that was asked for last,
  std::vector<Program> programs_;  ///< its software,
  std::string texts_;              ///< the values of that,
  std::string list_ = "[]";        ///< and all of it as JSON text
};

}  // namespace connector::sccm
