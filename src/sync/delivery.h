#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "connector/connector.h"
#include "oomnitza/oomnitza.h"
#include "oomnitza/payload.h"
#include "sync/cancel_watch.h"
#include "sync/save_data.h"
#include "sync/summary.h"
#include "sync/sync.h"
#include "sync/undelivered.h"

namespace connector {

/// Brings the payloads of one portion to the cloud and accounts for each record in them. Safe to use from several
/// threads; a call returns when its payload has been answered for good.
class Delivery {
 public:
  /// save_data: nothing when payloads are not saved.
  Delivery(PayloadEnvelope envelope, const std::string& section, const Oomnitza& cloud, const RunOptions& options,
           SaveData* save_data, Log log);

  /// A payload of mapped records. Refused as a whole it is halved until the bad record stands alone. What is not taken
  /// for good is kept on disk.
  void deliver(const Payload& payload);

  /// A record that its source could not read whole: sent as it is, with the error beside it.
  void deliver_failed(const Record& record);

  /// The error that ended the run: a payload of one empty record, the error and its kind "Fatal Error".
  void deliver_fatal(const std::string& error);

  /// Asks now whether the run is canceled: then nothing more is sent. Failing to ask is logged and means no.
  bool ask_whether_canceled() { return cancel_watch_.ask_now(); }

  /// Ends the portion. Failing that stands in the report.
  void finalize(Summary& report);

  /// Whether nothing more need be pulled: the run was canceled, or the cloud takes nothing any more.
  bool has_ended() const { return has_given_up_ || cancel_watch_.is_canceled(); }
  bool is_canceled() const { return cancel_watch_.is_canceled(); }

  const std::string& section() const { return section_; }

  /// delivered, undelivered, not_sent.
  Summary counts() const;

 private:
  bool cloud_says_canceled() const;
  void deliver_error(const std::string& body);
  void send(const Payload& payload);
  void refuse(const Payload& payload, const std::string& body, const std::string& reason);
  void print(const std::string& body);
  void count(std::size_t Summary::*counter, std::size_t records);

  const PayloadEnvelope envelope_;
  const std::string section_;
  const Oomnitza& cloud_;
  const bool testmode_;
  SaveData* save_data_;
  Log log_;
  Undelivered undelivered_;
  mutable std::mutex mutex_;
  Summary counts_;
  std::atomic<bool> has_given_up_ = false;    ///< credentials refused, or retries used up: pull no more
  std::atomic<bool> is_unreachable_ = false;  ///< retries used up: do not try what is left
  CancelWatch cancel_watch_;
};

}  // namespace connector
