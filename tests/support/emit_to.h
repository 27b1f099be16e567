#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "connector/connector.h"

namespace connector {

/// Hands what a source emits to a function.
class EmitTo final : public Emit {
 public:
  explicit EmitTo(std::function<void(Record)> take) : take_(std::move(take)) {}

  void operator()(Record record) const override { take_(std::move(record)); }
  void failed(const std::string& record, const std::string& reason) const override {
    problems.push_back(record + ": " + reason);
  }
  void incomplete(const std::string& what) const override { problems.push_back(what); }
  void checkpoint() const override {}

  mutable std::vector<std::string> problems;

 private:
  std::function<void(Record)> take_;
};

}  // namespace connector
