#include "net/http_server.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <list>
#include <utility>
#include <vector>

#include "net/await.h"
#include "net/http_session.h"
#include "net/listener.h"
#include "net/server_tls_stream.h"
#include "net/tcp.h"
#include "net/url.h"

namespace plumbline::net {
namespace {

using tcp = asio::ip::tcp;
using boost::system::error_code;
using std::chrono::milliseconds;

// The pause after a failure to accept, and between two checks whether a connection can be closed.
constexpr milliseconds kAcceptPause{100};
// How long a cancelled handler may take to unwind.
constexpr milliseconds kUnwinding{1'000};

struct Peer {
  std::unique_ptr<ByteStream> stream;
  asio::ip::address address;
  SessionState state;
  bool is_cut = false;  // its socket is closed; its coroutine has not noticed yet
  asio::cancellation_signal cancel;
};

// A file descriptor kept in reserve. It is given up to accept one connection while the process has no other left: that
// is when an operator wants to look.
class SpareDescriptor {
 public:
  SpareDescriptor() { take(); }
  ~SpareDescriptor() { give(); }
  SpareDescriptor(const SpareDescriptor&) = delete;
  SpareDescriptor& operator=(const SpareDescriptor&) = delete;

  void take() {
    if (descriptor_ < 0) descriptor_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  }

  // Returns whether there was one.
  bool give() {
    if (descriptor_ < 0) return false;
    ::close(std::exchange(descriptor_, -1));
    return true;
  }

 private:
  int descriptor_ = -1;
};

// State that the listener and its connections share. It lives until the last of them has ended.
struct Hub {
  Hub(tcp::acceptor listener, Handler handler_in, ServerLimits limits_in, ServerTlsSource tls_in)
      : executor(listener.get_executor()),
        handler(std::move(handler_in)),
        limits(std::move(limits_in)),
        tls(std::move(tls_in)),
        acceptor(std::move(listener)),
        changed(executor) {}

  Executor executor;
  Handler handler;
  Handler door = [this](HttpRequest request) { return admit(this, std::move(request)); };
  ServerLimits limits;
  ServerTlsSource tls;  // null: HTTP without TLS
  tcp::acceptor acceptor;
  bool stopping = false;
  std::list<Peer> peers;
  std::size_t handling = 0;  // requests that are not urgent and wait for their handler
  SpareDescriptor spare;
  asio::steady_timer changed;  // cancelled whenever a connection ends

 private:
  static Awaitable<Reply> admit(Hub* hub, HttpRequest request);
};

class Counted {
 public:
  explicit Counted(std::size_t& count) : count_(count) { ++count_; }
  ~Counted() { --count_; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  std::size_t& count_;
};

Reply too_busy() {
  return Reply{HttpResponse{503,
                            {{"Content-Type", "text/plain"}, {"Retry-After", "1"}, {"Connection", "close"}},
                            "Too many requests are waiting for their answer.\n"}};
}

Awaitable<Reply> Hub::admit(Hub* hub, HttpRequest request) {
  if (hub->limits.urgent && hub->limits.urgent(request)) co_return co_await hub->handler(std::move(request));
  if (hub->handling + hub->limits.reserved >= std::max<std::size_t>(hub->limits.connections, 1)) co_return too_busy();
  const Counted counted(hub->handling);
  co_return co_await hub->handler(std::move(request));
}

Awaitable<> wait_for_change(Hub* hub, milliseconds at_most) {
  hub->changed.expires_after(at_most);
  co_await hub->changed.async_wait(kAwait);
}

Awaitable<> serve(std::shared_ptr<Hub> hub, std::list<Peer>::iterator peer) {
  co_await serve_connection(peer->stream.get(), &hub->door, &hub->limits, &peer->state);
}

void start(const std::shared_ptr<Hub>& hub, tcp::socket socket) {
  hub->peers.emplace_back();
  const auto peer = std::prev(hub->peers.end());
  error_code gone;
  peer->address = neighbourhood_of(socket.remote_endpoint(gone).address());
  peer->stream = hub->tls ? make_server_tls_stream(std::move(socket), hub->tls()) : make_tcp_stream(std::move(socket));
  const auto ended = [hub, peer](const std::exception_ptr&) {
    hub->peers.erase(peer);
    hub->spare.take();
    hub->changed.cancel();
  };
  asio::co_spawn(hub->executor, serve(hub, peer), asio::bind_cancellation_slot(peer->cancel.slot(), ended));
}

// Cuts the connection that is least worth keeping. Returns false if none may be cut.
bool make_one_give_way(Hub& hub) {
  std::vector<Peer*> peers;
  std::vector<Standing> crowd;
  for (Peer& peer : hub.peers) {
    if (peer.is_cut) continue;
    peers.push_back(&peer);
    crowd.push_back({peer.state.phase, peer.state.since, peer.address});
  }
  const auto found = least_worth_keeping(crowd);
  if (!found) return false;
  peers[*found]->is_cut = true;
  peers[*found]->stream->cut(ByteStream::Cut::close);
  return true;
}

bool is_full(const Hub& hub) {
  const auto staying = std::ranges::count(hub.peers, false, &Peer::is_cut);
  return std::cmp_greater_equal(staying, hub.limits.connections);
}

// A connection that cannot be accepted stays in the kernel's queue, so that trying again at once would be a busy loop.
Awaitable<> recover(Hub* hub, error_code error) {
  const bool no_descriptor =
      error == asio::error::no_descriptors || error == boost::system::errc::too_many_files_open_in_system;
  if (no_descriptor && (make_one_give_way(*hub) || hub->spare.give())) co_return;
  co_await wait_for_change(hub, kAcceptPause);
  hub->spare.take();
}

Awaitable<> accept_connections(std::shared_ptr<Hub> hub) {
  while (!hub->stopping) {
    auto [error, socket] = co_await hub->acceptor.async_accept(kAwait);
    if (hub->stopping) break;
    if (error) {
      co_await recover(hub.get(), error);
      continue;
    }
    while (!hub->stopping && is_full(*hub) && !make_one_give_way(*hub)) {
      co_await wait_for_change(hub.get(), kAcceptPause);
    }
    if (!hub->stopping) start(hub, std::move(socket));
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
    if (peer.state.phase == Phase::silent) peer.stream->cut(ByteStream::Cut::close);
  }
  co_await wait_until_empty(hub.get(), grace);
  cut(*hub);
  co_await wait_until_empty(hub.get(), kUnwinding);
}

class Server final : public HttpServer {
 public:
  explicit Server(std::shared_ptr<Hub> hub) : hub_(std::move(hub)), endpoint_(hub_->acceptor.local_endpoint()) {
    asio::co_spawn(hub_->executor, accept_connections(hub_), asio::detached);
  }

  ~Server() override {
    close(*hub_);
    cut(*hub_);
  }

  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] std::uint16_t port() const override { return endpoint_.port(); }

  [[nodiscard]] std::string address() const override {
    const auto ip = endpoint_.address();
    return fmt::format(fmt::runtime(ip.is_v6() ? "[{}]:{}" : "{}:{}"), ip.to_string(), endpoint_.port());
  }

  Awaitable<> stop(milliseconds grace) override { return stop_hub(hub_, grace); }

 private:
  std::shared_ptr<Hub> hub_;
  tcp::endpoint endpoint_;
};

}  // namespace

Result<std::unique_ptr<HttpServer>> listen_http(const Executor& executor, std::string_view address, Handler handler,
                                                ServerLimits limits, ServerTlsSource tls) {
  auto listener = open_listener(executor, address);
  if (!listener) return std::unexpected(std::move(listener.error()));
  return std::make_unique<Server>(
      std::make_shared<Hub>(std::move(*listener), std::move(handler), std::move(limits), std::move(tls)));
}

Result<std::unique_ptr<HttpServer>> serve_http(const Executor& executor, Descriptor listener, Handler handler,
                                               ServerLimits limits, ServerTlsSource tls) {
  auto taken = take_listener(executor, std::move(listener));
  if (!taken) return std::unexpected(std::move(taken.error()));
  return std::make_unique<Server>(
      std::make_shared<Hub>(std::move(*taken), std::move(handler), std::move(limits), std::move(tls)));
}

bool is_on_loopback(std::string_view address) {
  auto host = address.substr(0, address.rfind(':'));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return is_loopback(host);
}

}  // namespace plumbline::net
