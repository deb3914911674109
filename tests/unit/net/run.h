#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

#include "net/await.h"
#include "net/awaitable.h"

namespace plumbline::net::testing {

/// Runs one task on `context` to its end and hands out its result. Whatever hangs for longer than
/// `at_most` is a failed test.
template <class T>
T run_on(asio::io_context& context, Awaitable<T> task, std::chrono::seconds at_most = std::chrono::seconds(20)) {
  std::exception_ptr failure;
  std::optional<T> result;
  bool done = false;
  asio::co_spawn(context, std::move(task), [&](const std::exception_ptr& error, T value) {
    failure = error;
    if (!error) result.emplace(std::move(value));
    done = true;
    context.stop();
  });
  context.restart();
  context.run_for(at_most);
  if (!done) throw std::runtime_error("the task did not end in time");
  if (failure) std::rethrow_exception(failure);
  return std::move(*result);
}

inline Awaitable<bool> with_result(Awaitable<> task) {
  co_await std::move(task);
  co_return true;
}

inline void run_on(asio::io_context& context, Awaitable<> task,
                   std::chrono::seconds at_most = std::chrono::seconds(20)) {
  run_on(context, with_result(std::move(task)), at_most);
}

inline Awaitable<> sleep_for(std::chrono::milliseconds duration) {
  asio::steady_timer timer(co_await asio::this_coro::executor, duration);
  co_await timer.async_wait(kAwait);
}

}  // namespace plumbline::net::testing
