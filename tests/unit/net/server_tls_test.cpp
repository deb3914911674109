#include "net/server_tls.h"

#include <doctest/doctest.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <memory>
#include <string>
#include <vector>

#include "net/http_server.h"
#include "tests/unit/net/certificates.h"
#include "tests/unit/net/run.h"

namespace plumbline::net {
namespace {

namespace ssl = asio::ssl;
using asio::ip::tcp;
using boost::system::error_code;
using std::chrono::milliseconds;
using testing::Identity;

constexpr std::string_view kGet = "GET /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";

std::string pem_of(const Identity& identity) {
  return testing::to_pem(identity.certificate.get());
}

Secret key_of(const Identity& identity) {
  return Secret(testing::to_pem(identity.key.get()));
}

std::shared_ptr<const ServerTls> tls_of(const Identity& identity) {
  return ServerTls::make(pem_of(identity), key_of(identity)).value();
}

std::string refusal_of(std::string_view chain, const Secret& key) {
  const auto made = ServerTls::make(chain, key);
  REQUIRE_FALSE(made);
  return made.error().message;
}

Awaitable<Reply> echo_path(HttpRequest request) {
  co_return Reply{HttpResponse{200, {}, request.target}};
}

struct Stage {
  explicit Stage(ServerLimits limits = {})
      : server(listen_http(context.get_executor(), "127.0.0.1:0", echo_path, std::move(limits), [this] {
                 return tls;
               }).value()) {}

  [[nodiscard]] tcp::socket connect() {
    tcp::socket socket(context);
    socket.connect({asio::ip::address_v4::loopback(), server->port()});
    return socket;
  }

  asio::io_context context;
  Identity ca = testing::make_ca("Test CA");
  Identity leaf = testing::make_leaf(ca, "IP:127.0.0.1");
  std::shared_ptr<const ServerTls> tls = tls_of(leaf);
  std::unique_ptr<HttpServer> server;
};

// A client that trusts one CA; the names of protocols as ALPN sends them.
class Client {
 public:
  Client(Stage& stage, const Identity& ca, const std::string& protocols = {}) : stream_(stage.connect(), trust(ca)) {
    if (protocols.empty()) return;
    const auto* bytes = reinterpret_cast<const unsigned char*>(protocols.data());
    SSL_set_alpn_protos(stream_.native_handle(), bytes, static_cast<unsigned>(protocols.size()));
  }

  SSL* handle() { return stream_.native_handle(); }

  Awaitable<error_code> handshake() {
    const auto [error] = co_await stream_.async_handshake(ssl::stream_base::client, kAwait);
    co_return error;
  }

  // Everything that the server answers.
  Awaitable<std::string> talk() {
    if (co_await handshake()) co_return "no handshake";
    co_await asio::async_write(stream_, asio::buffer(kGet), kAwait);
    std::string text;
    co_await asio::async_read(stream_, asio::dynamic_buffer(text), kAwait);
    co_return text;
  }

 private:
  ssl::context& trust(const Identity& ca) {
    context_.set_verify_mode(ssl::verify_peer);
    const auto pem = pem_of(ca);
    context_.add_certificate_authority(asio::buffer(pem));
    return context_;
  }

  ssl::context context_{ssl::context::tls_client};
  ssl::stream<tcp::socket> stream_;
};

Awaitable<std::string> talk_plainly(tcp::socket* socket, std::string_view bytes) {
  co_await asio::async_write(*socket, asio::buffer(bytes), kAwait);
  std::string text;
  co_await asio::async_read(*socket, asio::dynamic_buffer(text), kAwait);
  co_return text;
}

TEST_CASE("a client that trusts the certificate's CA is served by TLS 1.3 and HTTP/1.1") {
  Stage stage;
  Client client(stage, stage.ca, "\x02h2\x08http/1.1");
  CHECK(testing::run_on(stage.context, client.talk()).ends_with("\r\n\r\n/x"));
  CHECK(std::string(SSL_get_version(client.handle())) == "TLSv1.3");
  const unsigned char* chosen = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(client.handle(), &chosen, &size);
  CHECK(std::string(reinterpret_cast<const char*>(chosen), size) == "http/1.1");
}

TEST_CASE("TLS 1.2 is served with forward secrecy, and nothing older or weaker") {
  Stage stage;
  Client old(stage, stage.ca);
  SSL_set_max_proto_version(old.handle(), TLS1_2_VERSION);
  CHECK(testing::run_on(stage.context, old.talk()).ends_with("/x"));
  CHECK(std::string(SSL_get_cipher_name(old.handle())).starts_with("ECDHE-"));

  Client older(stage, stage.ca);
  SSL_set_security_level(older.handle(), 0);
  SSL_set_min_proto_version(older.handle(), TLS1_VERSION);
  SSL_set_max_proto_version(older.handle(), TLS1_1_VERSION);
  CHECK(testing::run_on(stage.context, older.handshake()));

  Client weak(stage, stage.ca);
  SSL_set_max_proto_version(weak.handle(), TLS1_2_VERSION);
  SSL_set_cipher_list(weak.handle(), "ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA384");
  CHECK(testing::run_on(stage.context, weak.handshake()));
}

TEST_CASE("a client of other protocols alone is refused, one that names none is served") {
  Stage stage;
  Client other(stage, stage.ca, "\x02h2");
  CHECK(testing::run_on(stage.context, other.handshake()));
  Client silent(stage, stage.ca);
  CHECK(testing::run_on(stage.context, silent.talk()).ends_with("/x"));
}

TEST_CASE("the certificate can be changed while the server runs") {
  Stage stage;
  const auto second_ca = testing::make_ca("Second CA");
  Client before(stage, stage.ca);
  CHECK(testing::run_on(stage.context, before.talk()).ends_with("/x"));
  stage.tls = tls_of(testing::make_leaf(second_ca, "IP:127.0.0.1"));
  Client after(stage, second_ca);
  CHECK(testing::run_on(stage.context, after.talk()).ends_with("/x"));
  Client distrusting(stage, stage.ca);
  CHECK(testing::run_on(stage.context, distrusting.handshake()));
}

TEST_CASE("who speaks HTTP without TLS is told so") {
  Stage stage;
  auto socket = stage.connect();
  const auto text = testing::run_on(stage.context, talk_plainly(&socket, kGet));
  CHECK(text.starts_with("HTTP/1.1 400 Bad Request\r\n"));
  CHECK(text.ends_with("\r\n\r\nThis listener speaks HTTPS, and not HTTP.\n"));
}

TEST_CASE("what is neither ends the connection, and the next one is served") {
  Stage stage;
  auto socket = stage.connect();
  testing::run_on(stage.context, talk_plainly(&socket, std::string(300, '\x16')));
  Client client(stage, stage.ca);
  CHECK(testing::run_on(stage.context, client.talk()).ends_with("/x"));
}

TEST_CASE("a handshake has the time of a request's head") {
  ServerLimits limits;
  limits.head_timeout = milliseconds(50);
  Stage stage(limits);
  for (const std::string& begun : {std::string(), std::string("\x16\x03\x01\x02", 4)}) {
    auto socket = stage.connect();
    CHECK(testing::run_on(stage.context, talk_plainly(&socket, begun)).empty());
  }
}

TEST_CASE("handshakes that go no further give way to a client") {
  ServerLimits limits;
  limits.connections = 4;
  Stage stage(limits);
  std::vector<tcp::socket> halves;
  for (int i = 0; i < 12; ++i) {
    halves.push_back(stage.connect());
    asio::write(halves.back(), asio::buffer(std::string_view("\x16\x03\x01\x02", 4)));
  }
  Client client(stage, stage.ca);
  CHECK(testing::run_on(stage.context, client.talk()).ends_with("/x"));
}

TEST_CASE("an expiry is told") {
  const auto ca = testing::make_ca("Test CA");
  const auto now = std::chrono::system_clock::now();
  CHECK(tls_of(testing::make_leaf(ca, "DNS:a.example"))->expires() > now);
  CHECK(tls_of(testing::make_leaf(ca, "DNS:a.example", testing::Validity::expired))->expires() < now);
}

TEST_CASE("a chain holds the certificates up to a CA") {
  const auto ca = testing::make_ca("Test CA");
  const auto leaf = testing::make_leaf(ca, "DNS:a.example");
  CHECK(ServerTls::make(pem_of(leaf) + pem_of(ca), key_of(leaf)));
  CHECK(refusal_of(pem_of(leaf) + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", key_of(leaf))
            .starts_with("certificate: number 2 of the chain cannot be read: "));
}

TEST_CASE("a bad certificate or key is told by what is wrong with it, and never repeated") {
  const auto ca = testing::make_ca("Test CA");
  const auto leaf = testing::make_leaf(ca, "DNS:a.example");
  const auto other = testing::make_leaf(ca, "DNS:a.example");
  CHECK(refusal_of("", key_of(leaf)) == "certificate: it holds no -----BEGIN CERTIFICATE-----");
  CHECK(refusal_of("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", key_of(leaf))
            .starts_with("certificate: the first one cannot be read: "));
  CHECK(refusal_of(pem_of(leaf), Secret("not a key")) == "key: it holds no -----BEGIN PRIVATE KEY-----");
  CHECK(refusal_of(pem_of(leaf), Secret(pem_of(leaf))) == "key: it holds no -----BEGIN PRIVATE KEY-----");
  CHECK(refusal_of(pem_of(leaf), key_of(other)) == "key: it does not belong to the certificate");
  const auto damaged = testing::to_pem(leaf.key.get()).replace(60, 10, "AAAAAAAAAA");
  const auto told = refusal_of(pem_of(leaf), Secret(damaged));
  CHECK(told.starts_with("key: "));
  CHECK_FALSE(told.contains("AAAA"));
}

TEST_CASE("a key with a passphrase is refused, and nobody is asked for it") {
  const auto leaf = testing::make_leaf(testing::make_ca("Test CA"), "DNS:a.example");
  BIO* const bio = BIO_new(BIO_s_mem());
  std::string passphrase = "passphrase";
  REQUIRE(PEM_write_bio_PKCS8PrivateKey(bio, leaf.key.get(), EVP_aes_256_cbc(), passphrase.data(),
                                        static_cast<int>(passphrase.size()), nullptr, nullptr) == 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  CHECK(refusal_of(pem_of(leaf), Secret(std::string(data, static_cast<std::size_t>(size)))) ==
        "key: it is encrypted; a key without a passphrase is needed");
  BIO_free(bio);
}

}  // namespace
}  // namespace plumbline::net
