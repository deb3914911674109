#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/shared_list.h"
#include "manifests/files/asset_files.h"
#include "manifests/worker.h"
#include "reconciler/model/account_lists.h"
#include "reconciler/model/attestation.h"

namespace plumbline::reconciler {

/// A secret of a manifest, without its value.
struct SecretTarget {
  enum class State {
    available,    ///< the store has a value
    missing,      ///< the store exists but has no value: the Worker cannot be written
    unreachable,  ///< this run has no such store: the secret is compared only by name
  };
  State state = State::unreachable;
  std::string fingerprint;  ///< keyed; empty without a key, or without a value
  std::string problem;      ///< why it is not available

  friend bool operator==(const SecretTarget&, const SecretTarget&) = default;
};

/// A binding for which the manifest gives the name of a resource instead of its id.
struct NamedBinding {
  std::string binding;
  ResourceKind kind = ResourceKind::kv_namespace;
  std::string name;
  std::string id;          ///< empty: unknown
  bool looked_up = false;  ///< in this pass; false: unknown, or remembered
};

/// The name of a secret among the managed parts and in journals: `secret API_KEY`. No setting's name has a space.
std::string managed_secret(std::string_view name);
bool is_managed_secret(std::string_view part);

/// The static assets of a manifest.
struct AssetsTarget {
  manifests::AssetListing listing;
  std::string digest = "-";  ///< assets_digest()
  std::string problem;       ///< why the files cannot be read; empty: they can be read
};

/// A manifest, ready to be compared: what it holds beyond its text is digested.
struct Target {
  std::shared_ptr<const manifests::DesiredWorker> manifest;  ///< as read; never null
  /// The manifest with names replaced by ids (names.h) and ignored parts replaced by what is live (ignored.h), as far
  /// as these are known.
  std::shared_ptr<const manifests::DesiredWorker> desired;
  JsonObject settings;                                ///< canonical
  std::optional<std::vector<std::string>> schedules;  ///< canonical; nothing: unmanaged
  /// See names.h. For bindings with a known id, the settings hold that id.
  std::vector<NamedBinding> names;
  std::map<std::string, SecretTarget> secrets;
  std::shared_ptr<const AssetsTarget> assets;  ///< null: unmanaged
  Attestation attestation;                     ///< what a version with exactly this content would attest
  /// The parts that the manifest manages, such as `logpush`, `secret API_KEY`, `subdomain`. They show later what the
  /// manifest no longer manages.
  std::vector<std::string> managed;
  /// Identity of the desired state: if equal, the manifest asks for the same as before.
  std::string identity;
};

/// The targets of a source. Passes share them.
using TargetList = SharedList<Target>;

}  // namespace plumbline::reconciler
