#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace plumbline::net {

namespace asio = boost::asio;

/// A coroutine on the loop thread, which owns all state. Its parameters are values, or references and pointers to
/// objects that outlive it.
template <class T = void>
using Awaitable = asio::awaitable<T>;

using Executor = asio::any_io_executor;

}  // namespace plumbline::net
