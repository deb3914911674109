#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <memory>

#include "net/byte_stream.h"
#include "net/server_tls.h"

namespace plumbline::net {

/// The stream of a connection that a client has opened, which it owns. The handshake is part of the first read: so it
/// is under the deadline of the first request. Who speaks HTTP without TLS is told so in HTTP.
std::unique_ptr<ByteStream> make_server_tls_stream(asio::ip::tcp::socket socket, std::shared_ptr<const ServerTls> tls);

}  // namespace plumbline::net
