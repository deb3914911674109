#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "daemon/config/value_reference.h"
#include "manifests/worker.h"
#include "manifests/wrangler/wrangler_accounts.h"
#include "reconciler/model/policy.h"

/// plumbline.yaml as plain values. No secret is in here, only references to secrets. Relative paths are resolved
/// already; in the file they are relative to its own folder.
namespace plumbline::daemon {

using std::chrono::milliseconds;

/// A share of the calls that Cloudflare allows to a user or token (1200 in 300 s).
struct BudgetConfig {
  std::string name;
  std::size_t limit = 1200;
  milliseconds window{300'000};
  double share = 0.7;
  /// Made for an account that names no budget: everybody who uses the account's token shares it.
  bool of_token = false;

  friend bool operator==(const BudgetConfig&, const BudgetConfig&) = default;
};

inline constexpr std::string_view kPublicApi = "https://api.cloudflare.com/client/v4";

struct AccountConfig {
  std::string name;
  std::string account_id;
  ValueReference api_token;
  ValueReference api_key;  ///< with email, instead of api_token
  ValueReference email;
  std::string budget;  ///< name in Config::budgets; never empty
  std::vector<std::string> zones;
  std::string api_base_url{kPublicApi};

  friend bool operator==(const AccountConfig&, const AccountConfig&) = default;
};

struct SecretStoreConfig {
  std::string name;
  std::string directory;                          ///< a folder with one file per key; empty: another kind of store
  std::optional<std::string> environment_prefix;  ///< reads variables of this process

  friend bool operator==(const SecretStoreConfig&, const SecretStoreConfig&) = default;
};

/// Which branch, tag or commit of a repository to follow.
struct GitReference {
  enum class Kind {
    folder,  ///< no git: the folder as it is
    branch,
    tag,
    semver,  ///< the newest tag in a range of versions
    commit,
    ref,  ///< any other, by its full name: `refs/pull/7/head`
  };
  Kind kind = Kind::folder;
  std::string name;

  friend bool operator==(const GitReference&, const GitReference&) = default;
};

/// `refs/heads/main`, `refs/tags/v1`, `semver:1.x`, the commit itself, or the ref itself.
std::string full_name(const GitReference& reference);

struct SourceLimits {
  std::size_t max_deletes = 3;
  double max_delete_percent = 50;
  std::size_t files = 10'000;
  std::uint64_t bytes = 256ULL * 1024 * 1024;

  friend bool operator==(const SourceLimits&, const SourceLimits&) = default;
};

struct SourceConfig {
  std::string name;
  std::string repository;  ///< URL that git understands, or a folder
  GitReference reference;
  std::string path;  ///< folder inside the repository; empty: all of it
  /// Paths of a folder that no git has are shown from here, where it lies below; empty: from the folder `repository`.
  std::string shown_from{};
  ValueReference username;
  ValueReference password;
  ValueReference ssh_key;
  ValueReference known_hosts;
  /// Folder of trusted keys; commits must be signed by one of them. Empty: no signature is needed.
  std::string verify_keys;
  std::string account;  ///< name in Config::accounts
  std::string environment;
  manifests::UnknownEnvironment unknown_environment = manifests::UnknownEnvironment::warned;
  std::map<std::string, std::string> secret_stores;  ///< name in manifests -> Config::secret_stores
  std::string secret_key = "{worker}/{name}";
  std::vector<std::string> include{"**"};     ///< globs of the files that are read as manifests
  std::string name_suffix;                    ///< appended to every Worker's name
  std::map<std::string, std::string> values;  ///< for `${NAME}`
  std::vector<std::string> values_from;       ///< files of the repository that hold more values
  std::string bundles;  ///< folder of bundles of wrangler configs, with {name} and {folder}; empty: there are none
  std::vector<std::string> wrangler_configs;  ///< globs of wrangler configs under other names than wrangler's own
  /// Decides by `account_id` which wrangler configs are read; nullptr: all (`ignore`).
  std::shared_ptr<const manifests::WranglerAccounts> wrangler_accounts;
  std::vector<std::string> allow_names{"*"};
  std::optional<std::vector<std::string>> allow_zones;  ///< names or ids; nothing: any
  reconciler::Prune policy = reconciler::Prune::report;
  reconciler::DriftAction drift = reconciler::DriftAction::report;
  bool adopt_unowned = false;
  milliseconds interval{60'000};
  milliseconds observe_interval{300'000};
  milliseconds audit_interval{6 * 3'600'000};
  SourceLimits limits;
  std::set<std::string> allow_data_loss;
  bool suspend = false;
  bool require_digest = false;  ///< only plans that a person has approved are applied

  friend bool operator==(const SourceConfig&, const SourceConfig&) = default;
};

/// The certificate of the listeners for people and hooks, and its key, both PEM.
struct ServerTlsConfig {
  struct File {
    ValueReference reference;
    SourceLocation where;  ///< of the reference

    friend bool operator==(const File&, const File&) = default;
  };
  File certificate;  ///< not given: they speak HTTP without TLS
  File key;

  friend bool operator==(const ServerTlsConfig&, const ServerTlsConfig&) = default;
};

struct ServerConfig {
  std::string listen;          ///< empty: not served
  std::string metrics_listen;  ///< empty: not served
  ValueReference read_token;
  ValueReference admin_token;
  ServerTlsConfig tls{};

  friend bool operator==(const ServerConfig&, const ServerConfig&) = default;
};

struct Config {
  std::string instance;
  ValueReference fingerprint_key;
  std::map<std::string, BudgetConfig> budgets;
  std::map<std::string, AccountConfig> accounts;
  std::map<std::string, SecretStoreConfig> secret_stores;
  std::map<std::string, SourceConfig> sources;
  ServerConfig server;
  std::string journal_path;  ///< empty: the default of the user
};

/// Whether the source of that name, which both have, would be watched alike: itself, its account with its budget, its
/// secret stores, and the instance.
bool is_same_source(const Config& left, const Config& right, const std::string& name);

/// The result of reading a configuration.
struct ConfigResult {
  Config config;  ///< only valid if `diagnostics` holds no error
  std::vector<Diagnostic> diagnostics;
};

/// Reads the text of a configuration, and reports all problems at once. `file` is its path, for diagnostics and as the
/// start of relative paths.
ConfigResult parse_config(const std::string& file, std::string_view text);

/// The same for the file at that path. Blocks.
ConfigResult load_config(const std::string& file);

}  // namespace plumbline::daemon
