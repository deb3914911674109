#include "daemon/telemetry/line_backlog.h"

#include <utility>

namespace plumbline::daemon {

bool LineBacklog::has_room_for(const std::string& line) const {
  const auto divisor = is_full_ ? 2U : 1U;
  return entries_.size() < limits_.lines / divisor && bytes_ + line.size() <= limits_.bytes / divisor;
}

void LineBacklog::put(std::string line) {
  is_full_ = !has_room_for(line);
  if (is_full_) {
    ++dropped_;
    ++refused_;
    return;
  }
  if (refused_ > 0) entries_.push_back({.line = {}, .missing = std::exchange(refused_, 0)});
  bytes_ += line.size();
  entries_.push_back({.line = std::move(line)});
}

std::optional<LineBacklog::Entry> LineBacklog::take() {
  if (lost_ > 0 && !notice_failed_) return Entry{.line = {}, .missing = std::exchange(lost_, 0)};
  if (!entries_.empty()) {
    Entry entry = std::move(entries_.front());
    entries_.pop_front();
    bytes_ -= entry.line.size();
    if (entry.missing == 0) notice_failed_ = false;
    return entry;
  }
  if (refused_ > 0 && !notice_failed_) return Entry{.line = {}, .missing = std::exchange(refused_, 0)};
  return std::nullopt;
}

bool LineBacklog::is_empty() const {
  return entries_.empty() && (notice_failed_ || (lost_ == 0 && refused_ == 0));
}

void LineBacklog::failed(const Entry& entry) {
  if (entry.missing > 0) {
    lost_ += entry.missing;
    notice_failed_ = true;
  } else {
    ++lost_;
    ++dropped_;
  }
}

}  // namespace plumbline::daemon
