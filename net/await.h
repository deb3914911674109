#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "net/awaitable.h"

namespace plumbline::net {

/// For `co_await` on an operation of Asio: its error comes as the first value, not as an exception.
inline constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

}  // namespace plumbline::net
