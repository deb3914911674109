#include "daemon/commands/selection.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <filesystem>
#include <utility>

#include "daemon/blocking.h"
#include "daemon/config/config_rules.h"
#include "daemon/config/names.h"
#include "daemon/config/proxy.h"
#include "daemon/config/read_file.h"
#include "daemon/controller/source_load.h"
#include "daemon/exit_code.h"
#include "manifests/kinds/manifest.h"
#include "manifests/kinds/substitution.h"
#include "manifests/sources/git/git_fetch.h"

namespace plumbline::daemon {
namespace {

using Diagnostics = std::vector<Diagnostic>;

std::unexpected<Diagnostics> wrong(std::string summary, std::string detail = {}) {
  return std::unexpected(Diagnostics{{.summary = std::move(summary), .detail = std::move(detail)}});
}

ValueReference variable(const char* name) {
  return {ValueReference::Kind::env, name};
}

Result<std::map<std::string, std::string>, Diagnostics> values_from(const std::vector<std::string>& files) {
  std::map<std::string, std::string> values;
  Diagnostics wrong;
  for (const auto& file : files) {
    const auto text = read_file(file, manifests::kMaxManifestBytes);
    if (!text) {
      wrong.push_back({.where = {.file = file}, .summary = "cannot be read: " + text.error().message});
      continue;
    }
    auto parsed = manifests::parse_values(file, *text);
    wrong.insert(wrong.end(), parsed.diagnostics.begin(), parsed.diagnostics.end());
    for (auto& [name, value] : parsed.values) values.insert_or_assign(name, std::move(value));
  }
  if (has_errors(wrong)) return std::unexpected(std::move(wrong));
  return values;
}

std::optional<std::string> reference_problem(const GitReference& reference) {
  switch (reference.kind) {
    case GitReference::Kind::branch:
    case GitReference::Kind::tag:
      return branch_rule(reference.name);
    case GitReference::Kind::semver:
      return semver_rule(reference.name);
    case GitReference::Kind::ref:
      if (manifests::is_ref_name(reference.name)) return std::nullopt;
      return "must be the full name of a ref, such as refs/pull/7/head";
    case GitReference::Kind::commit:
    case GitReference::Kind::folder:
      return std::nullopt;
  }
  return std::nullopt;
}

// A shell completes paths from where the user stands; the source's begin at its folder.
std::string below_folder(const std::string& glob, const std::string& folder) {
  const auto from = std::filesystem::path(folder).lexically_normal();
  const auto inner = std::filesystem::path(glob).lexically_normal().lexically_relative(from);
  const bool inside = !inner.empty() && *inner.begin() != "..";
  return inside && glob.contains('/') ? inner.generic_string() : glob;
}

Result<SourceConfig, Diagnostics> source_from(const SelectOptions& options) {
  SourceConfig source{.name = owner_of(options).source, .account = "default"};
  // When a person applies by hand, drift is healed; nothing is deleted unless the options say so.
  source.drift = reconciler::DriftAction::heal;
  source.policy = options.policy.value_or(reconciler::Prune::upsert_only);
  source.environment = options.environment.value_or("");
  source.unknown_environment = manifests::UnknownEnvironment::refused;
  source.adopt_unowned = options.adopt == AdoptRule::unowned;
  source.bundles = options.bundles.value_or("");
  source.wrangler_configs = options.wrangler_configs;
  if (const auto problem = subfolder_rule(source.bundles)) return wrong("--bundles " + *problem);
  auto values = values_from(options.values_files);
  if (!values) return std::unexpected(std::move(values.error()));
  source.values = std::move(*values);
  if (options.secrets_folder) source.secret_stores.emplace("default", "default");
  if (!options.repository) {
    source.repository = options.path.value_or(".");
    for (auto& glob : source.wrangler_configs) glob = below_folder(glob, source.repository);
    source.shown_from = ".";
    return source;
  }
  if (const auto problem = repository_rule(*options.repository)) return wrong("--repository " + *problem);
  if (const auto problem = subfolder_rule(options.subfolder.value_or(""))) return wrong("--path " + *problem);
  source.reference = parse_reference(*options.ref);
  if (const auto problem = reference_problem(source.reference)) return wrong("--ref " + *problem);
  source.repository = *options.repository;
  if (is_folder(source.repository)) {
    source.repository = "file://" + std::filesystem::absolute(source.repository).lexically_normal().string();
  }
  source.path = options.subfolder.value_or("");
  return source;
}

Result<Selection, Diagnostics> from_options(const SelectOptions& options, Needs needs, const Environment& environment) {
  const auto owner = owner_of(options);
  Selection selection{.source = owner.source,
                      .journal_path = options.journal.value_or(state_folder(environment) + "/journal.db"),
                      .mirrors = cache_folder(environment) + "/mirrors"};
  auto& config = selection.config;
  config.instance = owner.instance;
  auto source = source_from(options);
  if (!source) return std::unexpected(std::move(source.error()));
  config.sources.emplace(selection.source, std::move(*source));
  if (options.secrets_folder) {
    config.secret_stores.emplace("default", SecretStoreConfig{.name = "default", .directory = *options.secrets_folder});
  }
  if (environment.get("PLUMBLINE_FINGERPRINT_KEY")) config.fingerprint_key = variable("PLUMBLINE_FINGERPRINT_KEY");
  if (needs == Needs::manifests) return selection;
  auto account = account_from(environment, AccountId::needed);
  if (!account) return std::unexpected(std::move(account.error()));
  config.budgets.emplace(account->budget, BudgetConfig{.name = account->budget, .of_token = true});
  // Without an account (validate, render) it is unknown which account a config belongs to.
  config.sources.at(selection.source).wrangler_accounts =
      std::make_shared<manifests::WranglerAccounts>(manifests::WranglerAccounts{.own = account->account_id});
  config.accounts.emplace(account->name, std::move(*account));
  return selection;
}

Result<Selection, Diagnostics> from_config(const SelectOptions& options, const Environment& environment) {
  auto loaded = load_config(*options.config_file);
  if (has_errors(loaded.diagnostics)) return std::unexpected(std::move(loaded.diagnostics));
  Selection selection{.config = std::move(loaded.config), .source = *options.source};
  const auto source = selection.config.sources.find(selection.source);
  if (source == selection.config.sources.end()) {
    return wrong(*options.config_file + " has no source \"" + selection.source + "\"",
                 which_is_known(selection.source, selection.config.sources));
  }
  if (options.adopt) source->second.adopt_unowned = *options.adopt == AdoptRule::unowned;
  if (options.path) {
    source->second.repository = *options.path;
    source->second.reference = {};
    source->second.shown_from = ".";
  }
  selection.journal_path = options.journal.value_or(journal_path_of(selection.config, environment));
  selection.mirrors = cache_folder(environment) + "/mirrors";
  return selection;
}

}  // namespace

reconciler::Owner owner_of(const SelectOptions& options) {
  const std::string instance = options.config_file ? "" : "default";
  return {.instance = options.instance.value_or(instance), .source = options.source.value_or("default")};
}

Result<Selection, Diagnostics> select_source(const SelectOptions& options, Needs needs,
                                             const Environment& environment) {
  auto selection = options.config_file ? from_config(options, environment) : from_options(options, needs, environment);
  // Only a plain folder is read without a fetch.
  const bool fetches =
      selection && selection->config.sources.at(selection->source).reference.kind != GitReference::Kind::folder;
  if (auto proxy = proxy_from(environment); !proxy && (needs == Needs::account || fetches)) {
    return wrong(proxy.error().message);
  }
  return selection;
}

Result<SelectedManifests, CommandFailure> load_selected(const SelectOptions& options, const Environment& environment) {
  auto selection = select_source(options, Needs::manifests, environment);
  if (!selection) return std::unexpected(CommandFailure{std::move(selection.error()), exit_code::kConfiguration});
  SourceConfig& source = selection->config.sources.at(selection->source);
  boost::asio::io_context io(1);
  boost::asio::thread_pool pool(1);
  net::Children children(io.get_executor());
  auto desired = run_until_done(io, fetch_and_load(&source, {.environment = &environment,
                                                             .mirrors = selection->mirrors,
                                                             .pool = pool.get_executor(),
                                                             .children = &children}));
  if (!desired) {
    return std::unexpected(CommandFailure{{{.summary = std::move(desired.error().message)}}, exit_code::kError});
  }
  return SelectedManifests{std::move(source), *std::move(desired)};
}

Result<AccountConfig, std::vector<Diagnostic>> account_from(const Environment& environment, AccountId id) {
  AccountConfig account{.name = "default", .budget = "default"};
  Diagnostics missing;
  if (environment.get("CLOUDFLARE_API_TOKEN")) {
    account.api_token = variable("CLOUDFLARE_API_TOKEN");
  } else if (environment.get("CLOUDFLARE_API_KEY") && environment.get("CLOUDFLARE_EMAIL")) {
    account.api_key = variable("CLOUDFLARE_API_KEY");
    account.email = variable("CLOUDFLARE_EMAIL");
  } else {
    missing.push_back({.summary = "no credentials: CLOUDFLARE_API_TOKEN is not set",
                       .detail = "set it, or CLOUDFLARE_API_KEY and CLOUDFLARE_EMAIL"});
  }
  account.account_id = environment.get("CLOUDFLARE_ACCOUNT_ID").value_or("");
  if (account.account_id.empty()) {
    if (id == AccountId::needed) {
      missing.push_back({.summary = "CLOUDFLARE_ACCOUNT_ID is not set",
                         .detail = "set it to the account's 32 hex digits, as the dashboard shows them"});
    }
  } else if (const auto problem = account_id_rule(account.account_id)) {
    missing.push_back({.summary = "CLOUDFLARE_ACCOUNT_ID " + *problem});
  }
  account.api_base_url = environment.get("CLOUDFLARE_API_BASE_URL").value_or(std::string(kPublicApi));
  if (const auto problem = base_url_rule(account.api_base_url)) {
    missing.push_back({.summary = "CLOUDFLARE_API_BASE_URL " + *problem});
  }
  if (!missing.empty()) return std::unexpected(std::move(missing));
  return account;
}

GitReference parse_reference(const std::string& text) {
  constexpr std::string_view kRefs = "refs/";
  constexpr std::string_view kBranches = "refs/heads/";
  constexpr std::string_view kTags = "refs/tags/";
  if (text.starts_with(kBranches)) return {GitReference::Kind::branch, text.substr(kBranches.size())};
  if (text.starts_with(kTags)) return {GitReference::Kind::tag, text.substr(kTags.size())};
  if (text.starts_with(kRefs)) return {GitReference::Kind::ref, text};
  if (text.starts_with(manifests::kVersions)) {
    return {GitReference::Kind::semver, text.substr(manifests::kVersions.size())};
  }
  if (!commit_rule(text)) return {GitReference::Kind::commit, text};
  return {GitReference::Kind::branch, text};
}

std::string mirrors_of_daemon(const std::string& journal_path, const Environment& environment) {
  if (environment.get("CACHE_DIRECTORY")) return cache_folder(environment) + "/mirrors";
  return (std::filesystem::path(journal_path).parent_path() / "mirrors").string();
}

std::string journal_path_of(const Config& config, const Environment& environment) {
  return config.journal_path.empty() ? state_folder(environment) + "/journal.db" : config.journal_path;
}

}  // namespace plumbline::daemon
