#include "reconciler/plan/missing.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "reconciler/parts/consumers.h"
#include "reconciler/parts/unseen.h"
#include "reconciler/parts/workflows.h"
#include "reconciler/plan/calls.h"
#include "reconciler/plan/diff.h"
#include "reconciler/plan/ends.h"
#include "reconciler/plan/gates.h"

namespace plumbline::reconciler {
namespace {

bool needs_subdomain(const Target& target, const LiveWorker& worker, Refresh refresh) {
  if (!target.desired->subdomain || !worker.subdomain.is_unknown()) return false;
  return refresh == Refresh::full || known_subdomain(worker).is_unknown();
}

bool needs_schedules(const Target& target, const LiveWorker& worker, Refresh refresh) {
  if (!target.schedules || !worker.schedules.is_unknown()) return false;
  return refresh == Refresh::full || known_schedules(worker).is_unknown();
}

bool needs_settings(const LiveWorker& worker, Refresh refresh) {
  return worker.settings.is_unknown() && (refresh == Refresh::full || !worker.clean);
}

Read::Kind list_of(ResourceKind kind) {
  switch (kind) {
    case ResourceKind::kv_namespace:
      return Read::Kind::kv_namespaces;
    case ResourceKind::d1_database:
      return Read::Kind::d1_databases;
    case ResourceKind::hyperdrive_config:
      return Read::Kind::hyperdrive_configs;
  }
  return Read::Kind::kv_namespaces;
}

enum class Names {
  unknown,  ///< those that no memory tells
  all,      ///< those as well that a memory tells
};

void add_lists(const Target& target, const LiveState& live, Names which, std::vector<Read>& reads) {
  for (const auto& named : target.names) {
    const auto found = live.resources.find(named.kind);
    const bool unread = found == live.resources.end() || found->second.is_unread();
    if (unread && (which == Names::all || named.id.empty())) reads.push_back({list_of(named.kind), ""});
  }
}

void add_trigger_lists(const Target& target, const LiveState& live, const LiveWorker* worker, Refresh refresh,
                       std::vector<Read>& reads) {
  const bool full = refresh == Refresh::full;
  if (live.queues.is_unread() && (full ? target.desired->queue_consumers.has_value() : needs_queues(target, worker))) {
    reads.push_back({Read::Kind::queues, ""});
  }
  if (live.workflows.is_unread() && (full ? target.desired->workflows.has_value() : needs_workflows(target, worker))) {
    reads.push_back({Read::Kind::workflows, ""});
  }
}

void add_classes(const Target& target, const LiveState& live, const LiveWorker* worker, std::vector<Read>& reads) {
  if (live.durable_classes.is_unread() && may_end_classes(target, worker)) {
    reads.push_back({Read::Kind::durable_classes, ""});
  }
}

// The next step towards knowing what the active version holds.
Read next_proof(const LiveWorker& worker) {
  if (worker.deployment.is_unknown()) return {Read::Kind::deployment, worker.name};
  const auto* deployment = worker.deployment.if_known();
  const bool one_version = deployment != nullptr && deployment->versions.size() == 1;
  if (one_version && worker.version.is_unknown()) return {Read::Kind::version, worker.name};
  return {Read::Kind::content, worker.name};
}

// What an upload has to carry and only the beta API shows.
bool needs_beta_version(const Target& target, const LiveState& live, const LiveWorker& worker, const WorkerDiff& diff) {
  const bool no_beta = live.beta_versions.is_absent() || live.beta_list.is_absent();
  const auto* deployment = worker.deployment.if_known();
  return !no_beta && worker.beta_version.is_unknown() && deployment != nullptr && deployment->versions.size() == 1 &&
         needs_upload(diff, &worker) && carries_of_beta_version(target);
}

void add_reads_before_write(const Target& target, const LiveState& live, const LiveWorker& worker, const Policy& policy,
                            std::vector<Read>& reads) {
  const auto diff = diff_worker(target, &worker, policy.owner);
  if (diff.empty()) return;
  if (worker.deployment.is_unknown()) reads.push_back({Read::Kind::deployment, worker.name});
  if (needs_beta_version(target, live, worker, diff)) reads.push_back({Read::Kind::beta_version, worker.name});
  add_lists(target, live, Names::all, reads);
  add_classes(target, live, &worker, reads);
}

void add_reads(const Target& target, const LiveState& live, const LiveWorker& worker, const Policy& policy,
               Refresh refresh, std::vector<Read>& reads) {
  const auto before = reads.size();
  if (needs_settings(worker, refresh)) reads.push_back({Read::Kind::settings, worker.name});
  if (needs_subdomain(target, worker, refresh)) {
    const bool by_list = live.beta_list.is_unknown();
    reads.push_back(by_list ? Read{Read::Kind::beta_list, ""} : Read{Read::Kind::subdomain, worker.name});
  }
  if (needs_schedules(target, worker, refresh)) reads.push_back({Read::Kind::schedules, worker.name});
  add_lists(target, live, refresh == Refresh::full ? Names::all : Names::unknown, reads);
  add_trigger_lists(target, live, &worker, refresh, reads);
  if (reads.size() != before) return;
  if (worker.deployment.if_known() != nullptr && worker.deployment->is_split()) return;  // blocked anyway
  if (worker.deployment.is_known() && worker.deployment->redeployed && worker.newest.is_unknown()) {
    reads.push_back({Read::Kind::newest_version, worker.name});
  } else if (known_attestation(worker).is_unknown()) {
    reads.push_back(next_proof(worker));
  } else {
    add_reads_before_write(target, live, worker, policy, reads);
  }
}

// What is deleted is read before: whom it binds decides on the order, what it holds on whether it may go at all.
void add_reads_of_deletes(const std::vector<Target>& targets, const LiveState& live, const Policy& policy,
                          Refresh refresh, std::vector<Read>& reads) {
  std::set<std::string_view> wanted;
  for (const auto& target : targets) wanted.insert(target.desired->name);
  for (const auto& [name, worker] : live.workers) {
    if (wanted.contains(name) || worker.failure || !may_be_pruned(worker, policy)) continue;
    if (needs_settings(worker, refresh)) reads.push_back({Read::Kind::settings, name});
    if (live.queues.is_unread()) reads.push_back({Read::Kind::queues, ""});
    if (live.workflows.is_unread()) reads.push_back({Read::Kind::workflows, ""});
    if (live.durable_classes.is_unread()) reads.push_back({Read::Kind::durable_classes, ""});
  }
}

// A name is asked for itself, unless one reading of the beta list tells of all of them.
void add_proofs(const LiveState& live, std::vector<Read>& reads) {
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
void drop_repeated(std::vector<Read>& reads) {
  std::set<Read> seen;
  std::erase_if(reads, [&seen](const Read& read) { return !seen.insert(read).second; });
}

// An account without the beta API refuses once, not once for each Worker.
void ask_for_beta_once(const LiveState& live, std::vector<Read>& reads) {
  if (!live.beta_versions.is_unknown()) return;
  bool asked = false;
  std::erase_if(reads, [&asked](const Read& read) {
    return read.kind == Read::Kind::beta_version && std::exchange(asked, true);
  });
}

}  // namespace

std::vector<Read> missing(const std::vector<Target>& targets, const LiveState& live, const Policy& policy,
                          Refresh refresh) {
  std::vector<Read> reads;
  for (const auto& target : targets) {
    const auto found = live.workers.find(target.desired->name);
    if (!is_in_scope(target.desired->name, policy)) continue;
    if (found == live.workers.end()) {
      add_lists(target, live, Names::all, reads);
      add_trigger_lists(target, live, nullptr, refresh, reads);
      add_classes(target, live, nullptr, reads);
      continue;
    }
    if (found->second.failure) continue;
    if (ownership_block(target, found->second, policy)) {
      if (may_have_lost_tag(target, found->second)) reads.push_back({Read::Kind::settings, target.desired->name});
      continue;
    }
    add_reads(target, live, found->second, policy, refresh, reads);
  }
  add_reads_of_deletes(targets, live, policy, refresh, reads);
  add_proofs(live, reads);
  drop_repeated(reads);
  ask_for_beta_once(live, reads);
  return reads;
}

bool is_beta_list_cheaper(std::size_t names, std::size_t workers) {
  // The most that a page of it holds.
  constexpr std::size_t kPerPage = 100;
  return (workers + names + kPerPage - 1) / kPerPage < names;
}

}  // namespace plumbline::reconciler
