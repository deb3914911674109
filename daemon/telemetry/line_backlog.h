#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

namespace plumbline::daemon {

/// Lines that wait to be written, bounded in number and bytes; and how many were lost, so that each gap is said where
/// it is, once. Pure: no thread, no file.
class LineBacklog {
 public:
  struct Limits {
    std::size_t lines = 20'000;
    std::size_t bytes = std::size_t{8} * 1024 * 1024;
  };
  explicit LineBacklog(Limits limits) : limits_(limits) {}

  /// What is to be written next: a line, or in place of `missing` lines the notice that they are.
  struct Entry {
    std::string line;
    std::uint64_t missing = 0;
  };

  /// Takes the line, or drops it if there is no room: the oldest tell how a trouble began. Once full, it takes lines
  /// again when it is half empty, so that a slow reader sees a few large gaps and not many small ones.
  void put(std::string line);

  /// Nothing if there is nothing to write. The entry is to be handed to failed() if it cannot be written.
  std::optional<Entry> take();

  /// The line is lost. Its notice is tried before the next line, and only when there is a next one: nothing is tried
  /// again and again at a file that is gone.
  void failed(const Entry& entry);

  /// Whether take() has nothing.
  [[nodiscard]] bool is_empty() const;

  /// Lines that were dropped or could not be written, each counted once.
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

 private:
  [[nodiscard]] bool has_room_for(const std::string& line) const;

  Limits limits_;
  std::deque<Entry> entries_;
  std::size_t bytes_ = 0;
  std::uint64_t dropped_ = 0;
  std::uint64_t refused_ = 0;  ///< behind the last entry, not said yet
  std::uint64_t lost_ = 0;     ///< before the first entry, not said yet
  bool is_full_ = false;
  bool notice_failed_ = false;  ///< after the last line that was taken
};

}  // namespace plumbline::daemon
