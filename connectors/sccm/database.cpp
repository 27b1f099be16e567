#include "sccm/database.h"

#include <fmt/format.h>
#include <sql.h>
#include <sqlext.h>
#include <sqlucode.h>
#include <unistr.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <span>
#include <thread>
#include <utility>

namespace connector::odbc {

namespace {

constexpr std::size_t longest_text = std::size_t{32} << 20;  // UTF-16 units
constexpr std::uintptr_t connect_seconds = 30;
constexpr std::uintptr_t answer_seconds = 3600;  // SQL Server sorts all computers before it gives the first

using Utf16 = std::vector<std::uint16_t>;
static_assert(sizeof(SQLWCHAR) == sizeof(std::uint16_t));

/// What a driver wrote into `buffer`: `length` characters, or as many of them as fitted before the closing zero.
std::span<const std::uint16_t> written(std::span<const std::uint16_t> buffer, SQLSMALLINT length) {
  return buffer.first(std::min(static_cast<std::size_t>(length), buffer.size() - 1));
}

/// Half a surrogate pair, which SQL Server stores, becomes U+FFFD.
std::string utf8(std::span<const std::uint16_t> units) {
  std::string text;
  text.reserve(units.size());
  while (!units.empty()) {
    if (units.front() < 0x80) {
      text.push_back(static_cast<char>(units.front()));
      units = units.subspan(1);
      continue;
    }
    ucs4_t character = 0;
    units = units.subspan(static_cast<std::size_t>(u16_mbtouc(&character, units.data(), units.size())));
    std::array<std::uint8_t, 4> bytes{};
    text.append(bytes.begin(), bytes.begin() + u8_uctomb(bytes.data(), character, bytes.size()));
  }
  return text;
}

Utf16 utf16(std::string_view text) {
  std::vector<std::uint8_t> bytes(text.begin(), text.end());
  Utf16 units;
  for (std::span<const std::uint8_t> rest = bytes; !rest.empty();) {
    ucs4_t character = 0;
    rest = rest.subspan(static_cast<std::size_t>(u8_mbtouc(&character, rest.data(), rest.size())));
    std::array<std::uint16_t, 2> pair{};
    units.insert(units.end(), pair.begin(), pair.begin() + u16_uctomb(pair.data(), character, pair.size()));
  }
  return units;
}

std::string on_one_line(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  const auto two_spaces = [](char a, char b) { return a == ' ' && b == ' '; };
  text.erase(std::unique(text.begin(), text.end(), two_spaces), text.end());
  if (text.ends_with(' ')) text.pop_back();
  return text;
}

struct Diagnosis {
  std::string state;  ///< the SQLSTATE of the first message
  std::string text;   ///< all messages on one line
};

Diagnosis diagnosis(SQLSMALLINT type, SQLHANDLE handle) {
  Diagnosis found;
  std::array<SQLWCHAR, 6> state{};
  std::array<SQLWCHAR, 2048> message{};
  SQLINTEGER native = 0;
  SQLSMALLINT length = 0;
  for (SQLSMALLINT number = 1; number <= 5; ++number) {
    const SQLRETURN result =
        SQLGetDiagRecW(type, handle, number, state.data(), &native, message.data(), message.size(), &length);
    if (!SQL_SUCCEEDED(result)) break;
    const std::string code = utf8(std::span(state).first(5));
    if (number == 1) found.state = code;
    found.text += fmt::format("{}[{}] {}", number == 1 ? "" : "; ", code, on_one_line(utf8(written(message, length))));
  }
  return found.text.empty() ? Diagnosis{"", "the ODBC driver gives no reason"} : found;
}

/// Short secrets stay: *** for each "a" would tell more than it hides.
std::string without(const std::string& secret, std::string text) {
  if (secret.size() < 4) return text;
  for (std::size_t at = 0; (at = text.find(secret, at)) != std::string::npos; at += 3)
    text.replace(at, secret.size(), "***");
  return text;
}

Handle new_handle(SQLSMALLINT type, SQLHANDLE parent, void (*close)(void*)) {
  SQLHANDLE handle = SQL_NULL_HANDLE;
  if (!SQL_SUCCEEDED(SQLAllocHandle(type, parent, &handle))) throw SourceError("unixODBC gives no handle");
  return {handle, close};
}

/// ODBC takes numbers where pointers stand.
SQLPOINTER attribute(std::uintptr_t number) {
  return reinterpret_cast<SQLPOINTER>(number);  // NOLINT(performance-no-int-to-ptr)
}

Handle new_environment() {
  Handle environment =
      new_handle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, [](void* handle) { SQLFreeHandle(SQL_HANDLE_ENV, handle); });
  SQLSetEnvAttr(environment.get(), SQL_ATTR_ODBC_VERSION, attribute(SQL_OV_ODBC3), 0);
  return environment;
}

Handle new_connection(const Handle& environment) {
  return new_handle(SQL_HANDLE_DBC, environment.get(), [](void* handle) {
    SQLDisconnect(handle);
    SQLFreeHandle(SQL_HANDLE_DBC, handle);
  });
}

Handle new_statement(const Handle& connection) {
  Handle statement =
      new_handle(SQL_HANDLE_STMT, connection.get(), [](void* handle) { SQLFreeHandle(SQL_HANDLE_STMT, handle); });
  SQLSetStmtAttr(statement.get(), SQL_ATTR_QUERY_TIMEOUT, attribute(answer_seconds), SQL_IS_UINTEGER);
  return statement;
}

SQLRETURN execute(const Handle& statement, std::string_view sql) {
  Utf16 text = utf16(sql);
  return SQLExecDirectW(statement.get(), text.data(), static_cast<SQLINTEGER>(text.size()));
}

/// Whether a SQLSTATE says that there is no such table, view or column; the last two are PostgreSQL's own.
bool is_unknown_name(std::string_view state) {
  return state == "42S02" || state == "42S22" || state == "42P01" || state == "42703";
}

Json in_json(unsigned char bit) {
  return bit != 0;
}

Json in_json(SQLBIGINT number) {
  return static_cast<std::int64_t>(number);
}

Json in_json(double number) {
  return std::isfinite(number) ? Json(number) : Json();
}

Json in_json(const SQL_TIMESTAMP_STRUCT& t) {
  std::string text =
      fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", t.year, t.month, t.day, t.hour, t.minute, t.second);
  const unsigned microseconds = t.fraction / 1000;
  if (microseconds != 0) text += fmt::format(".{:06}", microseconds);
  return text;
}

}  // namespace

std::vector<std::string> installed_drivers() {
  const Handle environment = new_environment();
  std::vector<std::string> drivers;
  std::array<SQLWCHAR, 512> name{};
  std::array<SQLWCHAR, 2> attributes{};
  SQLSMALLINT length = 0, attributes_length = 0;
  SQLUSMALLINT direction = SQL_FETCH_FIRST;
  while (SQL_SUCCEEDED(SQLDriversW(environment.get(), direction, name.data(), name.size(), &length, attributes.data(),
                                   attributes.size(), &attributes_length))) {
    drivers.push_back(utf8(written(name, length)));
    direction = SQL_FETCH_NEXT;
  }
  return drivers;
}

Json decimal(std::string_view text) {
  const std::string_view whole = text.substr(0, text.find('.'));
  const std::string_view fraction = text.substr(std::min(text.size(), whole.size() + 1));
  const std::string_view digits = whole.substr(whole.starts_with('-') ? 1 : 0);
  if (!digits.empty() && digits.find_first_not_of("0123456789") == std::string_view::npos &&
      fraction.find_first_not_of('0') == std::string_view::npos) {
    return parse_json(whole);
  }
  double number = 0;  // SQL Server's drivers write .5, which is not JSON
  const auto [rest, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{} || rest != text.data() + text.size()) return std::string(text);
  return in_json(number);
}

/// Cancels what a statement still waits for a second after a stop. Not at once: FreeTDS may wait for ever when rows
/// come in while it is told to cancel. On a thread of its own, because drivers open connections for it; again and
/// again, because one that comes before its query has no effect.
class Rows::Cancellation {
 public:
  Cancellation(const std::stop_token& stop, SQLHANDLE statement)
      : on_stop_(stop, [this, statement] {
          thread_ = std::jthread([statement](const std::stop_token& done) { cancel(statement, done); });
        }) {}

 private:
  static void cancel(SQLHANDLE statement, const std::stop_token& done) {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any pause;
    while (true) {
      pause.wait_for(lock, done, std::chrono::seconds(1), [] { return false; });
      if (done.stop_requested()) return;
      SQLCancel(statement);
    }
  }

  std::jthread thread_;
  std::stop_callback<std::function<void()>> on_stop_;
};

Rows::Rows(Handle statement, std::string about, const std::stop_token& stop)
    : statement_(std::move(statement)),
      cancellation_(std::make_unique<Cancellation>(stop, statement_.get())),
      about_(std::move(about)),
      stop_(stop),
      buffer_(512) {}

Rows::Rows(Rows&&) noexcept = default;
Rows::~Rows() = default;

void Rows::describe_columns() {
  SQLSMALLINT count = 0;
  require(SQLNumResultCols(statement_.get(), &count));
  for (SQLSMALLINT number = 1; number <= count; ++number) {
    std::array<SQLWCHAR, 129> name{};
    SQLSMALLINT length = 0, type = 0, digits = 0, nullable = 0;
    SQLULEN size = 0;
    require(SQLDescribeColW(statement_.get(), static_cast<SQLUSMALLINT>(number), name.data(), name.size(), &length,
                            &type, &size, &digits, &nullable));
    columns_.push_back({utf8(written(name, length)), type});
  }
  values_.resize(columns_.size());
}

bool Rows::next() {
  if (stop_.stop_requested()) throw Stopped();
  const SQLRETURN result = SQLFetch(statement_.get());
  if (result == SQL_NO_DATA) {
    // What broke a query off behind its last row is only told to those who ask for more.
    const SQLRETURN more = SQLMoreResults(statement_.get());
    if (more != SQL_NO_DATA) require(more);
    return false;
  }
  require(result);
  for (std::size_t column = 0; column < columns_.size(); ++column) values_[column] = value(column);
  return true;
}

Json Rows::take_object() {
  Json object = Json::object();
  for (std::size_t column = 0; column < columns_.size(); ++column) {
    append_member(object, columns_[column].name, std::move(values_[column]));
  }
  return object;
}

Json Rows::value(std::size_t column) {
  switch (columns_[column].type) {
    case SQL_BIT:
      return fixed_size<unsigned char>(column, SQL_C_BIT);
    case SQL_TINYINT:
    case SQL_SMALLINT:
    case SQL_INTEGER:
    case SQL_BIGINT:
      return fixed_size<SQLBIGINT>(column, SQL_C_SBIGINT);
    case SQL_REAL:
    case SQL_FLOAT:
    case SQL_DOUBLE:
      return fixed_size<double>(column, SQL_C_DOUBLE);
    case SQL_TYPE_TIMESTAMP:
      return fixed_size<SQL_TIMESTAMP_STRUCT>(column, SQL_C_TYPE_TIMESTAMP);
    case SQL_DECIMAL:
    case SQL_NUMERIC: {
      const Json number = text(column);
      return number.is_null() ? number : decimal(number.get_ref<const std::string&>());
    }
    default:
      return text(column);
  }
}

template <class Value>
Json Rows::fixed_size(std::size_t column, int type) {
  Value value{};
  SQLLEN length = 0;
  require(SQLGetData(statement_.get(), static_cast<SQLUSMALLINT>(column + 1), static_cast<SQLSMALLINT>(type), &value,
                     sizeof value, &length));
  return length == SQL_NULL_DATA ? Json() : in_json(value);
}

Json Rows::text(std::size_t column) {
  std::size_t used = 0;
  while (true) {
    const std::size_t room = buffer_.size() - used;
    SQLLEN bytes_left = 0;
    const SQLRETURN result =
        SQLGetData(statement_.get(), static_cast<SQLUSMALLINT>(column + 1), SQL_C_WCHAR, buffer_.data() + used,
                   static_cast<SQLLEN>(room * sizeof(SQLWCHAR)), &bytes_left);
    if (result == SQL_NO_DATA) break;
    require(result);
    if (bytes_left == SQL_NULL_DATA) return {};
    const bool length_known = bytes_left != SQL_NO_TOTAL;
    const std::size_t left = length_known ? static_cast<std::size_t>(bytes_left) / sizeof(SQLWCHAR) : room;
    if (left < room) {
      used += left;
      break;
    }
    used += room - 1;  // each piece ends with a zero
    const std::size_t needed = length_known ? used + left - (room - 1) + 1 : 2 * buffer_.size();
    if (needed > longest_text) {
      throw SourceError(fmt::format("{}: a string in the column {} is longer than {} characters", about_,
                                    columns_[column].name, longest_text));
    }
    buffer_.resize(needed);
  }
  return utf8(std::span(buffer_).first(used));
}

void Rows::require(int result) const {
  if (SQL_SUCCEEDED(result)) return;
  throw SourceError(fmt::format("the {} query failed: {}", about_, diagnosis(SQL_HANDLE_STMT, statement_.get()).text));
}

Database::Database(const Login& login, std::stop_token stop)
    : environment_(new_environment()), connection_(new_connection(environment_)), stop_(std::move(stop)) {
  SQLSetConnectAttr(connection_.get(), SQL_ATTR_LOGIN_TIMEOUT, attribute(connect_seconds), SQL_IS_UINTEGER);
  Utf16 text = utf16(connection_string(login));
  SQLSMALLINT length = 0;
  if (SQL_SUCCEEDED(SQLDriverConnectW(connection_.get(), nullptr, text.data(), static_cast<SQLSMALLINT>(text.size()),
                                      nullptr, 0, &length, SQL_DRIVER_NOPROMPT))) {
    return;
  }
  const Diagnosis cause = diagnosis(SQL_HANDLE_DBC, connection_.get());
  const std::string& password = login.password.value;
  const std::string message =
      fmt::format("cannot connect to the database {} on {}: {}{}", login.database, login.server,
                  without(password, without(escaped(password), cause.text)), connection_advice(login, cause.text));
  if (cause.state.starts_with("28")) throw AuthenticationError(message);
  throw SourceError(message);
}

Rows Database::query(std::string_view sql, const std::string& about) {
  Rows rows(new_statement(connection_), about, stop_);
  rows.require(execute(rows.statement_, sql));
  rows.describe_columns();
  return rows;
}

std::optional<Rows> Database::query_what_exists(std::string_view sql, const std::string& about) {
  Rows rows(new_statement(connection_), about, stop_);
  const SQLRETURN result = execute(rows.statement_, sql);
  if (!SQL_SUCCEEDED(result) && is_unknown_name(diagnosis(SQL_HANDLE_STMT, rows.statement_.get()).state)) return {};
  rows.require(result);
  rows.describe_columns();
  return rows;
}

}  // namespace connector::odbc
