#include "daemon/telemetry/lasting_log.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace plumbline::daemon {
namespace {

constexpr std::chrono::hours kReminder{1};

bool same_fields(const std::vector<LogField>& left, const std::vector<LogField>& right) {
  return std::ranges::equal(left, right,
                            [](const auto& a, const auto& b) { return a.key == b.key && a.value == b.value; });
}

void append(std::vector<LogField>& fields, const std::vector<LogField>& more) {
  fields.insert(fields.end(), more.begin(), more.end());
}

}  // namespace

void LastingLog::write(std::string_view message, const Entry& entry) const {
  auto fields = entry.state.subject;
  append(fields, entry.state.cause);
  append(fields, entry.state.details);
  if (entry.logged != entry.since) fields.emplace_back("since", to_rfc3339(entry.since));
  logger_.write(entry.state.level, message, fields);
}

bool LastingLog::remind(std::string_view message, Entry& entry) {
  const auto now = clock_();
  if (now < entry.logged + kReminder) return false;
  entry.logged = now;
  write(message, entry);
  return true;
}

bool LastingLog::hold(const LastingKind& kind, LastingState state) {
  const auto now = clock_();
  const Key key{kind.begins, state.scope, state.key};
  const auto found = entries_.find(key);
  if (found == entries_.end()) {
    write(kind.begins, entries_.emplace(key, Entry{std::move(state), now, now}).first->second);
    return true;
  }
  auto& entry = found->second;
  const bool is_same = same_fields(entry.state.cause, state.cause);
  entry.state = std::move(state);
  if (is_same) return remind(kind.begins, entry);
  entry.logged = now;
  write(kind.begins, entry);
  return true;
}

void LastingLog::write_end(const LastingKind& kind, const Entry& entry) const {
  if (kind.ends.empty()) return;
  auto fields = entry.state.subject;
  fields.emplace_back("since", to_rfc3339(entry.since));
  logger_.write(LogLevel::info, kind.ends, fields);
}

void LastingLog::keep(const LastingKind& kind, const std::string& scope, const std::set<std::string>& keys) {
  for (auto it = entries_.begin(); it != entries_.end();) {
    const auto& [begins, of, key] = it->first;
    const bool is_over = begins == kind.begins && of == scope && !keys.contains(key);
    if (is_over) write_end(kind, it->second);
    it = is_over ? entries_.erase(it) : std::next(it);
  }
}

void LastingLog::hold_only(const LastingKind& kind, const std::string& scope, std::vector<LastingState> states) {
  std::set<std::string> keys;
  for (const auto& state : states) keys.insert(state.key);
  keep(kind, scope, keys);
  for (auto& state : states) hold(kind, std::move(state));
}

bool LastingLog::holds(const LastingKind& kind, const std::string& scope, const std::string& key) const {
  return entries_.contains(Key{kind.begins, scope, key});
}

void LastingLog::remind() {
  for (auto& [key, entry] : entries_) remind(std::get<0>(key), entry);
}

void LastingLog::forget(const std::string& scope) {
  std::erase_if(entries_, [&scope](const auto& entry) { return std::get<1>(entry.first) == scope; });
}

}  // namespace plumbline::daemon
