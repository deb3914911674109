#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "daemon/config/config.h"
#include "daemon/config/environment.h"
#include "daemon/telemetry/lasting_log.h"
#include "net/server_tls.h"

namespace plumbline::daemon {

/// The certificate of the daemon's listeners, out of where the configuration says. Files are read again, so that a
/// renewed certificate needs no restart. On the loop thread.
class ListenerTls {
 public:
  /// `environment` must outlive it.
  ListenerTls(ServerTlsConfig config, const Environment& environment);

  /// Whether the configuration has a certificate. If not, nothing is read.
  [[nodiscard]] bool given() const { return config_.certificate.reference.given(); }

  /// Reads both files. If they are wrong, the certificate in force stays, and the error says which one is wrong, where
  /// the configuration names it, and how. Blocks on a disk for a moment.
  Result<void, Diagnostic> read();

  /// read(), whose failure is logged while it lasts. So is a certificate that expires within two weeks. To be called
  /// every minute or so.
  void watch(LastingLog& lasting);

  /// The certificate of the last read() that succeeded; null before.
  [[nodiscard]] std::shared_ptr<const net::ServerTls> in_force() const { return in_force_; }

 private:
  [[nodiscard]] std::string problem(TimePoint now) const;

  ServerTlsConfig config_;
  const Environment& environment_;
  std::shared_ptr<const net::ServerTls> in_force_;
  std::string digest_;  ///< of the texts that `in_force_` was made of
};

/// The same read once: why the daemon cannot serve with this configuration. Empty if it can.
std::vector<Diagnostic> listener_tls_problems(const ServerTlsConfig& config, const Environment& environment);

}  // namespace plumbline::daemon
