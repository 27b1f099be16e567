#include "sync/delivery.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "mapping/field_spec.h"
#include "text/values.h"

namespace connector {
namespace {

/// So often at most groups of one payload are waited for in vain: more than it takes to find a record that is too
/// large.
constexpr int max_waited_out = 12;

/// Whether one of the fields has a value; 0 and false are values here.
bool is_identified(const Json& record, const std::vector<std::string>& sync_field) {
  const auto& fields = record.get_ref<const Json::object_t&>();
  return std::any_of(fields.begin(), fields.end(), [&](const auto& field) {
    return is_sync_field(sync_field, field.first) && field.second != "" && !field.second.empty();
  });
}

/// The records of a payload; nothing when one has an integer of more digits than are read.
std::optional<Json> records_of(std::string_view text) {
  try {
    return parse_json_without_depths("[" + std::string(text) + "]");
  } catch (const JsonError&) {
    return std::nullopt;
  }
}

bool identifies_a_record(const Payload& payload, const std::vector<std::string>& sync_field) {
  if (sync_field.empty()) return true;
  const std::optional<Json> records = records_of(payload.records());
  if (!records) return true;  // Oomnitza may judge
  return std::any_of(records->begin(), records->end(),
                     [&](const Json& record) { return is_identified(record, sync_field); });
}

}  // namespace

Delivery::Delivery(const Job& job, SaveData* save_data)
    : job_(job),
      save_data_(save_data),
      log_(job.log),
      undelivered_(job.options.state_folder, job.name, log_, job.options.undelivered_room),
      replaced_(undelivered_, job.sink.is_rehearsal() ? std::vector<std::filesystem::path>() : undelivered_.history(),
                job.envelope),
      cancel_watch_([this] { return ask_sink(); }, job.options.workers) {}

bool Delivery::ask_sink() const {
  try {
    return job_.sink.is_canceled(job_.envelope.portion);
  } catch (const std::exception& error) {
    const Level level = is_question_told_.exchange(true) ? Level::debug : Level::warning;
    log_.write(level, "could not ask Oomnitza whether the run is canceled; continuing: {}", error.what());
    return false;
  }
}

void Delivery::deliver(const Payload& payload) {
  std::call_once(first_payload_, [&] {
    check_identity(payload);
    has_begun_ = true;
  });
  if (is_unidentified_ || (!is_unreachable_ && !cancel_watch_.may_send())) {
    return count(&Summary::not_sent, payload.size());
  }
  int waited_out = 0;
  for (Bisection search(payload.size()); !search.is_done();) {
    const std::size_t number = search.end() - search.begin();
    search.note(send(payload.records(search.begin(), search.end()), number, waited_out));
  }
}

void Delivery::check_identity(const Payload& payload) {
  const std::vector<std::string>& sync_field = job_.envelope.sync_field;
  if (identifies_a_record(payload, sync_field)) return;
  is_unidentified_ = has_given_up_ = true;
  const std::lock_guard lock(mutex_);
  counts_.error = fmt::format(
      "sync_field {} is empty in each of the first {} records, so Oomnitza could not find them again: nothing is sent; "
      "check what is mapped to it",
      fmt::join(sync_field, ", "), payload.size());
}

/// Some records of a payload. What may be taken in smaller groups is not kept. waited_out: how often Oomnitza asked to
/// wait with a group of this payload until all tries were used up.
Bisection::Outcome Delivery::send(std::string_view records, std::size_t number, int& waited_out) {
  using Outcome = Bisection::Outcome;
  const std::string body = job_.envelope.body(records);
  if (save_data_ != nullptr) save_data_->payload(body);
  Outcome outcome = Outcome::dealt_with;
  try {
    if (is_unreachable_) throw SourceError("not tried, since Oomnitza did not take an earlier payload");
    hand_over(body);
    count(&Summary::delivered, number);
    note_delivered(records);
  } catch (const HttpError& error) {
    const Refusal refusal(error);
    if (refusal.is_about_the_payload) outcome = refusal.is_about_its_size ? Outcome::too_large : Outcome::refused;
    const bool is_hopeless = refusal.is_about_its_size && error.retries_exhausted() && ++waited_out == max_waited_out;
    if (refusal.is_about_the_payload && number > 1 && !is_hopeless) return outcome;
    note(refusal);
    if (is_hopeless) {
      is_unreachable_ = true;
      outcome = Outcome::dealt_with;
    }
    refuse(records, number, error.what());
  } catch (const std::exception& error) {
    refuse(records, number, error.what());
  }
  return outcome;
}

void Delivery::note_delivered(std::string_view text) {
  if (!replaced_.are_possible()) return;
  if (std::optional<Json> records = records_of(text)) replaced_.note_delivered(std::move(*records));
}

void Delivery::hand_over(const std::string& body) {
  struct Flight {
    std::atomic<std::size_t>& count;
    explicit Flight(std::atomic<std::size_t>& in_flight) : count(in_flight) { ++count; }
    ~Flight() { --count; }
  } const flight(in_flight_);
  job_.sink.take(body);
}

void Delivery::note(const Refusal& refusal) {
  if (refusal.is_unreachable) is_unreachable_ = true;
  if (refusal.ends_uploads) has_given_up_ = true;
}

void Delivery::refuse(std::string_view records, std::size_t number, const std::string& reason) {
  undelivered_.keep(job_.envelope, records, log_.redact(reason));  // first, as what comes next may lack memory
  count(&Summary::undelivered, number);
  job_.faults.note(Level::error, "not delivered", first_of(records), reason, number);
}

/// Names the first record by its sync field.
std::string Delivery::first_of(std::string_view text) const {
  const std::optional<Json> records = records_of(text);
  if (!records) return "it cannot be read back";
  for (const std::string& field : job_.envelope.sync_field) {
    const Json& value = member(records->front(), field);
    if (!value.is_null()) return field + " " + excerpt(text_of(value));
  }
  return "its sync field is empty";
}

void Delivery::deliver_failed(const Record& record) {
  deliver_error(job_.envelope.body(to_text(record.data), log_.redact(record.error)),
                fmt::format("record {}", record.number));
}

void Delivery::deliver_fatal(const std::string& error) {
  deliver_error(job_.envelope.body("{}", log_.redact(error), "Fatal Error"), "the run's end");
}

void Delivery::deliver_error(const std::string& body, const std::string& about) {
  if (save_data_ != nullptr) save_data_->payload(body);
  if (is_unidentified_ || is_unreachable_ || !cancel_watch_.may_send()) return;
  try {
    hand_over(body);
  } catch (const HttpError& error) {
    note(Refusal(error));
    job_.faults.note(Level::error, "error report not delivered", about, error.what());
  } catch (const std::exception& error) {
    job_.faults.note(Level::error, "error report not delivered", about, error.what());
  }
}

void Delivery::finalize(Summary& summary) {
  try {
    job_.sink.finalize(job_.envelope.portion);
  } catch (const std::exception& error) {
    if (summary.error.empty()) summary.error = fmt::format("could not finalize the portion: {}", error.what());
    log_.error("could not finalize the portion: {}", error.what());
  }
}

Summary Delivery::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

void Delivery::count(std::size_t Summary::*counter, std::size_t records) {
  const std::lock_guard lock(mutex_);
  counts_.*counter += records;
}

}  // namespace connector
