#include "log/prefixed.h"

#include <utility>

namespace connector {
namespace {

class PrefixedOutput final : public Log::Output {
 public:
  PrefixedOutput(Log log, std::string prefix) : log_(std::move(log)), prefix_(std::move(prefix)) {}

  bool enabled(Level level) const override { return log_.enabled(level); }
  void write(Level level, const std::string& message) override { log_.write(level, "{}{}", prefix_, message); }
  void hide(std::string_view secret) override { log_.hide(secret); }
  std::string redact(std::string text) const override { return log_.redact(std::move(text)); }

 private:
  const Log log_;
  const std::string prefix_;
};

}  // namespace

Log prefixed(Log log, std::string prefix) {
  return Log(std::make_shared<PrefixedOutput>(std::move(log), std::move(prefix)));
}

}  // namespace connector
