#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "net/http.h"
#include "net/http_server.h"

namespace plumbline::testing {

/// A server on loopback that keeps every request with its headers and body, which the simulator's log does not, passes
/// it on to the simulator and gives its answer.
class RecordingServer {
 public:
  explicit RecordingServer(std::uint16_t simulator_port);
  ~RecordingServer();
  RecordingServer(const RecordingServer&) = delete;
  RecordingServer& operator=(const RecordingServer&) = delete;

  /// As a value of CLOUDFLARE_API_BASE_URL.
  [[nodiscard]] std::string api_base_url() const;
  /// Those since the last call.
  [[nodiscard]] std::vector<net::HttpRequest> take();

 private:
  net::Awaitable<net::Reply> pass_on(net::HttpRequest request);

  std::uint16_t simulator_port_;
  boost::asio::io_context context_{1};
  std::unique_ptr<net::HttpServer> server_;
  std::mutex mutex_;
  std::vector<net::HttpRequest> requests_;
  std::thread thread_;
};

}  // namespace plumbline::testing
