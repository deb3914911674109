#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace plumbline::net {

namespace asio = boost::asio;

/// A coroutine of the one thread that owns the state. Parameters by value, or references to what
/// outlives it.
template <class T = void>
using Awaitable = asio::awaitable<T>;

using Executor = asio::any_io_executor;

}  // namespace plumbline::net
