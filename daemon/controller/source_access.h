#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/config/config.h"
#include "daemon/controller/runtime.h"
#include "net/awaitable.h"
#include "reconciler/model/policy.h"
#include "reconciler/reconcile.h"

namespace plumbline::daemon {

/// What the source may do about the differences that a plan finds.
reconciler::Policy policy_of(const SourceConfig& source, const std::string& instance);

/// Everything that a pass over one source needs beside its manifests: secrets, credentials, a client. Commands and the
/// daemon both use this class, so that a plan by hand is the daemon's plan. On the loop thread.
class SourceAccess {
 public:
  /// `source`, `config` and `runtime` must outlive it.
  SourceAccess(const SourceConfig& source, const Config& config, Runtime& runtime);

  /// Opens stores and reads keys and credentials. All are read again at each call, because their files may have been
  /// rotated. The error says what cannot be read. No pass over the account may be in progress.
  Awaitable<Result<void>> open();

  /// For a person: stores that the last open() could not open.
  [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }

  [[nodiscard]] reconciler::Policy policy() const { return policy_of(source_, config_.instance); }

  /// Valid only after open() has succeeded.
  [[nodiscard]] reconciler::Scope scope(reconciler::Policy policy, reconciler::Refresh refresh,
                                        api::Priority priority) const;

  [[nodiscard]] AccountRuntime& account() const { return account_; }

 private:
  const SourceConfig& source_;
  const Config& config_;
  Runtime& runtime_;
  AccountRuntime& account_;
  reconciler::SecretStores stores_;
  Secret fingerprint_key_;
  std::unique_ptr<manifests::AssetHashes> asset_hashes_ = std::make_unique<manifests::AssetHashes>();
  std::vector<std::string> warnings_;
};

/// Workers that other sources of the account name: these sources own them, or are about to.
struct Neighbours {
  std::map<std::string, std::string> names;  ///< the source that names each
  /// A source whose manifests are unknown; it may name any Worker, so nothing may be deleted. Empty: there is none.
  std::string unknown;
};

/// Adds the neighbours to a policy: it deletes only if all of them are known.
reconciler::Policy with_neighbours(reconciler::Policy policy, Neighbours neighbours);

}  // namespace plumbline::daemon
