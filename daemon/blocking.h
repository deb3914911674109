#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <utility>

#include "net/awaitable.h"

namespace plumbline::daemon {

/// Runs `io` on the calling thread until `task` has ended, and returns its value. An exception from the task is thrown
/// on. Other work on `io` is left as it is. Blocks.
template <class T>
T run_until_done(boost::asio::io_context& io, net::Awaitable<T> task) {
  std::optional<T> value;
  std::exception_ptr fault;
  boost::asio::co_spawn(io, std::move(task), [&](const std::exception_ptr& thrown, T result) {
    fault = thrown;
    value = std::move(result);
    io.stop();
  });
  io.restart();
  io.run();
  if (fault) std::rethrow_exception(fault);
  return std::move(*value);
}

}  // namespace plumbline::daemon
