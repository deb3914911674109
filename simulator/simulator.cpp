#include "simulator/simulator.h"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "base/digest.h"
#include "net/http_server.h"
#include "simulator/service.h"
#include "simulator/state_file.h"

namespace plumbline::simulator {
namespace {

constexpr std::chrono::milliseconds kSaveDelay{200};
constexpr std::chrono::milliseconds kGrace{2'000};

std::uint64_t random_seed() {
  return std::strtoull(random_hex(8).c_str(), nullptr, 16);
}

/// State that lives as long as the Simulator, a request or the saver needs it.
struct Shared {
  Shared(Options options, const net::Executor& executor)
      : state_file(options.state_file),
        service(
            std::move(options), [] { return std::chrono::system_clock::now(); }, random_seed()),
        timer(executor) {}

  std::string state_file;
  Service service;
  net::asio::steady_timer timer;
  std::uint64_t saved = 0;
  bool saving = false;
  bool stopped = false;
};

void save(Shared& shared) {
  if (shared.state_file.empty() || shared.saved == shared.service.changes()) return;
  const auto changes = shared.service.changes();
  if (auto written = write_state_file(shared.state_file, shared.service.save()); !written) {
    // The simulated API goes on; the next change tries to save again.
    std::cerr << "simulator: " << written.error().message << '\n';
    return;
  }
  shared.saved = changes;
}

/// Saves shortly after a change, so that a burst of changes causes one write.
net::Awaitable<> save_soon(std::shared_ptr<Shared> shared) {
  boost::system::error_code error;
  shared->timer.expires_after(kSaveDelay);
  co_await shared->timer.async_wait(net::asio::redirect_error(net::asio::use_awaitable, error));
  shared->saving = false;
  if (!shared->stopped) save(*shared);
}

net::Awaitable<net::Reply> handle(std::shared_ptr<Shared> shared, net::HttpRequest request) {
  auto reply = shared->service.handle(request);
  const bool is_dirty = !shared->state_file.empty() && shared->saved != shared->service.changes();
  if (is_dirty && !shared->saving && !shared->stopped) {
    shared->saving = true;
    net::asio::co_spawn(shared->timer.get_executor(), save_soon(shared), net::asio::detached);
  }
  co_return reply;
}

class SocketSimulator : public Simulator {
 public:
  SocketSimulator(std::shared_ptr<Shared> shared, std::unique_ptr<net::HttpServer> server)
      : shared_(std::move(shared)), server_(std::move(server)) {}

  ~SocketSimulator() override {
    shared_->stopped = true;
    shared_->timer.cancel();
  }

  SocketSimulator(const SocketSimulator&) = delete;
  SocketSimulator& operator=(const SocketSimulator&) = delete;

  [[nodiscard]] std::uint16_t port() const override { return server_->port(); }

  [[nodiscard]] std::string exposure() const override {
    const auto& token = shared_->service.world().options.token;
    const auto address = server_->address();
    if (!token.empty() || net::is_on_loopback(address)) return {};
    return fmt::format(
        "{} is reachable from other machines, and whoever sends any token may change the account; give --token, or "
        "listen on 127.0.0.1",
        address);
  }

  [[nodiscard]] std::string ready_line() const override {
    const auto& options = shared_->service.world().options;
    auto host = options.listen.substr(0, options.listen.rfind(':'));
    if (host.empty() || host == "0.0.0.0") host = "127.0.0.1";
    if (host == "[::]") host = "[::1]";
    return to_text(JsonObject{{"api_base_url", fmt::format("http://{}:{}/client/v4", host, server_->port())},
                              {"account_id", options.account_id}});
  }

  net::Awaitable<> stop() override {
    co_await server_->stop(kGrace);
    shared_->stopped = true;
    shared_->timer.cancel();
    save(*shared_);
  }

 private:
  std::shared_ptr<Shared> shared_;
  std::unique_ptr<net::HttpServer> server_;
};

Result<void> check(const Options& options) {
  if (!is_identifier(options.account_id)) {
    return fail("an account id is 32 lower-case hex digits");
  }
  return {};
}

Result<void> load_files(Shared& shared, const std::string& faults_file) {
  if (!faults_file.empty()) {
    const auto text = read_file(faults_file);
    if (!text) return std::unexpected(text.error());
    const auto json = parse_json(*text);
    if (!json) return fail(faults_file + ": " + json.error().message);
    if (auto added = shared.service.add_faults(*json); !added) {
      return fail(faults_file + ": " + added.error().message);
    }
  }
  if (shared.state_file.empty() || !std::filesystem::exists(shared.state_file)) return {};
  const auto text = read_file(shared.state_file);
  if (!text) return std::unexpected(text.error());
  if (auto loaded = shared.service.load(*text); !loaded) {
    return fail(shared.state_file + ": " + loaded.error().message);
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Simulator>> start_simulator(const net::Executor& executor, Options options) {
  if (auto valid = check(options); !valid) return std::unexpected(valid.error());
  const auto listen = options.listen;
  const auto faults_file = options.faults_file;
  auto shared = std::make_shared<Shared>(std::move(options), executor);
  if (auto loaded = load_files(*shared, faults_file); !loaded) {
    return std::unexpected(loaded.error());
  }
  auto server = net::listen_http(executor, listen,
                                 [shared](net::HttpRequest request) { return handle(shared, std::move(request)); });
  if (!server) return std::unexpected(server.error());
  return std::make_unique<SocketSimulator>(std::move(shared), std::move(*server));
}

}  // namespace plumbline::simulator
