#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "daemon/telemetry/line_writer.h"
#include "daemon/telemetry/log.h"

namespace plumbline::daemon {

/// Protects the process's standard streams, which may be closed, full or gone at any time. One object, the first in
/// main(), on the main thread.
///
///   - If the peer has gone, the write fails; the process does not end (SIGPIPE is ignored).
///   - A stream that was closed at the start gets a descriptor that takes nothing, so that no file or socket gets its
///     number and then somebody's output.
///   - std::cout and std::cerr write everything or know that they did not, even if the stream does not block.
class StandardStreams {
 public:
  StandardStreams();
  ~StandardStreams();
  StandardStreams(const StandardStreams&) = delete;
  StandardStreams& operator=(const StandardStreams&) = delete;

  /// From now on writing to std::cerr never waits: a thread writes whole lines. For processes that must go on
  /// answering. `format` is the format of the line that reports missing lines.
  void queue_errors(LogFormat format);

  /// Waits a moment until all queued lines are written. For code that ends the process without destroying this object.
  void drain_errors();

  /// The number of lines to std::cerr that were lost.
  [[nodiscard]] std::uint64_t dropped_lines() const;

  /// Flushes std::cout and returns the exit code of the process: `exit_code`, or 1 with a message if the output could
  /// not be written and the code meant success. A reader who has gone (`plan | head`) wanted no more and changes
  /// nothing.
  int finish(int exit_code);

 private:
  struct Buffers;
  std::unique_ptr<Buffers> buffers_;
  std::unique_ptr<LineWriter> writer_;
};

}  // namespace plumbline::daemon
