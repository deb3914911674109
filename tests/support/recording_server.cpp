#include "tests/support/recording_server.h"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

#include "tests/support/http.h"

namespace plumbline::testing {

RecordingServer::RecordingServer(std::uint16_t simulator_port) : simulator_port_(simulator_port) {
  auto listening = net::listen_http(context_.get_executor(), "127.0.0.1:0",
                                    [this](net::HttpRequest request) { return pass_on(std::move(request)); });
  if (!listening) throw std::runtime_error(listening.error().message);
  server_ = std::move(*listening);
  thread_ = std::thread([this] { context_.run(); });
}

RecordingServer::~RecordingServer() {
  context_.stop();
  thread_.join();
}

std::string RecordingServer::api_base_url() const {
  return fmt::format("http://127.0.0.1:{}/client/v4", server_->port());
}

std::vector<net::HttpRequest> RecordingServer::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(requests_, {});
}

net::Awaitable<net::Reply> RecordingServer::pass_on(net::HttpRequest request) {
  {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
  }
  // It blocks: one client, one call at a time.
  co_return net::Reply{http_exchange(simulator_port_, std::move(request))};
}

}  // namespace plumbline::testing
