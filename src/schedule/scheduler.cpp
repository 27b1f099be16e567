#include "schedule/scheduler.h"

#include <algorithm>
#include <random>
#include <utility>

#include "platform/wait.h"

namespace connector::schedule {
namespace {

using std::chrono::seconds;

/// A clock that was set, or a machine that slept, is noticed this late.
constexpr seconds longest_wait{30};
constexpr seconds longest_delay{60};
constexpr seconds usual_lateness{120};  // of a run that was not missed

}  // namespace

SchedulerClock SchedulerClock::real() {
  return {.now = [] { return std::chrono::floor<seconds>(std::chrono::system_clock::now()); },
          .wait = [](seconds duration, const std::stop_token& stop) { return wait_for(duration, stop); },
          .delay =
              [](seconds longest) {
                std::random_device random;
                return seconds(std::uniform_int_distribution<long>(0, longest.count())(random));
              }};
}

/// One of the places for runs, as soon as there is one; none after the stop.
class Scheduler::Place {
 public:
  Place(Scheduler& scheduler, const std::stop_token& stop) : scheduler_(scheduler) {
    std::unique_lock lock(scheduler.mutex_);
    const std::size_t most = scheduler.options_.max_at_once;
    is_taken_ = scheduler.left_.wait(lock, stop, [&] { return scheduler.running_ < most; }) && !stop.stop_requested();
    if (is_taken_) ++scheduler.running_;
  }
  ~Place() {
    if (!is_taken_) return;
    {
      const std::lock_guard lock(scheduler_.mutex_);
      --scheduler_.running_;
    }
    scheduler_.left_.notify_one();
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  bool is_taken() const { return is_taken_; }

 private:
  Scheduler& scheduler_;
  bool is_taken_ = false;
};

Scheduler::Scheduler(std::vector<Scheduled> sections, std::function<void(const std::string&)> run, Log log,
                     const std::stop_token& stop, Options options)
    : sections_(std::move(sections)),
      run_(std::move(run)),
      log_(std::move(log)),
      options_(std::move(options)),
      relay_(stop, [this] { stop_.request_stop(); }) {
  for (const Scheduled& section : sections_) {
    threads_.emplace_back([this, &section] { keep(section, stop_.get_token()); });
  }
}

Scheduler::~Scheduler() {
  stop_.request_stop();
  finish();
}

void Scheduler::finish() {
  for (std::jthread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void Scheduler::keep(const Scheduled& section, const std::stop_token& stop) {
  Time due = first_time(section);
  while (!stop.stop_requested()) {
    const Time after = section.timetable.next(due);
    const Time begin = due + options_.clock.delay(std::min(longest_delay, (after - due) / 10));
    tell(section, begin);
    if (!wait_until(begin, stop)) return;
    if (options_.clock.now() > begin + usual_lateness) {
      log_.info("section [{}]: missed its time, {}; running now", section.name, local_text(due));
    }
    {
      const Place place(*this, stop);
      if (!place.is_taken()) return;
      run_(section.name);
    }
    due = following(section, due);
  }
}

/// Nothing known: at once where a time between runs is given, else when the clock says so.
Time Scheduler::first_time(const Scheduled& section) const {
  const Time now = options_.clock.now();
  if (section.last_start) return section.timetable.next(std::min(*section.last_start, now));
  return section.timetable.counts_from_last_run() ? now : section.timetable.next(now);
}

Time Scheduler::following(const Scheduled& section, Time due) const {
  const Time next = section.timetable.next(due);
  const Time now = options_.clock.now();
  return next > now ? next : section.timetable.next(now);
}

bool Scheduler::wait_until(Time time, const std::stop_token& stop) const {
  for (Time now = options_.clock.now(); now < time; now = options_.clock.now()) {
    if (!options_.clock.wait(std::min(longest_wait, time - now), stop)) return false;
  }
  return !stop.stop_requested();
}

void Scheduler::tell(const Scheduled& section, Time begin) const {
  if (begin > options_.clock.now()) log_.info("section [{}]: next run at {}", section.name, local_text(begin));
}

}  // namespace connector::schedule
