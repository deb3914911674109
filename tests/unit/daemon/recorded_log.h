#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/telemetry/log.h"

namespace plumbline::daemon::test {

/// Keeps what is logged, each line as text without its time: `warning fetch failed source=prod`.
class RecordedLog final : public Logger {
 public:
  void write(LogLevel level, std::string_view message, std::span<const LogField> fields) override {
    const auto line = format_line(LogFormat::text, {}, level, message, fields);
    lines_.push_back(line.substr(line.find(' ') + 1));
  }
  [[nodiscard]] std::size_t count(std::string_view part) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(lines_, [part](const auto& line) { return line.contains(part); }));
  }
  /// Whether the first line with `one` comes before the first with `other`.
  [[nodiscard]] bool tells_first(std::string_view one, std::string_view other) const {
    const auto found =
        std::ranges::find_if(lines_, [&](const auto& line) { return line.contains(one) || line.contains(other); });
    return found != lines_.end() && found->contains(one);
  }
  /// The lines since the last call.
  std::vector<std::string> take() { return std::exchange(lines_, {}); }

 private:
  std::vector<std::string> lines_;
};

}  // namespace plumbline::daemon::test
