#include "net/http_session.h"

#include <doctest/doctest.h>

#include <stdexcept>
#include <vector>

#include "tests/unit/net/memory_stream.h"
#include "tests/unit/net/run.h"

namespace plumbline::net {
namespace {

using testing::MemoryStream;
using Record = MemoryStream::Record;
using Script = MemoryStream::Script;

struct Served {
  std::shared_ptr<Record> record;
  std::vector<HttpRequest> requests;
};

Served serve(Script script, Reply reply, const ServerLimits& limits = {}) {
  asio::io_context context;
  Served outcome{std::make_shared<Record>(), {}};
  MemoryStream stream(std::move(script), outcome.record);
  const Handler handler =
      [&](HttpRequest request) -> Awaitable<Reply> {  // NOLINT(cppcoreguidelines-avoid-capturing-lambda-coroutines):
                                                      // outlived by this function
    outcome.requests.push_back(std::move(request));
    co_return reply;
  };
  SessionState state;
  testing::run_on(context, serve_connection(&stream, &handler, &limits, &state));
  return outcome;
}

Reply ok(std::string body) {
  return Reply{HttpResponse{200, {}, std::move(body)}};
}

// The answer without its Date, which depends on the clock.
std::string undated(std::string text) {
  for (auto at = text.find("Date: "); at != std::string::npos; at = text.find("Date: ")) {
    text.erase(at, text.find("\r\n", at) + 2 - at);
  }
  return text;
}

TEST_CASE("a request is answered in one piece with length and body") {
  const Served outcome = serve({.pieces = {"GET /a?b=c HTTP/1.1\r\nHost: x\r\nX-Y: z\r\n\r\n"}},
                               Reply{HttpResponse{200, {{"Content-Type", "text/x"}}, "hello"}});
  REQUIRE(outcome.requests.size() == 1);
  CHECK(outcome.requests[0].method == "GET");
  CHECK(outcome.requests[0].target == "/a?b=c");
  CHECK(outcome.requests[0].headers.get("x-y") == "z");
  CHECK(undated(outcome.record->written) ==
        "HTTP/1.1 200 OK\r\nContent-Type: text/x\r\nContent-Length: 5\r\n\r\nhello");
  CHECK(outcome.record->steps == 3);  // read, write, and the read that finds the end
  CHECK(outcome.record->was_shut_down);
}

TEST_CASE("every answer carries the date in the form of RFC 9110") {
  const Served outcome = serve({.pieces = {"GET / HTTP/1.1\r\nHost: x\r\n\r\n"}}, ok(""));
  const std::string& text = outcome.record->written;
  const auto at = text.find("Date: ");
  REQUIRE(at != std::string::npos);
  const std::string date = text.substr(at + 6, text.find("\r\n", at) - at - 6);
  CHECK(date.size() == 29);
  CHECK(date.ends_with(" GMT"));
  CHECK(date.substr(3, 2) == ", ");
}

TEST_CASE("a request in single bytes is the same request") {
  Script script;
  for (const char c : std::string("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc")) {
    script.pieces.emplace_back(1, c);
  }
  const Served outcome = serve(std::move(script), ok("done"));
  REQUIRE(outcome.requests.size() == 1);
  CHECK(outcome.requests[0].body == "abc");
}

TEST_CASE("pipelined requests are answered in their order") {
  const Served outcome = serve({.pieces = {"GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\n"
                                           "Host: x\r\n\r\nGET /3 HTT",
                                           "P/1.1\r\nHost: x\r\n\r\n"}},
                               ok("."));
  REQUIRE(outcome.requests.size() == 3);
  CHECK(outcome.requests[0].target == "/1");
  CHECK(outcome.requests[2].target == "/3");
}

TEST_CASE("a chunked body is put together") {
  const Served outcome = serve({.pieces = {"PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc",
                                           "\r\n2;ext=1\r\nde\r\n0\r\n\r\n"}},
                               ok(""));
  REQUIRE(outcome.requests.size() == 1);
  CHECK(outcome.requests[0].body == "abcde");
}

TEST_CASE("an empty chunked body may come in pieces shorter than its end") {
  const Served outcome = serve(
      {.pieces = {"PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", "0\r\n", "\r", "\n"}}, ok(""));
  REQUIRE(outcome.requests.size() == 1);
  CHECK(outcome.requests[0].body.empty());
}

TEST_CASE("HEAD is answered with the length but without the body") {
  const Served outcome = serve({.pieces = {"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n"}}, ok("hello"));
  CHECK(undated(outcome.record->written) == "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
}

TEST_CASE("204 and 304 have neither body nor length") {
  for (const int status : {204, 304}) {
    const Served outcome =
        serve({.pieces = {"GET / HTTP/1.1\r\nHost: x\r\n\r\n"}}, Reply{HttpResponse{status, {}, "unwanted"}});
    CHECK(outcome.record->written.find("Content-Length") == std::string::npos);
    CHECK(outcome.record->written.ends_with("\r\n\r\n"));
  }
}

TEST_CASE("the connection ends after Connection close and after HTTP 1.0") {
  const std::string close = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  const std::string old = "GET / HTTP/1.0\r\n\r\n";
  for (const std::string& request : {close, old}) {
    const Served outcome = serve({.pieces = {request + request}}, ok(""));
    CHECK(outcome.requests.size() == 1);
    CHECK(outcome.record->written.find("Connection: close\r\n") != std::string::npos);
  }
}

TEST_CASE("a client that waits for 100 Continue gets it before the body") {
  const Served outcome = serve({.pieces = {"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: "
                                           "100-continue\r\n\r\n",
                                           "ab"}},
                               ok(""));
  REQUIRE(outcome.requests.size() == 1);
  CHECK(outcome.requests[0].body == "ab");
  CHECK(outcome.record->written.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"));
}

TEST_CASE("what is no HTTP is answered with 400 and the connection ends") {
  for (const std::string bad : {"nonsense\r\n\r\n", "GET / HTTP/1.1\r\nBad Name: x\r\n\r\n",
                                "GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                                "GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
    const Served outcome = serve({.pieces = {bad}}, ok(""));
    CHECK(outcome.requests.empty());
    CHECK(outcome.record->written.starts_with("HTTP/1.1 400 Bad Request\r\n"));
    CHECK(outcome.record->written.find("Connection: close") != std::string::npos);
    CHECK(outcome.record->was_shut_down);
  }
}

TEST_CASE("a header beyond the cap is answered with 431") {
  ServerLimits limits;
  limits.header_cap = 200;
  const std::string big = "GET / HTTP/1.1\r\nX: " + std::string(300, 'x') + "\r\n\r\n";
  const Served outcome = serve({.pieces = {big}}, ok(""), limits);
  CHECK(outcome.requests.empty());
  CHECK(outcome.record->written.starts_with("HTTP/1.1 431 "));
}

TEST_CASE("a body beyond the cap is answered with 413 before it is read") {
  ServerLimits limits;
  limits.body_cap = 10;
  const Served sized = serve({.pieces = {"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\nExpect: "
                                         "100-continue\r\n\r\n"}},
                             ok(""), limits);
  CHECK(sized.record->written.starts_with("HTTP/1.1 413 "));
  const Served chunked = serve({.pieces = {"PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
                                           "chunked\r\n\r\n8\r\n12345678\r\n8\r\n12345678\r\n"}},
                               ok(""), limits);
  CHECK(chunked.record->written.starts_with("HTTP/1.1 413 "));
  CHECK(chunked.requests.empty());
}

TEST_CASE("an endless chunk header is cut off") {
  ServerLimits limits;
  limits.header_cap = 1000;
  Script script;
  script.pieces.emplace_back("PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;");
  for (int i = 0; i < 100; ++i) script.pieces.emplace_back(100, 'x');
  const Served outcome = serve(std::move(script), ok(""), limits);
  CHECK(outcome.requests.empty());
  CHECK(outcome.record->written.starts_with("HTTP/1.1 431 "));
}

TEST_CASE("a request that is not complete in time is answered with 408 and an idle one is not") {
  const Served begun = serve({.pieces = {"GET / HT"}, .at_end = IoFailure::timeout}, ok(""));
  CHECK(begun.record->written.starts_with("HTTP/1.1 408 Request Timeout\r\n"));
  const Served idle = serve({.at_end = IoFailure::timeout}, ok(""));
  CHECK(idle.record->written.empty());
}

TEST_CASE("an exception out of the handler is a 500 without its text") {
  asio::io_context context;
  const auto record = std::make_shared<Record>();
  MemoryStream stream({.pieces = {"GET / HTTP/1.1\r\nHost: x\r\n\r\n"}}, record);
  const Handler handler = [](HttpRequest) -> Awaitable<Reply> {
    throw std::runtime_error("secret detail");
    co_return Reply{};
  };
  const ServerLimits limits;
  SessionState state;
  testing::run_on(context, serve_connection(&stream, &handler, &limits, &state));
  CHECK(record->written.starts_with("HTTP/1.1 500 Internal Server Error\r\n"));
  CHECK(record->written.find("secret") == std::string::npos);
}

TEST_CASE("a line break in a header of the handler is a 500 and not sent") {
  const Served outcome = serve({.pieces = {"GET / HTTP/1.1\r\nHost: x\r\n\r\n"}},
                               Reply{HttpResponse{200, {{"X", "a\r\nSet-Cookie: b"}}, ""}});
  CHECK(outcome.record->written.starts_with("HTTP/1.1 500 "));
  CHECK(outcome.record->written.find("Set-Cookie") == std::string::npos);
}

TEST_CASE("the handler cannot change the framing") {
  const Served outcome =
      serve({.pieces = {"GET / HTTP/1.1\r\nHost: x\r\n\r\n"}},
            Reply{HttpResponse{200, {{"Content-Length", "99"}, {"Transfer-Encoding", "chunked"}}, "abc"}});
  CHECK(undated(outcome.record->written) == "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc");
}

TEST_CASE("delivery reset sends nothing and resets") {
  Reply reply = ok("body");
  reply.delivery = Delivery::reset;
  const Served outcome = serve({.pieces = {"GET / HTTP/1.1\r\nHost: x\r\n\r\n"}}, reply);
  CHECK(outcome.record->written.empty());
  CHECK(outcome.record->cut == ByteStream::Cut::reset);
}

TEST_CASE("delivery truncate announces the whole body and sends half of it") {
  Reply reply = ok("12345678");
  reply.delivery = Delivery::truncate;
  const Served outcome = serve({.pieces = {"GET / HTTP/1.1\r\nHost: x\r\n\r\n"}}, reply);
  CHECK(undated(outcome.record->written) == "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n1234");
  CHECK(outcome.record->was_shut_down);
}

TEST_CASE("delivery slow sends the whole body one byte at a time") {
  Reply reply = ok("12345678");
  reply.delivery = Delivery::slow;
  reply.pause = std::chrono::milliseconds(1);
  const Served outcome = serve({.pieces = {"GET / HTTP/1.1\r\nHost: x\r\n\r\n"}}, reply);
  CHECK(undated(outcome.record->written) == "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n12345678");
  CHECK(outcome.record->steps == 1 + 1 + 8 + 1);
}

TEST_CASE("delivery stall sends nothing until the client gives up") {
  Reply reply = ok("body");
  reply.delivery = Delivery::stall;
  const Served outcome = serve({.pieces = {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "more", "and more"}}, reply);
  CHECK(outcome.record->written.empty());
  CHECK(outcome.requests.size() == 1);
}

TEST_CASE("a connection that fails at any step ends the session without an answer out of order") {
  const Script script{.pieces = {"PUT /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n", "ab", "cd",
                                 "GET /2 HTTP/1.1\r\nHost: x\r\n\r\n"}};
  const Served whole = serve(script, ok("x"));
  REQUIRE(whole.requests.size() == 2);
  for (std::size_t step = 0; step < whole.record->steps; ++step) {
    for (const IoFailure failure : {IoFailure::closed, IoFailure::timeout}) {
      Script failing = script;
      failing.failing_step = step;
      failing.failure = failure;
      const Served outcome = serve(failing, ok("x"));
      CAPTURE(step);
      CHECK(outcome.requests.size() <= whole.requests.size());
      CHECK(outcome.record->was_shut_down);
      const bool answers_408 = outcome.record->written.find(" 408 ") != std::string::npos;
      const bool prefix = undated(whole.record->written).starts_with(undated(outcome.record->written));
      CHECK((answers_408 || prefix));
    }
  }
}

}  // namespace
}  // namespace plumbline::net
