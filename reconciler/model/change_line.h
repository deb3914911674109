#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "reconciler/model/origin.h"

namespace plumbline::reconciler {

/// One line of what changes: `~ compatibility_date "2026-01-01" -> "2026-10-01"`.
struct ChangeLine {
  char symbol = '~';   ///< + ~ - . (no longer managed) ! (destructive) ? (unattested)
  std::string what;    ///< `binding GREETING`, `module index.js`, `secret API_KEY`
  std::string detail;  ///< `"hello" -> "hi"`; may be empty
  /// The same seen from what was applied last, for drift: `"hi" -> "hello"`; empty: as `detail`.
  std::string as_drift = {};
  std::string pointer = {};  ///< into the settings, as `ignore` takes it; empty: it is about something else
  Origin origin = Origin::intent;

  /// Whether it says how live and manifest differ, and not what goes with that or what stays.
  [[nodiscard]] bool is_difference() const { return symbol == '+' || symbol == '~' || symbol == '-' || symbol == '?'; }
  /// Whether it is known to be somebody's edit. That a value is unattested says nothing of it.
  [[nodiscard]] bool is_drift() const { return is_difference() && symbol != '?' && has_drift(origin); }

  friend bool operator==(const ChangeLine&, const ChangeLine&) = default;
};

/// The line of a value that changes, as it looks from both sides.
ChangeLine change_line(std::string what, const std::string& before, const std::string& after);

/// One value for a line of the plan: compact JSON, cut to a readable length.
std::string shown(const Json* value);

/// Equal for lines that say the same, wherever it comes from.
std::string lines_digest(const std::vector<ChangeLine>& lines);

}  // namespace plumbline::reconciler
