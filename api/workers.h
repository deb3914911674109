#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/client.h"
#include "api/operation_table.h"

/// Typed reads of the Workers API; each is one row of the endpoint table. Writes are in any_call.h. Settings stay JSON
/// under the API's own names.
///
/// All functions are called on the loop thread. They copy what they need of their arguments before they return; only
/// the client must outlive the call. Errors: any ErrorKind of Client::call(), such as not_found for a Worker that does
/// not exist; a result of another type than documented is ErrorKind::server.
namespace plumbline::api {

/// One file of a Worker. Modules import each other by file name, so the part of a form has the name of the file.
struct Module {
  std::string name;
  std::string content_type;
  std::string bytes;
};

/// Code as the API returns it (`content/v2`).
struct Content {
  std::string main;  ///< the entry module or, for service-worker syntax, the only part; may be empty
  bool is_module = true;
  std::vector<Module> modules;
};

/// The account that calls go to, and their priority. `client` is not owned and must outlive every call.
struct Account {
  Client* client = nullptr;
  std::string id;
  Priority priority = Priority::interactive;
  /// Counts the exchanges of all its calls, if it is not null.
  std::shared_ptr<std::size_t> tally{};

  [[nodiscard]] Account with(Priority other) const { return {client, id, other, tally}; }
};

/// Filters of GET …/workers/scripts.
struct ScriptsQuery {
  std::string tags;  ///< `a:yes,b:no`: with tag a and without tag b; empty: no filter
  /// Documented in 2018 and passed on as it is; nothing: not sent.
  std::optional<bool> include_subdomain_availability;
};

/// GET …/workers/scripts: every Worker of the account, without pages. An item without an id makes the whole list an
/// error.
Awaitable<Result<JsonArray>> list_scripts(const Account& account, const ScriptsQuery& query = {});

/// The same list together with the digest of its bytes.
struct ScriptsList {
  std::shared_ptr<const JsonArray> items;  ///< null: the bytes are those of `known`
  std::string digest;                      ///< SHA-256, 64 hex digits; empty: it was not asked for
};

/// Reads the list of an account. If its bytes have the digest `known`, they are not parsed. Nothing: no digest is asked
/// for.
Awaitable<Result<ScriptsList>> list_scripts_unless(const Account& account, std::optional<std::string> known);

/// Why a list of Workers is read.
enum class Purpose {
  look,   ///< for the entries that it has
  proof,  ///< to prove that an entry is missing: the list must tell its total_count
};

/// How many Workers one page of the beta list holds.
inline constexpr auto kBetaWorkersPerPage = static_cast<std::size_t>(OperationRef("list_beta_workers")->items.per_page);

/// GET …/workers/workers sorted by name, 100 per page; all pages or an error. Each item has `subdomain{enabled,
/// previews_enabled}`. If a Worker comes or goes between two pages, another one could move across their border unseen;
/// total_count reveals that.
Awaitable<Result<JsonArray>> list_beta_workers(const Account& account, Purpose purpose = Purpose::look);

/// GET …/workers/workers/{id or name}/versions/{version}. Adds `containers`, `package_dependencies` and `exports` to
/// what GET …/scripts/{name}/versions/{version} shows. For an account without the beta API it answers 404.
Awaitable<Result<JsonObject>> get_beta_version(const Account& account, std::string worker, std::string version_id);

/// GET …/workers/workers/{id or name}/versions, the first page alone: the newest hundred, each with its annotations and
/// bindings. For an account without the beta API it answers 404.
Awaitable<Result<JsonArray>> list_newest_versions(const Account& account, std::string worker);

/// GET …/scripts/{name}/settings: bindings and all settings of the Worker and its active version.
Awaitable<Result<JsonObject>> get_settings(const Account& account, std::string name);

Awaitable<Result<JsonObject>> get_script_settings(const Account& account, std::string name);
Awaitable<Result<JsonArray>> list_secrets(const Account& account, std::string name);
Awaitable<Result<JsonObject>> get_subdomain(const Account& account, std::string name);
/// GET …/content/v2. A Worker without code (assets only) has no modules.
Awaitable<Result<Content>> get_content(const Account& account, std::string name);
/// GET …/deployments, newest first; item [0] is the active one.
Awaitable<Result<JsonArray>> list_deployments(const Account& account, std::string name);
Awaitable<Result<JsonObject>> get_version(const Account& account, std::string name, std::string version_id);

/// Items are `{cron, created_on, modified_on}`.
Awaitable<Result<JsonArray>> get_schedules(const Account& account, std::string name);
/// GET …/versions?deployable=true: the versions that can be deployed, about the last hundred, newest first, without
/// pages.
Awaitable<Result<JsonArray>> list_versions(const Account& account, std::string name);

/// GET /zones of the account: the one with that name, or all if the name is empty; all pages or an error.
Awaitable<Result<JsonArray>> list_zones(const Account& account, std::string zone_name);

/// Items are `{id, pattern, script?}`; without pages. A route without a script turns Workers off for its pattern.
Awaitable<Result<JsonArray>> list_routes(const Account& account, std::string zone_id);
Awaitable<Result<JsonObject>> get_route(const Account& account, std::string zone_id, std::string route_id);
/// Custom domains of the whole account: `{id, hostname, service, zone_id, zone_name, …}`; without pages.
Awaitable<Result<JsonArray>> list_domains(const Account& account);
Awaitable<Result<JsonObject>> get_domain(const Account& account, std::string domain_id);
/// Whether the token works. User tokens and account-owned tokens have different endpoints, so both are tried.
Awaitable<Result<JsonObject>> verify_token(const Account& account);

}  // namespace plumbline::api
