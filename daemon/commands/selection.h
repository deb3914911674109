#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/result.h"
#include "daemon/commands/command_line.h"
#include "daemon/commands/report.h"
#include "daemon/config/config.h"
#include "daemon/config/environment.h"
#include "manifests/worker.h"
#include "reconciler/model/ownership.h"

namespace plumbline::daemon {

/// The source that a command line selects. Without a configuration file, one is made from the options and the
/// environment, so that all later code has one case only.
struct Selection {
  Config config;
  std::string source;  ///< name in config.sources
  std::string journal_path;
  std::string mirrors;  ///< folder of the git mirrors
};

enum class Needs {
  manifests,  ///< no credentials are needed: `validate`, `render`
  account,    ///< credentials are required: `plan`, `apply`
};

/// Selects the source. Each problem is a diagnostic that says what to set; the exit code is then 78.
Result<Selection, std::vector<Diagnostic>> select_source(const SelectOptions& options, Needs needs,
                                                         const Environment& environment);

/// The selected source and its manifests.
struct SelectedManifests {
  SourceConfig source;
  std::shared_ptr<const manifests::DesiredState> desired;
};

/// Selects the source, fetches and loads it: for commands that only read. No credentials of an account are needed, and
/// everything that manifests may state is accepted, whether or not this version can apply it. Problems in manifests are
/// in the state's diagnostics. Blocks.
Result<SelectedManifests, CommandFailure> load_selected(const SelectOptions& options, const Environment& environment);

/// The owner whose Workers a command line concerns, as far as the command line says. Empty with a configuration, which
/// holds the instance.
reconciler::Owner owner_of(const SelectOptions& options);

enum class AccountId { needed, optional };

/// The account from the variables that wrangler's users know: CLOUDFLARE_API_TOKEN, or CLOUDFLARE_API_KEY and
/// CLOUDFLARE_EMAIL; CLOUDFLARE_ACCOUNT_ID; CLOUDFLARE_API_BASE_URL. Its name, and that of its budget, is `default`.
Result<AccountConfig, std::vector<Diagnostic>> account_from(const Environment& environment, AccountId id);

/// Reads `--ref`: `main`, `refs/tags/v1`, `refs/pull/7/head`, `semver:^1.2`, or a commit of 40 hex digits.
GitReference parse_reference(const std::string& text);

/// The folder of a daemon's mirrors: in the cache that a service manager made for it, or else beside its journal.
std::string mirrors_of_daemon(const std::string& journal_path, const Environment& environment);

/// The path of a configuration's journal, or the user's default.
std::string journal_path_of(const Config& config, const Environment& environment);

}  // namespace plumbline::daemon
