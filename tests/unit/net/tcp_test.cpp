#include "net/tcp.h"

#include <doctest/doctest.h>

#include <array>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/write.hpp>

#include "tests/unit/net/run.h"

namespace plumbline::net {
namespace {

using asio::ip::tcp;
using std::chrono::milliseconds;

// Both ends of a connection over loopback.
struct Pair {
  Pair() : peer(context) {
    tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
    tcp::socket socket(context);
    socket.connect(acceptor.local_endpoint());
    acceptor.accept(peer);
    stream = make_tcp_stream(std::move(socket));
  }

  Result<std::size_t, IoError> read() { return testing::run_on(context, stream->read_some(buffer)); }

  asio::io_context context;
  tcp::socket peer;
  std::unique_ptr<ByteStream> stream;
  std::array<char, 64> buffer{};
};

TEST_CASE("a stream hands out bytes and then the end") {
  Pair pair;
  asio::write(pair.peer, asio::buffer(std::string("abc")));
  CHECK(pair.read() == 3);
  pair.peer.close();
  CHECK(pair.read() == 0);
}

TEST_CASE("a read from a silent peer ends at the deadline") {
  Pair pair;
  const auto begun = std::chrono::steady_clock::now();
  pair.stream->expires_after(milliseconds(20));
  const auto count = pair.read();
  REQUIRE_FALSE(count);
  CHECK(count.error().failure == IoFailure::timeout);
  CHECK(std::chrono::steady_clock::now() - begun >= milliseconds(20));
}

TEST_CASE("a write to a peer that does not read ends at the deadline") {
  Pair pair;
  pair.stream->expires_after(milliseconds(20));
  // More than the kernel buffers.
  std::string much;
  much.resize(20'000'000, 'x');
  const auto written = testing::run_on(pair.context, pair.stream->write_all(much));
  REQUIRE_FALSE(written);
  CHECK(written.error().failure == IoFailure::timeout);
}

TEST_CASE("a deadline may be moved later and earlier and lifted") {
  Pair pair;
  pair.stream->expires_after(milliseconds(10));
  pair.stream->expires_after(milliseconds(60));
  auto begun = std::chrono::steady_clock::now();
  CHECK_FALSE(pair.read());
  CHECK(std::chrono::steady_clock::now() - begun >= milliseconds(55));
  pair.stream->expires_after(std::chrono::hours(1));
  pair.stream->expires_after(milliseconds(10));
  begun = std::chrono::steady_clock::now();
  CHECK_FALSE(pair.read());
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(5));
  pair.stream->expires_after(kNoDeadline);
  asio::write(pair.peer, asio::buffer(std::string("abc")));
  CHECK(pair.read() == 3);
}

TEST_CASE("an operation that begins after the deadline fails and a new deadline revives the stream") {
  Pair pair;
  pair.stream->expires_after(milliseconds(0));
  const auto written = testing::run_on(pair.context, pair.stream->write_all("x"));
  REQUIRE_FALSE(written);
  CHECK(written.error().failure == IoFailure::timeout);
  pair.stream->expires_after(std::chrono::seconds(5));
  CHECK(testing::run_on(pair.context, pair.stream->write_all("last words")));
}

TEST_CASE("a reset by the peer is closed") {
  Pair pair;
  pair.peer.set_option(asio::socket_base::linger(true, 0));
  pair.peer.close();
  const auto count = pair.read();
  REQUIRE_FALSE(count);
  CHECK(count.error().failure == IoFailure::closed);
}

TEST_CASE("a stream that was cut fails every operation") {
  Pair pair;
  pair.stream->cut(ByteStream::Cut::close);
  CHECK(pair.read().error().failure == IoFailure::closed);
  CHECK(testing::run_on(pair.context, pair.stream->write_all("x")).error().failure == IoFailure::closed);
  CHECK_FALSE(pair.stream->alive());
}

TEST_CASE("an idle stream is alive until the peer ends it or sends something unasked") {
  Pair quiet;
  CHECK(quiet.stream->alive());
  quiet.peer.close();
  quiet.context.run_for(milliseconds(5));
  CHECK_FALSE(quiet.stream->alive());
  Pair chatty;
  asio::write(chatty.peer, asio::buffer(std::string("?")));
  chatty.context.run_for(milliseconds(5));
  CHECK_FALSE(chatty.stream->alive());
}

TEST_CASE("shutdown waits for the peer's end no longer than the deadline") {
  Pair pair;
  pair.stream->expires_after(milliseconds(20));
  const auto begun = std::chrono::steady_clock::now();
  testing::run_on(pair.context, pair.stream->shutdown());
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(5));
  CHECK_FALSE(pair.stream->alive());
}

Awaitable<> read_into(ByteStream* stream, std::optional<IoFailure>* failure) {
  std::array<char, 8> buffer{};
  const auto count = co_await stream->read_some(buffer);
  if (!count) *failure = count.error().failure;
}

TEST_CASE("a cancelled read says so and is no timeout") {
  Pair pair;
  pair.stream->expires_after(std::chrono::seconds(10));
  std::optional<IoFailure> failure;
  asio::cancellation_signal signal;
  asio::co_spawn(pair.context, read_into(pair.stream.get(), &failure),
                 asio::bind_cancellation_slot(signal.slot(), asio::detached));
  pair.context.run_for(milliseconds(5));
  signal.emit(asio::cancellation_type::terminal);
  pair.context.restart();
  pair.context.run_for(milliseconds(50));
  CHECK(failure == IoFailure::cancelled);
}

TEST_CASE("a connection attempt to an address that does not answer ends at the deadline") {
  asio::io_context context;
  // A full queue of connections that nobody accepts drops further ones, like a dead host.
  tcp::acceptor full(context);
  full.open(tcp::v4());
  full.bind({asio::ip::address_v4::loopback(), 0});
  full.listen(0);
  std::vector<tcp::socket> queued;
  for (int i = 0; i < 3; ++i) {
    queued.emplace_back(context);
    queued.back().async_connect(full.local_endpoint(), asio::detached);
  }
  context.run_for(milliseconds(20));
  ConnectorOptions options;
  options.connect_timeout = milliseconds(50);
  const auto connector = make_connector(context.get_executor(), options);
  const auto stream =
      testing::run_on(context, connector->connect(Origin{Scheme::http, "127.0.0.1", full.local_endpoint().port()}));
  REQUIRE_FALSE(stream);
  CHECK(stream.error().failure == IoFailure::timeout);
}

}  // namespace
}  // namespace plumbline::net
