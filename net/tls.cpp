#include "net/tls.h"

#include <fmt/format.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <new>
#include <stdexcept>
#include <utility>

#include "base/system_trust.h"
#include "net/await.h"
#include "net/tcp.h"

namespace plumbline::net {

struct TlsContext::Impl {
  asio::ssl::context context{asio::ssl::context::tls_client};
};

namespace {

namespace ssl = asio::ssl;
using asio::ip::tcp;
using boost::system::error_code;

class TlsStream final : public ByteStream {
 public:
  TlsStream(tcp::socket socket, ssl::context& context) : guard_(std::move(socket)), tls_(guard_.socket(), context) {}

  // False if OpenSSL has no memory for it.
  bool expect_host(const std::string& host) {
    SSL* const handle = tls_.native_handle();
    error_code not_literal;
    asio::ip::make_address(host, not_literal);
    if (!not_literal) {
      return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(handle), host.c_str()) == 1;
    }
    SSL_set_hostflags(handle, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set1_host(handle, host.c_str()) == 1 && SSL_set_tlsext_host_name(handle, host.c_str()) == 1;
  }

  Awaitable<Result<void, IoError>> handshake() {
    const auto [error] = co_await tls_.async_handshake(ssl::stream_base::client, kAwait);
    if (!error) co_return Result<void, IoError>();
    if (error == asio::error::operation_aborted) co_return std::unexpected(guard_.explain(error));
    const long verdict = SSL_get_verify_result(tls_.native_handle());
    const std::string why = verdict == X509_V_OK ? error.message() : X509_verify_cert_error_string(verdict);
    co_return std::unexpected(IoError{IoFailure::tls, Progress::nothing_sent, "TLS: " + why});
  }

  Awaitable<Result<std::size_t, IoError>> read_some(std::span<char> buffer) override {
    return guard_.read_some(&tls_, buffer);
  }

  Awaitable<Result<void, IoError>> write_all(std::string_view bytes) override { return guard_.write_all(&tls_, bytes); }

  void expires_after(std::chrono::milliseconds timeout) override { guard_.deadline().expires_after(timeout); }

  Awaitable<> shutdown() override {
    if (!guard_.gone()) co_await tls_.async_shutdown(kAwait);
    guard_.cut(Cut::close);
  }

  void cut(Cut how) noexcept override { guard_.cut(how); }

  [[nodiscard]] bool alive() override { return SSL_pending(tls_.native_handle()) == 0 && guard_.alive(); }

 private:
  GuardedSocket guard_;
  ssl::stream<tcp::socket&> tls_;
};

}  // namespace

TlsContext::TlsContext(const std::string& ca_file) : impl_(std::make_unique<Impl>()) {
  ssl::context& context = impl_->context;
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  context.set_verify_mode(ssl::verify_peer);
  error_code error;
  if (ca_file.empty()) {
    if (!trust_system(SSL_CTX_get_cert_store(context.native_handle()))) throw std::bad_alloc();
    return;
  }
  context.load_verify_file(ca_file, error);
  if (error) {
    throw std::runtime_error(fmt::format("cannot read the CA file {}: {}", ca_file, error.message()));
  }
}

TlsContext::~TlsContext() = default;

Awaitable<Result<std::unique_ptr<ByteStream>, IoError>> start_tls(const TlsContext* context, tcp::socket socket,
                                                                  std::string host, std::chrono::milliseconds timeout) {
  auto stream = std::make_unique<TlsStream>(std::move(socket), context->impl().context);
  if (!stream->expect_host(host)) {
    co_return std::unexpected(IoError{IoFailure::tls, Progress::nothing_sent,
                                      host + ": this is not a host name that a certificate can be checked for"});
  }
  stream->expires_after(timeout);
  if (auto done = co_await stream->handshake(); !done) {
    IoError error = std::move(done.error());
    error.message = host + ": " + error.message;
    co_return std::unexpected(std::move(error));
  }
  stream->expires_after(kNoDeadline);
  co_return std::move(stream);
}

}  // namespace plumbline::net
