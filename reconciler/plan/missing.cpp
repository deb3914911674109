#include "reconciler/plan/missing.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "reconciler/parts/parts.h"
#include "reconciler/plan/calls.h"
#include "reconciler/plan/gates.h"
#include "reconciler/plan/origins.h"

namespace plumbline::reconciler {
namespace {

bool needs_settings(const LiveWorker& worker, Refresh refresh) {
  return worker.settings.is_unknown() && (refresh == Refresh::full || !worker.clean);
}

// The next step towards knowing what the active version holds.
Read next_proof(const LiveWorker& worker) {
  if (worker.deployment.is_unknown()) return {Read::Kind::deployment, worker.name};
  const auto* deployment = worker.deployment.if_known();
  const bool one_version = deployment != nullptr && deployment->versions.size() == 1;
  if (one_version && worker.version.is_unknown()) return {Read::Kind::version, worker.name};
  return {Read::Kind::content, worker.name};
}

// A name is asked for itself, unless one reading of the beta list tells of all of them.
void add_proofs(const LiveState& live, Reads& reads) {
  if (live.doubtful.empty()) return;
  const Read beta_list{Read::Kind::beta_list, ""};
  if (std::ranges::find(reads, beta_list) != reads.end()) return;
  if (live.beta_list.is_unknown() && is_beta_list_cheaper(live.doubtful.size(), live.workers.size())) {
    reads.push_back(beta_list);
    return;
  }
  for (const auto& name : live.doubtful) reads.push_back({Read::Kind::presence, name});
}

// One list is one call, however many Workers ask for it.
void drop_repeated(Reads& reads) {
  std::set<Read> seen;
  std::erase_if(reads, [&seen](const Read& read) { return !seen.insert(read).second; });
}

// An account without the beta API refuses once, not once for each Worker.
void ask_for_beta_once(const LiveState& live, Reads& reads) {
  if (!live.beta_versions.is_unknown()) return;
  bool asked = false;
  std::erase_if(reads, [&asked](const Read& read) {
    const bool of_beta = read.kind == Read::Kind::beta_version || read.kind == Read::Kind::versions;
    return of_beta && std::exchange(asked, true);
  });
}

// What is read of all that is asked for, target by target.
class Reader {
 public:
  Reader(const TargetList& targets, const LiveState& live, const Policy& policy, Refresh refresh, Audience audience)
      : targets_(targets),
        live_(live),
        policy_(policy),
        refresh_(refresh),
        audience_(audience),
        account_(account_view(targets, live, policy)) {
    out_.diffs.resize(targets.size());
  }

  Missing run() {
    for (std::size_t i = 0; i < targets_.size(); ++i) {
      if (is_in_scope(targets_[i].desired->name, policy_)) add_target(targets_[i], out_.diffs[i]);
    }
    add_deletes();
    add_proofs(live_, out_.reads);
    drop_repeated(out_.reads);
    ask_for_beta_once(live_, out_.reads);
    return std::move(out_);
  }

 private:
  void add_target(const Target& target, std::optional<WorkerDiff>& diff) {
    const auto found = live_.workers.find(target.desired->name);
    const auto* live = found == live_.workers.end() ? nullptr : &found->second;
    const Subject subject{&target, live, &account_};
    if (live == nullptr) {
      for (const auto* part : parts()) part->add_reads_to_compare(subject, refresh_, out_.reads);
      return add_reads_to_write(subject, Write::upload);
    }
    if (live->failure || live->deferred) return;
    if (ownership_block(target, *live, policy_)) {
      if (may_have_lost_tag(target, *live)) out_.reads.push_back({Read::Kind::settings, live->name});
      if (audience_ == Audience::people) add_look(subject);
      return;
    }
    add_live(subject, diff);
  }

  // What an adoption would change, which decides nothing.
  void add_look(const Subject& subject) {
    const auto before = out_.reads.size();
    if (needs_settings(*subject.live, refresh_)) out_.reads.push_back({Read::Kind::settings, subject.name()});
    for (const auto* part : parts()) part->add_reads_to_compare(subject, refresh_, out_.reads);
    if (out_.reads.size() != before) return;
    for (const auto& part : diff_worker(subject).parts) {
      if (part.for_people) out_.reads.push_back({*part.for_people, subject.name()});
    }
  }

  void add_live(const Subject& subject, std::optional<WorkerDiff>& diff) {
    const auto& worker = *subject.live;
    const auto before = out_.reads.size();
    if (needs_settings(worker, refresh_)) out_.reads.push_back({Read::Kind::settings, worker.name});
    for (const auto* part : parts()) part->add_reads_to_compare(subject, refresh_, out_.reads);
    if (out_.reads.size() != before) return;
    const auto* deployment = worker.deployment.if_known();
    const bool may_be_older = deployment != nullptr && (deployment->redeployed || deployment->is_split());
    if (may_be_older && worker.versions.is_unknown()) {
      out_.reads.push_back({Read::Kind::versions, worker.name});
    } else if (deployment != nullptr && deployment->is_split()) {
      return;  // what it runs is not one version
    } else if (known_attestation(worker).is_unknown()) {
      out_.reads.push_back(next_proof(worker));
    } else if (rests_on_settings(worker) && (audience_ == Audience::watcher || worker.memory)) {
      out_.reads.push_back({Read::Kind::deployment, worker.name});
    } else {
      diff = diff_worker(subject);
      if (!diff->empty()) add_reads_of_difference(subject, *diff);
    }
  }

  // What decides on the write, and where the difference comes from.
  void add_reads_of_difference(const Subject& subject, const WorkerDiff& diff) {
    const auto& worker = *subject.live;
    if (worker.deployment.is_unknown()) {
      out_.reads.push_back({Read::Kind::deployment, worker.name});
    } else if (!is_adoption(*subject.target, worker, policy_) && needs_versions(diff, worker)) {
      out_.reads.push_back({Read::Kind::versions, worker.name});
    }
    // What proves the content comes first: it must not be proven by what people want to see.
    if (audience_ == Audience::people && !worker.deployment.is_unknown()) {
      for (const auto& part : diff.parts) {
        if (part.for_people) out_.reads.push_back({*part.for_people, worker.name});
      }
    }
    add_reads_to_write(subject, least_write(diff, &worker));
  }

  void add_reads_to_write(const Subject& subject, Write write) {
    for (const auto* part : parts()) part->add_reads_to_write(subject, write, out_.reads);
  }

  // What is deleted is read before: whom it binds decides on the order, what it holds on whether it may go at all.
  void add_deletes() {
    std::set<std::string_view> wanted;
    for (const auto& target : targets_) wanted.insert(target.desired->name);
    for (const auto& [name, worker] : live_.workers) {
      if (wanted.contains(name) || worker.failure || !may_be_pruned(worker, policy_)) continue;
      if (needs_settings(worker, refresh_)) out_.reads.push_back({Read::Kind::settings, name});
      for (const auto* part : parts()) part->add_reads_to_delete({nullptr, &worker, &account_}, out_.reads);
    }
  }

  const TargetList& targets_;
  const LiveState& live_;
  const Policy& policy_;
  Refresh refresh_;
  Audience audience_;
  AccountView account_;
  Missing out_;
};

}  // namespace

Missing missing(const TargetList& targets, const LiveState& live, const Policy& policy, Refresh refresh,
                Audience audience) {
  return Reader(targets, live, policy, refresh, audience).run();
}

bool is_beta_list_cheaper(std::size_t names, std::size_t workers) {
  // The most that a page of it holds.
  constexpr std::size_t kPerPage = 100;
  return (workers + names + kPerPage - 1) / kPerPage < names;
}

}  // namespace plumbline::reconciler
