#include "daemon/commands/check_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace plumbline::daemon {

std::string_view to_string(CheckResult result) {
  switch (result) {
    case CheckResult::ok:
      return "ok";
    case CheckResult::warning:
      return "warning";
    case CheckResult::failed:
      return "failed";
  }
  return "failed";
}

std::string check_lines(const CheckRows& rows) {
  std::size_t width = 0;
  for (const auto& row : rows) width = std::max(width, row.what.size());
  std::string text;
  for (const auto& row : rows) {
    // Details hold what the API, git and files say.
    text += fmt::format("{:<7}  {:<{}}  {}", to_string(row.result), printable(row.what), width, printable(row.detail));
    if (!row.mend.empty()) text += "; " + printable(row.mend);
    text += '\n';
  }
  return text;
}

Json check_document(const CheckRows& rows) {
  JsonArray checks;
  for (const auto& row : rows) {
    checks.push_back(JsonObject{{"result", to_string(row.result)},
                                {"what", row.what},
                                {"detail", row.detail},
                                {"mend", row.mend.empty() ? Json(nullptr) : Json(row.mend)}});
  }
  return {{"format_version", "1.0"}, {"errored", has_failed(rows)}, {"checks", std::move(checks)}};
}

bool has_failed(const CheckRows& rows) {
  return std::ranges::find(rows, CheckResult::failed, &CheckRow::result) != rows.end();
}

}  // namespace plumbline::daemon
