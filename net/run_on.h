#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <type_traits>
#include <utility>

#include "net/awaitable.h"

namespace plumbline::net {

namespace detail {
template <class Function>
Awaitable<std::invoke_result_t<Function&>> invoke(Function function) {
  co_return function();
}
}  // namespace detail

/// Runs the blocking `function` on another executor, such as the pool's, then resumes on the caller's. The function
/// owns the data that it works on, or the data outlives it. It must not touch anything else of the caller, whose thread
/// goes on meanwhile.
template <class Function>
Awaitable<std::invoke_result_t<Function&>> run_on(Executor executor, Function function) {
  co_return co_await asio::co_spawn(executor, detail::invoke(std::move(function)), asio::use_awaitable);
}

}  // namespace plumbline::net
