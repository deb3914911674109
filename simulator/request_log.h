#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

#include "simulator/instant.h"

namespace plumbline::simulator {

/// One call of the API and its answer. Never holds a body, or a header with credentials.
struct LogEntry {
  Instant time;
  std::string method;
  std::string path;
  std::string query;
  int status = 0;  ///< 0: the connection was reset
  std::size_t request_bytes = 0;
  std::size_t response_bytes = 0;
  std::string content_type;  ///< of the request
};

/// The most recent calls, oldest first. When there are too many, the oldest are dropped.
class RequestLog {
 public:
  static constexpr std::size_t kMost = 200'000;

  void add(LogEntry entry);
  void clear() { entries_.clear(); }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

  /// A JSON array.
  [[nodiscard]] std::string to_json_text() const;

 private:
  std::deque<LogEntry> entries_;
};

}  // namespace plumbline::simulator
