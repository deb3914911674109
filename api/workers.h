#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/client.h"
#include "api/operation_table.h"

/// Typed reads of the Workers API, each one row of the endpoint table; any_call.h has its writes. Settings stay JSON
/// under the API's own names. The functions take what they need of their arguments before they return; only
/// the client must outlive the call.
namespace plumbline::api {

/// One file of a Worker. Modules are resolved by file name, which is why the part is named like the
/// file.
struct Module {
  std::string name;
  std::string content_type;
  std::string bytes;
};

/// Code as the API hands it out (`content/v2`).
struct Content {
  std::string main;  ///< name of the entry module or, for service-worker syntax, of the only part;
                     ///< may be empty
  bool is_module = true;
  std::vector<Module> modules;
};

/// Where calls of one account go. `client` outlives every call.
struct Account {
  Client* client = nullptr;
  std::string id;
  Priority priority = Priority::interactive;
};

/// What GET …/workers/scripts may be asked beyond everything.
struct ScriptsQuery {
  std::string tags;  ///< `a:yes,b:no`: with the tag a and without b; empty: all
  /// Documented in 2018 and passed on; nothing: not asked.
  std::optional<bool> include_subdomain_availability;
};

/// GET …/workers/scripts: every Worker of the account, unpaginated. Fails as a whole; an item
/// without an id is an error.
Awaitable<Result<JsonArray>> list_scripts(const Account& account, const ScriptsQuery& query = {});

/// What a list of Workers is read for.
enum class Purpose {
  look,   ///< for what its entries tell
  proof,  ///< for what it does not hold: it must tell its total_count
};

/// How many Workers a page of the beta list holds.
inline constexpr auto kBetaWorkersPerPage = static_cast<std::size_t>(OperationRef("list_beta_workers")->items.per_page);

/// GET …/workers/workers by name, 100 a page, all pages or an error. `subdomain{enabled, previews_enabled}`
/// of every Worker. In the order of names a Worker that comes or goes between two pages moves no other across their
/// border unseen: total_count tells it.
Awaitable<Result<JsonArray>> list_beta_workers(const Account& account, Purpose purpose = Purpose::look);

/// GET …/workers/workers/{id or name}/versions/{version}: `containers`, `package_dependencies` and `exports` beside
/// what GET …/scripts/{name}/versions/{version} tells. An account without the beta API answers 404.
Awaitable<Result<JsonObject>> get_beta_version(const Account& account, std::string worker, std::string version_id);

Awaitable<Result<JsonObject>> get_settings(const Account& account, std::string name);

Awaitable<Result<JsonObject>> get_script_settings(const Account& account, std::string name);
Awaitable<Result<JsonArray>> list_secrets(const Account& account, std::string name);
Awaitable<Result<JsonObject>> get_subdomain(const Account& account, std::string name);
/// GET …/content/v2; a Worker without code (assets only) has no modules.
Awaitable<Result<Content>> get_content(const Account& account, std::string name);
/// GET …/deployments, newest first; [0] is the active one.
Awaitable<Result<JsonArray>> list_deployments(const Account& account, std::string name);
Awaitable<Result<JsonObject>> get_version(const Account& account, std::string name, std::string version_id);

/// Each `{cron, created_on, modified_on}`.
Awaitable<Result<JsonArray>> get_schedules(const Account& account, std::string name);
/// GET …/versions?deployable=true: those that can be deployed, about the last hundred, newest first,
/// unpaginated.
Awaitable<Result<JsonArray>> list_versions(const Account& account, std::string name);

/// GET /zones of the account, with that name, or all of them if it is empty; all pages or an error.
Awaitable<Result<JsonArray>> list_zones(const Account& account, std::string zone_name);

/// Each `{id, pattern, script?}`; unpaginated. A route without a script switches Workers off for
/// its pattern.
Awaitable<Result<JsonArray>> list_routes(const Account& account, std::string zone_id);
Awaitable<Result<JsonObject>> get_route(const Account& account, std::string zone_id, std::string route_id);
/// Custom domains of the whole account, `{id, hostname, service, zone_id, zone_name, …}`;
/// unpaginated.
Awaitable<Result<JsonArray>> list_domains(const Account& account);
Awaitable<Result<JsonObject>> get_domain(const Account& account, std::string domain_id);
/// Whether the token works: user tokens and account-owned tokens have different endpoints; both are
/// tried.
Awaitable<Result<JsonObject>> verify_token(const Account& account);

}  // namespace plumbline::api
