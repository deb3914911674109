#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "daemon/telemetry/line_writer.h"
#include "daemon/telemetry/log.h"

namespace plumbline::daemon {

/// What the process does about its standard streams: they may be closed, full, or gone at any time. One object, first
/// in main(), on the main thread.
///
/// - A peer that has gone is an error of the write (SIGPIPE is ignored), never the end of the process.
/// - A stream that was closed at the start is held by a descriptor that takes nothing, so that no file or socket gets
///   its number and then somebody's output.
/// - std::cout and std::cerr write everything or know that they did not, also where a stream does not block.
class StandardStreams {
 public:
  StandardStreams();
  ~StandardStreams();
  StandardStreams(const StandardStreams&) = delete;
  StandardStreams& operator=(const StandardStreams&) = delete;

  /// From now on what is written to std::cerr waits for nobody: whole lines go out from a thread. For what has to go
  /// on answering. `format` is that of the line that tells how many are missing.
  void queue_errors(LogFormat format);

  /// Waits a moment until all that was queued is written, for who leaves the process without the end of this object.
  void drain_errors();

  /// Lines of std::cerr that nobody will see.
  [[nodiscard]] std::uint64_t dropped_lines() const;

  /// Flushes std::cout. The exit code of the process: `exit_code`, or 1 with a message if the output could not be
  /// written and the code told of success. A reader who has gone (`plan | head`) wanted no more and changes nothing.
  int finish(int exit_code);

 private:
  struct Buffers;
  std::unique_ptr<Buffers> buffers_;
  std::unique_ptr<LineWriter> writer_;
};

}  // namespace plumbline::daemon
