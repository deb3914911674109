#pragma once

#include <sys/resource.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>

#include "net/awaitable.h"

namespace plumbline::bench {

/// Time on the clock and time of the processor, of this process, since it was made. In seconds.
class Stopwatch {
 public:
  Stopwatch() : begun_(std::chrono::steady_clock::now()), cpu_begun_(cpu_now()) {}

  [[nodiscard]] double wall() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count();
  }
  [[nodiscard]] double cpu() const { return cpu_now() - cpu_begun_; }

 private:
  static double cpu_now() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
      return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
  }

  std::chrono::steady_clock::time_point begun_;
  double cpu_begun_;
};

/// The most memory that this process has had, in MB.
inline double peak_megabytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1000;
}

/// Runs the task to its end.
inline void run(boost::asio::io_context& io, net::Awaitable<> task) {
  std::exception_ptr fault;
  boost::asio::co_spawn(io, std::move(task), [&](const std::exception_ptr& thrown) {
    fault = thrown;
    io.stop();
  });
  io.restart();
  io.run();
  if (fault) std::rethrow_exception(fault);
}

}  // namespace plumbline::bench
