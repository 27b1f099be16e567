#pragma once

#include <cstddef>

namespace connector {

/// Finds the records of a payload that Oomnitza refuses: says which of them to send together next. A group that is
/// refused is searched by halves; when the first half is taken the bad record is known to be in the second, which is
/// not sent whole. A record counts as bad only when it was refused alone.
///
/// One bad record among 100 takes 10 requests at most, 100 bad ones 112.
class Bisection {
 public:
  enum class Outcome {
    dealt_with,  ///< taken, or not to be sent again
    refused,     ///< for what is in it
    too_large
  };

  explicit Bisection(std::size_t size) : size_(size), end_(size), group_(size), limit_(size) {}

  bool is_done() const { return begin_ == size_; }

  /// What is to be sent next: the records from begin() up to, and without, end().
  std::size_t begin() const { return begin_; }
  std::size_t end() const { return end_; }

  /// What became of them. A single record is done with, whatever became of it.
  void note(Outcome outcome);

 private:
  void note_dealt_with();
  void note_bad_record();

  const std::size_t size_;
  std::size_t begin_ = 0;
  std::size_t end_;
  std::size_t known_bad_end_ = 0;  ///< of a group from begin_ on that is known to hold a bad record
  std::size_t refused_ = 0;        ///< size of the last group that was refused
  std::size_t bad_ = 0;            ///< records found bad
  std::size_t group_;              ///< how many to send of which nothing is known
  std::size_t limit_;              ///< larger groups are not taken
};

}  // namespace connector
