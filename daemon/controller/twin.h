#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "daemon/controller/schedule.h"
#include "manifests/sources/git/git_history.h"
#include "reconciler/model/plan.h"

/// Two daemons of one instance and source with different manifests would undo each other's writes for ever. They see
/// each other by the versions that they make. Pure: plain values, no clock.
namespace plumbline::daemon {

using manifests::Kinship;

/// The commit of `main@sha1:<40 hex>`; empty for a folder.
std::string commit_of(std::string_view revision);

/// What a plan would replace of versions that another process of the same owner has made.
///
///   its revision is                    | what is done
///   -----------------------------------+---------------------------------------------------------------------------
///   ours, or older                     | we go on: whoever made it finds ours newer
///   one that we have left              | we go on: the branch was put back, or rewritten
///   newer, or not in our repository    | the repository is fetched first; if that changes nothing, as the next one
///   on another branch, or of no commit | held back until it is gone, or no such version was made for a while: what
///                                      | made it has stopped. If it is back all the same, twice that while
///
/// What was made before this process began is never a twin's: it may be our own, of a journal that was lost.
class TwinWatch {
 public:
  /// `since`: when this process began, by the clock on the wall. `patience`: how long a twin has to be silent.
  TwinWatch(std::chrono::system_clock::time_point since, std::chrono::milliseconds patience)
      : since_(since), first_patience_(patience), patience_(patience) {}

  /// A revision is in force.
  void in_force(std::string_view revision);

  /// Commits of versions that others have made since, and that are not known to be harmless.
  [[nodiscard]] std::set<std::string> commits_in_question(const reconciler::Plan& plan) const;

  enum class Verdict { go_on, fetch_first, hold_back };
  /// `kin`: how the commits in question stand to the one in force.
  Verdict judge(const reconciler::Plan& plan, const std::map<std::string, Kinship>& kin, Instant now);

  /// Whether a plan that was made since the last judgement may be carried out after it.
  [[nodiscard]] bool may_write(const reconciler::Plan& plan) const;

  /// Why the plan that was judged last is held back.
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
  std::set<std::string> left_;         // commits that were in force, the one that is included
  std::set<std::string> harmless_;     // commits older than the one in force
  std::set<std::string> fetched_for_;  // maybe_ahead() of what a fetch was asked for
  Versions seen_;
  Instant newest_at_;  // when one of them was first seen
  bool written_over_ = false;
};

/// Nothing of the plan is written; what is stopped for a reason of its own, but for drift, keeps it.
void hold_back(reconciler::Plan& plan, const reconciler::Block& block);

}  // namespace plumbline::daemon
