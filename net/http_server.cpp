#include "net/http_server.h"

#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>
#include <list>
#include <utility>
#include <vector>

#include "net/http_session.h"
#include "net/tcp.h"

namespace plumbline::net {
namespace {

using tcp = asio::ip::tcp;
using boost::system::error_code;
using std::chrono::milliseconds;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

// After a failure to accept (no file descriptor left, …) before the next attempt.
constexpr milliseconds kAcceptPause{100};
// What a handler that was cancelled may take to unwind.
constexpr milliseconds kUnwinding{1'000};

struct Peer {
  std::unique_ptr<ByteStream> stream;
  SessionState state;
  asio::cancellation_signal cancel;
};

// What the listener and its connections share; lives until the last of them has ended.
struct Hub {
  Hub(Executor executor_in, Handler handler_in, ServerLimits limits_in)
      : executor(std::move(executor_in)),
        handler(std::move(handler_in)),
        limits(limits_in),
        acceptor(executor),
        changed(executor) {}

  Executor executor;
  Handler handler;
  ServerLimits limits;
  tcp::acceptor acceptor;
  bool stopping = false;
  std::list<Peer> peers;
  asio::steady_timer changed;  // cancelled whenever a connection ends
};

Awaitable<> wait_for_change(Hub* hub, milliseconds at_most) {
  hub->changed.expires_after(at_most);
  co_await hub->changed.async_wait(kAwait);
}

Awaitable<> serve(std::shared_ptr<Hub> hub, std::list<Peer>::iterator peer) {
  co_await serve_connection(peer->stream.get(), &hub->handler, &hub->limits, &peer->state);
}

void start(const std::shared_ptr<Hub>& hub, tcp::socket socket) {
  hub->peers.emplace_back();
  const auto peer = std::prev(hub->peers.end());
  peer->stream = make_tcp_stream(std::move(socket));
  const auto ended = [hub, peer](const std::exception_ptr&) {
    hub->peers.erase(peer);
    hub->changed.cancel();
  };
  asio::co_spawn(hub->executor, serve(hub, peer), asio::bind_cancellation_slot(peer->cancel.slot(), ended));
}

Awaitable<> accept_connections(std::shared_ptr<Hub> hub) {
  while (!hub->stopping) {
    if (hub->peers.size() >= hub->limits.connections) {
      co_await wait_for_change(hub.get(), std::chrono::hours(1));
      continue;
    }
    auto [error, socket] = co_await hub->acceptor.async_accept(kAwait);
    if (hub->stopping) break;
    if (!error) {
      start(hub, std::move(socket));
    } else {
      asio::steady_timer pause(hub->executor, kAcceptPause);
      co_await pause.async_wait(kAwait);
    }
  }
}

void close(Hub& hub) {
  hub.stopping = true;
  error_code ignored;
  hub.acceptor.close(ignored);
  hub.changed.cancel();
}

void cut(Hub& hub) {
  for (Peer& peer : hub.peers) {
    peer.stream->cut(ByteStream::Cut::close);
    peer.cancel.emit(asio::cancellation_type::terminal);
  }
}

Awaitable<> wait_until_empty(Hub* hub, milliseconds at_most) {
  const auto deadline = std::chrono::steady_clock::now() + at_most;
  while (!hub->peers.empty()) {
    const auto left = deadline - std::chrono::steady_clock::now();
    if (left <= milliseconds::zero()) break;
    co_await wait_for_change(hub, std::chrono::ceil<milliseconds>(left));
  }
}

Awaitable<> stop_hub(std::shared_ptr<Hub> hub, milliseconds grace) {
  close(*hub);
  for (Peer& peer : hub->peers) {
    peer.state.stopping = true;
    if (peer.state.idle) peer.stream->cut(ByteStream::Cut::close);
  }
  co_await wait_until_empty(hub.get(), grace);
  cut(*hub);
  co_await wait_until_empty(hub.get(), kUnwinding);
}

class Server final : public HttpServer {
 public:
  explicit Server(std::shared_ptr<Hub> hub) : hub_(std::move(hub)), port_(hub_->acceptor.local_endpoint().port()) {
    asio::co_spawn(hub_->executor, accept_connections(hub_), asio::detached);
  }

  ~Server() override {
    close(*hub_);
    cut(*hub_);
  }

  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] std::uint16_t port() const override { return port_; }

  Awaitable<> stop(milliseconds grace) override { return stop_hub(hub_, grace); }

 private:
  std::shared_ptr<Hub> hub_;
  std::uint16_t port_;
};

// The endpoints to try, the preferred one first; none if the address is no address.
std::vector<tcp::endpoint> endpoints_of(std::string_view address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string_view::npos) return {};
  std::string_view host = address.substr(0, colon);
  const std::string_view digits = address.substr(colon + 1);
  std::uint16_t port = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size()) return {};

  if (host.empty()) return {tcp::endpoint(tcp::v6(), port), tcp::endpoint(tcp::v4(), port)};
  if (host == "localhost") host = "127.0.0.1";
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  error_code error;
  const auto ip = asio::ip::make_address(std::string(host), error);
  if (error || ip.is_v6() != bracketed) return {};
  return {tcp::endpoint(ip, port)};
}

error_code listen_on(tcp::acceptor& acceptor, const tcp::endpoint& endpoint) {
  error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (error) return error;
  acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (endpoint.address().is_v6() && endpoint.address().is_unspecified()) {
    acceptor.set_option(asio::ip::v6_only(false), error);
  }
  acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  error_code ignored;
  if (error) acceptor.close(ignored);
  return error;
}

}  // namespace

Result<std::unique_ptr<HttpServer>> listen_http(Executor executor, std::string address, Handler handler,
                                                ServerLimits limits) {
  const auto endpoints = endpoints_of(address);
  if (endpoints.empty()) {
    return fail(fmt::format("cannot listen on \"{}\": write it as 127.0.0.1:8080, [::1]:8080 or :8080", address));
  }
  const auto hub = std::make_shared<Hub>(std::move(executor), std::move(handler), limits);
  error_code error;
  for (const tcp::endpoint& endpoint : endpoints) {
    error = listen_on(hub->acceptor, endpoint);
    if (!error) return std::make_unique<Server>(hub);
  }
  return fail(fmt::format("cannot listen on {}: {}", address, error.message()));
}

}  // namespace plumbline::net
