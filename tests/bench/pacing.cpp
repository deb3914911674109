#include <fmt/format.h>

#include <cstdlib>
#include <deque>

#include "api/pacer.h"
#include "api/workers.h"
#include "net/http_client.h"
#include "net/http_server.h"
#include "tests/bench/measure.h"

// 6,000 calls against a server that allows 1,200 in any 3 s and answers 429 beyond. The first 1,200 go at once, and so
// do the others 3 s after them: nobody can be done before the fifth batch may begin, after 12 s.
namespace plumbline::bench {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::size_t kCalls = 6'000;
constexpr std::size_t kLimit = 1'200;
constexpr auto kWindow = 3'000ms;
constexpr std::size_t kAtOnce = 8;

/// The sliding window of the server, over the times at which requests came.
class Window {
 public:
  bool admit() {
    const auto now = Clock::now();
    while (!taken_.empty() && taken_.front() + kWindow <= now) taken_.pop_front();
    if (taken_.size() == kLimit) return false;
    taken_.push_back(now);
    return true;
  }

 private:
  std::deque<Clock::time_point> taken_;
};

struct Tally {
  std::size_t refused = 0;
  std::size_t failed = 0;
  std::size_t left = kCalls;
};

net::Awaitable<> caller(api::Account account, Tally* tally) {
  while (tally->left > 0) {
    --tally->left;
    auto answer = co_await api::get_settings(account, "bench");
    if (!answer) ++tally->failed;
  }
}

net::Awaitable<net::Reply> answer(Window* window, Tally* tally) {
  if (window->admit()) {
    co_return net::Reply{{200, {{"Content-Type", "application/json"}}, R"({"success":true,"result":{}})"}};
  }
  ++tally->refused;
  co_return net::Reply{{429, {{"Retry-After", "3"}}, ""}};
}

int measure() {
  boost::asio::io_context io(1);
  Window window;
  Tally tally;
  auto server = net::listen_http(io.get_executor(), "127.0.0.1:0",
                                 [&](const net::HttpRequest&) { return answer(&window, &tally); });
  if (!server) return EXIT_FAILURE;
  const auto connector = net::make_connector(io.get_executor(), {});
  const auto http =
      net::make_http_client(io.get_executor(), *connector, {net::Scheme::http, "127.0.0.1", (*server)->port()});
  api::ClientOptions options;
  options.credentials = [] { return api::Credentials{Secret("bench"), {}, {}}; };
  options.pacer = std::make_shared<api::Pacer>(
      io.get_executor(),
      api::PacingOptions{.limit = kLimit, .window = kWindow, .share = 1.0, .in_flight = kAtOnce, .per_second = 0});
  const auto client = api::make_client(io.get_executor(), *http, std::move(options), nullptr);

  const Stopwatch watch;
  std::size_t running = kAtOnce;
  for (std::size_t i = 0; i < kAtOnce; ++i) {
    boost::asio::co_spawn(io, caller({client.get(), "acc"}, &tally), [&](const std::exception_ptr&) {
      if (--running == 0) io.stop();
    });
  }
  io.run();
  const double least = std::chrono::duration<double>(kWindow).count() * static_cast<double>((kCalls - 1) / kLimit);
  fmt::print(
      "{} calls, {} in any {} s: {:.3f} s, least possible {:.3f} s, ratio {:.4f}; answers of 429: {}; failed: {}\n",
      kCalls, kLimit, kWindow / 1s, watch.wall(), least, watch.wall() / least, tally.refused, tally.failed);
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace plumbline::bench

int main() {
  return plumbline::bench::measure();
}
