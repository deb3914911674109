#pragma once

#include <chrono>
#include <concepts>
#include <thread>

namespace plumbline::testing {

/// Long enough for the slowest machine; a test that passes never waits for it.
inline constexpr std::chrono::seconds kPatience{30};

/// Asks `predicate` again and again until it says yes. Whether it did within `deadline`.
template <std::predicate Predicate>
bool eventually(Predicate predicate, std::chrono::milliseconds deadline = kPatience) {
  constexpr std::chrono::milliseconds kPause{15};
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (!predicate()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::sleep_for(kPause);
  }
  return true;
}

/// Whether `predicate` holds from now on for all of `duration`: for what must not happen.
template <std::predicate Predicate>
bool holds_for(std::chrono::milliseconds duration, Predicate predicate) {
  return !eventually([&predicate] { return !predicate(); }, duration);
}

}  // namespace plumbline::testing
