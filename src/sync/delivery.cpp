#include "sync/delivery.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "mapping/field_spec.h"
#include "text/values.h"

namespace connector {
namespace {

/// Whether one of the fields has a value; 0 and false are values here.
bool is_identified(const Json& record, const std::vector<std::string>& sync_field) {
  const auto& fields = record.get_ref<const Json::object_t&>();
  return std::any_of(fields.begin(), fields.end(), [&](const auto& field) {
    return is_sync_field(sync_field, field.first) && field.second != "" && !field.second.empty();
  });
}

bool identifies_a_record(const Payload& payload, const std::vector<std::string>& sync_field) {
  if (sync_field.empty()) return true;
  try {
    const Json records = parse_json_without_depths("[" + payload.records() + "]");
    return std::any_of(records.begin(), records.end(),
                       [&](const Json& record) { return is_identified(record, sync_field); });
  } catch (const JsonError&) {  // an integer of more digits than are read: Oomnitza may judge
    return true;
  }
}

}  // namespace

Delivery::Delivery(const Job& job, SaveData* save_data)
    : job_(job),
      save_data_(save_data),
      log_(job.log),
      undelivered_(job.options.state_folder, job.name, log_),
      cancel_watch_([this] { return ask_sink(); }, job.options.workers) {}

bool Delivery::ask_sink() const {
  try {
    return job_.sink.is_canceled(job_.envelope.portion);
  } catch (const std::exception& error) {
    log_.warning("could not ask Oomnitza whether the run is canceled; continuing: {}", error.what());
    return false;
  }
}

void Delivery::deliver(const Payload& payload) {
  std::call_once(first_payload_, [&] { check_identity(payload); });
  if (is_unidentified_ || (!is_unreachable_ && !cancel_watch_.may_send())) {
    count(&Summary::not_sent, payload.size());
  } else {
    send(payload);
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

void Delivery::send(const Payload& payload) {
  const std::string body = job_.envelope.body(payload.records());
  if (save_data_ != nullptr) save_data_->payload(body);
  if (is_unreachable_) return refuse(payload, body, "not tried, since Oomnitza did not take an earlier payload");
  try {
    hand_over(body);
    count(&Summary::delivered, payload.size());
  } catch (const HttpError& error) {
    const Refusal refusal(error);
    if (refusal.is_about_the_payload && payload.size() > 1) {
      const auto [first, second] = payload.halves();
      send(first);
      send(second);
      return;
    }
    note(refusal);
    refuse(payload, body, error.what());
  } catch (const std::exception& error) {
    refuse(payload, body, error.what());
  }
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

void Delivery::refuse(const Payload& payload, const std::string& body, const std::string& reason) {
  count(&Summary::undelivered, payload.size());
  job_.faults.note(Level::error, "not delivered: " + reason, first_of(payload), "", payload.size());
  undelivered_.keep(payload.records(), body, log_.redact(reason));
}

/// Names the payload's first record by its sync field.
std::string Delivery::first_of(const Payload& payload) const {
  const Json records = parse_json_without_depths("[" + payload.records() + "]");
  for (const std::string& field : job_.envelope.sync_field) {
    const Json& value = member(records.front(), field);
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
