#include "net/http_client.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <utility>

#include "base/secret.h"
#include "net/http_exchange.h"
#include "net/http_format.h"
#include "net/turnstile.h"

namespace plumbline::net {
namespace {

using Clock = std::chrono::steady_clock;

// How long all idle connections together may take to end in good order.
constexpr std::chrono::milliseconds kFarewell{1'000};

// RFC 9110, 9.2.1.
bool is_safe(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE";
}

struct IdleConnection {
  std::unique_ptr<ByteStream> stream;
  Clock::time_point since;
};

// What the client and its exchanges share; lives until the last of them has ended.
struct Pool {
  Pool(Executor executor, Connector& connector_in, Origin origin_in, HttpClientLimits limits_in)
      : connector(connector_in),
        origin(std::move(origin_in)),
        limits(limits_in),
        host(host_header(origin)),
        turnstile(std::move(executor), limits.connections) {}

  // The connection that was used last, if any is still good.
  std::unique_ptr<ByteStream> take_idle() {
    while (!idle.empty()) {
      IdleConnection connection = std::move(idle.back());
      idle.pop_back();
      const bool fresh = Clock::now() - connection.since < limits.idle_timeout;
      if (fresh && connection.stream->alive()) return std::move(connection.stream);
    }
    return nullptr;
  }

  void put_back(std::unique_ptr<ByteStream> stream) {
    if (closed) return;
    stream->expires_after(kNoDeadline);
    idle.push_back({std::move(stream), Clock::now()});
  }

  Connector& connector;
  Origin origin;
  HttpClientLimits limits;
  std::string host;
  Turnstile turnstile;
  std::deque<IdleConnection> idle;
  std::size_t opened = 0;
  bool closed = false;
};

IoError at_host(const Pool& pool, IoError error) {
  if (!error.message.starts_with(pool.origin.host)) {
    error.message = pool.host + ": " + error.message;
  }
  return error;
}

std::unexpected<IoError> shutting_down() {
  return std::unexpected(IoError{IoFailure::cancelled, Progress::nothing_sent, "shutting down"});
}

Awaitable<Result<std::unique_ptr<ByteStream>, IoError>> open_fresh(Pool* pool) {
  auto stream = co_await pool->connector.connect(pool->origin);
  if (stream) ++pool->opened;
  co_return std::move(stream);
}

Awaitable<Result<HttpResponse, IoError>> exchange_once(std::shared_ptr<Pool> pool, std::unique_ptr<ByteStream> stream,
                                                       const HttpRequest* request) {
  auto exchanged = co_await exchange_over(stream.get(), request, pool->host, &pool->limits);
  if (!exchanged) co_return std::unexpected(at_host(*pool, std::move(exchanged.error())));
  if (exchanged->reusable) pool->put_back(std::move(stream));
  co_return std::move(exchanged->response);
}

// The server may have closed a pooled connection just as we used it.
bool may_be_stale(const HttpRequest& request, const IoError& error) {
  return error.failure == IoFailure::closed && error.progress != Progress::answer_begun && is_safe(request.method);
}

// Overwrites a request, which holds credentials and may hold the values of secrets, when its exchange ends.
class WipedAtEnd {
 public:
  explicit WipedAtEnd(HttpRequest& request) : request_(request) {}
  ~WipedAtEnd() {
    request_.headers.wipe();
    wipe(request_.body);
  }
  WipedAtEnd(const WipedAtEnd&) = delete;
  WipedAtEnd& operator=(const WipedAtEnd&) = delete;

 private:
  HttpRequest& request_;
};

Awaitable<Result<HttpResponse, IoError>> run(std::shared_ptr<Pool> pool, HttpRequest request) {
  const WipedAtEnd wiped(request);
  if (auto why = refusal(request)) {
    co_return std::unexpected(IoError{IoFailure::refused, Progress::nothing_sent, "not sent: " + *why});
  }
  const auto place = co_await pool->turnstile.enter();
  if (!place) co_return shutting_down();

  // How far the first attempt, on a stale connection, had come. The report of the second must not say less.
  Progress progress = Progress::nothing_sent;
  if (auto pooled = pool->take_idle()) {
    auto response = co_await exchange_once(pool, std::move(pooled), &request);
    if (response || !may_be_stale(request, response.error())) co_return std::move(response);
    if (pool->closed) co_return shutting_down();
    progress = response.error().progress;
  }
  auto stream = co_await open_fresh(pool.get());
  if (!stream) {
    IoError error = at_host(*pool, std::move(stream.error()));
    error.progress = std::max(error.progress, progress);
    co_return std::unexpected(std::move(error));
  }
  co_return co_await exchange_once(pool, std::move(*stream), &request);
}

Awaitable<> shut_down(std::shared_ptr<Pool> pool) {
  pool->closed = true;
  pool->turnstile.close();
  const auto deadline = Clock::now() + kFarewell;
  while (!pool->idle.empty()) {
    const auto stream = std::move(pool->idle.back().stream);
    pool->idle.pop_back();
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    stream->expires_after(std::max(left, std::chrono::milliseconds::zero()));
    co_await stream->shutdown();
  }
}

class PooledClient final : public HttpClient {
 public:
  explicit PooledClient(std::shared_ptr<Pool> pool) : pool_(std::move(pool)) {}

  ~PooledClient() override {
    pool_->closed = true;
    pool_->turnstile.close();
    pool_->idle.clear();
  }

  PooledClient(const PooledClient&) = delete;
  PooledClient& operator=(const PooledClient&) = delete;

  Awaitable<Result<HttpResponse, IoError>> exchange(HttpRequest request) override {
    return run(pool_, std::move(request));
  }

  Awaitable<> shutdown() override { return shut_down(pool_); }

  [[nodiscard]] std::size_t connections_opened() const override { return pool_->opened; }

 private:
  std::shared_ptr<Pool> pool_;
};

}  // namespace

std::unique_ptr<HttpClient> make_http_client(Executor executor, Connector& connector, Origin origin,
                                             HttpClientLimits limits) {
  return std::make_unique<PooledClient>(
      std::make_shared<Pool>(std::move(executor), connector, std::move(origin), limits));
}

}  // namespace plumbline::net
