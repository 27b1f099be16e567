#include "export_files/report_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <system_error>

namespace connector::integration {
namespace {

constexpr std::size_t longest_name = 255;  // bytes, what file systems take
constexpr std::size_t date_length = std::string_view("20231114221320_").size();
constexpr std::int64_t last_date = 253402300799;  // the end of the year 9999

[[noreturn]] void fail(const std::string& what, const std::filesystem::path& file, int error = errno) {
  throw std::system_error(error, std::generic_category(), what + " " + file.string());
}

bool is_control(char c) {
  return (c >= 0 && c < ' ') || c == '\x7f';
}

int opened_folder(const std::filesystem::path& folder) {
  const int number = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (number < 0) fail("cannot open the folder", folder);
  return number;
}

/// Whether the open file is the one that has this name now.
bool is_named(int number, int folder, const std::string& name) {
  struct stat opened {};
  struct stat named {};
  return ::fstat(number, &opened) == 0 && ::fstatat(folder, name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
         opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

/// Locks the file, unless another one has it or the file system knows no locks.
bool is_locked_by_another(int number) {
  return ::flock(number, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

/// Removes what has the name of a temporary file and no owner. A temporary file is removed or renamed by the one that
/// has it locked alone.
void remove_leftover(int folder, const std::string& name, const std::filesystem::path& path) {
  const Descriptor leftover(::openat(folder, name.c_str(), O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (leftover.number() >= 0) {
    if (is_locked_by_another(leftover.number())) fail("another sync is writing", path, EBUSY);
    if (!is_named(leftover.number(), folder, name)) return;
  }
  if (::unlinkat(folder, name.c_str(), 0) != 0 && errno != ENOENT) fail("cannot remove", path);
}

int made_file(int folder, const std::string& name, const std::filesystem::path& path) {
  for (int attempt = 0; attempt < 10; ++attempt) {
    const int number =
        ::openat(folder, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);  // and the umask
    if (number >= 0) {
      if (!is_locked_by_another(number) && is_named(number, folder, name)) return number;
      ::close(number);
    } else if (errno == EEXIST) {
      remove_leftover(folder, name, path);
    } else {
      fail("cannot write", path);
    }
  }
  fail("another sync is writing", path, EBUSY);
}

}  // namespace

std::string problem_of_report_name(const Json& name) {
  if (!name.is_string()) return "it is no text";
  const auto& text = name.get_ref<const std::string&>();
  if (text.empty()) return "it is empty";
  if (text == "." || text == "..") return "it is the name of a folder";
  if (text.find_first_of("/\\") != std::string::npos) return "it contains a slash or a backslash";
  if (std::any_of(text.begin(), text.end(), is_control)) return "it contains a control character";
  if (date_length + text.size() > longest_name) return "it is longer than 255 bytes with its date";
  return "";
}

std::string dated_report_name(std::string_view name, std::int64_t creation_date) {
  const std::chrono::sys_seconds time{std::chrono::seconds(creation_date)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}{:02}{:02}{:02}{:02}{:02}_{}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), name);
}

bool is_report_date(std::int64_t creation_date) {
  return creation_date >= 0 && creation_date <= last_date;
}

ReportFile::ReportFile(const std::filesystem::path& folder, const std::string& name)
    : path_(folder / name),
      name_(name),
      temporary_(("." + name + ".part").substr(0, longest_name)),
      folder_(opened_folder(folder)),
      file_(made_file(folder_.number(), temporary_, path_)) {}

ReportFile::~ReportFile() {
  if (!completed_) ::unlinkat(folder_.number(), temporary_.c_str(), 0);
}

void ReportFile::write(std::string_view piece) {
  write_all(file_, piece, path_);
}

void ReportFile::restart() {
  if (::ftruncate(file_.number(), 0) != 0 || ::lseek(file_.number(), 0, SEEK_SET) != 0) fail("cannot write", path_);
}

void ReportFile::complete() {
  if (::fsync(file_.number()) != 0) fail("cannot write", path_);
  if (::renameat(folder_.number(), temporary_.c_str(), folder_.number(), name_.c_str()) != 0) {
    fail("cannot write", path_);
  }
  completed_ = true;
  // Some network file systems cannot be asked for this.
  if (::fsync(folder_.number()) != 0 && errno != EINVAL && errno != ENOTSUP) fail("cannot write", path_);
}

}  // namespace connector::integration
