#include "daemon/controller/twin.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/time_point.h"

namespace plumbline::daemon {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kLongestPatience = 24h;

using reconciler::Reason;

// Whether a block holds a change back only as long as nobody else writes.
bool is_of_drift(const std::optional<reconciler::Block>& block) {
  constexpr std::array kReasons{Reason::drifted, Reason::flapping, Reason::perpetual_diff};
  return block && std::ranges::find(kReasons, block->reason) != kReasons.end();
}

}  // namespace

std::string commit_of(std::string_view revision) {
  constexpr std::string_view kKind = "sha1:";
  const auto kind = revision.rfind(kKind);
  return kind == std::string_view::npos ? std::string() : std::string(revision.substr(kind + kKind.size()));
}

void TwinWatch::in_force(std::string_view revision) {
  if (auto commit = commit_of(revision); !commit.empty()) left_.insert(std::move(commit));
  // They were older than another revision, and this may not hold for the new one.
  harmless_.clear();
}

bool TwinWatch::is_harmless(const reconciler::OthersVersion& version) const {
  const auto commit = commit_of(version.author.revision);
  return left_.contains(commit) || harmless_.contains(commit);
}

TwinWatch::Versions TwinWatch::suspects(const reconciler::Plan& plan) const {
  Versions found;
  for (const auto& change : plan.workers) {
    if (!change.others || is_harmless(*change.others)) continue;
    const auto made = parse_rfc3339(change.others->made_on);
    if (made && *made > since_) found.emplace(change.name, *change.others);
  }
  return found;
}

std::set<std::string> TwinWatch::commits_in_question(const reconciler::Plan& plan) const {
  std::set<std::string> commits;
  for (const auto& [worker, version] : suspects(plan)) commits.insert(commit_of(version.author.revision));
  commits.erase("");
  return commits;
}

// What a fetch may explain: the commits, and the versions without a commit.
std::set<std::string> TwinWatch::maybe_ahead(const Versions& versions, const std::map<std::string, Kinship>& kin) {
  std::set<std::string> ahead;
  for (const auto& [worker, version] : versions) {
    const auto commit = commit_of(version.author.revision);
    const auto found = kin.find(commit);
    if (found == kin.end()) {
      ahead.insert(worker + ' ' + version.made_on);
    } else if (found->second != Kinship::apart) {
      ahead.insert(commit);
    }
  }
  return ahead;
}

void TwinWatch::note(const Versions& versions, Instant now) {
  const bool is_new = std::ranges::any_of(versions, [this](const auto& entry) {
    const auto found = seen_.find(entry.first);
    return found == seen_.end() || found->second != entry.second;
  });
  seen_ = versions;
  if (!is_new) return;
  newest_at_ = now;
  // The twin was silent, but has not stopped.
  if (std::exchange(written_over_, false)) patience_ = std::min(2 * patience_, kLongestPatience);
}

TwinWatch::Verdict TwinWatch::judge(const reconciler::Plan& plan, const std::map<std::string, Kinship>& kin,
                                    Instant now) {
  for (const auto& [commit, kinship] : kin) {
    if (kinship == Kinship::same || kinship == Kinship::older) harmless_.insert(commit);
  }
  const auto found = suspects(plan);
  if (found.empty()) {
    seen_.clear();
    if (now - newest_at_ > kLongestPatience) patience_ = first_patience_;
    return Verdict::go_on;
  }
  const auto ahead = maybe_ahead(found, kin);
  if (!std::ranges::includes(fetched_for_, ahead)) {
    fetched_for_.insert(ahead.begin(), ahead.end());
    return Verdict::fetch_first;
  }
  note(found, now);
  if (now - newest_at_ < patience_) return Verdict::hold_back;
  written_over_ = true;
  return Verdict::go_on;
}

bool TwinWatch::may_write(const reconciler::Plan& plan) const {
  return std::ranges::all_of(suspects(plan), [this](const auto& entry) {
    const auto found = seen_.find(entry.first);
    return found != seen_.end() && found->second == entry.second;
  });
}

reconciler::Block TwinWatch::block() const {
  const auto& [worker, version] = *seen_.begin();
  const auto minutes = std::chrono::ceil<std::chrono::minutes>(patience_);
  return {reconciler::Reason::twin_daemon,
          "another daemon, or an apply, of the same instance and source made the live version of worker." + worker +
              ", at revision " + version.author.revision +
              ". That revision is not in the history of the one in force here",
          "stop one of the two, or let both follow the same branch. Plumbline writes over the live version once no "
          "such version was made for " +
              std::to_string(minutes.count()) + " min"};
}

void hold_back(reconciler::Plan& plan, const reconciler::Block& block) {
  const auto stop = [&block](std::optional<reconciler::Block>& held, bool writes) {
    if (writes || is_of_drift(held)) held = block;
  };
  for (auto& change : plan.workers) {
    stop(change.block, change.writes());
    for (auto& exposure : change.exposure) stop(exposure.block, exposure.writes());
  }
  for (auto& change : plan.zone_workers) stop(change.block, change.writes());
}

}  // namespace plumbline::daemon
