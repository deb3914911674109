#include "tests/support/http.h"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <stdexcept>
#include <utility>

#include "net/http_exchange.h"
#include "net/tcp.h"
#include "net/url.h"

namespace plumbline::testing {

using net::Awaitable;
namespace asio = net::asio;
using Answer = Result<net::HttpResponse, net::IoError>;

namespace {

constexpr const char* kLoopback = "127.0.0.1";

Awaitable<Answer> exchange(net::Executor executor, std::uint16_t port, net::HttpRequest request,
                           std::chrono::milliseconds at_most) {
  auto socket = co_await net::connect_tcp(std::move(executor), kLoopback, port, at_most);
  if (!socket) co_return std::unexpected(std::move(socket.error()));
  const auto stream = net::make_tcp_stream(std::move(*socket));
  const net::HttpClientLimits limits{.write_timeout = at_most, .header_timeout = at_most, .body_timeout = at_most};
  auto exchanged = co_await net::exchange_over(stream.get(), &request, fmt::format("{}:{}", kLoopback, port), &limits);
  if (!exchanged) co_return std::unexpected(std::move(exchanged.error()));
  co_return std::move(exchanged->response);
}

Json json_of(const net::HttpResponse& response, const std::string& target) {
  if (response.status != 200) {
    throw std::runtime_error(fmt::format("{} answers {}: {}", target, response.status, response.body));
  }
  auto json = parse_json(response.body);
  if (!json) throw std::runtime_error(target + " answers no JSON: " + json.error().message);
  return std::move(*json);
}

}  // namespace

net::HttpResponse http_exchange(std::uint16_t port, net::HttpRequest request, std::chrono::seconds at_most) {
  asio::io_context context;
  std::optional<Answer> answer;
  asio::co_spawn(context, exchange(context.get_executor(), port, std::move(request), at_most),
                 [&answer](const std::exception_ptr& fault, Answer result) {
                   if (!fault) answer = std::move(result);
                 });
  context.run();
  if (!answer) throw std::runtime_error("the exchange failed with an exception");
  if (!*answer) throw std::runtime_error("no answer: " + answer->error().message);
  return std::move(**answer);
}

net::HttpResponse http_get(std::uint16_t port, const std::string& target) {
  net::HttpRequest request{.method = "GET", .target = target};
  return http_exchange(port, std::move(request));
}

Json get_json(std::uint16_t port, const std::string& target) {
  return json_of(http_get(port, target), target);
}

Json post_json(std::uint16_t port, const std::string& target, const Json& body) {
  net::HttpRequest request{.method = "POST", .target = target, .body = to_text(body)};
  request.headers.add("Content-Type", "application/json");
  return json_of(http_exchange(port, std::move(request)), target);
}

std::uint16_t port_of(const std::string& url) {
  const auto base = net::parse_base_url(url);
  if (!base) throw std::runtime_error(base.error().message);
  return base->origin.port;
}

std::uint16_t free_port() {
  asio::io_context context;
  const asio::ip::tcp::acceptor acceptor(context, {asio::ip::make_address(kLoopback), 0});
  return acceptor.local_endpoint().port();
}

}  // namespace plumbline::testing
