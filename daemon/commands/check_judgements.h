#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/json.h"
#include "base/time_point.h"
#include "daemon/commands/check_report.h"

/// What is good enough. Pure: what was found comes in, and a row comes out.
namespace plumbline::daemon {

/// The answer of a token's verification: its status and its expiry.
CheckRow judge_token(std::string what, const JsonObject& verified, TimePoint now);

/// The clock of this machine against the API's (`theirs`, to the second). Expiries, budgets and the order of writes are
/// judged by it.
CheckRow judge_clock(std::string what, std::optional<TimePoint> theirs, TimePoint ours);

/// A budget of API calls, and how long the audit takes with it.
struct BudgetFacts {
  std::size_t workers = 0;
  double calls_per_second = 0;                 ///< our share in the long run; 0: no limit
  std::chrono::milliseconds audit_interval{};  ///< the shortest that a source asks for
};
CheckRow judge_budget(std::string what, const BudgetFacts& facts);

/// The place of a journal, as it was found on the disk.
struct JournalFacts {
  std::string path;
  std::string holder;      ///< the process that writes it; empty: none
  std::string obstacle;    ///< why it could not be written, `/var/lib/plumbline: Permission denied`; empty: it can be
  std::uint64_t free = 0;  ///< bytes of its disk
};
CheckRow judge_journal(const JournalFacts& facts);

/// How many files this process may have open at once.
CheckRow judge_open_files(std::uint64_t limit);

/// What lies below a source's path, and how much of it may be read. Only manifests and the files that they name are.
struct SourceFacts {
  std::size_t files = 0;
  std::uint64_t bytes = 0;
  std::size_t most_files = 0;
  std::uint64_t most_bytes = 0;
};
CheckRow judge_limits(std::string what, const SourceFacts& facts);

}  // namespace plumbline::daemon
