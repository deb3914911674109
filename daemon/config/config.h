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
#include "manifests/wrangler/wrangler_accounts.h"
#include "reconciler/model/policy.h"

/// plumbline.yaml as plain values. No secret is in here, only references to where they are;
/// relative paths of the file are relative to its own folder and stand here resolved.
namespace plumbline::daemon {

using std::chrono::milliseconds;

/// A share of the calls that Cloudflare allows a user or token (1200 in 300 s).
struct BudgetConfig {
  std::string name;
  std::size_t limit = 1200;
  milliseconds window{300'000};
  double share = 0.7;
  bool of_token = false;  ///< of an account that names none: whoever uses its token shares it
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
};

struct SecretStoreConfig {
  std::string name;
  std::string directory;                          ///< one file a key; empty: not of this kind
  std::optional<std::string> environment_prefix;  ///< variables of this process
};

/// What a repository is followed by.
struct GitReference {
  enum class Kind {
    folder,  ///< no git: the folder as it stands
    branch,
    tag,
    semver,  ///< the newest tag in a range of versions
    commit,
  };
  Kind kind = Kind::folder;
  std::string name;
};

/// `refs/heads/main`, `refs/tags/v1`, `semver:1.x`, or the commit itself.
std::string full_name(const GitReference& reference);

struct SourceLimits {
  std::size_t max_deletes = 3;
  double max_delete_percent = 50;
  std::size_t files = 10'000;
  std::uint64_t bytes = 256ULL * 1024 * 1024;
};

struct SourceConfig {
  std::string name;
  std::string repository;  ///< URL that git understands, or a folder
  GitReference reference;
  std::string path;  ///< folder inside the repository; empty: all of it
  ValueReference username;
  ValueReference password;
  ValueReference ssh_key;
  ValueReference known_hosts;
  std::string verify_keys;  ///< folder of the keys that commits must be signed by one of; empty: nobody has to sign
  std::string account;      ///< name in Config::accounts
  std::string environment;
  std::map<std::string, std::string> secret_stores;  ///< name in manifests -> Config::secret_stores
  std::string secret_key = "{worker}/{name}";
  std::vector<std::string> include{"**"};     ///< globs of the files that are read as manifests
  std::string name_suffix;                    ///< appended to every Worker's name
  std::map<std::string, std::string> values;  ///< for `${NAME}`
  std::vector<std::string> values_from;       ///< files of the repository with more values
  std::string bundles;  ///< where bundles of wrangler configs lie, with {name} and {folder}; empty: nowhere
  /// Whose wrangler configs are read, by their `account_id`; nullptr: everybody's (`ignore`).
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
};

struct ServerConfig {
  std::string listen;          ///< empty: not served
  std::string metrics_listen;  ///< empty: not served
  ValueReference read_token;
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

struct ConfigResult {
  Config config;  ///< of use only without errors in `diagnostics`
  std::vector<Diagnostic> diagnostics;
};

/// Reads the text of a configuration; all that is wrong with it at once. `file` is its path: for
/// diagnostics, and for the folder that relative paths start from.
ConfigResult parse_config(const std::string& file, std::string_view text);

/// The same for the file at `file`.
ConfigResult load_config(const std::string& file);

}  // namespace plumbline::daemon
