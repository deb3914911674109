#include "net/server_tls.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <ctime>
#include <new>
#include <string>
#include <utility>

#include "net/await.h"
#include "net/server_tls_stream.h"
#include "net/tcp.h"

namespace plumbline::net {

struct ServerTls::Impl {
  asio::ssl::context context{asio::ssl::context::tls_server};
};

namespace {

using tcp = asio::ip::tcp;

template <auto free>
struct FreedBy {
  template <class T>
  void operator()(T* value) const {
    free(value);
  }
};
using Bio = std::unique_ptr<BIO, FreedBy<BIO_free>>;
using Certificate = std::unique_ptr<X509, FreedBy<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, FreedBy<EVP_PKEY_free>>;

Bio memory_of(std::string_view text) {
  Bio bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  if (!bio) throw std::bad_alloc();
  return bio;
}

// Without it OpenSSL would ask for a passphrase at the terminal.
int no_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*context*/) {
  return -1;
}

// What OpenSSL says of its last failure: names of functions and reasons, nothing of the input.
std::string reason() {
  const auto error = ERR_peek_last_error();
  const char* const text = ERR_reason_error_string(error);
  ERR_clear_error();
  return text == nullptr ? "it is damaged" : text;
}

bool is_end_of_pem() {
  const auto error = ERR_peek_last_error();
  const bool is_end = ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
  if (is_end) ERR_clear_error();
  return is_end;
}

Result<Certificate> load_chain(SSL_CTX* context, std::string_view chain) {
  const auto bio = memory_of(chain);
  Certificate own(PEM_read_bio_X509(bio.get(), nullptr, no_passphrase, nullptr));
  if (!own) {
    if (is_end_of_pem()) return fail("certificate: it holds no -----BEGIN CERTIFICATE-----");
    return fail("certificate: the first one cannot be read: " + reason());
  }
  if (SSL_CTX_use_certificate(context, own.get()) != 1) return fail("certificate: it cannot be used: " + reason());
  for (int number = 2;; ++number) {
    Certificate next(PEM_read_bio_X509(bio.get(), nullptr, no_passphrase, nullptr));
    if (!next && is_end_of_pem()) return own;
    if (!next) return fail(fmt::format("certificate: number {} of the chain cannot be read: {}", number, reason()));
    if (SSL_CTX_add1_chain_cert(context, next.get()) != 1) {
      return fail(fmt::format("certificate: number {} of the chain cannot be used: {}", number, reason()));
    }
  }
}

Result<void> load_key(SSL_CTX* context, std::string_view text, X509* certificate) {
  const auto bio = memory_of(text);
  const Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
  if (!key) {
    const auto why = reason();
    if (text.contains("ENCRYPTED")) return fail("key: it is encrypted; a key without a passphrase is needed");
    // OpenSSL says no more than `unsupported` then.
    if (!text.contains("PRIVATE KEY-----")) return fail("key: it holds no -----BEGIN PRIVATE KEY-----");
    return fail("key: it cannot be read: " + why);
  }
  if (X509_check_private_key(certificate, key.get()) != 1) {
    ERR_clear_error();
    return fail("key: it does not belong to the certificate");
  }
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1) return fail("key: it cannot be used: " + reason());
  return {};
}

TimePoint expiry_of(X509* certificate) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &parts) != 1) return TimePoint::max();
  return nearest_time(std::chrono::seconds(::timegm(&parts)));
}

// RFC 7301: a client that names protocols, and not ours, is refused. Most name HTTP/2 as well.
int choose_protocol(SSL* /*ssl*/, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                    unsigned int offered_size, void* /*context*/) {
  static constexpr unsigned char kOurs[] = "\x08http/1.1";
  unsigned char* found = nullptr;
  const int result = SSL_select_next_proto(&found, size, kOurs, sizeof kOurs - 1, offered, offered_size);
  *chosen = found;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

void restrict(SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  // Those of Mozilla's intermediate configuration without DHE; TLS 1.3 has none that are weak.
  if (SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") != 1) throw std::bad_alloc();
  // Clients are few and stay connected: nothing is worth the key that tickets would keep in memory.
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
}

constexpr std::string_view kSpeakTls =
    "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 42\r\nConnection: close\r\n\r\n"
    "This listener speaks HTTPS, and not HTTP.\n";

class ServerTlsStream final : public ByteStream {
 public:
  ServerTlsStream(tcp::socket socket, std::shared_ptr<const ServerTls> tls)
      : certificate_(std::move(tls)), guard_(std::move(socket)), tls_(guard_.socket(), certificate_->impl().context) {}

  Awaitable<Result<std::size_t, IoError>> read_some(std::span<char> buffer) override {
    if (state_ == State::fresh) {
      if (auto done = co_await handshake(); !done) co_return std::unexpected(std::move(done.error()));
    }
    co_return co_await guard_.read_some(&tls_, buffer);
  }

  Awaitable<Result<void, IoError>> write_all(std::string_view bytes) override {
    if (state_ == State::open) co_return co_await guard_.write_all(&tls_, bytes);
    co_return std::unexpected(IoError{IoFailure::tls, Progress::nothing_sent, "there was no handshake"});
  }

  void expires_after(std::chrono::milliseconds timeout) override { guard_.deadline().expires_after(timeout); }

  Awaitable<> shutdown() override {
    if (state_ == State::open && !guard_.gone()) co_await tls_.async_shutdown(kAwait);
    // What was said without TLS is to arrive before the end.
    if (state_ == State::plain && !guard_.gone()) co_await guard_.linger();
    guard_.cut(Cut::close);
  }

  void cut(Cut how) noexcept override { guard_.cut(how); }

 private:
  enum class State : std::uint8_t {
    fresh,
    open,
    plain,   ///< the client speaks HTTP without TLS
    failed,  ///< no handshake, or an end in the midst of it
  };

  Awaitable<Result<void, IoError>> handshake() {
    state_ = State::failed;
    if (auto ours = guard_.gone()) co_return std::unexpected(std::move(*ours));
    const auto [error] = co_await tls_.async_handshake(asio::ssl::stream_base::server, kAwait);
    if (!error) {
      state_ = State::open;
      co_return Result<void, IoError>();
    }
    if (error == asio::error::operation_aborted) co_return std::unexpected(guard_.explain(error));
    if (error.category() == asio::error::get_ssl_category() &&
        ERR_GET_REASON(static_cast<unsigned long>(error.value())) == SSL_R_HTTP_REQUEST) {
      state_ = State::plain;
      co_await guard_.write_all(&guard_.socket(), kSpeakTls);
    }
    co_return std::unexpected(IoError{IoFailure::tls, Progress::nothing_sent, "TLS: " + error.message()});
  }

  std::shared_ptr<const ServerTls> certificate_;
  GuardedSocket guard_;
  asio::ssl::stream<tcp::socket&> tls_;
  State state_ = State::fresh;
};

}  // namespace

ServerTls::ServerTls() : impl_(std::make_unique<Impl>()) {}
ServerTls::~ServerTls() = default;

Result<std::shared_ptr<const ServerTls>> ServerTls::make(std::string_view chain, const Secret& key) {
  std::shared_ptr<ServerTls> made(new ServerTls);
  SSL_CTX* const context = made->impl_->context.native_handle();
  restrict(context);
  auto certificate = load_chain(context, chain);
  if (!certificate) return std::unexpected(std::move(certificate.error()));
  if (auto loaded = load_key(context, key.reveal(), certificate->get()); !loaded) {
    return std::unexpected(std::move(loaded.error()));
  }
  made->expires_ = expiry_of(certificate->get());
  return made;
}

std::unique_ptr<ByteStream> make_server_tls_stream(tcp::socket socket, std::shared_ptr<const ServerTls> tls) {
  return std::make_unique<ServerTlsStream>(std::move(socket), std::move(tls));
}

}  // namespace plumbline::net
