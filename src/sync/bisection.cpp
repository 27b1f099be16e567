#include "sync/bisection.h"

#include <algorithm>

namespace connector {

void Bisection::note(Outcome outcome) {
  const std::size_t sent = end_ - begin_;
  if (outcome == Outcome::dealt_with) {
    note_dealt_with();
  } else if (sent == 1) {
    note_bad_record();
  } else if (outcome == Outcome::refused) {
    known_bad_end_ = end_;
    refused_ = sent;
  } else {
    limit_ = sent / 2;
  }
  const bool is_searching = begin_ < known_bad_end_;
  const std::size_t next = is_searching ? std::max<std::size_t>((known_bad_end_ - begin_) / 2, 1) : group_;
  end_ = begin_ + std::min({next, limit_, size_ - begin_});
}

void Bisection::note_dealt_with() {
  begin_ = end_;
  group_ = std::min(2 * group_, size_);
  // Alone even the last one was taken: they are refused for their company.
  if (begin_ == known_bad_end_) limit_ = std::max<std::size_t>(refused_ / 2, 1);
}

/// Bad records seldom come alone: after the second one groups are as large as good ones came between them.
void Bisection::note_bad_record() {
  begin_ = end_;
  known_bad_end_ = begin_;
  group_ = ++bad_ == 1 ? size_ : std::max<std::size_t>(begin_ / bad_, 1);
}

}  // namespace connector
