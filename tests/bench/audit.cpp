#include <fmt/format.h>

#include "tests/support/budget_simulation.h"

// Twelve hours of the real budget (1,200 calls per 300 s, of which a share of 70 % is used) with a mock clock: a daemon
// that starts with a good journal, or without one, audits every six hours, and gets a push every seven minutes.
int main() {
  using namespace plumbline::testing;
  using namespace std::chrono_literals;
  constexpr auto kHours = 12h;
  fmt::print("| {:>7} | {:<8} | {:>15} | {:>7} | {:>14} | {:>14} | {:>13} |\n", "Workers", "journal", "push to written",
             "pushes", "share used", "all read after", "oldest read");
  fmt::print("|--------:|:---------|----------------:|--------:|---------------:|---------------:|--------------:|\n");
  for (const std::size_t workers : {1'000UL, 10'000UL, 30'000UL}) {
    for (const auto journal : {SimulatedDaemon::Journal::good, SimulatedDaemon::Journal::lost}) {
      const auto outcome = simulate_budget(workers, journal, kHours);
      const auto minutes = [](std::chrono::milliseconds time) { return std::chrono::duration<double>(time) / 1min; };
      fmt::print("| {:>7} | {:<8} | {:>11.1f} max | {:>7} | {:>12.0f} % | {:>10} min | {:>9.0f} min |\n", workers,
                 journal == SimulatedDaemon::Journal::good ? "good" : "lost",
                 std::chrono::duration<double>(outcome.longest_wait).count(),
                 fmt::format("{}/{}", outcome.written, outcome.pushes), outcome.used * 100,
                 outcome.all_read && journal == SimulatedDaemon::Journal::lost
                     ? fmt::format("{:.0f}", minutes(*outcome.all_read))
                     : "-",
                 minutes(outcome.oldest));
    }
  }
}
