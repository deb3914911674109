#pragma once

#include <boost/asio/io_context.hpp>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "net/http_client.h"
#include "net/http_server.h"

namespace plumbline::api::testing {

/// A server on loopback that stands in for the API: gives scripted replies in their order (the last one again and
/// again) and keeps the requests.
class Imposter {
 public:
  explicit Imposter(boost::asio::io_context& context)
      : server_(*net::listen_http(context.get_executor(), "127.0.0.1:0",
                                  [this](net::HttpRequest request) { return answer(std::move(request)); })) {}

  void reply(int status, std::string body, net::Headers headers = {{"Content-Type", "application/json"}}) {
    replies_.push_back(net::Reply{net::HttpResponse{status, std::move(headers), std::move(body)}});
  }

  void succeed(const std::string& result = "null") {
    reply(200, R"({"success":true,"errors":[],"messages":[],"result":)" + result + "}");
  }

  void refuse(int status, int code, net::Headers headers = {}) {
    headers.set("Content-Type", "application/json");
    reply(status, R"({"success":false,"errors":[{"code":)" + std::to_string(code) + R"(,"message":"refused"}]})",
          std::move(headers));
  }

  void fault(net::Delivery delivery) { replies_.push_back(net::Reply{{200, {}, "{\"success\":true}"}, delivery}); }

  /// The reply that is given again and again is not given any more.
  void skip() { replies_.pop_front(); }

  [[nodiscard]] net::Origin origin() const { return {net::Scheme::http, "127.0.0.1", server_->port()}; }

  std::vector<net::HttpRequest> requests;

 private:
  net::Awaitable<net::Reply> answer(net::HttpRequest request) {
    requests.push_back(std::move(request));
    net::Reply reply = replies_.empty() ? net::Reply{{500, {}, ""}} : replies_.front();
    if (replies_.size() > 1) replies_.pop_front();
    co_return reply;
  }

  std::deque<net::Reply> replies_;
  std::unique_ptr<net::HttpServer> server_;
};

}  // namespace plumbline::api::testing
