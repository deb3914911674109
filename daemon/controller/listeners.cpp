#include "daemon/controller/listeners.h"

#include <utility>

#include "daemon/http/security_headers.h"

namespace plumbline::daemon {
namespace {

net::Awaitable<net::Reply> with_headers(std::shared_ptr<const net::Handler> handler, Transport transport,
                                        net::HttpRequest request) {
  auto reply = co_await (*handler)(std::move(request));
  add_security_headers(reply.response, transport);
  co_return reply;
}

}  // namespace

Result<std::unique_ptr<net::HttpServer>> serve_at(const net::Executor& io, const std::string& address,
                                                  const PassedSockets* sockets, net::Handler handler,
                                                  net::ServerLimits limits, net::ServerTlsSource tls) {
  const auto transport = tls ? Transport::tls : Transport::plain;
  net::Handler headed = [inner = std::make_shared<const net::Handler>(std::move(handler)), transport](
                            net::HttpRequest request) { return with_headers(inner, transport, std::move(request)); };
  const auto name = passed_name(address);
  if (!name) return net::listen_http(io, address, std::move(headed), std::move(limits), std::move(tls));
  auto socket = sockets == nullptr ? Descriptor() : sockets->copy(*name);
  if (!socket.valid()) return fail("systemd passes no socket \"" + *name + '"');
  return net::serve_http(io, std::move(socket), std::move(headed), std::move(limits), std::move(tls));
}

}  // namespace plumbline::daemon
