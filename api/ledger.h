#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// What the processes of one budget tell each other through a file: which calls were answered when, and how many each
/// process has reserved. A value without clock or I/O; window_file.h keeps it on disk.
namespace plumbline::api {

using std::chrono::milliseconds;

/// Calls that count, by the time since their answers.
struct CallCount {
  milliseconds age{0};  ///< below zero: counts from a moment to come
  std::size_t count = 1;

  friend bool operator==(const CallCount&, const CallCount&) = default;
};

/// What one process has done since its last request, and what it wants to do next.
struct ReservationRequest {
  std::uint64_t process = 0;        ///< random; not 0
  std::vector<CallCount> answered;  ///< since the last one
  std::size_t in_flight = 0;        ///< begun and not answered
  std::size_t wanted = 0;           ///< calls to begin next; 0: what is reserved and unused is given back
  std::size_t allowed = 0;          ///< how many calls of all processes may count then
  std::size_t share = 0;            ///< of the limit; half of it counts as used where nothing is known
  milliseconds window{300'000};
};

struct Reservation {
  std::size_t granted = 0;      ///< of the calls that were wanted
  std::vector<CallCount> used;  ///< everything that counts, but for what the process itself has begun or reserved
  bool others_reserve = false;  ///< some of it is reserved by others, who may give it back soon
};

/// Now, on clocks that the processes of a host share. The first is the one that counts: nobody sets it. It begins anew
/// with each boot, and what an earlier boot has written is aged by the clock on the wall.
struct LedgerClock {
  std::string boot;      ///< names the boot; empty: not known
  milliseconds up{0};    ///< since the boot, time asleep included
  milliseconds wall{0};  ///< since 1970
};

class Ledger {
 public:
  /// How long after its reservation a call may begin.
  static constexpr milliseconds kValid{10'000};
  /// What a process has reserved and told nothing more about, because it was killed, counts as answered so long after.
  static constexpr milliseconds kHeld{15'000};
  /// The size of the text. One page, which a kill writes wholly or not at all.
  static constexpr std::size_t kBytes = 4096;

  /// Of a text that is none of ours, damaged, or of another boot, at least half of the share counts as used.
  static Ledger parse(std::string_view text, const LedgerClock& now);
  [[nodiscard]] std::string to_text(const LedgerClock& now) const;

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
