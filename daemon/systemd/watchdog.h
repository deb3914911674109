#pragma once

#include <boost/asio/steady_timer.hpp>

#include "daemon/systemd/notifier.h"
#include "net/awaitable.h"

namespace plumbline::daemon {

/// Tells the service manager twice in each interval of its watchdog that the loop runs, if the manager asks for it. It
/// does so from the loop itself: a loop that hangs tells nothing, and the manager starts the service again.
class Watchdog {
 public:
  /// Begins at once. `notifier` must outlive this.
  Watchdog(const net::Executor& loop, Notifier* notifier);

 private:
  void tell();

  Notifier& notifier_;
  boost::asio::steady_timer timer_;
};

}  // namespace plumbline::daemon
