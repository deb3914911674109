#include <doctest/doctest.h>
#include <openssl/ssl.h>

#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <fstream>

#include "net/await.h"
#include "net/http_client.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/net/certificates.h"
#include "tests/unit/net/run.h"

namespace plumbline::net {
namespace {

namespace ssl = asio::ssl;
using asio::ip::tcp;
using std::chrono::milliseconds;
using testing::Identity;

// A file that goes with the test.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& content) { std::ofstream(path()) << content; }

  [[nodiscard]] std::string path() const { return folder_.file("file"); }

 private:
  plumbline::testing::TemporaryFolder folder_;
};

// How a test server ends a connection after its answer.
enum class Ending { keep_open, close_notify, cut };

// A TLS server that gives the same answer to whatever arrives.
class TlsServer {
 public:
  TlsServer(asio::io_context& context, const Identity& identity, std::string answer, Ending ending)
      : acceptor_(context, {asio::ip::address_v4::loopback(), 0}), answer_(std::move(answer)), ending_(ending) {
    const std::string certificate = testing::to_pem(identity.certificate.get());
    const std::string key = testing::to_pem(identity.key.get());
    tls_.use_certificate_chain(asio::buffer(certificate));
    tls_.use_private_key(asio::buffer(key), ssl::context::pem);
  }

  void start() { asio::co_spawn(acceptor_.get_executor(), accept(), asio::detached); }

  ssl::context& tls() { return tls_; }
  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  std::string server_name;  // from SNI
  std::string version;      // of the last handshake

 private:
  using Stream = ssl::stream<tcp::socket>;

  Awaitable<> accept() {
    while (true) {
      auto [error, socket] = co_await acceptor_.async_accept(kAwait);
      if (error) co_return;
      asio::co_spawn(acceptor_.get_executor(), serve(std::make_unique<Stream>(std::move(socket), tls_)),
                     asio::detached);
    }
  }

  Awaitable<> serve(std::unique_ptr<Stream> stream) {
    const auto [failed] = co_await stream->async_handshake(ssl::stream_base::server, kAwait);
    if (failed) co_return;
    version = SSL_get_version(stream->native_handle());
    const char* const name = SSL_get_servername(stream->native_handle(), TLSEXT_NAMETYPE_host_name);
    server_name = name != nullptr ? name : "";
    std::string request(4096, '\0');
    while (true) {
      const auto [error, count] = co_await stream->async_read_some(asio::buffer(request), kAwait);
      if (error) co_return;
      co_await asio::async_write(*stream, asio::buffer(answer_), kAwait);
      if (ending_ == Ending::close_notify) co_await stream->async_shutdown(kAwait);
      if (ending_ != Ending::keep_open) co_return;
    }
  }

  tcp::acceptor acceptor_;
  ssl::context tls_{ssl::context::tls_server};
  std::string answer_;
  Ending ending_;
};

const std::string kPlainAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const HttpRequest kGetRequest{"GET", "/", {}, ""};

struct Fixture {
  explicit Fixture(const std::string& names = "DNS:localhost,IP:127.0.0.1",
                   testing::Validity validity = testing::Validity::current, const std::string& answer = kPlainAnswer,
                   Ending ending = Ending::keep_open)
      : ca(testing::make_ca("test CA")),
        leaf(testing::make_leaf(ca, names, validity)),
        ca_file(testing::to_pem(ca.certificate.get())),
        server(context, leaf, answer, ending) {}

  Result<HttpResponse, IoError> get(const std::string& host, std::string ca_path) {
    server.start();
    ConnectorOptions options;
    options.ca_file = std::move(ca_path);
    connector = make_connector(context.get_executor(), options);
    client = make_http_client(context.get_executor(), *connector, Origin{Scheme::https, host, server.port()});
    return testing::run_on(context, client->exchange(kGetRequest));
  }

  asio::io_context context;
  Identity ca;
  Identity leaf;
  TemporaryFile ca_file;
  TlsServer server;
  std::unique_ptr<Connector> connector;
  std::unique_ptr<HttpClient> client;
};

TEST_CASE("a server with a certificate of the CA file for its name is trusted and told the name") {
  Fixture fixture;
  const auto answer = fixture.get("localhost", fixture.ca_file.path());
  REQUIRE(answer);
  CHECK(answer->body == "ok");
  CHECK(fixture.server.server_name == "localhost");
  CHECK(fixture.server.version == "TLSv1.3");
}

TEST_CASE("one TLS connection carries many requests and ends in good order") {
  Fixture fixture;
  REQUIRE(fixture.get("localhost", fixture.ca_file.path()));
  for (int i = 0; i < 5; ++i) {
    CHECK(testing::run_on(fixture.context, fixture.client->exchange(kGetRequest)));
  }
  CHECK(fixture.client->connections_opened() == 1);
  testing::run_on(fixture.context, fixture.client->shutdown());
}

TEST_CASE("an address is verified against the addresses of the certificate and sent no SNI") {
  Fixture fixture;
  CHECK(fixture.get("127.0.0.1", fixture.ca_file.path()));
  CHECK(fixture.server.server_name.empty());
  Fixture names_only("DNS:localhost");
  const auto refused = names_only.get("127.0.0.1", names_only.ca_file.path());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().failure == IoFailure::tls);
  CHECK(refused.error().message.find("IP address mismatch") != std::string::npos);
}

TEST_CASE("a certificate for another name is refused and the error says so") {
  Fixture fixture("DNS:other.example");
  const auto answer = fixture.get("localhost", fixture.ca_file.path());
  REQUIRE_FALSE(answer);
  CHECK(answer.error().failure == IoFailure::tls);
  CHECK(answer.error().progress == Progress::nothing_sent);
  CHECK(answer.error().message.starts_with("localhost: TLS: "));
  CHECK(answer.error().message.find("hostname mismatch") != std::string::npos);
}

TEST_CASE("an unknown CA is refused with the system's CAs and with another CA file") {
  Fixture system;
  const auto unknown = system.get("localhost", "");
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().failure == IoFailure::tls);
  const Identity other_ca = testing::make_ca("other CA");
  const TemporaryFile other(testing::to_pem(other_ca.certificate.get()));
  Fixture fixture;
  const auto answer = fixture.get("localhost", other.path());
  REQUIRE_FALSE(answer);
  CHECK(answer.error().failure == IoFailure::tls);
}

TEST_CASE("an expired certificate is refused") {
  Fixture fixture("DNS:localhost", testing::Validity::expired);
  const auto answer = fixture.get("localhost", fixture.ca_file.path());
  REQUIRE_FALSE(answer);
  CHECK(answer.error().message.find("expired") != std::string::npos);
}

TEST_CASE("TLS 1.2 is spoken and TLS 1.1 is not") {
  Fixture twelve;
  SSL_CTX_set_max_proto_version(twelve.server.tls().native_handle(), TLS1_2_VERSION);
  CHECK(twelve.get("localhost", twelve.ca_file.path()));
  CHECK(twelve.server.version == "TLSv1.2");
  Fixture eleven;
  SSL_CTX_set_security_level(eleven.server.tls().native_handle(), 0);
  SSL_CTX_set_min_proto_version(eleven.server.tls().native_handle(), TLS1_1_VERSION);
  SSL_CTX_set_max_proto_version(eleven.server.tls().native_handle(), TLS1_1_VERSION);
  const auto answer = eleven.get("localhost", eleven.ca_file.path());
  REQUIRE_FALSE(answer);
  CHECK(answer.error().failure == IoFailure::tls);
}

TEST_CASE("an answer without a length counts only if TLS was ended in good order") {
  const std::string unsized_answer = "HTTP/1.1 200 OK\r\n\r\npart";
  Fixture ended("DNS:localhost", testing::Validity::current, unsized_answer, Ending::close_notify);
  const auto whole = ended.get("localhost", ended.ca_file.path());
  REQUIRE(whole);
  CHECK(whole->body == "part");
  Fixture cut("DNS:localhost", testing::Validity::current, unsized_answer, Ending::cut);
  const auto truncated = cut.get("localhost", cut.ca_file.path());
  REQUIRE_FALSE(truncated);
  CHECK(truncated.error().failure == IoFailure::closed);
  CHECK(truncated.error().progress == Progress::answer_begun);
}

TEST_CASE("a CA file that cannot be read is told at the start") {
  asio::io_context context;
  ConnectorOptions options;
  options.ca_file = "/nonexistent/ca.pem";
  CHECK_THROWS_WITH_AS(make_connector(context.get_executor(), options), doctest::Contains("/nonexistent/ca.pem"),
                       std::runtime_error);
}

TEST_CASE("a peer that takes the connection and says nothing ends in a handshake timeout") {
  asio::io_context context;
  const tcp::acceptor silent(context, {asio::ip::address_v4::loopback(), 0});
  ConnectorOptions options;
  options.handshake_timeout = milliseconds(30);
  const auto connector = make_connector(context.get_executor(), options);
  const auto stream =
      testing::run_on(context, connector->connect(Origin{Scheme::https, "127.0.0.1", silent.local_endpoint().port()}));
  REQUIRE_FALSE(stream);
  CHECK(stream.error().failure == IoFailure::timeout);
}

TEST_CASE("plain HTTP to a TLS client is a TLS error") {
  asio::io_context context;
  tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
  tcp::socket peer(context);
  acceptor.async_accept(peer, [&](const boost::system::error_code&) {
    asio::write(peer, asio::buffer(std::string("HTTP/1.1 400 Bad Request\r\n\r\n")));
  });
  const auto connector = make_connector(context.get_executor(), {});
  const auto stream = testing::run_on(
      context, connector->connect(Origin{Scheme::https, "127.0.0.1", acceptor.local_endpoint().port()}));
  REQUIRE_FALSE(stream);
  CHECK(stream.error().failure == IoFailure::tls);
}

}  // namespace
}  // namespace plumbline::net
