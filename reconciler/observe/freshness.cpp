#include "reconciler/observe/freshness.h"

#include <algorithm>
#include <utility>

#include "reconciler/observe/absence.h"
#include "reconciler/observe/observe.h"
#include "reconciler/plan/missing.h"

namespace plumbline::reconciler {
namespace {

// Tags can change without changing anything else in the entry.
bool same_tags(const JsonObject& left, const JsonObject& right) {
  const auto* one = member(left, "tags");
  const auto* other = member(right, "tags");
  return (one == nullptr || other == nullptr) ? one == other : equal(*one, *other);
}

bool same_entry(const LiveWorker* planned, const JsonObject* now) {
  if (planned == nullptr || now == nullptr) return (planned == nullptr) == (now == nullptr);
  return list_key(planned->entry) == list_key(*now) && same_tags(planned->entry, *now);
}

bool same_versions(const Deployment& left, const Deployment& right) {
  return std::ranges::equal(left.versions, right.versions, [](const auto& one, const auto& other) {
    return one.version_id == other.version_id && one.percentage == other.percentage;
  });
}

}  // namespace

Freshness::Freshness(api::Account account, const Journal* journal, net::Executor executor, const Plan* plan,
                     std::chrono::seconds fresh_for)
    : account_(std::move(account)),
      journal_(journal),
      turn_(std::move(executor), 1),
      observed_at_(plan->observed_at),
      fresh_for_(fresh_for) {
  for (const auto& change : plan->workers) {
    if (change.action == Action::create && !change.block) absent_.emplace(change.name, change.absent_at);
  }
}

bool Freshness::is_untouched(const std::string& worker, TimePoint since) const {
  return !journal_->is_written_since(account_.id, worker, since);
}

bool Freshness::is_fresh(TimePoint read_at) const {
  return std::chrono::system_clock::now() - read_at < fresh_for_;
}

// The upload that follows still has to be prepared and to get its turn before the proof is too old.
bool Freshness::is_proven(TimePoint read_at) const {
  return std::chrono::system_clock::now() - read_at < fresh_for_ * 2 / 3;
}

api::BeginBy Freshness::create_by(const std::string& worker) {
  const auto found = absent_.find(worker);
  if (found == absent_.end()) return std::nullopt;
  const auto left = found->second + fresh_for_ - std::chrono::system_clock::now();
  // From now on the Worker exists.
  absent_.erase(found);
  return std::chrono::steady_clock::now() + std::chrono::floor<std::chrono::milliseconds>(left);
}

// One read for all Workers that are still to be made. Workers that it names need a new plan.
Awaitable<> Freshness::read_beta_list() {
  const auto begun = std::chrono::system_clock::now();
  const auto names = co_await names_in_beta_list(account_);
  has_beta_list_ = names.has_value();
  if (!names) co_return;
  for (auto& [worker, since] : absent_) {
    if (!names->contains(worker)) since = begun;
  }
}

// The list was read before.
Awaitable<api::Result<bool>> Freshness::is_still_absent(std::string worker) {
  {
    const auto turn = co_await turn_.enter();
    if (is_proven(absent_[worker]) && is_untouched(worker, absent_[worker])) co_return true;
    if (has_beta_list_ && is_beta_list_cheaper(absent_.size(), entries_.size())) {
      co_await read_beta_list();
      if (is_proven(absent_[worker])) co_return true;
    }
  }
  const auto begun = std::chrono::system_clock::now();
  auto absent = co_await is_absent(account_, worker);
  if (absent && *absent) absent_[worker] = begun;
  co_return absent;
}

Awaitable<api::Result<void>> Freshness::list() {
  const auto started = std::chrono::system_clock::now();
  auto scripts = co_await api::list_scripts(account_);
  if (!scripts) co_return std::unexpected(std::move(scripts.error()));
  entries_.clear();
  for (const auto& script : *scripts) {
    entries_.insert_or_assign(std::string(string_member(script, "id")), script.get_object());
  }
  observed_at_ = started;
  listed_ = true;
  co_return api::Result<void>();
}

Awaitable<api::Result<bool>> Freshness::is_as_planned(const WorkerChange* change) {
  {
    const auto turn = co_await turn_.enter();
    if (!is_fresh(observed_at_) || !is_untouched(change->name, observed_at_)) {
      if (auto listed = co_await list(); !listed) co_return std::unexpected(std::move(listed.error()));
    }
  }
  if (change->action == Action::create) {
    if (entries_.contains(change->name)) co_return false;
    co_return co_await is_still_absent(change->name);
  }
  if (!listed_) co_return true;
  const auto* live = change->live ? &*change->live : nullptr;
  const auto found = entries_.find(change->name);
  if (!same_entry(live, found == entries_.end() ? nullptr : &found->second)) co_return false;
  // A rollout or a rollback need not change the list.
  const auto* planned = live != nullptr ? live->deployment.if_known() : nullptr;
  if (planned == nullptr) co_return true;
  auto deployments = co_await api::list_deployments(account_, change->name);
  if (!deployments) co_return std::unexpected(std::move(deployments.error()));
  const auto active = active_deployment(*deployments);
  co_return active.is_known() && same_versions(*planned, *active);
}

}  // namespace plumbline::reconciler
