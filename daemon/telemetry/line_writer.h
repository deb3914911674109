#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "daemon/telemetry/line_backlog.h"

namespace plumbline::daemon {

/// Writes all of `bytes`, waiting where the descriptor is full (also one that does not block). 0, or errno; `written`
/// tells how far it came.
int write_all(int descriptor, std::string_view bytes, std::size_t& written);

/// Lines to a descriptor that may be slow, full, gone or never read, from a thread of its own: put() waits for nobody.
/// Not spdlog's asynchronous logger: that bounds lines but not bytes, and its end waits for its thread for ever if
/// nobody reads. The descriptor keeps its mode: it is shared with other processes, which O_NONBLOCK would surprise.
class LineWriter {
 public:
  /// `notice` makes the line that stands where so many are missing; called on the thread.
  using Notice = std::function<std::string(std::uint64_t missing)>;
  LineWriter(int descriptor, Notice notice, LineBacklog::Limits limits = {});
  /// Waits for drain() at most kFarewell, then leaves the thread behind if it hangs in a write: the end of the process
  /// ends it.
  ~LineWriter();
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;

  /// Without the line's end. Thread-safe.
  void put(std::string line);

  /// Waits until all is written. False if it is not within `at_most`.
  bool drain(std::chrono::milliseconds at_most = kFarewell);

  [[nodiscard]] std::uint64_t dropped() const;

  /// For the last lines before the end of the process: short beside the 30 s that a service manager leaves.
  static constexpr std::chrono::milliseconds kFarewell{1'000};

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace plumbline::daemon
