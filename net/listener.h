#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <string_view>

#include "base/descriptor.h"
#include "base/result.h"
#include "net/awaitable.h"

/// Listening sockets for the server of this folder.
namespace plumbline::net {

/// Binds `address` and listens there; its forms are those of listen_http().
Result<asio::ip::tcp::acceptor> open_listener(const Executor& executor, std::string_view address);

/// Takes over a socket that another process has bound and that listens already.
Result<asio::ip::tcp::acceptor> take_listener(const Executor& executor, Descriptor socket);

}  // namespace plumbline::net
