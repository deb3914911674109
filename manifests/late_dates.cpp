#include "manifests/late_dates.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "base/json.h"

namespace plumbline::manifests {
namespace {

// As a manifest writes it, so that days can be compared as texts.
std::string written(std::chrono::sys_days day) {
  const std::chrono::year_month_day date(day);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

}  // namespace

std::optional<Diagnostic> late_date(const DesiredWorker& worker, std::chrono::sys_days today) {
  const auto date = string_member(worker.settings, "compatibility_date");
  const auto newest = written(today);
  if (date <= newest) return std::nullopt;
  return Diagnostic{
      .severity = Severity::warning,
      .where = worker.where,
      .summary = fmt::format("the compatibility date of worker.{} lies in the future: {}", worker.name, date),
      .detail = fmt::format("the service refuses dates after today: write {} or an earlier day", newest)};
}

std::vector<Diagnostic> late_dates(const DesiredState& state, std::chrono::sys_days today) {
  std::vector<Diagnostic> out;
  for (const auto& worker : state.workers) {
    if (auto late = late_date(worker, today)) out.push_back(*std::move(late));
  }
  return out;
}

}  // namespace plumbline::manifests
