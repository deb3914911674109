#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "daemon/controller/schedule.h"
#include "manifests/sources/git/git_history.h"
#include "reconciler/model/plan.h"

/// Two daemons with the same instance and source but different manifests would undo each other's writes without end.
/// They detect each other by the versions that they make. Pure: plain values, no clock.
namespace plumbline::daemon {

using manifests::Kinship;

/// The commit in `main@sha1:<40 hex>`; empty for a folder.
std::string commit_of(std::string_view revision);

/// Decides about a plan that would replace versions which another process of the same owner has made.
///
///   the version's revision is          | decision
///   -----------------------------------+---------------------------------------------------------------------------
///   ours, or older                     | go on: its maker will find that ours is newer
///   one that we have left              | go on: the branch was put back, or rewritten
///   newer, or not in our repository    | fetch the repository first; if that changes nothing, as the next row
///   on another branch, or no commit    | hold back until the version is gone, or until no such version was made for
///                                      | a while: then its maker has stopped. If it appears again, wait twice as long
///
/// A version from before this process began never counts as a twin's: it may be our own, from a journal that was lost.
class TwinWatch {
 public:
  /// `since` is when this process began, on the system clock. `patience` is how long a twin has to be silent.
  TwinWatch(std::chrono::system_clock::time_point since, std::chrono::milliseconds patience)
      : since_(since), first_patience_(patience), patience_(patience) {}

  /// This revision is now in force.
  void in_force(std::string_view revision);

  /// Commits of versions that others have made since then, and that are not known to be harmless.
  [[nodiscard]] std::set<std::string> commits_in_question(const reconciler::Plan& plan) const;

  enum class Verdict { go_on, fetch_first, hold_back };
  /// `kin` says how the commits in question relate to the one in force.
  Verdict judge(const reconciler::Plan& plan, const std::map<std::string, Kinship>& kin, Instant now);

  /// Whether a plan that was made after the last judgement may be applied.
  [[nodiscard]] bool may_write(const reconciler::Plan& plan) const;

  /// The block for a plan that judge() held back.
  [[nodiscard]] reconciler::Block block() const;

 private:
  using Versions = std::map<std::string, reconciler::OthersVersion>;  // by Worker

  [[nodiscard]] Versions suspects(const reconciler::Plan& plan) const;
  [[nodiscard]] bool is_harmless(const reconciler::OthersVersion& version) const;
  [[nodiscard]] static std::set<std::string> maybe_ahead(const Versions& versions,
                                                         const std::map<std::string, Kinship>& kin);
  void note(const Versions& versions, Instant now);

  std::chrono::system_clock::time_point since_;
  std::chrono::milliseconds first_patience_;
  std::chrono::milliseconds patience_;
  std::set<std::string> left_;         // commits that were in force, including the present one
  std::set<std::string> harmless_;     // commits older than the one in force
  std::set<std::string> fetched_for_;  // the result of maybe_ahead() for which a fetch was requested
  Versions seen_;
  Instant newest_at_;  // when the newest of them was first seen
  bool written_over_ = false;
};

/// Blocks all writes of the plan. A change that is blocked for another reason keeps that reason, unless it is drift.
void hold_back(reconciler::Plan& plan, const reconciler::Block& block);

}  // namespace plumbline::daemon
