#include <doctest/doctest.h>

#include "api/workers.h"
#include "net/http_client.h"
#include "tests/unit/net/memory_stream.h"
#include "tests/unit/net/run.h"

/// One call, failing at every step that there is: connect, handshake, the write, each read of the answer.
namespace plumbline::api {
namespace {

using net::IoFailure;
using Stream = net::testing::MemoryStream;

std::string wire_answer() {
  return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 36\r\n\r\n"
         R"({"success":true,"result":{"id":"r"}})";
}

/// The answer as a slow network delivers it: some bytes a read.
Stream::Script delivery(std::optional<std::size_t> failing_step, IoFailure failure) {
  constexpr std::size_t kPiece = 9;
  Stream::Script script{.failing_step = failing_step, .failure = failure};
  // The first step is the write: a peer that does not take the request gives no answer either.
  if (failing_step == 0) return script;
  const auto answer = wire_answer();
  for (std::size_t at = 0; at < answer.size(); at += kPiece) script.pieces.push_back(answer.substr(at, kPiece));
  return script;
}

/// What becomes of the first connection; those after it work.
struct Fault {
  std::optional<IoFailure> at_connect;
  std::optional<std::size_t> at_step;
  IoFailure failure = IoFailure::closed;
};

class FaultyConnector final : public net::Connector {
 public:
  explicit FaultyConnector(Fault fault) : fault_(fault) {}

  Awaitable<plumbline::Result<std::unique_ptr<net::ByteStream>, net::IoError>> connect(net::Origin) override {
    const bool is_first = std::exchange(first_, false);
    if (is_first && fault_.at_connect) {
      co_return std::unexpected(net::IoError{*fault_.at_connect, net::Progress::nothing_sent, "scripted"});
    }
    records.push_back(std::make_shared<Stream::Record>());
    co_return std::make_unique<Stream>(delivery(is_first ? fault_.at_step : std::nullopt, fault_.failure),
                                       records.back());
  }

  /// How many connections a request was written to, in whole or in part.
  [[nodiscard]] std::size_t requests() const { return records.size(); }

  std::vector<std::shared_ptr<Stream::Record>> records;

 private:
  Fault fault_;
  bool first_ = true;
};

struct Outcome {
  std::optional<Error> error;
  std::size_t requests = 0;
  std::size_t steps = 0;  // of the first connection
};

Outcome call_with(const Fault& fault, std::string_view operation) {
  boost::asio::io_context context;
  FaultyConnector connector(fault);
  const auto http = net::make_http_client(context.get_executor(), connector, {});
  ClientOptions options;
  options.credentials = [] { return Credentials{Secret("sesame"), {}, {}}; };
  options.retry.base = std::chrono::milliseconds(1);
  const auto client = make_client(context.get_executor(), *http, std::move(options), nullptr);
  Call call;
  call.operation = find_operation(operation);
  call.path = {{"account_id", "a"}, {"zone_id", "z"}, {"script_name", "w"}};
  const auto result = net::testing::run_on(context, client->call(std::move(call)));
  Outcome outcome{.requests = connector.requests()};
  if (!result) outcome.error = result.error();
  if (!connector.records.empty()) outcome.steps = connector.records.front()->steps;
  return outcome;
}

std::size_t steps_of_a_call() {
  const auto whole = call_with({}, "get_settings");
  REQUIRE_FALSE(whole.error);
  REQUIRE(whole.steps > 10);
  return whole.steps;
}

TEST_CASE("a read that fails at any step succeeds after it is repeated") {
  for (std::size_t step = 0; step < steps_of_a_call(); ++step) {
    for (const auto failure : {IoFailure::closed, IoFailure::timeout}) {
      CAPTURE(step);
      const auto outcome = call_with({.at_step = step, .failure = failure}, "get_settings");
      CHECK_FALSE(outcome.error);
      CHECK(outcome.requests == 2);
    }
  }
}

TEST_CASE("a write that must not happen twice is sent once whatever step fails, and its loss is told") {
  for (std::size_t step = 0; step < steps_of_a_call(); ++step) {
    for (const auto failure : {IoFailure::closed, IoFailure::timeout}) {
      CAPTURE(step);
      const auto outcome = call_with({.at_step = step, .failure = failure}, "create_route");
      REQUIRE(outcome.error);
      CHECK(outcome.error->kind == ErrorKind::lost_answer);
      CHECK(outcome.error->operation == "create_route");
      CHECK(outcome.requests == 1);
    }
  }
}

TEST_CASE("a connection that never came about is tried again for reads and writes alike") {
  for (const auto failure : {IoFailure::resolve, IoFailure::connect, IoFailure::tls, IoFailure::timeout}) {
    for (const std::string_view operation : {"get_settings", "create_route"}) {
      CAPTURE(net::to_string(failure));
      const auto outcome = call_with({.at_connect = failure}, operation);
      CHECK_FALSE(outcome.error);
      CHECK(outcome.requests == 1);
    }
  }
}

}  // namespace
}  // namespace plumbline::api
