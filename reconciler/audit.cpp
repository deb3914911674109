#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <utility>

#include "net/run_on.h"
#include "reconciler/observe/list_reader.h"
#include "reconciler/observe/observe.h"
#include "reconciler/observe/read_workers.h"
#include "reconciler/reconcile.h"

namespace plumbline::reconciler {
namespace {

// Whether a pass would see something else in one than in the other.
bool is_same(const Observation& before, const Observation& now) {
  return !before.dirty && before.list_key == now.list_key && before.settings == now.settings &&
         before.parts == now.parts && before.version_id == now.version_id && before.attestation == now.attestation;
}

// One audit. Lives in the frame of audit_workers().
class Audit {
 public:
  Audit(Scope scope, std::shared_ptr<const TargetList> targets, std::set<std::string> names,
        const net::Executor& executor)
      : scope_(std::move(scope)), targets_(std::move(targets)), names_(std::move(names)), own_lists_(executor) {
    if (scope_.lists == nullptr) scope_.lists = &own_lists_;
    // It reads what it was asked to, and finds out about nothing that is to be deleted.
    scope_.policy.only = names_;
    scope_.policy.prune = Prune::upsert_only;
  }

  Awaitable<Result<AuditResult, PassError>> run() {
    const auto not_before = scope_.list_not_before.value_or(std::chrono::system_clock::now());
    // A pass may wait for the same list.
    const auto listing = co_await scope_.lists->read(scope_.account.with(api::Priority::apply), not_before);
    if (!listing) co_return std::unexpected(listing.error());
    memory_ = co_await scope_.journal->observations(scope_.account.id);
    co_await net::run_on(scope_.pool, [this, &listing] {
      live_ = live_from_list((*listing)->items, memory_, (*listing)->begun);
      for (const auto& target : targets_->items()) {
        if (names_.contains(target->manifest->name)) batch_.share(target);
      }
      return true;
    });
    WorkerReading reading{.account = scope_.account,
                          .lists = scope_.lists,
                          .policy = &scope_.policy,
                          .refresh = Refresh::full,
                          .audience = scope_.audience,
                          .pool = scope_.pool,
                          .goes_on = [this] { return !(scope_.superseded && scope_.superseded()); }};
    co_await read_workers(std::move(reading), &memory_, &batch_, &live_, &diffs_);
    co_return co_await conclude();
  }

 private:
  Awaitable<AuditResult> conclude() {
    AuditResult result;
    auto observations = observed(live_, live_.observed_at);
    std::erase_if(observations, [this](const auto& one) {
      return !names_.contains(one.first) ||
             scope_.journal->is_written_since(scope_.account.id, one.first, live_.observed_at);
    });
    for (const auto& [name, observation] : observations) {
      result.read.insert(name);
      const auto before = memory_.find(name);
      if (before == memory_.end() || !is_same(*before->second, observation)) ++result.moved;
    }
    for (std::size_t i = 0; i < batch_.size(); ++i) {
      const auto& name = batch_[i].manifest->name;
      const auto live = live_.workers.find(name);
      const bool differs = i < diffs_.size() && diffs_[i] && !diffs_[i]->empty();
      // One that is not there any more is for a pass as well.
      if (differs || live == live_.workers.end() || live->second.failure) result.open.insert(name);
    }
    co_await scope_.journal->remember(scope_.account.id, std::move(observations));
    co_return result;
  }

  Scope scope_;
  std::shared_ptr<const TargetList> targets_;
  std::set<std::string> names_;
  ListReader own_lists_;
  Observations memory_;
  LiveState live_;
  TargetList batch_;
  Diffs diffs_;
};

}  // namespace

Awaitable<Result<AuditResult, PassError>> audit_workers(Scope scope, std::shared_ptr<const TargetList> targets,
                                                        std::set<std::string> names) {
  Audit audit(std::move(scope), std::move(targets), std::move(names), co_await boost::asio::this_coro::executor);
  co_return co_await audit.run();
}

}  // namespace plumbline::reconciler
