#include "net/http_exchange.h"

#include <doctest/doctest.h>

#include "tests/unit/net/memory_stream.h"
#include "tests/unit/net/run.h"

namespace plumbline::net {
namespace {

using testing::MemoryStream;
using Record = MemoryStream::Record;
using Script = MemoryStream::Script;

struct Outcome {
  std::shared_ptr<Record> record = std::make_shared<Record>();
  Result<Exchanged, IoError> result;
};

const HttpRequest kGetX{"GET", "/x", {}, ""};

Outcome exchange(Script script, const HttpRequest& request = kGetX, const HttpClientLimits& limits = {}) {
  asio::io_context context;
  Outcome outcome;
  MemoryStream stream(std::move(script), outcome.record);
  outcome.result = testing::run_on(context, exchange_over(&stream, &request, "example.com", &limits));
  return outcome;
}

TEST_CASE("a request goes out with exactly these bytes in one piece") {
  const Outcome get = exchange({.pieces = {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"}},
                               {"GET", "/a?b=c", {{"Accept", "*/*"}}, ""});
  CHECK(get.record->written == "GET /a?b=c HTTP/1.1\r\nHost: example.com\r\nAccept: */*\r\n\r\n");
  const Outcome put = exchange({.pieces = {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"}},
                               {"PUT", "/a", {{"content-length", "7"}}, "body"});
  CHECK(put.record->written == "PUT /a HTTP/1.1\r\nHost: example.com\r\nContent-Length: 4\r\n\r\nbody");
  CHECK(put.record->steps == 2);
  const Outcome post = exchange({.pieces = {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"}}, {"POST", "/a", {}, ""});
  CHECK(post.record->written == "POST /a HTTP/1.1\r\nHost: example.com\r\nContent-Length: 0\r\n\r\n");
}

TEST_CASE("an answer with a length leaves the connection reusable") {
  const Outcome outcome =
      exchange({.pieces = {"HTTP/1.1 404 Not Found\r\nX-Y: z\r\nContent-Length: 5\r\n\r\nhe", "llo"}});
  REQUIRE(outcome.result);
  CHECK(outcome.result->response.status == 404);
  CHECK(outcome.result->response.headers.get("x-y") == "z");
  CHECK(outcome.result->response.body == "hello");
  CHECK(outcome.result->reusable);
}

TEST_CASE("a chunked answer is put together and its trailers do not matter") {
  const Outcome outcome = exchange({.pieces = {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n",
                                               "2\r\nef\r\n0\r\nX: y\r\n\r\n"}});
  REQUIRE(outcome.result);
  CHECK(outcome.result->response.body == "abcdef");
  CHECK(outcome.result->reusable);
}

TEST_CASE("a chunked answer may arrive byte by byte") {
  Script script{.pieces = {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"}};
  for (const char byte : std::string_view("2\r\nab\r\n1\r\nc\r\n0\r\n\r\n")) script.pieces.emplace_back(1, byte);
  const Outcome outcome = exchange(std::move(script));
  REQUIRE(outcome.result);
  CHECK(outcome.result->response.body == "abc");
  CHECK(outcome.result->reusable);
}

TEST_CASE("an empty chunked answer may come in pieces shorter than its end") {
  const Outcome outcome =
      exchange({.pieces = {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "0\r\n", "\r", "\n"}});
  REQUIRE(outcome.result);
  CHECK(outcome.result->response.body.empty());
  CHECK(outcome.result->reusable);
}

TEST_CASE("an answer without a length ends with the connection") {
  const Outcome outcome = exchange({.pieces = {"HTTP/1.1 200 OK\r\n\r\nab", "cd"}});
  REQUIRE(outcome.result);
  CHECK(outcome.result->response.body == "abcd");
  CHECK_FALSE(outcome.result->reusable);
}

TEST_CASE("an answer without a length that breaks off is an error") {
  const Outcome outcome = exchange({.pieces = {"HTTP/1.1 200 OK\r\n\r\nab"}, .at_end = IoFailure::closed});
  REQUIRE_FALSE(outcome.result);
  CHECK(outcome.result.error().progress == Progress::answer_begun);
}

TEST_CASE("Connection close and bytes behind the answer make a connection useless") {
  const Outcome closing = exchange({.pieces = {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"}});
  REQUIRE(closing.result);
  CHECK_FALSE(closing.result->reusable);
  const Outcome chatty = exchange({.pieces = {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n"}});
  REQUIRE(chatty.result);
  CHECK_FALSE(chatty.result->reusable);
}

TEST_CASE("interim answers are passed over") {
  const Outcome outcome = exchange({.pieces = {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early "
                                               "Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n"
                                               "Content-Length: 2\r\n\r\nok"}});
  REQUIRE(outcome.result);
  CHECK(outcome.result->response.status == 200);
  CHECK(outcome.result->response.body == "ok");
  CHECK_FALSE(outcome.result->response.headers.contains("Link"));
}

TEST_CASE("an answer to HEAD has no body whatever its length says") {
  const Outcome outcome = exchange({.pieces = {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"}}, {"HEAD", "/", {}, ""});
  REQUIRE(outcome.result);
  CHECK(outcome.result->response.body.empty());
  CHECK(outcome.result->reusable);
}

TEST_CASE("204 and 304 have no body") {
  for (const std::string status : {"204 No Content", "304 Not Modified"}) {
    const Outcome outcome = exchange({.pieces = {"HTTP/1.1 " + status + "\r\n\r\n"}});
    REQUIRE(outcome.result);
    CHECK(outcome.result->reusable);
  }
}

TEST_CASE("a truncated body is closed with an answer begun") {
  const Outcome outcome = exchange({.pieces = {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345"}});
  REQUIRE_FALSE(outcome.result);
  CHECK(outcome.result.error().failure == IoFailure::closed);
  CHECK(outcome.result.error().progress == Progress::answer_begun);
  const Outcome chunked = exchange({.pieces = {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n"}});
  REQUIRE_FALSE(chunked.result);
  CHECK(chunked.result.error().failure == IoFailure::closed);
}

TEST_CASE("an end before any answer may have been acted on") {
  const Outcome outcome = exchange({});
  REQUIRE_FALSE(outcome.result);
  CHECK(outcome.result.error().failure == IoFailure::closed);
  CHECK(outcome.result.error().progress == Progress::maybe_sent);
}

TEST_CASE("what is no HTTP is malformed") {
  for (const std::string bad : {"<html>no</html>\r\n\r\n", "HTTP/2 200 OK\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n",
                                "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
                                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    const Outcome outcome = exchange({.pieces = {bad}});
    CAPTURE(bad);
    REQUIRE_FALSE(outcome.result);
    CHECK(outcome.result.error().failure == IoFailure::malformed);
    CHECK(outcome.result.error().progress == Progress::answer_begun);
  }
}

TEST_CASE("header and body are capped") {
  HttpClientLimits limits;
  limits.header_cap = 200;
  limits.body_cap = 10;
  const std::string big_header = "HTTP/1.1 200 OK\r\nX: " + std::string(300, 'x') + "\r\n\r\n";
  const std::string big_body = "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n12345678901";
  const std::string big_chunks =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n12345678\r\n8\r\n12345678\r\n";
  const std::string big_until_end = "HTTP/1.1 200 OK\r\n\r\n12345678901";
  for (const std::string& answer : {big_header, big_body, big_chunks, big_until_end}) {
    const Outcome outcome = exchange({.pieces = {answer}}, kGetX, limits);
    CAPTURE(answer);
    REQUIRE_FALSE(outcome.result);
    CHECK(outcome.result.error().failure == IoFailure::too_large);
  }
  const Outcome fits = exchange({.pieces = {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n1234567890"}}, kGetX, limits);
  CHECK(fits.result);
}

TEST_CASE("an answer that comes while the request is still being written counts") {
  const Outcome outcome =
      exchange({.pieces = {"HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig"}, .failing_step = 0},
               {"PUT", "/", {}, "a large body"});
  REQUIRE(outcome.result);
  CHECK(outcome.result->response.status == 413);
  CHECK_FALSE(outcome.result->reusable);
}

TEST_CASE("a connection that fails at any step is reported with the right progress") {
  // Two writes, as the body is big, and three reads.
  const Script script{.pieces = {"HTTP/1.1 200 OK\r\n", "Content-Length: 4\r\n\r\n", "body"}};
  const HttpRequest request{"PUT", "/", {}, std::string(200'000, 'x')};
  const Outcome whole = exchange(script, request);
  REQUIRE(whole.result);
  REQUIRE(whole.record->steps == 5);
  for (std::size_t step = 0; step < whole.record->steps; ++step) {
    for (const IoFailure failure : {IoFailure::timeout, IoFailure::closed, IoFailure::cancelled}) {
      Script failing = script;
      failing.failing_step = step;
      failing.failure = failure;
      // A failed write is not followed by an answer here.
      if (step < 2) failing.pieces.clear();
      const Outcome outcome = exchange(failing, request);
      CAPTURE(step);
      REQUIRE_FALSE(outcome.result);
      CHECK(outcome.result.error().failure == failure);
      CHECK(outcome.result.error().progress == (step < 3 ? Progress::maybe_sent : Progress::answer_begun));
    }
  }
}

}  // namespace
}  // namespace plumbline::net
