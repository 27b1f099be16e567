#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace connector {

/// Calls fetch(item) for each item on up to `workers` threads, and consume(result) with each result on the calling
/// thread, in the order in which they are ready. At most `workers` items are taken from the range ahead of what has
/// been consumed, so memory does not grow with it. What items, fetch or consume throw ends the work: calls under way
/// are waited for, then the first exception (Stopped too) is thrown on.
///
///   parallel(workers, ids, [&](int id) { return http.get(url(id)).json(); }, [&](Json device) { emit(device); });
template <class Items, class Fetch, class Consume>
void parallel(unsigned workers, Items&& items, Fetch fetch, Consume consume);

}  // namespace connector
