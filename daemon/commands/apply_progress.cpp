#include "daemon/commands/apply_progress.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "daemon/commands/report.h"

namespace plumbline::daemon {
namespace {

using reconciler::ChangeStatus;

bool is_written(const reconciler::WorkerChange& change) {
  return change.writes() || change.writes_exposure();
}

// `31 s`, `12 min`
std::string roughly(std::chrono::seconds time) {
  constexpr std::chrono::seconds kLongestInSeconds{120};
  if (time <= kLongestInSeconds) return fmt::format("{} s", time.count());
  return fmt::format("{} min", std::chrono::ceil<std::chrono::minutes>(time).count());
}

}  // namespace

ApplyProgress::ApplyProgress(const reconciler::Plan& plan, Instant begun) : begun_(begun) {
  for (const auto& change : plan.workers) changes_.emplace(change.name, &change);
  total_ = static_cast<std::size_t>(std::ranges::count_if(plan.workers, is_written) +
                                    std::ranges::count_if(plan.zone_workers, &reconciler::ZoneWorkerChange::writes));
}

template <class Result>
bool ApplyProgress::take(const std::string& address, const Result& result) {
  const auto status = result.status;
  if (status == ChangeStatus::done || status == ChangeStatus::failed || result.tries > 0) ended_.insert(address);
  return !is_stopping_ || status != ChangeStatus::skipped;
}

std::vector<std::string> ApplyProgress::ended(const reconciler::WorkerResult& result) {
  if (!take(reconciler::worker_address(result.name), result)) return {};
  const auto change = changes_.find(result.name);
  return progress_lines(result, change == changes_.end() ? nullptr : change->second);
}

std::vector<std::string> ApplyProgress::ended(const reconciler::AddressedResult& result) {
  if (!take(result.address, result)) return {};
  return {progress_line(result)};
}

std::string ApplyProgress::line(Instant now, const std::optional<TimePoint>& waits_until) const {
  const auto ended = std::min(ended_.size(), total_);
  auto text = fmt::format("{} of {} ended", ended, counted(total_, "change"));
  if (waits_until) text += ", waits for the budget of calls until " + to_rfc3339(*waits_until);
  if (ended == 0 || ended == total_) return text;
  const auto each = std::chrono::duration<double>(now - begun_) / static_cast<double>(ended);
  const auto left = std::chrono::ceil<std::chrono::seconds>(each * static_cast<double>(total_ - ended));
  return text + fmt::format(", about {} left", roughly(left));
}

std::string ApplyProgress::left_line() const {
  const auto ended = std::min(ended_.size(), total_);
  if (!is_stopping_ || ended == total_) return {};
  return fmt::format("Stopped: {} of {} ended, {} left as they were. Run the same command again to go on.", ended,
                     counted(total_, "change"), total_ - ended);
}

}  // namespace plumbline::daemon
