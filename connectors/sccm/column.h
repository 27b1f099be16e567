#pragma once

#include <sql.h>
#include <sqlext.h>

#include <cstddef>
#include <cstring>
#include <memory>
#include <vector>

#include "sccm/result.h"

namespace connector::odbc {

/// As which C type a column is read, and the bytes that a value may take; 0: any number.
struct Reading {
  SQLSMALLINT c_type;
  std::size_t width;
};

/// How values of a type of SQL are read. size: of the column, as its driver declares it: characters or digits.
Reading reading(SQLSMALLINT sql_type, std::size_t size);

/// A column, and where the driver writes its values and their lengths for the rows of a block.
struct Result::Column {
  SQLUSMALLINT number;
  SQLSMALLINT sql_type;
  SQLSMALLINT c_type;
  std::size_t width;      ///< bytes that a value may take; 0: any number
  bool is_bound = false;  ///< SQLFetch reads it, not SQLGetData
  std::unique_ptr<std::byte[]> values = {};
  std::vector<SQLLEN> lengths = {};

  const std::byte* at(std::size_t row) const { return values.get() + row * width; }

  template <class Value>
  Value value(std::size_t row) const {
    Value value;
    std::memcpy(&value, at(row), sizeof value);
    return value;
  }
};

}  // namespace connector::odbc
