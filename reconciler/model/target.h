#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "manifests/files/asset_files.h"
#include "manifests/worker.h"
#include "reconciler/model/account_lists.h"
#include "reconciler/model/attestation.h"

namespace plumbline::reconciler {

/// A secret of a manifest, as far as planning may know it.
struct SecretTarget {
  enum class State {
    available,    ///< the store has it
    missing,      ///< the store is there and does not have it: the Worker cannot be written
    unreachable,  ///< this run has no such store: compared by name only
  };
  State state = State::unreachable;
  std::string fingerprint;  ///< keyed; empty without a key or without a value
  std::string problem;      ///< why it is not available
};

/// A binding whose manifest gives the name of a resource in place of its id.
struct NamedBinding {
  std::string binding;
  ResourceKind kind = ResourceKind::kv_namespace;
  std::string name;
  std::string id;          ///< empty: not known
  bool looked_up = false;  ///< in this pass, not remembered
};

/// A secret among the managed parts, as it stands there and in journals: `secret API_KEY`. No setting has a space.
std::string managed_secret(std::string_view name);
bool is_managed_secret(std::string_view part);

/// The static assets of a manifest.
struct AssetsTarget {
  manifests::AssetListing listing;
  std::string digest = "-";  ///< assets_digest()
  std::string problem;       ///< why the files cannot be read; empty: they can
};

/// A manifest, ready to be compared: what it holds beyond its text is digested.
struct Target {
  std::shared_ptr<const manifests::DesiredWorker> manifest;  ///< as it was read; never null
  /// The same with ids in the place of names (see names.h), and with what is live in the place of what is ignored (see
  /// ignored.h), as far as they are known.
  std::shared_ptr<const manifests::DesiredWorker> desired;
  JsonObject settings;                                ///< canonical
  std::optional<std::vector<std::string>> schedules;  ///< canonical; nothing: unmanaged
  /// See names.h; the settings hold the ids of those that have one.
  std::vector<NamedBinding> names;
  std::map<std::string, SecretTarget> secrets;
  std::shared_ptr<const AssetsTarget> assets;  ///< null: unmanaged
  Attestation attestation;                     ///< what a version that holds exactly this would attest
  /// The parts that the manifest manages, `logpush`, `secret API_KEY`, `subdomain`: to tell what is
  /// dropped later.
  std::vector<std::string> managed;
  /// Identity of the desired state: equal means that the manifest asks for the same as before.
  std::string identity;
};

}  // namespace plumbline::reconciler
