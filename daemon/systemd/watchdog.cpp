#include "daemon/systemd/watchdog.h"

namespace plumbline::daemon {

Watchdog::Watchdog(const net::Executor& loop, Notifier* notifier) : notifier_(*notifier), timer_(loop) {
  if (notifier_.watchdog()) tell();
}

void Watchdog::tell() {
  notifier_.alive();
  // sd_watchdog_enabled(3) recommends half of the interval.
  timer_.expires_after(*notifier_.watchdog() / 2);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) tell();
  });
}

}  // namespace plumbline::daemon
