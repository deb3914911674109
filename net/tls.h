#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "net/byte_stream.h"

namespace plumbline::net {

/// The part that all TLS connections share: protocol versions and trusted CAs.
class TlsContext {
 public:
  /// Trusts the CAs of `ca_file` (PEM), or the system's if it is empty. Throws std::runtime_error
  /// if the file cannot be read.
  explicit TlsContext(const std::string& ca_file);
  ~TlsContext();

  struct Impl;
  [[nodiscard]] Impl& impl() const { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

/// Makes the TLS handshake as a client, within `timeout`: TLS 1.2 or 1.3, SNI unless `host` is an address, certificate
/// verified against the CAs and `host`. Errors: IoFailure::tls, timeout, cancelled. The context must outlive the
/// stream.
Awaitable<Result<std::unique_ptr<ByteStream>, IoError>> start_tls(const TlsContext* context,
                                                                  asio::ip::tcp::socket socket, std::string host,
                                                                  std::chrono::milliseconds timeout);

}  // namespace plumbline::net
