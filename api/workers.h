#pragma once

#include <map>
#include <string>
#include <vector>

#include "api/client.h"

/// Typed calls of the Workers API, each one row of the endpoint table. Settings stay JSON under the
/// API's own names. The functions take what they need of their arguments before they return; only
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

/// GET …/workers/scripts: every Worker of the account, unpaginated. Fails as a whole; an item
/// without an id is an error.
Awaitable<Result<JsonArray>> list_scripts(const Account& account);

/// GET …/workers/workers, 100 a page, all pages or an error. `subdomain{enabled, previews_enabled}`
/// of every Worker.
Awaitable<Result<JsonArray>> list_beta_workers(const Account& account);

/// PUT …/workers/scripts/{name}?bindings_inherit=strict: one multipart upload of `metadata` and the
/// modules.
Awaitable<Result<JsonObject>> upload_script(const Account& account, std::string name, JsonObject metadata,
                                            std::vector<Module> modules);

/// DELETE …/workers/scripts/{name}. A Worker that is already gone is success.
Awaitable<Result<void>> delete_script(const Account& account, std::string name);

Awaitable<Result<JsonObject>> get_settings(const Account& account, std::string name);

/// PATCH …/settings: multipart with one part `settings`. `bindings` in it replaces the whole array.
Awaitable<Result<JsonObject>> patch_settings(const Account& account, std::string name, JsonObject settings);

Awaitable<Result<JsonObject>> get_script_settings(const Account& account, std::string name);
Awaitable<Result<JsonObject>> patch_script_settings(const Account& account, std::string name, JsonObject settings);

Awaitable<Result<JsonArray>> list_secrets(const Account& account, std::string name);
Awaitable<Result<void>> put_secret(const Account& account, std::string name, std::string secret_name, std::string text);
/// A secret that is already gone (10056) is success; a Worker that is gone is not.
Awaitable<Result<void>> delete_secret(const Account& account, std::string name, std::string secret_name);

Awaitable<Result<JsonObject>> get_subdomain(const Account& account, std::string name);
Awaitable<Result<JsonObject>> post_subdomain(const Account& account, std::string name, JsonObject subdomain);

/// GET …/content/v2; a Worker without code (assets only) has no modules.
Awaitable<Result<Content>> get_content(const Account& account, std::string name);
Awaitable<Result<JsonObject>> put_content(const Account& account, std::string name, JsonObject metadata,
                                          std::vector<Module> modules);

/// GET …/deployments, newest first; [0] is the active one.
Awaitable<Result<JsonArray>> list_deployments(const Account& account, std::string name);
Awaitable<Result<JsonObject>> get_version(const Account& account, std::string name, std::string version_id);

/// PATCH …/secrets-bulk, a JSON merge patch: a null value deletes, a name that is missing stays.
/// One version for all. `secrets` is {NAME: {name, text, type: "secret_text"} | null}.
Awaitable<Result<void>> put_secrets_bulk(const Account& account, std::string name, JsonObject secrets);

/// Each `{cron, created_on, modified_on}`.
Awaitable<Result<JsonArray>> get_schedules(const Account& account, std::string name);
/// Replaces all of them; an empty list clears.
Awaitable<Result<JsonArray>> put_schedules(const Account& account, std::string name,
                                           const std::vector<std::string>& crons);

/// GET …/versions?deployable=true: those that can be deployed, about the last hundred, newest first,
/// unpaginated.
Awaitable<Result<JsonArray>> list_versions(const Account& account, std::string name);

/// POST …/deployments: `{strategy: "percentage", versions: [{version_id, percentage}],
/// annotations}`.
Awaitable<Result<JsonObject>> create_deployment(const Account& account, std::string name, JsonObject deployment);

/// GET /zones of the account, with that name, or all of them if it is empty; all pages or an error.
Awaitable<Result<JsonArray>> list_zones(const Account& account, std::string zone_name);

/// Each `{id, pattern, script?}`; unpaginated. A route without a script switches Workers off for
/// its pattern.
Awaitable<Result<JsonArray>> list_routes(const Account& account, std::string zone_id);
/// A pattern that exists is ErrorKind::conflict (10020), whoever's it is.
Awaitable<Result<JsonObject>> create_route(const Account& account, std::string zone_id, JsonObject route);
Awaitable<Result<JsonObject>> update_route(const Account& account, std::string zone_id, std::string route_id,
                                           JsonObject route);
/// A route that is already gone (10009) is success.
Awaitable<Result<void>> delete_route(const Account& account, std::string zone_id, std::string route_id);

/// Custom domains of the whole account, `{id, hostname, service, zone_id, zone_name, …}`;
/// unpaginated.
Awaitable<Result<JsonArray>> list_domains(const Account& account);
/// Creates or changes by hostname: `{hostname, service, zone_id | zone_name,
/// override_existing_origin?, override_existing_dns_record?}`.
Awaitable<Result<JsonObject>> put_domain(const Account& account, JsonObject domain);
/// A domain that is already gone (100114) is success.
Awaitable<Result<void>> delete_domain(const Account& account, std::string domain_id);

/// Whether the token works: user tokens and account-owned tokens have different endpoints; both are
/// tried.
Awaitable<Result<JsonObject>> verify_token(const Account& account);

}  // namespace plumbline::api
