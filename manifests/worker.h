#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/json.h"
#include "manifests/source_tree.h"

namespace plumbline::manifests {

/// A file that is uploaded as part of a Worker. Its bytes stay in the source until they are needed.
struct ModuleFile {
  std::string name;          ///< as the code imports it: relative to the folder of `main`
  std::string path;          ///< in the source tree
  std::string content_type;  ///< `application/javascript+module`, `application/wasm`, …
  std::string sha256;        ///< of the bytes, 64 hex digits
  std::uint64_t size = 0;

  friend bool operator==(const ModuleFile&, const ModuleFile&) = default;
};

enum class Syntax { module, service_worker };

/// Where the value of a secret is found; never the value.
struct SecretReference {
  std::string store;
  std::string key;
  SourceLocation where;
};

enum class SecretsPolicy {
  keep,   ///< secrets that the manifest does not name are kept and reported
  exact,  ///< they are deleted
};

/// What the manifest wants of a live Worker that we do not own.
struct AdoptRule {
  enum class Kind { none, unowned, transfer };
  Kind kind = Kind::none;
  std::string from;  ///< `<instance>/<source>` of a transfer
};

/// What one manifest asks for. Everything optional that is absent is unmanaged: neither compared
/// nor changed.
struct DesiredWorker {
  std::string name;
  SourceLocation where;  ///< of `metadata.name`
  Syntax syntax = Syntax::module;
  /// The entry first, the others by name.
  std::vector<ModuleFile> modules;
  /// The API's upload metadata under its own names; `bindings`, if present, is an object keyed by
  /// the binding's name (the complete set of bindings that are not secrets). Holds no secret, no
  /// module and nothing of the fields below.
  JsonObject settings;
  std::map<std::string, SecretReference> secrets;
  SecretsPolicy secrets_policy = SecretsPolicy::keep;
  std::optional<JsonObject> subdomain;  ///< {enabled, previews_enabled?}
  AdoptRule adopt;
  bool prune = true;
  std::vector<std::string> ignore;  ///< JSON pointers into settings
  std::vector<std::string> depends_on;
};

/// All that a source asks for at one revision.
struct DesiredState {
  std::string revision;
  std::vector<DesiredWorker> workers;  ///< sorted by name; a name that occurs twice is an error and in neither
  std::vector<Diagnostic> diagnostics;
  /// Names that a manifest with an error carries, as far as they could be read: never pruned.
  std::vector<std::string> broken_names;
  std::size_t manifest_files = 0;
  /// For the bytes of modules at upload time.
  std::shared_ptr<const SourceTree> tree;
};

class ParseCache;

struct LoadOptions {
  std::string default_store = "default";       ///< for secrets that name no store
  std::string secret_key = "{worker}/{name}";  ///< default key of a secret
  std::string environment;                     ///< which overlay applies (later issues)
  /// What earlier loads of the same source have parsed; may be null.
  ParseCache* cache = nullptr;
};

/// Reads every manifest of `tree`. Never fails as a whole: what is wrong is in `diagnostics`, the
/// other Workers go on.
DesiredState load_manifests(std::shared_ptr<const SourceTree> tree, const LoadOptions& options);

/// The bytes of a module, checked against its digest: a folder may have changed since.
Result<std::string> read_module(const SourceTree& tree, const ModuleFile& module);

}  // namespace plumbline::manifests
