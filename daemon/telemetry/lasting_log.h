#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/time_point.h"
#include "daemon/telemetry/log.h"

namespace plumbline::daemon {

/// A kind of state that may last. Both are constant messages.
struct LastingKind {
  std::string_view begins;  ///< also once an hour; no other kind has the same
  std::string_view ends{};  ///< empty: the end is not logged
};

/// A state of that kind, as it is now.
struct LastingState {
  std::string scope;  ///< whose it is: a source, an account
  std::string key{};  ///< tells it from others of its scope
  LogLevel level = LogLevel::warning;
  std::vector<LogField> subject;    ///< what it is about: every line has this
  std::vector<LogField> cause{};    ///< why it is so: once this changes, it is logged at once
  std::vector<LogField> details{};  ///< what may change without a word
};

/// Logs what stays the same: when it begins or its cause changes, then once an hour, and once when it ends. The lines
/// after the first have `since`. On one thread.
class LastingLog {
 public:
  using Clock = std::function<TimePoint()>;
  /// `logger` must outlive it.
  LastingLog(Logger& logger, Clock clock) : logger_(logger), clock_(std::move(clock)) {}

  /// The state is so. Returns whether that was logged.
  bool hold(const LastingKind& kind, LastingState state);
  /// Of the states of this kind and scope all but those with these keys have ended.
  void keep(const LastingKind& kind, const std::string& scope, const std::set<std::string>& keys);
  void end(const LastingKind& kind, const std::string& scope) { keep(kind, scope, {}); }
  /// These, which have the scope `scope`, are all states of this kind and scope.
  void hold_only(const LastingKind& kind, const std::string& scope, std::vector<LastingState> states);

  /// Nothing more is said of this scope: nobody looks at it any more.
  void forget(const std::string& scope);

  [[nodiscard]] bool holds(const LastingKind& kind, const std::string& scope, const std::string& key) const;

  /// Logs again what was last logged an hour ago. To be called every minute or so.
  void remind();

 private:
  struct Entry {
    LastingState state;
    TimePoint since;
    TimePoint logged;
  };
  using Key = std::tuple<std::string_view, std::string, std::string>;  // LastingKind::begins, scope, key

  void write(std::string_view message, const Entry& entry) const;
  void write_end(const LastingKind& kind, const Entry& entry) const;
  bool remind(std::string_view message, Entry& entry);

  Logger& logger_;
  Clock clock_;
  std::map<Key, Entry> entries_;
};

}  // namespace plumbline::daemon
