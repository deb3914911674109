#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "net/awaitable.h"

namespace plumbline::net {

/// Completion token for `co_await` on an operation of Asio. The error is the first value of the result and is not
/// thrown.
inline constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

}  // namespace plumbline::net
