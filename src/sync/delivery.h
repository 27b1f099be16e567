#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <string_view>

#include "oomnitza/payload.h"
#include "sync/bisection.h"
#include "sync/cancel_watch.h"
#include "sync/job.h"
#include "sync/replaced_records.h"
#include "sync/save_data.h"
#include "sync/summary.h"
#include "sync/undelivered.h"

namespace connector {

/// Brings the payloads of one portion to the sink and accounts for each record in them. Safe to use from several
/// threads; a call returns when its payload has been answered for good.
class Delivery {
 public:
  /// save_data: nothing when payloads are not saved. Both outlive it.
  Delivery(const Job& job, SaveData* save_data);

  /// A payload of mapped records. Refused as a whole it is cut until the bad record stands alone (see Bisection). What
  /// is not taken for good is kept on disk. The first one decides whether records can be found again in Oomnitza: when
  /// sync_field is empty in all of its records, nothing is sent at all.
  void deliver(const Payload& payload);

  /// A record with an error: sent as it is, with the error beside it.
  void deliver_failed(const Record& record);

  /// The error that ended the run: a payload of one empty record, the error and its kind "Fatal Error".
  void deliver_fatal(const std::string& error);

  /// Asks now whether the run is canceled: then nothing more is sent. Failing to ask is logged and means no.
  bool ask_whether_canceled() { return cancel_watch_.ask_now(); }

  /// Ends the portion. Failing that stands in the summary. Also writes down which kept records were replaced.
  void finalize(Summary& summary);

  /// Whether a payload has come, so that it is decided whether records can be found again.
  bool has_begun() const { return has_begun_; }

  /// Whether nothing more need be pulled: the run was canceled, or the cloud takes nothing any longer.
  bool has_ended() const { return has_given_up_ || cancel_watch_.is_canceled(); }
  bool is_canceled() const { return cancel_watch_.is_canceled(); }

  /// Payloads that the sink has not answered yet.
  std::size_t in_flight() const { return in_flight_; }

  /// delivered, undelivered, not_sent; the error when nothing could be sent.
  Summary counts() const;
  bool is_unidentified() const { return is_unidentified_; }

 private:
  bool ask_sink() const;
  void begin(const Payload& first);
  void check_identity(const Payload& payload);
  void hand_over(const std::string& body);
  void note_delivered(std::string_view records);
  Bisection::Outcome send(std::string_view records, std::size_t number, int& waited_out);
  void deliver_error(const std::string& body, const std::string& about);
  void note(const Refusal& refusal);
  std::string first_of(std::string_view records) const;
  void refuse(std::string_view records, std::size_t number, const std::string& reason);
  void count(std::size_t Summary::*counter, std::size_t records);

  const Job& job_;
  SaveData* save_data_;
  const Log& log_;
  Undelivered undelivered_;
  ReplacedRecords replaced_;
  std::atomic<std::size_t> in_flight_ = 0;
  mutable std::mutex mutex_;
  Summary counts_;
  std::mutex begin_mutex_;
  std::atomic<bool> has_begun_ = false;
  std::atomic<bool> is_unidentified_ = false;           ///< records could not be found again: send nothing
  std::atomic<bool> has_given_up_ = false;              ///< pull no more
  std::atomic<bool> is_unreachable_ = false;            ///< do not try what is left
  mutable std::atomic<bool> is_question_told_ = false;  ///< that it has no answer
  CancelWatch cancel_watch_;
};

}  // namespace connector
