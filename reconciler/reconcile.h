#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "api/workers.h"
#include "manifests/files/asset_files.h"
#include "manifests/sources/secret_store.h"
#include "manifests/worker.h"
#include "net/awaitable.h"
#include "reconciler/apply/steps/lanes.h"
#include "reconciler/apply/steps/report.h"
#include "reconciler/journal/journal.h"
#include "reconciler/model/plan.h"
#include "reconciler/model/policy.h"
#include "reconciler/model/target.h"
#include "reconciler/observe/list_reader.h"

namespace plumbline::reconciler {

/// How long reads of the service may be behind its writes. Its clients report up to some seconds.
inline constexpr std::chrono::milliseconds kReadLag{10'000};

/// Stores by the names that manifests use.
using SecretStores = std::map<std::string, std::shared_ptr<const manifests::SecretStore>>;

struct PassMemory;

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

  // What a daemon adds; commands leave it out.

  Refresh zone_refresh = Refresh::list;        ///< full: zones that were not there are looked up again
  ListReader* lists = nullptr;                 ///< of the account; null: the pass reads a list of its own
  std::optional<TimePoint> list_not_before{};  ///< a list that was begun then or later will do; nothing: a new one
  PassMemory* memory = nullptr;                ///< of earlier passes over the source
  std::optional<std::size_t> most_reads{};     ///< ReadLimit::workers; nothing: no limit
  /// Whether a newer revision has come. The pass then reads no further, and has no plan (ErrorKind::cancelled).
  std::function<bool()> superseded{};
};

/// Why there is no plan at all: the list could not be read. A single Worker that could not be read
/// is in the plan.
using PassError = api::Error;

/// Observes what `desired` needs and plans. Writes to nothing but the journal's memory of what was read. A Worker that
/// any source has written since its account was read is not remembered by what was read.
Awaitable<Result<Plan, PassError>> plan_pass(Scope scope, std::shared_ptr<const manifests::DesiredState> desired);

/// What an audit has found.
struct AuditResult {
  std::size_t moved = 0;       ///< Workers that are not as the journal remembered them, or that it did not remember
  std::set<std::string> read;  ///< Workers of which the journal now has what was read
  std::set<std::string> open;  ///< Workers that differ from their target, failed, or are gone: a pass has to look
};

/// Reads these Workers anew, whatever the journal remembers, and puts what was read into the journal. Decides nothing.
/// `targets` are those of the last pass (PreparedTargets::targets).
Awaitable<Result<AuditResult, PassError>> audit_workers(Scope scope, std::shared_ptr<const TargetList> targets,
                                                        std::set<std::string> names);

struct ApplyOptions {
  Lanes lanes;                         ///< Workers at a time
  std::chrono::seconds fresh_for{30};  ///< what was read longer ago is looked at again before a write
  /// How long a write whose answer was lost is looked for before its Worker may be planned again.
  std::chrono::milliseconds read_lag = kReadLag;
  std::function<void(const WorkerResult&)> progress;              ///< called as each ends; may be empty
  std::function<void(const AddressedResult&)> exposure_progress;  ///< the same for ZoneWorkers
  std::function<bool()> stopping;  ///< asked before each call: no new write is begun once it says so; may be empty
  /// Asked before each Worker: once it says that a newer revision has come, no other Worker is begun; may be empty.
  std::function<bool()> superseded;
};

/// Makes the calls of `plan`: dependencies first, independent Workers at the same time, one writer
/// per Worker. A failed Worker stops those that depend on it alone.
Awaitable<ApplyReport> apply_plan(Scope scope, std::shared_ptr<const manifests::DesiredState> desired, Plan plan,
                                  ApplyOptions options);

}  // namespace plumbline::reconciler
