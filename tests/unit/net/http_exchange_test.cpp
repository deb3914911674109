#include "net/http_exchange.h"

#include <doctest/doctest.h>

#include "net/gzip.h"
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

std::string with_gzip(const std::string& fields, const std::string& body) {
  return "HTTP/1.1 200 OK\r\n" + fields + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

const HttpRequest kGetPacked{"GET", "/x", {{"Accept-Encoding", "gzip"}}, ""};

TEST_CASE("an answer that was asked for in gzip is given unpacked") {
  const auto packed = gzipped("hello");
  SUBCASE("by whichever of its names") {
    for (const std::string name : {"gzip", "x-gzip", "GZIP", " gzip ", "identity, gzip"}) {
      CAPTURE(name);
      const auto outcome = exchange({.pieces = {with_gzip("Content-Encoding: " + name + "\r\n", packed)}}, kGetPacked);
      REQUIRE(outcome.result);
      CHECK(outcome.result->response.body == "hello");
      CHECK(outcome.result->reusable);
      // Nobody unpacks it twice, or takes the length of the packed body for its own.
      CHECK_FALSE(outcome.result->response.headers.contains("Content-Encoding"));
      CHECK_FALSE(outcome.result->response.headers.contains("Content-Length"));
    }
  }
  SUBCASE("in chunks, byte by byte") {
    std::string answer = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (const char byte : packed) answer += std::string("1\r\n") + byte + "\r\n";
    answer += "0\r\n\r\n";
    Script script;
    for (const char byte : answer) script.pieces.emplace_back(1, byte);
    const auto outcome = exchange(std::move(script), kGetPacked);
    REQUIRE(outcome.result);
    CHECK(outcome.result->response.body == "hello");
    CHECK(outcome.result->reusable);
  }
  SUBCASE("up to the end of the connection") {
    const auto outcome =
        exchange({.pieces = {"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", packed}}, kGetPacked);
    REQUIRE(outcome.result);
    CHECK(outcome.result->response.body == "hello");
  }
}

TEST_CASE("an answer that comes as it is, although gzip was asked for, is taken as it is") {
  for (const std::string fields : {"", "Content-Encoding: identity\r\n", "Content-Encoding: \r\n"}) {
    CAPTURE(fields);
    const auto outcome = exchange({.pieces = {with_gzip(fields, "plain")}}, kGetPacked);
    REQUIRE(outcome.result);
    CHECK(outcome.result->response.body == "plain");
  }
}

TEST_CASE("what was not asked for in gzip stays packed") {
  const auto packed = gzipped("hello");
  const auto outcome = exchange({.pieces = {with_gzip("Content-Encoding: gzip\r\n", packed)}});
  REQUIRE(outcome.result);
  CHECK(outcome.result->response.body == packed);
  CHECK(outcome.result->response.headers.get("Content-Encoding") == "gzip");
}

TEST_CASE("an answer without a body may say that it is in gzip") {
  const auto head = exchange({.pieces = {"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 25\r\n\r\n"}},
                             {"HEAD", "/x", {{"Accept-Encoding", "gzip"}}, ""});
  REQUIRE(head.result);
  CHECK(head.result->response.headers.get("Content-Length") == "25");
  const auto nothing = exchange({.pieces = {"HTTP/1.1 204 No Content\r\nContent-Encoding: gzip\r\n\r\n"}}, kGetPacked);
  CHECK(nothing.result);
  const auto empty = exchange({.pieces = {with_gzip("Content-Encoding: gzip\r\n", "")}}, kGetPacked);
  REQUIRE(empty.result);
  CHECK(empty.result->response.body.empty());
}

TEST_CASE("a body in another coding than was asked for is refused") {
  for (const std::string name : {"br", "deflate", "zstd", "gzip, gzip", "gzip, br", "nonsense"}) {
    CAPTURE(name);
    const auto outcome =
        exchange({.pieces = {with_gzip("Content-Encoding: " + name + "\r\n", gzipped("hello"))}}, kGetPacked);
    REQUIRE_FALSE(outcome.result);
    CHECK(outcome.result.error().failure == IoFailure::malformed);
    CHECK(outcome.result.error().progress == Progress::answer_begun);
    CHECK(outcome.result.error().message == "the answer is in a coding that was not asked for");
  }
}

TEST_CASE("gzip that is damaged, cut short or followed by something else is refused") {
  const auto packed = gzipped("hello");
  auto damaged = packed;
  damaged[packed.size() - 6] = static_cast<char>(damaged[packed.size() - 6] + 1);
  for (const auto& body :
       {damaged, packed.substr(0, packed.size() - 1), packed.substr(0, 5), packed + "more", std::string("plain")}) {
    const auto outcome = exchange({.pieces = {with_gzip("Content-Encoding: gzip\r\n", body)}}, kGetPacked);
    REQUIRE_FALSE(outcome.result);
    CHECK(outcome.result.error().failure == IoFailure::malformed);
    CHECK(outcome.result.error().message == "the answer's gzip is damaged or cut short");
  }
}

TEST_CASE("the cap of a body holds for what comes out of its gzip") {
  HttpClientLimits limits;
  limits.body_cap = 100'000;
  const auto answer = [](std::size_t size) {
    return with_gzip("Content-Encoding: gzip\r\n", gzipped(std::string(size, 'x')));
  };
  const auto good = exchange({.pieces = {answer(100'000)}}, kGetPacked, limits);
  REQUIRE(good.result);
  CHECK(good.result->response.body.size() == 100'000);
  const auto bomb = exchange({.pieces = {answer(50'000'000)}}, kGetPacked, limits);
  REQUIRE_FALSE(bomb.result);
  CHECK(bomb.result.error().failure == IoFailure::too_large);
  CHECK(bomb.result.error().message == "the answer is larger than 100.0 kB");
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
