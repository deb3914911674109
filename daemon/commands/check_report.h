#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

/// What `plumbline check` found, as rows. Pure.
namespace plumbline::daemon {

enum class CheckResult {
  ok,
  warning,  ///< it works, and somebody should look at it
  failed,   ///< the daemon would not do what its configuration asks for
};
std::string_view to_string(CheckResult result);

/// One thing that was looked at.
struct CheckRow {
  CheckResult result = CheckResult::ok;
  std::string what;    ///< its place in the configuration, as far as it has one: `accounts.production.api_token`
  std::string detail;  ///< what was found; never the value of a secret
  std::string mend{};  ///< what to do about it; empty for `ok`

  friend bool operator==(const CheckRow&, const CheckRow&) = default;
};
using CheckRows = std::vector<CheckRow>;

/// A line for each row, in columns: `failed   accounts.production.account  403, code 10000: …; check that …`
std::string check_lines(const CheckRows& rows);

/// `{"format_version":"1.0","errored":…,"checks":[{"result","what","detail","mend"}]}`
Json check_document(const CheckRows& rows);

bool has_failed(const CheckRows& rows);

}  // namespace plumbline::daemon
