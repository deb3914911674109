#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "api/workers.h"
#include "manifests/files/asset_files.h"
#include "manifests/sources/secret_store.h"
#include "manifests/worker.h"
#include "net/awaitable.h"
#include "reconciler/apply/steps/report.h"
#include "reconciler/journal/journal.h"
#include "reconciler/model/plan.h"
#include "reconciler/model/policy.h"

namespace plumbline::reconciler {

/// How long reads of the service may be behind its writes. Its clients report up to some seconds.
inline constexpr std::chrono::milliseconds kReadLag{10'000};

/// Stores by the names that manifests use.
using SecretStores = std::map<std::string, std::shared_ptr<const manifests::SecretStore>>;

/// One source and the account it belongs to. Pointers outlive every pass.
struct Scope {
  api::Account account;
  Journal* journal = nullptr;
  const SecretStores* stores = nullptr;
  const Secret* fingerprint_key = nullptr;         ///< may be empty
  manifests::AssetHashes* asset_hashes = nullptr;  ///< of earlier passes over the source; may be null
  net::Executor pool;                              ///< for reading files and hashing
  Policy policy;
  Refresh refresh = Refresh::full;
  Audience audience = Audience::watcher;
  std::vector<std::string> zones;  ///< in scope although no manifest may name them, by name or id
  std::string environment;
  double calls_per_second = 4;
  std::string reconcile_id;  ///< in the journal and in logs
  /// How long a read may not show what we wrote.
  std::chrono::milliseconds read_lag = kReadLag;
};

/// Why there is no plan at all: the list could not be read. A single Worker that could not be read
/// is in the plan.
using PassError = api::Error;

/// Observes what `desired` needs and plans. Writes to nothing but the journal's memory of what was
/// read.
Awaitable<Result<Plan, PassError>> plan_pass(Scope scope, std::shared_ptr<const manifests::DesiredState> desired);

struct ApplyOptions {
  std::size_t parallel = 4;            ///< Workers at a time
  std::chrono::seconds fresh_for{30};  ///< what was read longer ago is looked at again before a write
  /// How long a write whose answer was lost is looked for before its Worker may be planned again.
  std::chrono::milliseconds read_lag = kReadLag;
  std::function<void(const WorkerResult&)> progress;              ///< called as each ends; may be empty
  std::function<void(const AddressedResult&)> exposure_progress;  ///< the same for ZoneWorkers
  std::function<bool()> stopping;  ///< asked before each call: no new write is begun once it says so; may be empty
};

/// Makes the calls of `plan`: dependencies first, independent Workers at the same time, one writer
/// per Worker. A failed Worker stops those that depend on it alone.
Awaitable<ApplyReport> apply_plan(Scope scope, std::shared_ptr<const manifests::DesiredState> desired, Plan plan,
                                  ApplyOptions options);

}  // namespace plumbline::reconciler
