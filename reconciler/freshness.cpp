#include "reconciler/freshness.h"

#include <algorithm>
#include <utility>

#include "reconciler/observe.h"

namespace plumbline::reconciler {
namespace {

// Tags can change without moving anything else.
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

Freshness::Freshness(api::Account account, net::Executor executor, TimePoint observed_at,
                     std::chrono::seconds fresh_for)
    : account_(std::move(account)), turn_(std::move(executor), 1), observed_at_(observed_at), fresh_for_(fresh_for) {}

bool Freshness::is_fresh() const {
  return std::chrono::system_clock::now() - observed_at_ < fresh_for_;
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
    if (!is_fresh()) {
      if (auto listed = co_await list(); !listed) co_return std::unexpected(std::move(listed.error()));
    }
  }
  if (!listed_) co_return true;
  const auto* live = change->live ? &*change->live : nullptr;
  const auto found = entries_.find(change->name);
  if (!same_entry(live, found == entries_.end() ? nullptr : &found->second)) co_return false;
  // A rollout or a rollback does not have to move the list.
  const auto* planned = live != nullptr ? live->deployment.if_known() : nullptr;
  if (planned == nullptr) co_return true;
  auto deployments = co_await api::list_deployments(account_, change->name);
  if (!deployments) co_return std::unexpected(std::move(deployments.error()));
  const auto active = active_deployment(*deployments);
  co_return active.is_known() && same_versions(*planned, *active);
}

}  // namespace plumbline::reconciler
