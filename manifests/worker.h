#pragma once

#include <cstdint>
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
  std::string name;          ///< the name by which the code imports it: relative to the folder of `main`
  std::string path;          ///< in the source tree
  std::string content_type;  ///< `application/javascript+module`, `application/wasm`, …
  std::string sha256;        ///< of the bytes, 64 hex digits
  std::uint64_t size = 0;

  friend bool operator==(const ModuleFile&, const ModuleFile&) = default;
};

enum class Syntax { module, service_worker };

/// Where to find the value of a secret; never the value itself.
struct SecretReference {
  std::string store;
  std::string key;
  SourceLocation where;
};

enum class SecretsPolicy {
  keep,   ///< secrets that the manifest does not name are kept and reported
  exact,  ///< such secrets are deleted
};

/// Of a Worker whose bindings are managed.
enum class VarsPolicy {
  exact,  ///< live plain_text and json bindings that the manifest does not name are deleted, as every other binding is
  keep,   ///< they are left to others, as with wrangler's `keep_vars`
};

/// The form of the file that asks for a Worker. It decides what its author can write there.
enum class WrittenAs {
  manifest,
  wrangler_config,
};

/// Whether a live Worker that we do not own may be taken over.
struct AdoptRule {
  enum class Kind { none, unowned, transfer };
  Kind kind = Kind::none;
  std::string from;  ///< `<instance>/<source>` of a transfer
};

/// Requests that match `pattern` go to the Worker. A route is identified by (zone, pattern).
struct DesiredRoute {
  std::string pattern;
  std::string zone;  ///< the zone's name; empty if `zone_id` is given
  /// 32 hex digits; empty if `zone` is given. A wrangler config may give neither; then the route belongs to the zone of
  /// the pattern's host.
  std::string zone_id;
  bool adopt = false;  ///< it may be taken from another Worker, or taken over if it has none
  SourceLocation where;
};

/// A custom domain of the Worker. It is identified by its hostname.
struct DesiredDomain {
  std::string hostname;
  std::string zone;     ///< empty: the zone of the hostname
  std::string zone_id;  ///< nearly always empty, too
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
  JsonObject settings;  ///< other fields that the API takes: {limits}
  SourceLocation where;
};

/// Static assets: the files below a folder of the source (list_assets in manifests/kinds/assets.h).
struct DesiredAssets {
  std::string directory;  ///< from the root of the source; empty: the root itself
  /// Name of the `assets` binding; empty: none. If the settings' `bindings` are managed, they hold it as well.
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

/// The desired state of one Worker, from one manifest. An optional field that is absent is unmanaged: it is neither
/// compared nor changed.
struct DesiredWorker {
  std::string name;
  SourceLocation where;  ///< of `metadata.name`
  WrittenAs written_as = WrittenAs::manifest;
  Syntax syntax = Syntax::module;
  /// The entry first, then the others by name.
  std::vector<ModuleFile> modules;
  /// The API's upload metadata under its own names. `bindings`, if present, is an object keyed by the binding's name;
  /// it is the complete set of bindings that are not secrets. Holds no secret, no module, and nothing that has a field
  /// below.
  JsonObject settings;
  std::map<std::string, SecretReference> secrets;
  SecretsPolicy secrets_policy = SecretsPolicy::keep;
  VarsPolicy vars_policy = VarsPolicy::exact;
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
  std::vector<std::string> allow_data_loss;  ///< tags of migrations; names of classes, workflows and queues
};

/// A pattern of the zone-level API, either on or off.
struct DesiredFilter {
  std::string pattern;
  bool enabled = true;
  SourceLocation where;
};

/// The one Worker of a zone on an old account. It is always adopted, because nothing in the zone tells an owner, and it
/// is never pruned.
struct DesiredZoneWorker {
  std::string zone;     ///< the zone's name; empty if `zone_id` is given
  std::string zone_id;  ///< 32 hex digits; empty if `zone` is given
  ModuleFile script;    ///< service-worker syntax
  std::optional<std::vector<DesiredFilter>> filters;
  SourceLocation where;  ///< of the zone
};

/// The name of a Worker that a file of the source mentions, although no manifest defines that Worker.
struct MentionedName {
  std::string name;  ///< as it would be in the account
  std::string file;
  /// True: the file is not read as a manifest, because it is left out or renamed. False: a manifest mentions the name
  /// beside its own content, for instance in a comment.
  bool is_unread = false;
};

/// Everything that a source asks for at one revision.
struct DesiredState {
  std::string revision;
  /// Sorted by name. A name that occurs twice is an error, and neither Worker is here. Workers that did not change are
  /// shared with the previous load.
  SharedList<DesiredWorker> workers;
  std::vector<DesiredZoneWorker> zone_workers;  ///< sorted by zone
  std::vector<Diagnostic> diagnostics;
  /// Names of Workers whose manifests have an error, as far as the names could be read. They are never pruned.
  std::vector<std::string> broken_names;
  std::size_t manifest_files = 0;
  std::vector<std::string_view> manifest_paths;  ///< the paths of these files, sorted; they point into `tree`
  /// Hints that a Worker without a manifest lost it by accident; sorted by name.
  std::vector<MentionedName> mentioned;
  /// Links behind which a manifest may be that is read nowhere, by their paths, sorted: nothing is deleted.
  std::vector<std::string> hiding;
  /// Holds the bytes of modules, which are read when they are uploaded.
  std::shared_ptr<const SourceTree> tree;
};

class ParseCache;
struct WranglerAccounts;

/// What is said of an environment that no manifest knows, although some know others.
enum class UnknownEnvironment : std::uint8_t {
  warned,   ///< it stands in a configuration, perhaps for the specs as they are
  refused,  ///< somebody has typed it: no Worker is used
};

struct LoadOptions {
  std::string default_store = "default";       ///< the store of secrets that name none
  std::string secret_key = "{worker}/{name}";  ///< default key of a secret
  std::string environment;                     ///< which entry of `environments:` applies; empty: none
  UnknownEnvironment unknown_environment = UnknownEnvironment::warned;
  std::string name_suffix;                    ///< appended to the name of every Worker, and to references between them
  std::map<std::string, std::string> values;  ///< values of `${NAME}`
  std::vector<std::string> values_from;  ///< files of the source with more values, relative to its root; `values` wins
  std::vector<std::string> include{"**"};  ///< globs of the files that are read as manifests, from the source's root
  /// Zones, by name or id, that routes, domains and ZoneWorkers may belong to; nothing: any.
  std::optional<std::vector<std::string>> allow_zones;
  /// The folder for bundles of wrangler configs, from the root of the source. `{name}` stands for the Worker's name
  /// (without `name_suffix`), `{folder}` for the config's folder. Empty: there are none.
  std::string bundles;
  /// Globs of files that are wrangler configs under other names than wrangler's own, from the source's root; one
  /// without a slash is a name in any folder.
  std::vector<std::string> wrangler_configs;
  /// Decides by `account_id` which wrangler configs are read; nullptr: all.
  std::shared_ptr<const WranglerAccounts> wrangler_accounts;
  /// Results of earlier loads of the same source; may be null. Not owned, used only during the load.
  ParseCache* cache = nullptr;
};

/// Reads every manifest of `tree`. It never fails as a whole: problems are in `diagnostics`, and the other Workers are
/// read all the same. Blocks; for the pool.
DesiredState load_manifests(std::shared_ptr<const SourceTree> tree, const LoadOptions& options);

/// The bytes of a module. An error if they no longer have its digest, because a folder may have changed since. Blocks;
/// for the pool.
Result<std::string> read_module(const SourceTree& tree, const ModuleFile& module);

}  // namespace plumbline::manifests
