#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <utility>

#include "net/awaitable.h"

namespace plumbline::daemon {

/// Runs `io` until `task` has ended and gives its value; an exception out of the task is thrown on. What else runs on
/// `io` stays as it is.
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
