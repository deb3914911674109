#include "net/http_session.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <ctime>
#include <optional>
#include <string>
#include <utility>

#include "base/text.h"
#include "net/http_format.h"
#include "net/http_parser.h"
#include "net/read_buffer.h"

namespace plumbline::net {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

// How long a peer may take to read our last answer on a connection that we end.
constexpr milliseconds kFarewell{2'000};

// RFC 9110, 5.6.7: `Sun, 06 Nov 1994 08:49:37 GMT`.
std::string http_date() {
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(std::time(nullptr)));
}

Awaitable<> sleep_for(milliseconds duration) {
  if (duration <= milliseconds::zero()) co_return;
  asio::steady_timer timer(co_await asio::this_coro::executor, duration);
  co_await timer.async_wait(asio::use_awaitable);
}

HttpResponse plain(int status, std::string text) {
  return HttpResponse{status, {{"Content-Type", "text/plain"}}, std::move(text)};
}

HttpResponse answer_to(ParseFault fault) {
  switch (fault) {
    case ParseFault::header_too_large:
      return plain(431, "The header is too large.\n");
    case ParseFault::body_too_large:
      return plain(413, "The body is too large.\n");
    default:
      return plain(400, "This is not an HTTP/1.1 request.\n");
  }
}

class Session {
 public:
  Session(ByteStream& stream, const Handler& handler, const ServerLimits& limits, SessionState& state)
      : stream_(stream), handler_(handler), limits_(limits), state_(state) {}

  Awaitable<> run() {
    while (!state_.stopping) {
      auto request = co_await receive();
      if (!request) break;
      head_ = request->method == "HEAD";
      enter(Phase::handling);
      co_await handle(std::move(*request));
      if (!co_await deliver()) break;
    }
    enter(Phase::leaving);
    stream_.expires_after(kFarewell);
    co_await stream_.shutdown();
  }

 private:
  void enter(Phase phase) {
    state_.phase = phase;
    state_.since = Clock::now();
  }

  // Sets the deadline: `timeout` from the start of the phase, plus the time that `bytes` take at the least rate.
  void allow(milliseconds timeout, std::size_t bytes) {
    const milliseconds extra(bytes * 1'000 / std::max<std::size_t>(limits_.least_rate, 1));
    const auto end = state_.since + timeout + extra;
    stream_.expires_after(std::max(std::chrono::ceil<milliseconds>(end - Clock::now()), milliseconds(0)));
  }

  // A fresh connection gets only the time of a head: a peer that connects wants something.
  void wait_for_request() {
    enter(Phase::silent);
    allow(is_fresh_ ? std::min(limits_.head_timeout, limits_.idle_timeout) : limits_.idle_timeout, 0);
  }

  void begin_head() {
    const auto connected = state_.since;
    enter(Phase::head);
    if (is_fresh_) state_.since = connected;
    received_ = 0;
    allow(limits_.head_timeout, 0);
  }

  // The next request. Nothing if there is none, also if an error was sent as its answer.
  Awaitable<std::optional<HttpRequest>> receive() {
    RequestParser parser(MessageCaps{limits_.header_cap, limits_.body_cap});
    bool continued = false;
    wait_for_request();
    if (!input_.empty()) {
      begin_head();
      // A peer that sends requests without end gets one turn per request, like everybody else.
      co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    }
    while (true) {
      if (!input_.empty()) input_.consume(parser.put(input_.unread()));
      if (parser.header_done() && state_.phase == Phase::head) {
        enter(Phase::body);
        allow(limits_.request_timeout, received_);
      }
      if (parser.fault() != ParseFault::none) {
        co_await refuse(answer_to(parser.fault()));
        co_return std::nullopt;
      }
      if (parser.done()) break;
      if (parser.header_done() && parser.expects_continue() && !continued) {
        continued = true;
        if (!co_await stream_.write_all("HTTP/1.1 100 Continue\r\n\r\n")) co_return std::nullopt;
      }
      if (!co_await read_more()) co_return std::nullopt;
    }
    is_fresh_ = false;
    keep_alive_ = parser.keep_alive();
    co_return parser.take();
  }

  // Returns false if there is nothing more to read.
  Awaitable<bool> read_more() {
    const auto room = input_.room();
    const auto count = co_await stream_.read_some(room);
    if (!count && count.error().failure == IoFailure::timeout && state_.phase != Phase::silent) {
      co_await refuse(plain(408, "The request took too long.\n"));
    }
    if (!count || *count == 0) co_return false;
    if (state_.phase == Phase::silent) begin_head();
    received_ += *count;
    if (state_.phase == Phase::body) allow(limits_.request_timeout, received_);
    input_.commit(*count);
    co_return true;
  }

  Awaitable<> refuse(HttpResponse response) {
    head_ = false;
    keep_alive_ = false;
    reply_ = Reply{std::move(response)};
    co_await write(reply_.response.body.size());
  }

  Awaitable<> handle(HttpRequest request) {
    bool failed = false;
    try {
      reply_ = co_await handler_(std::move(request));
    } catch (const std::exception&) {
      failed = true;  // the exception's text is not for clients
    }
    if (failed || refusal(reply_.response)) reply_ = Reply{plain(500, "Internal error.\n")};
  }

  // Whether the connection may serve another request.
  Awaitable<bool> deliver() {
    if (reply_.delivery != Delivery::slow) co_await sleep_for(reply_.pause);
    if (iequals(reply_.response.headers.get("Connection"), "close")) keep_alive_ = false;
    if (reply_.more) {
      co_await write_stream();
      co_return false;
    }
    const std::size_t size = reply_.response.body.size();
    switch (reply_.delivery) {
      case Delivery::whole:
        co_return co_await write(size) && keep_alive_;
      case Delivery::reset:
        stream_.cut(ByteStream::Cut::reset);
        co_return false;
      case Delivery::truncate:
        co_await write(size / 2);
        co_return false;
      case Delivery::slow:
        co_return co_await write_slowly() && keep_alive_;
      case Delivery::stall:
        co_await wait_for_end();
        co_return false;
    }
    co_return false;
  }

  // Header and the first `count` bytes of the body.
  Awaitable<bool> write(std::size_t count) {
    enter(Phase::answering);
    allow(limits_.write_timeout, count);
    const bool keep = keep_alive_ && !state_.stopping;
    output_.clear();
    append_header(output_, reply_.response, http_date(), keep ? Afterwards::keep_alive : Afterwards::close);
    const auto written = co_await write_message(&stream_, &output_, body().substr(0, count));
    co_return written.has_value();
  }

  // RFC 9112, 7.1. A piece that is on its way has a deadline, the wait for the next one has none.
  Awaitable<> write_stream() {
    enter(Phase::answering);
    allow(limits_.write_timeout, 0);
    output_.clear();
    append_stream_header(output_, reply_.response, http_date());
    append_chunk(output_, body());
    auto written = co_await stream_.write_all(output_);
    while (written && !head_ && !state_.stopping) {
      enter(Phase::handling);
      const auto piece = co_await reply_.more();
      enter(Phase::answering);
      output_.clear();
      if (piece) {
        append_chunk(output_, *piece);
      } else {
        output_ = kLastChunk;
      }
      allow(limits_.write_timeout, output_.size());
      written = co_await stream_.write_all(output_);
      if (!piece) break;
    }
  }

  Awaitable<bool> write_slowly() {
    if (!co_await write(0)) co_return false;
    for (std::size_t i = 0; i < body().size(); ++i) {
      co_await sleep_for(reply_.pause);
      stream_.expires_after(limits_.write_timeout);
      if (!co_await stream_.write_all(body().substr(i, 1))) co_return false;
    }
    co_return true;
  }

  Awaitable<> wait_for_end() {
    enter(Phase::answering);
    stream_.expires_after(kNoDeadline);
    while (true) {
      const auto room = input_.room();
      const auto count = co_await stream_.read_some(room);
      if (!count || *count == 0) break;
    }
  }

  // The part of the reply's body that goes over the wire.
  [[nodiscard]] std::string_view body() const {
    if (head_ || !has_body(reply_.response.status)) return {};
    return reply_.response.body;
  }

  ByteStream& stream_;
  const Handler& handler_;
  const ServerLimits& limits_;
  SessionState& state_;
  ReadBuffer input_;
  Reply reply_;
  std::string output_;
  std::size_t received_ = 0;  ///< bytes of the request at hand
  bool is_fresh_ = true;      ///< no request has come whole yet
  bool head_ = false;
  bool keep_alive_ = true;
};

}  // namespace

Awaitable<> serve_connection(ByteStream* stream, const Handler* handler, const ServerLimits* limits,
                             SessionState* state) {
  Session session(*stream, *handler, *limits, *state);
  co_await session.run();
}

}  // namespace plumbline::net
