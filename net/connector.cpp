#include <utility>

#include "net/byte_stream.h"
#include "net/proxy.h"
#include "net/tcp.h"
#include "net/tls.h"

namespace plumbline::net {
namespace {

class SocketConnector final : public Connector {
 public:
  SocketConnector(Executor executor, ConnectorOptions options)
      : executor_(std::move(executor)), options_(std::move(options)), tls_(options_.ca_file) {}

  Awaitable<Result<std::unique_ptr<ByteStream>, IoError>> connect(Origin origin) override {
    // Plain http is allowed to loopback only, so a proxy never serves it.
    const bool by_proxy = origin.scheme == Scheme::https && options_.proxy && options_.proxy->serves(origin.host);
    auto socket = by_proxy ? co_await tunnel_to(origin)
                           : co_await connect_tcp(executor_, origin.host, origin.port, options_.connect_timeout);
    if (!socket) co_return std::unexpected(std::move(socket.error()));
    if (origin.scheme == Scheme::http) co_return make_tcp_stream(std::move(*socket));
    co_return co_await start_tls(&tls_, std::move(*socket), origin.host, options_.handshake_timeout);
  }

 private:
  Awaitable<Result<asio::ip::tcp::socket, IoError>> tunnel_to(Origin origin) {
    const Proxy& proxy = *options_.proxy;
    auto socket = co_await connect_tcp(executor_, proxy.host, proxy.port, options_.connect_timeout);
    if (!socket) {
      socket.error().message.insert(0, "the proxy ");
      co_return std::move(socket);
    }
    co_return co_await open_tunnel(std::move(*socket), &proxy, std::move(origin), options_.handshake_timeout);
  }

  Executor executor_;
  ConnectorOptions options_;
  TlsContext tls_;
};

}  // namespace

std::unique_ptr<Connector> make_connector(Executor executor, ConnectorOptions options) {
  return std::make_unique<SocketConnector>(std::move(executor), std::move(options));
}

}  // namespace plumbline::net
