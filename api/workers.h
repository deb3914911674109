#pragma once

#include <optional>
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

/// What GET …/workers/scripts may be asked beyond everything.
struct ScriptsQuery {
  std::string tags;  ///< `a:yes,b:no`: with the tag a and without b; empty: all
  /// Documented in 2018 and passed on; nothing: not asked.
  std::optional<bool> include_subdomain_availability;
};

/// GET …/workers/scripts: every Worker of the account, unpaginated. Fails as a whole; an item
/// without an id is an error.
Awaitable<Result<JsonArray>> list_scripts(const Account& account, const ScriptsQuery& query = {});

/// GET …/workers/scripts-search: `{id, script_name, service_name, environment_name, …}` of the Workers whose name holds
/// `name`; all pages or an error.
Awaitable<Result<JsonArray>> search_scripts(const Account& account, std::string name);

/// What a list of Workers is read for.
enum class Purpose {
  look,   ///< for what its entries tell
  proof,  ///< for what it does not hold: it must tell its total_count
};

/// How many Workers a page of the beta list holds.
inline constexpr std::size_t kBetaWorkersPerPage = 100;

/// GET …/workers/workers by name, 100 a page, all pages or an error. `subdomain{enabled, previews_enabled}`
/// of every Worker. In the order of names a Worker that comes or goes between two pages moves no other across their
/// border unseen: total_count tells it.
Awaitable<Result<JsonArray>> list_beta_workers(const Account& account, Purpose purpose = Purpose::look);

/// GET …/workers/workers/{id or name}, with `references` and `subdomain`.
Awaitable<Result<JsonObject>> get_beta_worker(const Account& account, std::string worker);

/// GET …/workers/workers/{id or name}/versions, newest first, all pages or an error: each as get_beta_version() tells
/// it.
Awaitable<Result<JsonArray>> list_beta_versions(const Account& account, std::string worker);

/// GET …/workers/workers/{id or name}/versions/{version}: `containers`, `package_dependencies` and `exports` beside
/// what GET …/scripts/{name}/versions/{version} tells. An account without the beta API answers 404.
Awaitable<Result<JsonObject>> get_beta_version(const Account& account, std::string worker, std::string version_id);

/// PUT …/workers/scripts/{name}?bindings_inherit=strict: one multipart upload of `metadata` and the
/// modules. `begin_by`: see Call.
Awaitable<Result<JsonObject>> upload_script(const Account& account, std::string name, JsonObject metadata,
                                            std::vector<Module> modules, BeginBy begin_by = {});

/// PUT …/workers/scripts/{name} with nothing but the JavaScript of a service worker. A nonempty `etag` goes as
/// If-None-Match, which the pages of 2018 and of today promise and nobody has seen at work: never rely on it.
Awaitable<Result<JsonObject>> upload_script_raw(const Account& account, std::string name, std::string script,
                                                std::string etag = {});

enum class Force {
  no,
  yes,  ///< also where other Workers' bindings and Durable Objects refer to it
};

/// DELETE …/workers/scripts/{name}. A Worker that is already gone is success.
Awaitable<Result<void>> delete_script(const Account& account, std::string name, Force force = Force::no);

Awaitable<Result<JsonObject>> get_settings(const Account& account, std::string name);

/// PATCH …/settings: multipart with one part `settings`. `bindings` in it replaces the whole array.
Awaitable<Result<JsonObject>> patch_settings(const Account& account, std::string name, JsonObject settings);

Awaitable<Result<JsonObject>> get_script_settings(const Account& account, std::string name);
Awaitable<Result<JsonObject>> patch_script_settings(const Account& account, std::string name, JsonObject settings);

/// `{usage_model, user_limits {cpu_ms}}`. Superseded by `usage_model` and `limits` of the settings.
Awaitable<Result<JsonObject>> get_usage_model(const Account& account, std::string name);
Awaitable<Result<JsonObject>> put_usage_model(const Account& account, std::string name, JsonObject usage_model);

Awaitable<Result<JsonArray>> list_secrets(const Account& account, std::string name);
/// Name and type; nobody can read a value.
Awaitable<Result<JsonObject>> get_secret(const Account& account, std::string name, std::string secret_name);
Awaitable<Result<void>> put_secret(const Account& account, std::string name, std::string secret_name, std::string text);
/// A secret that is already gone (10056) is success; a Worker that is gone is not.
Awaitable<Result<void>> delete_secret(const Account& account, std::string name, std::string secret_name);

Awaitable<Result<JsonObject>> get_subdomain(const Account& account, std::string name);
Awaitable<Result<JsonObject>> post_subdomain(const Account& account, std::string name, JsonObject subdomain);

/// Switches workers.dev off for the Worker; gives the new state, or an empty object where the service does not tell it.
Awaitable<Result<JsonObject>> delete_subdomain(const Account& account, std::string name);

/// The account's name on workers.dev, `{subdomain}`.
Awaitable<Result<JsonObject>> get_account_subdomain(const Account& account);
Awaitable<Result<JsonObject>> put_account_subdomain(const Account& account, std::string subdomain);
/// An account that has none (10007) has what was wanted.
Awaitable<Result<void>> delete_account_subdomain(const Account& account);

/// GET …/scripts/{name}: the same as get_content(), in the older way.
Awaitable<Result<Content>> download_script(const Account& account, std::string name);

/// GET …/content/v2; a Worker without code (assets only) has no modules.
Awaitable<Result<Content>> get_content(const Account& account, std::string name);
/// PUT …/content: code alone; settings, bindings and secrets stay. One page documents the Worker as the answer, another
/// null, which is an empty object here.
Awaitable<Result<JsonObject>> put_content(const Account& account, std::string name, JsonObject metadata,
                                          std::vector<Module> modules);
/// The same without metadata: the header CF-WORKER-MAIN-MODULE-PART or CF-WORKER-BODY-PART names the entry, so that
/// what get_content() gave can be put again.
Awaitable<Result<JsonObject>> put_content(const Account& account, std::string name, Content content);

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

/// POST …/versions?bindings_inherit=strict: uploads like upload_script() and deploys nothing.
Awaitable<Result<JsonObject>> create_version(const Account& account, std::string name, JsonObject metadata,
                                             std::vector<Module> modules);

/// POST …/deployments: `{strategy: "percentage", versions: [{version_id, percentage}],
/// annotations}`.
Awaitable<Result<JsonObject>> create_deployment(const Account& account, std::string name, JsonObject deployment);

/// GET /zones of the account, with that name, or all of them if it is empty; all pages or an error.
Awaitable<Result<JsonArray>> list_zones(const Account& account, std::string zone_name);

/// Each `{id, pattern, script?}`; unpaginated. A route without a script switches Workers off for
/// its pattern.
Awaitable<Result<JsonArray>> list_routes(const Account& account, std::string zone_id);
Awaitable<Result<JsonObject>> get_route(const Account& account, std::string zone_id, std::string route_id);
/// A pattern that exists is ErrorKind::conflict (10020), whoever's it is.
Awaitable<Result<JsonObject>> create_route(const Account& account, std::string zone_id, JsonObject route);
Awaitable<Result<JsonObject>> update_route(const Account& account, std::string zone_id, std::string route_id,
                                           JsonObject route);
/// A route that is already gone (10009) is success.
Awaitable<Result<void>> delete_route(const Account& account, std::string zone_id, std::string route_id);

/// Custom domains of the whole account, `{id, hostname, service, zone_id, zone_name, …}`;
/// unpaginated.
Awaitable<Result<JsonArray>> list_domains(const Account& account);
Awaitable<Result<JsonObject>> get_domain(const Account& account, std::string domain_id);
/// Creates or changes by hostname: `{hostname, service, zone_id | zone_name,
/// override_existing_origin?, override_existing_dns_record?}`.
Awaitable<Result<JsonObject>> put_domain(const Account& account, JsonObject domain);
/// A domain that is already gone (100114) is success.
Awaitable<Result<void>> delete_domain(const Account& account, std::string domain_id);

/// Whether the token works: user tokens and account-owned tokens have different endpoints; both are
/// tried.
Awaitable<Result<JsonObject>> verify_token(const Account& account);

}  // namespace plumbline::api
