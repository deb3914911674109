#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/config/config.h"
#include "daemon/controller/runtime.h"
#include "daemon/controller/source.h"
#include "net/awaitable.h"
#include "reconciler/reconcile.h"

namespace plumbline::daemon {

/// What a pass over one source needs beside its manifests: secrets, credentials, a client. The commands and the daemon
/// take it from here, so that a plan by hand is the plan of the daemon.
class SourceSession {
 public:
  /// `source`, `config` and `runtime` outlive the session.
  SourceSession(const SourceConfig& source, const Config& config, Runtime& runtime);

  /// Opens stores and reads keys and credentials, all anew, because their files may have been rotated. The error says
  /// what cannot be read. No pass over the account may be under way.
  Awaitable<Result<void>> open();

  /// Stores that cannot be opened, and what follows from a key that is not configured; for a person. Of the last
  /// open().
  [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }

  [[nodiscard]] reconciler::Policy policy() const { return policy_of(source_, config_.instance); }

  /// Only after open() has succeeded.
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

/// Whether any Worker has a managed secret.
bool has_secrets(const manifests::DesiredState& desired);

/// What follows where `has_secrets` holds and no fingerprint key is configured.
inline constexpr const char* kNoFingerprintKey =
    "without a fingerprint key a rotated secret is not noticed; set PLUMBLINE_FINGERPRINT_KEY, or fingerprint_key in "
    "the configuration";

/// Workers that other sources of the account name: they are theirs, or about to be.
struct Neighbours {
  std::set<std::string> names;
  /// A source whose manifests are not known may name anything, so that nothing may be deleted; its name, or empty.
  std::string unknown;
};

/// Takes the neighbours into a policy: deletes only where all of them are known.
reconciler::Policy with_neighbours(reconciler::Policy policy, Neighbours neighbours);

}  // namespace plumbline::daemon
