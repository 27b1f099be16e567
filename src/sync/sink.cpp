#include "sync/sink.h"

#include <cstdio>

#include "sync/save_data.h"

namespace connector {

void PrintSink::take(const std::string& body) {
  const std::string text = log_.redact(indented(body, false)) + "\n";
  const std::lock_guard lock(mutex_);
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

Refusal::Refusal(const HttpError& error)
    : is_about_the_payload(error.status() == 400 || error.status() == 413 || error.status() == 422),
      is_about_its_size(error.status() == 413),
      ends_uploads(error.status() == 401 || error.status() == 403 || error.status() / 100 == 2 ||
                   error.retries_exhausted()),
      is_unreachable(error.retries_exhausted() && !is_about_the_payload) {}

}  // namespace connector
