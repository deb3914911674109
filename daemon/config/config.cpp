#include "daemon/config/config.h"

#include <algorithm>
#include <filesystem>
#include <tuple>
#include <utility>

#include "base/text.h"
#include "daemon/config/config_rules.h"
#include "daemon/config/config_schema.h"
#include "daemon/config/read_file.h"
#include "manifests/documents/schema.h"
#include "manifests/documents/yaml.h"
#include "manifests/sources/git/git_fetch.h"
#include "net/url.h"

namespace plumbline::daemon {
namespace {

using manifests::Report;
using manifests::YamlNode;

constexpr std::size_t kLargestConfig = std::size_t{1024} * 1024;

// Everything that the reading functions need beside their node.
struct Context {
  std::filesystem::path folder;  ///< relative paths start here
  Report* report = nullptr;

  [[nodiscard]] std::string resolved(const std::string& path) const {
    return (folder / path).lexically_normal().string();
  }
};

// The functions below report only problems that no table can express: names that refer to other places. They also read
// nodes that the schema has refused, so that all problems are told at once; of those they take what has the right type.

std::string text(const YamlNode& node, std::string_view key, const std::string& fallback = {}) {
  const auto* value = node.find(key);
  return value == nullptr ? fallback : value->text;
}

template <class Number>
void set_number(const YamlNode& node, std::string_view key, Number& number) {
  const auto* value = node.find(key);
  if (value == nullptr) return;
  boost::system::error_code failed;
  const auto given = to_json(*value).to_number<Number>(failed);
  if (!failed) number = given;
}

void set_duration(const YamlNode& node, std::string_view key, milliseconds& duration) {
  const auto* value = node.find(key);
  if (value == nullptr) return;
  if (const auto given = parse_duration(value->text)) duration = *given;
}

const std::vector<manifests::YamlEntry>& entries(const YamlNode& node, std::string_view key) {
  static const std::vector<manifests::YamlEntry> none;
  const auto* map = node.find(key);
  return map == nullptr ? none : map->entries;
}

ValueReference reference(const Context& context, const YamlNode* parent, std::string_view key) {
  const auto* value = parent == nullptr ? nullptr : parent->find(key);
  if (value == nullptr || value->entries.size() != 1) return {};
  const auto& [kind, name] = value->entries.front();
  if (kind.text == "env") return {ValueReference::Kind::env, name.text};
  if (kind.text == "credential") return {ValueReference::Kind::credential, name.text};
  return {ValueReference::Kind::file, context.resolved(name.text)};
}

ServerTlsConfig read_tls(const Context& context, const YamlNode* tls) {
  const auto file = [&](std::string_view key) -> ServerTlsConfig::File {
    const auto* node = tls == nullptr ? nullptr : tls->find(key);
    if (node == nullptr) return {};
    return {.reference = reference(context, tls, key), .where = context.report->location(*node)};
  };
  return {.certificate = file("certificate"), .key = file("key")};
}

BudgetConfig read_budget(const std::string& name, const YamlNode& node) {
  BudgetConfig budget{.name = name};
  if (const auto* limit = node.find("limit")) {
    if (const auto rate = parse_rate(limit->text)) {
      budget.limit = rate->calls;
      budget.window = rate->window;
    }
  }
  set_number(node, "share", budget.share);
  return budget;
}

AccountConfig read_account(const Context& context, const YamlNode& key, const YamlNode& node) {
  AccountConfig account{.name = key.text,
                        .account_id = text(node, "account_id"),
                        .api_token = reference(context, &node, "api_token"),
                        .api_key = reference(context, &node, "api_key"),
                        .email = reference(context, &node, "email"),
                        .budget = text(node, "budget", key.text),
                        .zones = to_texts(node.find("zones")),
                        .api_base_url = text(node, "api_base_url", std::string(kPublicApi))};
  const auto states = [&node](std::string_view field) { return node.find(field) != nullptr; };
  if (states("api_token") && states("api_key")) {
    context.report->error(key, "an account has an api_token or an api_key, not both",
                          "a token that may do less is the better choice");
  }
  if (states("api_key") != states("email")) {
    context.report->error(key, "api_key and email belong together", "give both, or an api_token");
  }
  return account;
}

SecretStoreConfig read_store(const Context& context, const YamlNode& key, const YamlNode& node) {
  SecretStoreConfig store{.name = key.text};
  if (const auto* directory = node.find("directory")) {
    store.directory = context.resolved(directory->text);
  }
  if (const auto* environment = node.find("environment")) {
    store.environment_prefix = text(*environment, "prefix");
  }
  if (node.find("directory") != nullptr && node.find("environment") != nullptr) {
    context.report->error(key, "a secret store is a directory or the environment, not both");
  }
  return store;
}

// A folder without branch, tag or commit is read as it is; with one of them it is a git repository.
void read_repository(const Context& context, const YamlNode& key, const YamlNode& node, SourceConfig& source) {
  const std::string repository = text(node, "repository");
  const bool folder = is_folder(repository);
  source.repository = folder ? context.resolved(repository) : repository;
  std::size_t references = 0;
  for (const auto& [field, kind] :
       {std::pair{"branch", GitReference::Kind::branch}, std::pair{"tag", GitReference::Kind::tag},
        std::pair{"semver", GitReference::Kind::semver}, std::pair{"commit", GitReference::Kind::commit}}) {
    if (node.find(field) == nullptr) continue;
    source.reference = {kind, text(node, field)};
    ++references;
  }
  if (references > 1) {
    context.report->error(key, "a source follows one of branch, tag, semver and commit");
  }
  if (references == 0 && !folder) {
    context.report->error(key, "a git repository needs a branch, a tag, a semver or a commit",
                          "for example `branch: main`");
  }
  if (references == 1 && folder && !repository.empty()) {
    source.repository = "file://" + std::filesystem::absolute(source.repository).string();
  }
}

void read_credentials(const Context& context, const YamlNode& key, const YamlNode& node, SourceConfig& source) {
  const auto* credentials = node.find("credentials");
  source.username = reference(context, credentials, "username");
  source.password = reference(context, credentials, "password");
  source.ssh_key = reference(context, credentials, "ssh_key");
  source.known_hosts = reference(context, credentials, "known_hosts");
  const auto states = [credentials](std::string_view field) {
    return credentials != nullptr && credentials->find(field) != nullptr;
  };
  const auto remote = manifests::check_remote(source.repository);
  // The schema has told what is wrong with the address.
  if (!remote && !is_folder(source.repository)) return;
  if (remote && remote->is_ssh) {
    if (!states("ssh_key") || !states("known_hosts")) {
      context.report->error(key, "a repository over ssh needs credentials with ssh_key and known_hosts",
                            "`ssh-keyscan HOST` prints lines of known_hosts; compare them with what the host's owner "
                            "publishes");
    }
    if (states("password")) context.report->error(*credentials, "ssh takes a key and no password");
  } else if (states("ssh_key") || states("known_hosts")) {
    context.report->error(*credentials, "ssh_key and known_hosts are for repositories over ssh",
                          "write the repository as ssh://git@HOST/PATH, or give username and password");
  }
}

void read_verify(const Context& context, const YamlNode& node, SourceConfig& source) {
  const auto* verify = node.find("verify");
  if (verify == nullptr) return;
  source.verify_keys = context.resolved(text(*verify, "keys"));
  if (source.reference.kind == GitReference::Kind::folder) {
    context.report->error(*verify, "a folder without a branch, tag, semver or commit has no commits to verify",
                          "for example `branch: main`");
  }
}

void read_limits(const YamlNode& node, SourceLimits& limits) {
  set_number(node, "max_deletes", limits.max_deletes);
  set_number(node, "max_delete_percent", limits.max_delete_percent);
  set_number(node, "files", limits.files);
  if (const auto* bytes = node.find("bytes")) {
    if (const auto size = parse_byte_size(bytes->text)) limits.bytes = *size;
  }
}

void read_times(const YamlNode& node, SourceConfig& source) {
  set_duration(node, "interval", source.interval);
  set_duration(node, "observe_interval", source.observe_interval);
  set_duration(node, "audit_interval", source.audit_interval);
}

void read_policy(const YamlNode& node, SourceConfig& source) {
  const auto policy = text(node, "policy");
  if (policy == "sync") source.policy = reconciler::Prune::sync;
  if (policy == "upsert-only") source.policy = reconciler::Prune::upsert_only;
  if (text(node, "drift") == "heal") source.drift = reconciler::DriftAction::heal;
  source.adopt_unowned = text(node, "adopt") == "unowned";
  if (const auto* allow = node.find("allow"); allow != nullptr && allow->find("names") != nullptr) {
    source.allow_names = to_texts(allow->find("names"));
  }
  if (const auto* allow = node.find("allow"); allow != nullptr && allow->find("zones") != nullptr) {
    source.allow_zones = to_texts(allow->find("zones"));
  }
  for (auto& name : to_texts(node.find("allow_data_loss"))) source.allow_data_loss.insert(std::move(name));
  if (const auto* limits = node.find("limits")) read_limits(*limits, source.limits);
  if (const auto* suspend = node.find("suspend")) source.suspend = manifests::is_true(suspend);
  if (const auto* digest = node.find("require_digest")) source.require_digest = manifests::is_true(digest);
}

SourceConfig read_source(const Context& context, const YamlNode& key, const YamlNode& node) {
  SourceConfig source{.name = key.text};
  read_repository(context, key, node, source);
  source.path = text(node, "path");
  read_credentials(context, key, node, source);
  read_verify(context, node, source);
  source.account = text(node, "account");
  source.environment = text(node, "environment");
  for (const auto& [name, store] : entries(node, "secret_stores")) {
    source.secret_stores.emplace(name.text, store.text);
  }
  source.secret_key = text(node, "secret_key", source.secret_key);
  if (node.find("include") != nullptr) source.include = to_texts(node.find("include"));
  source.name_suffix = text(node, "name_suffix");
  for (const auto& [name, value] : entries(node, "values")) source.values.emplace(name.text, value.text);
  source.values_from = to_texts(node.find("values_from"));
  source.bundles = text(node, "bundles");
  if (const auto* wrangler = node.find("wrangler")) source.wrangler_configs = to_texts(wrangler->find("configs"));
  read_times(node, source);
  read_policy(node, source);
  return source;
}

Config read_config(const Context& context, const YamlNode& root) {
  Config config{.instance = text(root, "instance"), .fingerprint_key = reference(context, &root, "fingerprint_key")};
  for (const auto& [key, node] : entries(root, "budgets")) {
    config.budgets.emplace(key.text, read_budget(key.text, node));
  }
  for (const auto& [key, node] : entries(root, "accounts")) {
    config.accounts.emplace(key.text, read_account(context, key, node));
  }
  for (const auto& [key, node] : entries(root, "secret_stores")) {
    config.secret_stores.emplace(key.text, read_store(context, key, node));
  }
  for (const auto& [key, node] : entries(root, "sources")) {
    config.sources.emplace(key.text, read_source(context, key, node));
  }
  if (const auto* server = root.find("server")) {
    config.server = {.listen = text(*server, "listen"),
                     .metrics_listen = text(*server, "metrics_listen"),
                     .read_token = reference(context, server, "read_token"),
                     .admin_token = reference(context, server, "admin_token"),
                     .tls = read_tls(context, server->find("tls"))};
  }
  if (const auto* journal = root.find("journal"); journal != nullptr && journal->find("path")) {
    config.journal_path = context.resolved(text(*journal, "path"));
  }
  return config;
}

// Reports a name that does not refer to an entry of `known`.
template <class Map>
void check_known(const Context& context, const YamlNode* name, const Map& known, std::string_view what) {
  if (name == nullptr || known.contains(name->text)) return;
  std::vector<std::string_view> names;
  names.reserve(known.size());
  for (const auto& [key, value] : known) names.push_back(key);
  std::string mend = manifests::suggestion(name->text, names);
  if (mend.empty()) mend = "define it below " + std::string(what);
  context.report->error(*name, "\"" + name->text + "\" is not one of " + std::string(what), std::move(mend));
}

void check_references(const Context& context, const YamlNode& root, const Config& config) {
  for (const auto& [key, account] : entries(root, "accounts")) {
    check_known(context, account.find("budget"), config.budgets, "budgets");
  }
  for (const auto& [key, source] : entries(root, "sources")) {
    check_known(context, source.find("account"), config.accounts, "accounts");
    for (const auto& [alias, store] : entries(source, "secret_stores")) {
      check_known(context, &store, config.secret_stores, "secret_stores");
    }
  }
  const auto* sources = root.find("sources");
  if (sources != nullptr && sources->kind == manifests::YamlKind::map && sources->entries.empty()) {
    context.report->error(*sources, "there is no source", "a daemon needs at least one");
  }
}

// Sets which accounts the wrangler configs of each source may name.
void complete_accounts(const YamlNode& root, Config& config) {
  for (const auto& [key, node] : entries(root, "sources")) {
    const auto* wrangler = node.find("wrangler");
    if (wrangler != nullptr && text(*wrangler, "account_id") == "ignore") continue;
    SourceConfig& source = config.sources.at(key.text);
    const auto own = config.accounts.find(source.account);
    if (own == config.accounts.end()) continue;
    auto accounts = std::make_shared<manifests::WranglerAccounts>();
    accounts->own = own->second.account_id;
    for (const auto& [name, account] : config.accounts) accounts->others.emplace(account.account_id, name);
    source.wrangler_accounts = std::move(accounts);
  }
}

// Every account gets a budget: the one that it names, or one of its own.
void complete_budgets(Config& config) {
  for (const auto& [name, account] : config.accounts) {
    config.budgets.try_emplace(account.budget, BudgetConfig{.name = account.budget, .of_token = true});
  }
}

}  // namespace

std::string full_name(const GitReference& reference) {
  switch (reference.kind) {
    case GitReference::Kind::folder:
      return {};
    case GitReference::Kind::branch:
      return "refs/heads/" + reference.name;
    case GitReference::Kind::tag:
      return "refs/tags/" + reference.name;
    case GitReference::Kind::semver:
      return std::string(manifests::kVersions) + reference.name;
    case GitReference::Kind::commit:
    case GitReference::Kind::ref:
      return reference.name;
  }
  return {};
}

bool is_same_source(const Config& left, const Config& right, const std::string& name) {
  auto one = left.sources.at(name);
  auto other = right.sources.at(name);
  const auto accounts = std::exchange(one.wrangler_accounts, nullptr);
  const auto other_accounts = std::exchange(other.wrangler_accounts, nullptr);
  const bool same_accounts = accounts && other_accounts ? *accounts == *other_accounts : accounts == other_accounts;
  if (one != other || !same_accounts || left.instance != right.instance) return false;
  const auto& account = left.accounts.at(one.account);
  if (account != right.accounts.at(one.account)) return false;
  if (left.budgets.at(account.budget) != right.budgets.at(account.budget)) return false;
  return std::ranges::all_of(one.secret_stores, [&](const auto& store) {
    return left.secret_stores.at(store.second) == right.secret_stores.at(store.second);
  });
}

ConfigResult parse_config(const std::string& file, std::string_view contents) {
  ConfigResult result;
  const auto documents = manifests::parse_yaml(file, contents, {.bytes = kLargestConfig});
  for (const auto& document : documents) {
    result.diagnostics.insert(result.diagnostics.end(), document.diagnostics.begin(), document.diagnostics.end());
  }
  if (has_errors(result.diagnostics)) return result;
  if (documents.size() != 1) {
    result.diagnostics.push_back({.where = {.file = file},
                                  .summary = "a configuration is one YAML document",
                                  .detail = "found " + std::to_string(documents.size())});
    return result;
  }
  Report report(file, result.diagnostics);
  const auto& root = documents.front().root;
  check(root, config_shape(), "configuration", report);
  const Context context{std::filesystem::path(file).parent_path(), &report};
  result.config = read_config(context, root);
  check_references(context, root, result.config);
  complete_budgets(result.config);
  complete_accounts(root, result.config);
  std::ranges::sort(result.diagnostics, {},
                    [](const Diagnostic& one) { return std::tie(one.where.line, one.where.column, one.summary); });
  return result;
}

ConfigResult load_config(const std::string& file) {
  const auto contents = read_file(file, kLargestConfig);
  if (contents) return parse_config(file, *contents);
  ConfigResult result;
  result.diagnostics.push_back({.where = {.file = file},
                                .summary = "cannot be read: " + contents.error().message,
                                .detail = "--config wants a file that this process may read"});
  return result;
}

}  // namespace plumbline::daemon
