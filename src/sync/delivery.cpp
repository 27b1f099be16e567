#include "sync/delivery.h"

#include <cstdio>
#include <utility>

namespace connector {

Delivery::Delivery(PayloadEnvelope envelope, const std::string& section, const Oomnitza& cloud,
                   const RunOptions& options, SaveData* save_data, Log log)
    : envelope_(std::move(envelope)),
      section_(section),
      cloud_(cloud),
      testmode_(options.testmode),
      save_data_(save_data),
      log_(std::move(log)),
      undelivered_(options.state_folder, section, log_),
      cancel_watch_([this] { return cloud_says_canceled(); }, options.workers) {
  const std::size_t kept = testmode_ ? 0 : undelivered_.files().size();
  if (kept > 0) {
    log_.warning("section [{}]: {} payloads of earlier runs wait in {}: \"connector resend {}\" delivers them",
                 section_, kept, undelivered_.folder().string(), section_);
  }
}

bool Delivery::cloud_says_canceled() const {
  try {
    return cloud_.is_canceled(envelope_.portion);
  } catch (const std::exception& error) {
    log_.warning("section [{}]: Oomnitza does not say whether the run is canceled, it goes on: {}", section_,
                 error.what());
    return false;
  }
}

void Delivery::deliver(const Payload& payload) {
  if (!testmode_ && !is_unreachable_ && !cancel_watch_.may_send()) {
    count(&Summary::not_sent, payload.size());
    return;
  }
  send(payload);
}

void Delivery::send(const Payload& payload) {
  std::string body = envelope_.body(payload.records());
  if (save_data_ != nullptr) save_data_->payload(body);
  if (testmode_) {
    print(body);
    count(&Summary::delivered, payload.size());
    return;
  }
  if (is_unreachable_) return refuse(payload, body, "not tried, since Oomnitza did not take an earlier payload");
  try {
    cloud_.upload(body);
    count(&Summary::delivered, payload.size());
  } catch (const HttpError& error) {
    const int status = error.status();
    const bool is_about_the_payload = status == 400 || status == 413 || status == 422;
    if (is_about_the_payload && payload.size() > 1) {
      const auto [first, second] = payload.halves();
      send(first);
      send(second);
      return;
    }
    if (error.retries_exhausted() && !is_about_the_payload) is_unreachable_ = true;
    if (error.retries_exhausted() || status == 401 || status == 403) has_given_up_ = true;
    refuse(payload, body, error.what());
  } catch (const std::exception& error) {
    refuse(payload, body, error.what());
  }
}

void Delivery::refuse(const Payload& payload, const std::string& body, const std::string& reason) {
  count(&Summary::undelivered, payload.size());
  log_.error("section [{}]: {} records are not delivered: {}", section_, payload.size(), reason);
  undelivered_.keep(payload.records(), body, log_.redact(reason));
}

void Delivery::deliver_failed(const Record& record) {
  deliver_error(envelope_.body(to_text(record.data), log_.redact(record.error)));
}

void Delivery::deliver_fatal(const std::string& error) {
  deliver_error(envelope_.body("{}", log_.redact(error), "Fatal Error"));
}

void Delivery::deliver_error(const std::string& body) {
  if (save_data_ != nullptr) save_data_->payload(body);
  if (testmode_) return print(body);
  if (is_unreachable_ || !cancel_watch_.may_send()) return;
  try {
    cloud_.upload(body);
  } catch (const HttpError& error) {
    if (error.retries_exhausted()) is_unreachable_ = has_given_up_ = true;
    log_.error("section [{}]: an error is not delivered: {}", section_, error.what());
  } catch (const std::exception& error) {
    log_.error("section [{}]: an error is not delivered: {}", section_, error.what());
  }
}

void Delivery::finalize(Summary& report) {
  if (testmode_) return;
  try {
    cloud_.finalize(envelope_.portion);
  } catch (const std::exception& error) {
    if (report.error.empty()) report.error = fmt::format("the portion is not finalized: {}", error.what());
    log_.error("section [{}]: the portion is not finalized: {}", section_, error.what());
  }
}

Summary Delivery::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

void Delivery::print(const std::string& body) {
  const std::string text = indented(body, false) + "\n";
  const std::lock_guard lock(mutex_);
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

void Delivery::count(std::size_t Summary::*counter, std::size_t records) {
  const std::lock_guard lock(mutex_);
  counts_.*counter += records;
}

}  // namespace connector
