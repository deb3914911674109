#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/descriptor.h"
#include "daemon/config/environment.h"

namespace plumbline::daemon {

/// Tells the service manager how this service is doing, by the protocol of sd_notify(3). Without a manager, every
/// function does nothing. What cannot be delivered is dropped: the manager acts on what it is told, and there is
/// nobody else to tell. On the loop thread; a manager that does not read delays the caller by at most a second.
class Notifier {
 public:
  /// There is no manager.
  Notifier() = default;
  /// Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID. They need not be unset, because child processes inherit no
  /// environment (net/spawn.h).
  explicit Notifier(const Environment& environment);

  /// Whether there is a manager. If not, texts for status() need not be made.
  [[nodiscard]] bool has_manager() const { return socket_.valid(); }

  /// The service has started, or has loaded its configuration again.
  void ready();
  /// The configuration is loaded again from now on, until ready().
  void reloading();
  /// The end has begun.
  void stopping();
  /// What `systemctl status` shows, in one line. A text that was sent last is not sent again.
  void status(std::string_view text);
  /// The start or the end that is in progress may take so long from now on, if that is longer than the unit allows.
  void extend(std::chrono::seconds time);
  /// The service makes progress.
  void alive();

  /// How long the manager waits for alive(); nothing: it does not.
  [[nodiscard]] std::optional<std::chrono::microseconds> watchdog() const { return watchdog_; }

 private:
  void send(const std::string& message) const;

  Descriptor socket_;
  std::string address_;  ///< a path, or a name that begins with a null byte
  std::optional<std::chrono::microseconds> watchdog_;
  std::string last_status_;
};

}  // namespace plumbline::daemon
