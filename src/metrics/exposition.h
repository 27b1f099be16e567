#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace connector {

/// Text that a Prometheus server reads: format 0.0.4, or OpenMetrics 1.0, whose families of counters are named without
/// _total and which ends with # EOF.
enum class MetricsFormat { prometheus, open_metrics };

/// Writes metrics, family by family.
class Exposition {
 public:
  using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  explicit Exposition(MetricsFormat format) : format_(format) {}

  /// name: of a counter without _total. type: counter, gauge, summary. Samples follow.
  void family(std::string_view name, std::string_view type, std::string_view help);

  /// A sample of the last family. suffix: _sum or _count of a summary.
  void sample(const Labels& labels, double value, std::string_view suffix = {});

  /// The text. Nothing more can be added.
  std::string finish();

 private:
  const MetricsFormat format_;
  std::string name_;  ///< that samples of the last family have
  std::string text_;
};

}  // namespace connector
