#include "export_files/export_files.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <optional>
#include <set>
#include <stdexcept>
#include <vector>

#include "export_files/report_file.h"
#include "oomnitza/payload.h"
#include "platform/path.h"

namespace connector::integration {
namespace {

namespace fs = std::filesystem;

class ReportTooLarge : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// An entry of the cloud's listing.
struct ListedReport {
  std::string uid;
  std::int64_t creation_date = 0;
  Json filename;    ///< as given, to be checked
  std::string url;  ///< empty when there is none
};

std::string uid_of(const Json& entry) {
  const Json& uid = at(entry, "uid");
  if (uid.is_string()) return uid.get<std::string>();
  return uid.is_number_integer() ? to_text(uid) : std::string();
}

/// Nothing when the entry cannot be told from others, or placed in time.
std::optional<ListedReport> parse_report(const Json& entry) {
  const Json& date = at(entry, "creation_date");
  const Json& url = at(entry, "url");
  const std::string uid = uid_of(entry);
  if (uid.empty() || !date.is_number_integer() || !is_report_date(date.get<std::int64_t>())) return std::nullopt;
  return ListedReport{.uid = uid,
                      .creation_date = date.get<std::int64_t>(),
                      .filename = at(entry, "filename"),
                      .url = url.is_string() ? url.get<std::string>() : std::string()};
}

/// A name from the cloud for a message: on one line, and not too long.
std::string shown(const Json& name) {
  constexpr std::size_t longest = 300;
  std::string text = to_text(name);
  if (text.size() > longest) text = text.substr(0, longest) + "…";
  return text;
}

/// Which reports of a listing are open, and how far that lets the state go.
class Progress {
 public:
  explicit Progress(std::int64_t state) : state_(state) {}

  void open(std::int64_t date) { open_.insert(date); }
  void settle(std::int64_t date) {
    open_.erase(open_.find(date));
    skip(date);
  }
  /// A report that was settled before.
  void skip(std::int64_t date) { settled_.insert(date); }

  /// The date of the newest settled report before all open ones. Reports of the same second move it together.
  /// The last minutes are left open: more reports of one of their seconds may be listed later.
  std::int64_t state() const {
    const std::int64_t limit = open_.empty() ? first_late_ : std::min(first_late_, *open_.begin());
    const auto end = settled_.lower_bound(limit);
    return end == settled_.begin() ? state_ : std::max(state_, *std::prev(end));
  }

 private:
  static std::int64_t minutes_ago() {
    constexpr std::chrono::minutes late{5};
    return std::chrono::duration_cast<std::chrono::seconds>(
               (std::chrono::system_clock::now() - late).time_since_epoch())
        .count();
  }

  std::int64_t state_;
  const std::int64_t first_late_ = minutes_ago();
  std::multiset<std::int64_t> open_;
  std::set<std::int64_t> settled_;
};

/// Statuses that tell of the file, not of the moment or of us.
bool is_final(int status) {
  return status >= 400 && status < 500 && status != 401 && status != 403 && status != 408 && status != 425 &&
         status != 429;
}

class Sync {
 public:
  Sync(const ReportsConfiguration& configuration, const Oomnitza& cloud, const Http& http,
       const ReportsOptions& options)
      : configuration_(configuration), cloud_(cloud), http_(http), options_(options), log_(options.log) {}

  bool run() {
    try {
      ReportState state(options_.state_file,
                        options_.testmode ? ReportState::Access::read : ReportState::Access::write);
      for (const ReportSource& source : configuration_.data_sources) sync(source, state);
    } catch (const Stopped&) {
      log_.info("section [{}]: stopped, the remaining reports are fetched the next time", configuration_.section());
    } catch (const std::exception& error) {
      fail(error.what());
    }
    if (!options_.testmode) {
      log_.info("section [{}]: {} reports stored, {} failures", configuration_.section(), stored_, failures_);
    }
    return failures_ == 0;
  }

 private:
  void sync(const ReportSource& source, ReportState& state) {
    check_stop();
    try {
      const std::int64_t done_until = state.done_until(source);
      const Json listing = cloud_.reports(source.type, source.id, done_until);
      sync(source, state, listing, done_until);
    } catch (const std::exception& error) {
      check_stop();
      fail(fmt::format("reports of {} {}: {}", shown(source.type), shown(source.id), error.what()));
    }
  }

  void sync(const ReportSource& source, ReportState& state, const Json& listing, std::int64_t done_until) {
    Progress progress(done_until);
    const std::vector<ListedReport> reports = new_reports(listing, done_until, state.done_beyond(source), progress);
    if (options_.testmode) return print(reports);
    if (progress.state() > done_until) state.advance(source, progress.state());
    for (const ListedReport& report : reports) {
      check_stop();
      if (!settle(report, state)) continue;
      progress.settle(report.creation_date);
      note(source, report, progress.state(), state);
    }
  }

  std::vector<ListedReport> new_reports(const Json& listing, std::int64_t done_until, const std::set<std::string>& done,
                                        Progress& progress) {
    std::vector<ListedReport> reports;
    for (const Json& entry : listing) {
      std::optional<ListedReport> report = parse_report(entry);
      if (!report) {
        refuse(entry);
      } else if (report->creation_date <= done_until || done.contains(report->uid)) {
        progress.skip(report->creation_date);
      } else {
        progress.open(report->creation_date);
        reports.push_back(std::move(*report));
      }
    }
    return reports;
  }

  std::string stored_name(const ListedReport& report) const {
    const auto& name = report.filename.get_ref<const std::string&>();
    return configuration_.overwrite_reports ? name : dated_report_name(name, report.creation_date);
  }

  /// Whether the report needs no further try, and the cloud knows.
  bool settle(const ListedReport& report, ReportState& state) {
    if (const std::string problem = problem_of_report_name(report.filename); !problem.empty()) {
      return tell_failed(report, "its file name is refused: " + problem);
    }
    std::string name;
    try {
      name = store(report, state);
    } catch (const ReportTooLarge& error) {
      return tell_failed(report, error.what());
    } catch (const HttpError& error) {
      check_stop();  // a stop cut it off
      return tell_failed(report, error.what()) && is_final(error.status());
    } catch (const std::exception& error) {
      tell_failed(report, error.what());
      return false;
    }
    return tell_stored(report, name);
  }

  /// Returns the file's name. Only what this program has stored is replaced.
  std::string store(const ListedReport& report, ReportState& state) {
    const std::string name = free_name(report, state);
    ReportFile file(configuration_.folder, name);
    std::uintmax_t size = 0;
    http_.send({.url = report.url,
                .sink =
                    [&](std::string_view piece) {
                      size += piece.size();
                      if (size > options_.max_size)
                        throw ReportTooLarge("it is larger than max_report_size in [oomnitza] allows");
                      file.write(piece);
                    },
                .restart =
                    [&] {
                      size = 0;
                      file.restart();
                    }});
    state.note_stored(configuration_.folder / name, report.uid);
    file.complete();
    return name;
  }

  /// Where the report is to be stored. Two reports of one second and name are two files, unless they are to replace
  /// each other.
  std::string free_name(const ListedReport& report, const ReportState& state) const {
    const std::string name = stored_name(report);
    for (int number = 1;; ++number) {
      const std::string tried = number == 1 ? name : numbered(name, number);
      const fs::path file = configuration_.folder / tried;
      if (fs::symlink_status(file).type() == fs::file_type::not_found) return tried;
      const std::optional<std::string> uid = state.stored_by(file);
      if (!uid)
        throw std::runtime_error(shown_path(file) + " is there and was not stored by this program: move it away");
      if (configuration_.overwrite_reports || *uid == report.uid) return tried;
    }
  }

  /// 20231114221320_assets.csv becomes 20231114221320-2_assets.csv.
  static std::string numbered(std::string name, int number) {
    return name.insert(name.find('_'), "-" + std::to_string(number));
  }

  bool tell_stored(const ListedReport& report, const std::string& name) {
    ++stored_;
    log_.info("section [{}]: stored {}", configuration_.section(), shown(name));
    return tell({{"correlation_id", report.uid}, {"added", 1}});
  }

  bool tell_failed(const ListedReport& report, const std::string& problem) {
    return tell_failed(report.uid, fmt::format("report {}: {}", shown(report.filename), problem));
  }

  bool tell_failed(const std::string& correlation, const std::string& problem, bool fatal = false) {
    ++failures_;
    const std::string message = log_.redact(problem);
    log_.error("section [{}]: {}", configuration_.section(), message);
    Json portion = {{"correlation_id", correlation}, {"failed", 1}, {"error_message", message}};
    if (fatal) portion["error_type"] = "Fatal Error";
    portion["test_run"] = false;
    portion["multi_str_input_value"] = nullptr;
    return tell(portion);
  }

  /// A failure that is not a single report's.
  void fail(const std::string& problem) { tell_failed(random_uuid(), problem, true); }

  /// An entry that is not a report cannot hold up those behind it.
  void refuse(const Json& entry) {
    const std::string uid = uid_of(entry);
    tell_failed(uid.empty() ? random_uuid() : uid,
                "an entry of the listing needs uid, and creation_date in seconds: " + shown(at(entry, "filename")));
  }

  /// Whether Oomnitza knows; in test mode nothing is to be told.
  bool tell(const Json& portion) {
    if (options_.testmode) return true;
    try {
      cloud_.add_ready_portion(configuration_.id, portion);
      return true;
    } catch (const std::exception& error) {
      ++failures_;
      log_.error("section [{}]: Oomnitza could not be told about {}: {}", configuration_.section(),
                 shown(portion["correlation_id"]), error.what());
      return false;
    }
  }

  void note(const ReportSource& source, const ListedReport& report, std::int64_t until, ReportState& state) {
    try {
      state.settle(source, report.uid, report.creation_date, until);
    } catch (const std::exception& error) {
      ++failures_;
      log_.error("section [{}]: report {} is fetched again the next time: {}", configuration_.section(),
                 shown(report.filename), error.what());
    }
  }

  void print(const std::vector<ListedReport>& reports) {
    for (const ListedReport& report : reports) {
      if (const std::string problem = problem_of_report_name(report.filename); !problem.empty()) {
        tell_failed(report, "its file name is refused: " + problem);
        continue;
      }
      const fs::path file = configuration_.folder / stored_name(report);
      std::printf("section [%s] would store %s\n", configuration_.section().c_str(), shown_path(file).c_str());
    }
    std::fflush(stdout);  // this program goes on for long
  }

  void check_stop() const {
    if (options_.stop.stop_requested()) throw Stopped{};
  }

  const ReportsConfiguration& configuration_;
  const Oomnitza& cloud_;
  const Http& http_;
  const ReportsOptions& options_;
  const Log& log_;
  std::size_t stored_ = 0;
  std::size_t failures_ = 0;
};

}  // namespace

bool run_reports(const ReportsConfiguration& configuration, const Oomnitza& cloud, const Http& http,
                 const ReportsOptions& options) {
  return Sync(configuration, cloud, http, options).run();
}

}  // namespace connector::integration
