#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "daemon/telemetry/line_backlog.h"

namespace plumbline::daemon {

/// Writes all of `bytes`, and waits while the descriptor is full, even if it does not block. Returns 0 or errno;
/// `written` says how many bytes were written.
int write_all(int descriptor, std::string_view bytes, std::size_t& written);

/// Writes lines to a descriptor that may be slow, full, gone or never read, from a thread of its own: put() never
/// waits. spdlog's asynchronous logger does not do: it limits lines but not bytes, and at its end waits without limit
/// for its thread if nobody reads. The descriptor's mode is not changed, because other processes share it and
/// O_NONBLOCK would surprise them.
class LineWriter {
 public:
  /// Makes the line that replaces so many missing ones; called on the writer's thread.
  using Notice = std::function<std::string(std::uint64_t missing)>;
  LineWriter(int descriptor, Notice notice, LineBacklog::Limits limits = {});
  /// Waits for drain() for at most kFarewell. If the thread hangs in a write, it is left behind, and ends with the
  /// process.
  ~LineWriter();
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;

  /// Queues a line, without its line end. Thread-safe.
  void put(std::string line);

  /// Waits until everything is written. Returns false if that takes longer than `at_most`.
  bool drain(std::chrono::milliseconds at_most = kFarewell);

  [[nodiscard]] std::uint64_t dropped() const;

  /// For the last lines of the process: short compared with the 30 s that a service manager allows.
  static constexpr std::chrono::milliseconds kFarewell{1'000};

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace plumbline::daemon
