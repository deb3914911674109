#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// The text through which processes with one budget tell each other how many calls they made and when, and how many
/// each has reserved. A value without clock or I/O; window_file.h keeps it on disk.
namespace plumbline::api {

using std::chrono::milliseconds;

/// A number of calls, and the time since they were answered.
struct CallCount {
  milliseconds age{0};  ///< below zero: they count from a future time on
  std::size_t count = 1;

  friend bool operator==(const CallCount&, const CallCount&) = default;
};

/// What one process has done since its last request, and how many calls it wants to make next.
struct ReservationRequest {
  std::uint64_t process = 0;        ///< random id of the process; not 0
  std::vector<CallCount> answered;  ///< since the last request
  std::size_t in_flight = 0;        ///< sent and not yet answered
  std::size_t wanted = 0;           ///< calls to make next; 0 gives the unused reservation back
  std::size_t allowed = 0;          ///< how many calls of all processes may count afterwards
  std::size_t share = 0;            ///< our share of the limit; half of it counts as used if nothing is known
  milliseconds window{300'000};
};

/// What the process got.
struct Reservation {
  std::size_t granted = 0;      ///< of the wanted calls
  std::vector<CallCount> used;  ///< all calls that count, except those that this process has sent or reserved itself
  bool others_reserve = false;  ///< others hold a reservation, and may give it back soon
};

/// The current time, on clocks that all processes of a host share. `up` decides, because nobody can set it. It starts
/// again with each boot, so entries of an earlier boot are aged by `wall`.
struct LedgerClock {
  std::string boot;      ///< id of the boot; empty: unknown
  milliseconds up{0};    ///< since the boot, including time asleep
  milliseconds wall{0};  ///< since 1970
};

/// The ledger itself: calls that were answered, and calls that are reserved.
class Ledger {
 public:
  /// A reserved call must start within this time after its reservation.
  static constexpr milliseconds kValid{10'000};
  /// If a process reserves calls and then says nothing more (it was killed), its calls count as answered this long
  /// after the reservation.
  static constexpr milliseconds kHeld{15'000};
  /// The size of the text in bytes: one page, which a kill leaves written wholly or not at all.
  static constexpr std::size_t kBytes = 4096;

  /// Reads a text. If it is not one of ours, is damaged or comes from another boot, at least half of the share counts
  /// as used.
  static Ledger parse(std::string_view text, const LedgerClock& now);
  [[nodiscard]] std::string to_text(const LedgerClock& now) const;

  /// Enters what the process reports, and reserves as many of the wanted calls as `allowed` leaves room for.
  Reservation reserve(const ReservationRequest& request, milliseconds up);

 private:
  struct Answered {
    milliseconds at{0};  // since the boot
    std::size_t count = 0;
  };
  struct Block {
    std::uint64_t process = 0;
    milliseconds at{0};
    std::size_t count = 0;
  };

  bool read(std::string_view text, const LedgerClock& now);
  bool read_line(const std::vector<std::string_view>& words, milliseconds up);
  void expire(milliseconds window, milliseconds resolution, milliseconds up);
  void add(milliseconds at, std::size_t count, milliseconds resolution);
  void merge_oldest_blocks();
  [[nodiscard]] std::size_t used() const;
  [[nodiscard]] std::string body(const LedgerClock& now) const;

  std::vector<Answered> answered_;  // ascending
  std::vector<Block> blocks_;
  bool trusted_ = false;
};

}  // namespace plumbline::api
