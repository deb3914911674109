#include "daemon/controller/listeners.h"

#include <utility>

namespace plumbline::daemon {

Result<std::unique_ptr<net::HttpServer>> serve_at(const net::Executor& io, const std::string& address,
                                                  const PassedSockets* sockets, net::Handler handler,
                                                  net::ServerLimits limits) {
  const auto name = passed_name(address);
  if (!name) return net::listen_http(io, address, std::move(handler), std::move(limits));
  auto socket = sockets == nullptr ? Descriptor() : sockets->copy(*name);
  if (!socket.valid()) return fail("systemd passes no socket \"" + *name + '"');
  return net::serve_http(io, std::move(socket), std::move(handler), std::move(limits));
}

}  // namespace plumbline::daemon
