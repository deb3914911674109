#include "daemon/controller/source_access.h"

#include <utility>

#include "base/digest.h"
#include "daemon/controller/secret_stores.h"
#include "net/run_on.h"

namespace plumbline::daemon {

reconciler::Policy policy_of(const SourceConfig& source, const std::string& instance) {
  reconciler::Policy policy;
  policy.owner = {.instance = instance, .source = source.name};
  policy.prune = source.suspend ? reconciler::Prune::report : source.policy;
  policy.drift = source.drift;
  policy.adopt_unowned = source.adopt_unowned;
  policy.max_deletes = source.limits.max_deletes;
  policy.max_delete_percent = source.limits.max_delete_percent;
  policy.allow_names = source.allow_names;
  policy.allow_zones = source.allow_zones;
  policy.allow_data_loss = source.allow_data_loss;
  policy.needs_approval = source.require_digest;
  return policy;
}

SourceAccess::SourceAccess(const SourceConfig& source, const Config& config, Runtime& runtime)
    : source_(source), config_(config), runtime_(runtime), account_(runtime.account(source.account)) {}

Awaitable<Result<void>> SourceAccess::open() {
  warnings_.clear();
  const auto* source = &source_;
  const auto* config = &config_;
  const auto* environment = &runtime_.environment();
  auto opened = co_await net::run_on(
      runtime_.pool(), [source, config, environment] { return open_stores(*source, *config, *environment); });
  stores_ = std::move(opened.stores);
  warnings_ = std::move(opened.problems);

  auto key = runtime_.fingerprint_key();
  if (!key) co_return fail("fingerprint_key: " + key.error().message);
  fingerprint_key_ = std::move(*key);

  const auto credentials = account_.refresh_credentials();
  if (!credentials) co_return fail("account " + source_.account + ": " + credentials.error().message);
  co_return Result<void>();
}

reconciler::Scope SourceAccess::scope(reconciler::Policy policy, reconciler::Refresh refresh,
                                      api::Priority priority) const {
  reconciler::Scope scope;
  scope.account = account_.api(priority);
  scope.journal = &runtime_.journal();
  scope.stores = &stores_;
  scope.fingerprint_key = &fingerprint_key_;
  scope.asset_hashes = asset_hashes_.get();
  scope.pool = runtime_.pool();
  scope.policy = std::move(policy);
  scope.refresh = refresh;
  scope.zones = config_.accounts.at(source_.account).zones;
  scope.environment = source_.environment;
  scope.calls_per_second = account_.calls_per_second();
  scope.reconcile_id = random_hex(4);
  return scope;
}

reconciler::Policy with_neighbours(reconciler::Policy policy, Neighbours neighbours) {
  policy.named_elsewhere = std::move(neighbours.names);
  if (!neighbours.unknown.empty() && policy.prune == reconciler::Prune::sync) {
    policy.prune = reconciler::Prune::upsert_only;
  }
  return policy;
}

}  // namespace plumbline::daemon
