#pragma once

#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/result.h"
#include "daemon/commands/command_line.h"
#include "daemon/config/config.h"
#include "daemon/config/environment.h"
#include "reconciler/model/ownership.h"

namespace plumbline::daemon {

/// The source that a command line is about. Without a configuration file one is made of the options and the
/// environment, so that from here on there is one way only.
struct Selection {
  Config config;
  std::string source;  ///< name in config.sources
  std::string journal_path;
  std::string mirrors;  ///< folder of the git mirrors
};

enum class Needs {
  manifests,  ///< no credentials: `validate`, `render`
  account,    ///< credentials must be there: `plan`, `apply`
};

/// What is missing or wrong is a diagnostic that says what to set; the exit code is then 78.
Result<Selection, std::vector<Diagnostic>> select_source(const SelectOptions& options, Needs needs,
                                                         const Environment& environment);

/// Whose Workers a command line is about, as far as it says: with a configuration, which has the instance, that is
/// empty.
reconciler::Owner owner_of(const SelectOptions& options);

enum class AccountId { needed, optional };

/// The account that the variables stand for which wrangler's users know: CLOUDFLARE_API_TOKEN, or CLOUDFLARE_API_KEY
/// and CLOUDFLARE_EMAIL; CLOUDFLARE_ACCOUNT_ID; CLOUDFLARE_API_BASE_URL. Its name and its budget's are `default`.
Result<AccountConfig, std::vector<Diagnostic>> account_from(const Environment& environment, AccountId id);

/// `main`, `refs/tags/v1`, `semver:^1.2` and a commit of 40 hex digits, as `--ref` takes them.
GitReference parse_reference(const std::string& text);

/// Where the mirrors of a daemon are: in the cache that a service manager made for it, else beside its journal.
std::string mirrors_of_daemon(const std::string& journal_path, const Environment& environment);

/// The journal of a configuration, or the user's default.
std::string journal_path_of(const Config& config, const Environment& environment);

}  // namespace plumbline::daemon
