#include "daemon/commands/check_judgements.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "api/pacing.h"
#include "base/text.h"

namespace plumbline::daemon {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::days kSoon{14};
constexpr auto kSlightSkew = 30s;
constexpr auto kWrongClock = 5min;
// Settings, versions and schedules; the subdomains of all Workers come with a list.
constexpr double kReadsOfAudit = 3;
constexpr std::uint64_t kLittleSpace = 256'000'000;
constexpr std::uint64_t kNoSpace = 16'000'000;
// Listeners hold 64 connections each; the API's calls, fetches and files come on top.
constexpr std::uint64_t kFewFiles = 512;

// `3 days`, `7 minutes`: the greatest unit in which it is at least 2.
std::string about(std::chrono::seconds time) {
  if (time >= 2 * 24h) return counted(static_cast<std::size_t>(time / 24h), "day");
  if (time >= 2h) return counted(static_cast<std::size_t>(time / 1h), "hour");
  if (time >= 2min) return counted(static_cast<std::size_t>(time / 1min), "minute");
  return counted(static_cast<std::size_t>(time / 1s), "second");
}

}  // namespace

CheckRow judge_token(std::string what, const JsonObject& verified, TimePoint now) {
  const auto status = std::string(string_member(verified, "status"));
  constexpr auto kRenew = "make a new token and put it in its place";
  if (status != "active") return {CheckResult::failed, std::move(what), "the token is " + status, kRenew};
  const auto expiry = parse_rfc3339(string_member(verified, "expires_on"));
  if (!expiry) return {CheckResult::ok, std::move(what), "active, without an expiry"};
  const auto detail = "active until " + to_rfc3339(*expiry);
  if (*expiry <= now) return {CheckResult::failed, std::move(what), "expired at " + to_rfc3339(*expiry), kRenew};
  if (*expiry - now < kSoon) return {CheckResult::warning, std::move(what), detail, kRenew};
  return {CheckResult::ok, std::move(what), detail};
}

CheckRow judge_clock(std::string what, std::optional<TimePoint> theirs, TimePoint ours) {
  if (!theirs) return {CheckResult::warning, std::move(what), "the API's answer has no Date to compare with"};
  const auto skew = std::chrono::floor<std::chrono::seconds>(ours - *theirs);
  const auto size = std::chrono::abs(skew);
  if (size < kSlightSkew) return {CheckResult::ok, std::move(what), "as the API's"};
  return {size < kWrongClock ? CheckResult::warning : CheckResult::failed, std::move(what),
          about(size) + (skew > 0s ? " ahead of" : " behind") + " the API's", "set it by NTP"};
}

CheckRow judge_budget(std::string what, const BudgetFacts& facts) {
  const auto workers = counted(facts.workers, "Worker");
  if (facts.calls_per_second <= 0) return {CheckResult::ok, std::move(what), "no limit, for " + workers};
  const double rate = facts.calls_per_second * api::PacingOptions().audit_share;
  const std::chrono::seconds audit(
      static_cast<std::int64_t>(static_cast<double>(facts.workers) * kReadsOfAudit / rate));
  const auto detail =
      fmt::format("{:.0f} calls in five minutes; an audit of {} takes about {}", facts.calls_per_second * 300, workers,
                  about(std::max<std::chrono::seconds>(audit, 1s)));
  if (audit <= facts.audit_interval) return {CheckResult::ok, std::move(what), detail};
  return {CheckResult::warning, std::move(what), detail,
          "set audit_interval to more than that, or give the sources several accounts with budgets of their own"};
}

CheckRow judge_journal(const JournalFacts& facts) {
  constexpr auto kWhat = "journal";
  if (!facts.holder.empty()) {
    return {CheckResult::ok, kWhat, facts.path + ", written by " + facts.holder};
  }
  if (!facts.obstacle.empty()) {
    return {CheckResult::failed, kWhat, facts.path + " cannot be written: " + facts.obstacle,
            "let the user of the daemon write there, or set journal.path to another file"};
  }
  const auto detail = facts.path + ", " + human_bytes(facts.free) + " free";
  if (facts.free >= kLittleSpace) return {CheckResult::ok, kWhat, detail};
  return {facts.free < kNoSpace ? CheckResult::failed : CheckResult::warning, kWhat, detail, "make room on its disk"};
}

CheckRow judge_open_files(std::uint64_t limit) {
  constexpr auto kWhat = "limits.open_files";
  const auto detail = fmt::format("{} at once", limit);
  if (limit >= kFewFiles) return {CheckResult::ok, kWhat, detail};
  return {CheckResult::warning, kWhat, detail, fmt::format("allow {} (LimitNOFILE=, ulimit -n)", kFewFiles)};
}

CheckRow judge_limits(std::string what, const SourceFacts& facts) {
  const auto detail = fmt::format("{} of {} files, {} of {}", facts.files, facts.most_files, human_bytes(facts.bytes),
                                  human_bytes(facts.most_bytes));
  const auto is_much = [](auto part, auto whole) {
    return static_cast<double>(part) > static_cast<double>(whole) * 0.9;
  };
  if (!is_much(facts.files, facts.most_files) && !is_much(facts.bytes, facts.most_bytes)) {
    return {CheckResult::ok, std::move(what), detail};
  }
  return {CheckResult::warning, std::move(what), detail + " (only manifests and what they name count)",
          "narrow the source's path, or raise limits.files and limits.bytes"};
}

}  // namespace plumbline::daemon
