#include <fmt/format.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "api/any_call.h"
#include "net/http_client.h"
#include "net/turnstile.h"
#include "tests/bench/measure.h"

// bench_requests PORT COUNT CONNECTIONS get|put: so many calls of the client against a server on this machine, unpaced.
// Prints microseconds of the clock and of the processor per call.
namespace plumbline::bench {
namespace {

constexpr std::size_t kScriptSize = 10'000;

struct Plan {
  api::Account account;
  std::size_t left = 0;
  std::size_t failed = 0;
  bool uploads = false;
  std::string script = std::string(kScriptSize, 'x');
};

net::Awaitable<> caller(Plan* plan) {
  while (plan->left > 0) {
    --plan->left;
    bool good = false;
    if (plan->uploads) {
      api::Payload payload{JsonObject{{"main_module", "index.js"}},
                           {{"index.js", "application/javascript+module", plan->script}}};
      auto answer = co_await api::write(plan->account, "upload_script", {{"script_name", "bench"}}, std::move(payload));
      good = answer.has_value();
    } else {
      auto answer = co_await api::get_settings(plan->account, "bench");
      good = answer.has_value();
    }
    if (!good) ++plan->failed;
  }
}

int measure(std::uint16_t port, std::size_t count, std::size_t connections, bool uploads) {
  boost::asio::io_context io(1);
  const auto connector = net::make_connector(io.get_executor(), {});
  net::HttpClientLimits limits;
  limits.connections = connections;
  const auto http =
      net::make_http_client(io.get_executor(), *connector, {net::Scheme::http, "127.0.0.1", port}, limits);
  api::ClientOptions options;
  options.credentials = [] { return api::Credentials{Secret("bench"), {}, {}}; };
  options.prefix = "/client/v4";
  const auto client = api::make_client(io.get_executor(), *http, std::move(options), nullptr);
  Plan plan{.account = {client.get(), "acc"}, .left = count, .uploads = uploads};
  const Stopwatch watch;
  for (std::size_t i = 0; i < connections; ++i)
    boost::asio::co_spawn(io, caller(&plan), [](const std::exception_ptr&) {});
  io.run();
  const auto per_call = 1e6 / static_cast<double>(count);
  fmt::print("{:.1f} {:.1f}\n", watch.wall() * per_call, watch.cpu() * per_call);
  if (plan.failed != 0) fmt::print(stderr, "{} of {} calls failed\n", plan.failed, count);
  return plan.failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace plumbline::bench

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() != 4) {
    fmt::print(stderr, "usage: bench_requests PORT COUNT CONNECTIONS get|put\n");
    return 64;
  }
  return plumbline::bench::measure(static_cast<std::uint16_t>(std::stoul(words[0])), std::stoul(words[1]),
                                   std::stoul(words[2]), words[3] == "put");
}
