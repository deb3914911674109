#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

namespace plumbline::daemon {

/// Lines that wait to be written, limited in number and bytes, and how many were lost. Each gap is reported once, where
/// it is. Pure: no thread, no file.
class LineBacklog {
 public:
  struct Limits {
    std::size_t lines = 20'000;
    std::size_t bytes = std::size_t{8} * 1024 * 1024;
  };
  explicit LineBacklog(Limits limits) : limits_(limits) {}

  /// What to write next: a line, or a notice in place of `missing` lines.
  struct Entry {
    std::string line;
    std::uint64_t missing = 0;
  };

  /// Takes the line, or drops it if there is no room: the oldest lines are kept, because they show how the trouble
  /// began. Once full, it takes lines again when it is half empty, so that a slow reader sees few large gaps and not
  /// many small ones.
  void put(std::string line);

  /// The next entry; nothing if there is none. If it cannot be written, pass it to failed().
  std::optional<Entry> take();

  /// The line is lost. Its notice is tried before the next line, and only when there is a next line, so that nothing is
  /// written again and again to a file that is gone.
  void failed(const Entry& entry);

  /// Whether take() would return nothing.
  [[nodiscard]] bool is_empty() const;

  /// Lines that were dropped or could not be written, each counted once.
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

 private:
  [[nodiscard]] bool has_room_for(const std::string& line) const;

  Limits limits_;
  std::deque<Entry> entries_;
  std::size_t bytes_ = 0;
  std::uint64_t dropped_ = 0;
  std::uint64_t refused_ = 0;  ///< lines dropped behind the last entry, not yet reported
  std::uint64_t lost_ = 0;     ///< lines lost before the first entry, not yet reported
  bool is_full_ = false;
  bool notice_failed_ = false;  ///< since the last line that was taken
};

}  // namespace plumbline::daemon
