#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/json.h"
#include "base/shared_list.h"
#include "manifests/sources/source_tree.h"

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

/// Requests that `pattern` matches go to the Worker. Its identity is (zone, pattern).
struct DesiredRoute {
  std::string pattern;
  std::string zone;  ///< the zone's name; empty if `zone_id` is given
  /// 32 hex digits; empty if `zone` is given. A wrangler config may give neither: then it is the zone
  /// that the pattern's host lies in.
  std::string zone_id;
  bool adopt = false;  ///< may be taken from another Worker, or from nobody
  SourceLocation where;
};

/// A custom domain of the Worker. Its identity is the hostname.
struct DesiredDomain {
  std::string hostname;
  std::string zone;     ///< empty: the zone that the hostname lies in
  std::string zone_id;  ///< empty as well in nearly every case
  bool override_existing_origin = false;
  bool override_existing_dns_record = false;
  SourceLocation where;
};

/// A queue whose messages the Worker consumes. A queue has one consumer.
struct DesiredQueueConsumer {
  std::string queue;              ///< its name
  std::string dead_letter_queue;  ///< empty: none
  JsonObject settings;            ///< {batch_size, max_retries, max_wait_time_ms, max_concurrency, retry_delay}
  SourceLocation where;
};

/// A workflow that a class of the Worker implements.
struct DesiredWorkflow {
  std::string name;
  std::string class_name;
  JsonObject settings;  ///< what else the API takes: {limits}
  SourceLocation where;
};

/// Static assets: the files below a folder of the source (list_assets in manifests/kinds/assets.h).
struct DesiredAssets {
  std::string directory;  ///< from the root of the source; empty: the root itself
  /// Name of the `assets` binding; empty: none. It stands in the settings' `bindings` as well, where
  /// those are managed.
  std::string binding;
  JsonObject config;  ///< the API's `assets.config`, without `_headers` and `_redirects`
  SourceLocation where;
};

/// One entry of the history of Durable Object classes, oldest first.
struct DesiredMigration {
  std::string tag;
  /// {new_classes, new_sqlite_classes, renamed_classes, deleted_classes, transferred_classes}
  JsonObject steps;
  SourceLocation where;
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
  std::optional<std::vector<DesiredRoute>> routes;
  std::optional<std::vector<DesiredDomain>> domains;
  std::optional<std::vector<std::string>> schedules;  ///< cron expressions
  std::optional<std::vector<DesiredQueueConsumer>> queue_consumers;
  std::optional<std::vector<DesiredWorkflow>> workflows;
  std::optional<DesiredAssets> assets;
  std::optional<std::vector<DesiredMigration>> migrations;
  std::vector<std::string> allow_data_loss;  ///< tags of migrations, names of classes, workflows, queues
};

/// A pattern of the zone-level API: on, or switched off.
struct DesiredFilter {
  std::string pattern;
  bool enabled = true;
  SourceLocation where;
};

/// The one Worker of a zone on an old account. Always adopted (nothing at the zone tells an owner),
/// never pruned.
struct DesiredZoneWorker {
  std::string zone;     ///< the zone's name; empty if `zone_id` is given
  std::string zone_id;  ///< 32 hex digits; empty if `zone` is given
  ModuleFile script;    ///< service-worker syntax
  std::optional<std::vector<DesiredFilter>> filters;
  SourceLocation where;  ///< of the zone
};

/// A Worker's name that a file of the source says, and that no manifest stands for.
struct MentionedName {
  std::string name;  ///< as the account would have it
  std::string file;
  /// The file is not read as a manifest: it is left out, or put away under another name. Else a manifest says the name
  /// beside what it asks for, in a comment for instance.
  bool is_unread = false;
};

/// All that a source asks for at one revision.
struct DesiredState {
  std::string revision;
  /// Sorted by name; a name that occurs twice is an error and in neither. What did not change is shared with what was
  /// loaded before.
  SharedList<DesiredWorker> workers;
  std::vector<DesiredZoneWorker> zone_workers;  ///< sorted by zone
  std::vector<Diagnostic> diagnostics;
  /// Names that a manifest with an error carries, as far as they could be read: never pruned.
  std::vector<std::string> broken_names;
  std::size_t manifest_files = 0;
  std::vector<std::string_view> manifest_paths;  ///< the paths of these files, in `tree`; sorted
  /// Signs that a Worker without a manifest had one that nobody has meant to take away; sorted by name.
  std::vector<MentionedName> mentioned;
  /// For the bytes of modules at upload time.
  std::shared_ptr<const SourceTree> tree;
};

class ParseCache;
struct WranglerAccounts;

struct LoadOptions {
  std::string default_store = "default";       ///< for secrets that name no store
  std::string secret_key = "{worker}/{name}";  ///< default key of a secret
  std::string environment;                     ///< which of `environments:` applies; empty: none
  std::string name_suffix;                     ///< appended to every Worker's name and to references between them
  std::map<std::string, std::string> values;   ///< for `${NAME}`
  std::vector<std::string> values_from;  ///< files of the source with more values, relative to its root; `values` wins
  std::vector<std::string> include{"**"};  ///< globs of the files that are read as manifests, from the source's root
  /// Zones that routes, domains and ZoneWorkers may lie in, by name or id; nothing: any.
  std::optional<std::vector<std::string>> allow_zones;
  /// Where the bundles of wrangler configs lie, from the source's root: `{name}` is the Worker's name
  /// (without `name_suffix`), `{folder}` the config's folder; empty: nowhere.
  std::string bundles;
  /// Whose wrangler configs are read, by their `account_id`; nullptr: everybody's.
  std::shared_ptr<const WranglerAccounts> wrangler_accounts;
  /// What earlier loads of the same source have parsed; may be null.
  ParseCache* cache = nullptr;
};

/// Reads every manifest of `tree`. Never fails as a whole: what is wrong is in `diagnostics`, the
/// other Workers go on.
DesiredState load_manifests(std::shared_ptr<const SourceTree> tree, const LoadOptions& options);

/// The bytes of a module, checked against its digest: a folder may have changed since.
Result<std::string> read_module(const SourceTree& tree, const ModuleFile& module);

}  // namespace plumbline::manifests
