#pragma once

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time_point.h"
#include "net/awaitable.h"

namespace plumbline::daemon {

/// What has happened to a source, in the words of the notifications: `applied`, `failed`, `recovered`, `blocked`,
/// `drifted`, `approval`, and `revision`, `suspended`, `resumed`, `approved`, `reloaded`.
struct Event {
  std::string_view type;
  std::string source;  ///< empty: of the daemon
  std::string worker;  ///< empty: of the whole source
  std::string message;
  std::string revision;
  TimePoint at = std::chrono::system_clock::now();
};

/// The newest events of this process, for whoever follows them. On the loop thread.
class EventLog {
 public:
  explicit EventLog(net::Executor io);

  void add(Event event);

  struct Numbered {
    std::string id;  ///< `<random of this process>-<number>`: an id of an earlier process is told from one of this
    Event event;
  };
  /// The events after that id, oldest first. All that are kept if the id is empty, of an earlier process, or so old
  /// that what followed it is not kept any more.
  [[nodiscard]] std::vector<Numbered> after(std::string_view id) const;
  /// The id of the newest event; also valid before the first one.
  [[nodiscard]] std::string newest() const;

  /// Returns once there is an event after `id`, the log is closed, or the time is over.
  net::Awaitable<> wait(std::string id, std::chrono::milliseconds longest);
  /// Nobody waits any more.
  void close();
  [[nodiscard]] bool is_closed() const { return closed_; }

 private:
  [[nodiscard]] std::string id_of(std::uint64_t number) const;

  void wake();

  net::Executor io_;
  std::string epoch_;
  std::uint64_t last_ = 0;  ///< number of the newest event
  std::deque<Event> kept_;  ///< the newest ones; the last has the number `last_`
  bool closed_ = false;
  std::set<boost::asio::steady_timer*> waiting_;  ///< cancelled whenever an event comes
};

/// `{"id":…,"time":…,"type":…,"source":…,"worker":…,"revision":…,"message":…}`
JsonObject to_json(const EventLog::Numbered& event);

/// The event as a message of an event stream (HTML, 9.2.6): fields `id`, `event`, `data`, and an empty line.
std::string to_stream_message(const EventLog::Numbered& event);

}  // namespace plumbline::daemon
