#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"
#include "base/time_point.h"

namespace plumbline::net {

/// A server's certificate and key, ready for handshakes: TLS 1.2 or 1.3, ciphers with forward secrecy alone, HTTP/1.1
/// by ALPN, no session tickets.
class ServerTls {
 public:
  /// `chain` is PEM: the server's own certificate, then those between it and a CA. `key` is PEM, without a passphrase.
  /// The error begins with `certificate: ` or `key: `, and says what is wrong with it.
  static Result<std::shared_ptr<const ServerTls>> make(std::string_view chain, const Secret& key);
  ~ServerTls();
  ServerTls(const ServerTls&) = delete;
  ServerTls& operator=(const ServerTls&) = delete;

  /// When the server's own certificate expires.
  [[nodiscard]] TimePoint expires() const { return expires_; }

  struct Impl;
  [[nodiscard]] Impl& impl() const { return *impl_; }

 private:
  ServerTls();

  std::unique_ptr<Impl> impl_;
  TimePoint expires_;
};

/// Gives the certificate for the next connection; never null. Connections keep the one that they began with.
using ServerTlsSource = std::function<std::shared_ptr<const ServerTls>()>;

}  // namespace plumbline::net
