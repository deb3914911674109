#include "api/operations.h"

#include <algorithm>
#include <array>

namespace plumbline::api {
namespace {

using enum BodyKind;
using enum Repeat;
using enum AnswerShape;

#define WORKERS "/accounts/{account_id}/workers"
#define SCRIPT WORKERS "/scripts/{script_name}"
#define ROUTES "/zones/{zone_id}/workers/routes"
#define FILTERS "/zones/{zone_id}/workers/filters"

// Cloudflare's API reference (https://developers.cloudflare.com/api/resources/workers/) unless the
// row names the old pages "Configuration API" of 2018.
//
// Repeat::never stands where a repetition would leave more behind than one call: a further version
// and deployment (uploads, settings), a further route, session or consumer. Secrets are an
// exception, since their value cannot be read back to see whether the write happened.
constexpr auto kOperations = std::to_array<Operation>({
    {"list_scripts", "GET", WORKERS "/scripts", none, safe, envelope, "Workers Scripts: List"},
    {"search_scripts", "GET", WORKERS "/scripts-search", none, safe, envelope, "Workers Scripts: Search"},
    {"upload_script", "PUT", SCRIPT, multipart, never, envelope, "Workers Scripts: Upload"},
    {"upload_script_raw", "PUT", SCRIPT, script, never, envelope, "Workers Scripts: Upload"},
    {"download_script", "GET", SCRIPT, none, safe, raw, "Workers Scripts: Download"},
    {"delete_script", "DELETE", SCRIPT, none, safe, envelope, "Workers Scripts: Delete"},
    {"put_content", "PUT", SCRIPT "/content", multipart, never, envelope, "Workers Scripts: Content: Update"},
    {"get_content", "GET", SCRIPT "/content/v2", none, safe, raw, "Workers Scripts: Content: Get"},
    {"get_settings", "GET", SCRIPT "/settings", none, safe, envelope,
     "Workers Scripts: Script And Version Settings: Get"},
    {"patch_settings", "PATCH", SCRIPT "/settings", multipart, never, envelope,
     "Workers Scripts: Script And Version Settings: Edit"},
    {"get_script_settings", "GET", SCRIPT "/script-settings", none, safe, envelope, "Workers Scripts: Settings: Get"},
    {"patch_script_settings", "PATCH", SCRIPT "/script-settings", json, safe, envelope,
     "Workers Scripts: Settings: Edit"},
    {"list_secrets", "GET", SCRIPT "/secrets", none, safe, envelope, "Workers Scripts: Secrets: List"},
    {"get_secret", "GET", SCRIPT "/secrets/{secret_name}", none, safe, envelope, "Workers Scripts: Secrets: Get"},
    {"put_secret", "PUT", SCRIPT "/secrets", json, safe, envelope, "Workers Scripts: Secrets: Update"},
    {"delete_secret", "DELETE", SCRIPT "/secrets/{secret_name}", none, safe, envelope,
     "Workers Scripts: Secrets: Delete"},
    {"put_secrets_bulk", "PATCH", SCRIPT "/secrets-bulk", json, safe, envelope,
     "Workers Scripts: Secrets: Bulk Update"},
    {"get_subdomain", "GET", SCRIPT "/subdomain", none, safe, envelope, "Workers Scripts: Subdomain: Get"},
    {"post_subdomain", "POST", SCRIPT "/subdomain", json, safe, envelope, "Workers Scripts: Subdomain: Create"},
    {"delete_subdomain", "DELETE", SCRIPT "/subdomain", none, safe, envelope, "Workers Scripts: Subdomain: Delete"},
    {"get_usage_model", "GET", SCRIPT "/usage-model", none, safe, envelope, "Workers Scripts: Usage Model: Get"},
    {"put_usage_model", "PUT", SCRIPT "/usage-model", json, safe, envelope, "Workers Scripts: Usage Model: Update"},
    {"get_schedules", "GET", SCRIPT "/schedules", none, safe, envelope, "Workers Scripts: Schedules: Get"},
    {"put_schedules", "PUT", SCRIPT "/schedules", json, safe, envelope, "Workers Scripts: Schedules: Update"},
    {"list_versions", "GET", SCRIPT "/versions", none, safe, envelope, "Workers Scripts: Versions: List"},
    {"get_version", "GET", SCRIPT "/versions/{version_id}", none, safe, envelope, "Workers Scripts: Versions: Get"},
    {"create_version", "POST", SCRIPT "/versions", multipart, never, envelope, "Workers Scripts: Versions: Create"},
    {"list_deployments", "GET", SCRIPT "/deployments", none, safe, envelope, "Workers Scripts: Deployments: List"},
    {"create_deployment", "POST", SCRIPT "/deployments", json, never, envelope, "Workers Scripts: Deployments: Create"},
    {"create_assets_session", "POST", SCRIPT "/assets-upload-session", json, safe, envelope,
     "Workers Scripts: Assets: Upload: Create"},
    {"upload_assets", "POST", WORKERS "/assets/upload", multipart, safe, envelope, "Workers: Assets: Upload: Create"},
    {"list_beta_workers", "GET", WORKERS "/workers", none, safe, envelope, "Workers Beta: List"},
    {"get_beta_worker", "GET", WORKERS "/workers/{worker_id}", none, safe, envelope, "Workers Beta: Get"},
    {"get_account_subdomain", "GET", WORKERS "/subdomain", none, safe, envelope, "Workers Subdomains: Get"},
    {"put_account_subdomain", "PUT", WORKERS "/subdomain", json, safe, envelope, "Workers Subdomains: Update"},
    {"delete_account_subdomain", "DELETE", WORKERS "/subdomain", none, safe, envelope, "Workers Subdomains: Delete"},
    {"list_domains", "GET", WORKERS "/domains", none, safe, envelope, "Workers Domains: List"},
    {"put_domain", "PUT", WORKERS "/domains", json, safe, envelope, "Workers Domains: Update"},
    {"get_domain", "GET", WORKERS "/domains/{domain_id}", none, safe, envelope, "Workers Domains: Get"},
    {"delete_domain", "DELETE", WORKERS "/domains/{domain_id}", none, safe, envelope, "Workers Domains: Delete"},
    {"list_queues", "GET", "/accounts/{account_id}/queues", none, safe, envelope, "Queues: List"},
    {"list_queue_consumers", "GET", "/accounts/{account_id}/queues/{queue_id}/consumers", none, safe, envelope,
     "Queues: Consumers: List"},
    {"create_queue_consumer", "POST", "/accounts/{account_id}/queues/{queue_id}/consumers", json, never, envelope,
     "Queues: Consumers: Create"},
    {"update_queue_consumer", "PUT", "/accounts/{account_id}/queues/{queue_id}/consumers/{consumer_id}", json, safe,
     envelope, "Queues: Consumers: Update"},
    {"delete_queue_consumer", "DELETE", "/accounts/{account_id}/queues/{queue_id}/consumers/{consumer_id}", none, safe,
     envelope, "Queues: Consumers: Delete"},
    {"get_workflow", "GET", "/accounts/{account_id}/workflows/{workflow_name}", none, safe, envelope, "Workflows: Get"},
    {"put_workflow", "PUT", "/accounts/{account_id}/workflows/{workflow_name}", json, safe, envelope,
     "Workflows: Update"},
    {"list_kv_namespaces", "GET", "/accounts/{account_id}/storage/kv/namespaces", none, safe, envelope,
     "KV: Namespaces: List"},
    {"list_d1_databases", "GET", "/accounts/{account_id}/d1/database", none, safe, envelope, "D1: Database: List"},
    {"list_hyperdrive_configs", "GET", "/accounts/{account_id}/hyperdrive/configs", none, safe, envelope,
     "Hyperdrive: Configs: List"},
    {"verify_user_token", "GET", "/user/tokens/verify", none, safe, envelope, "User: Tokens: Verify"},
    {"verify_account_token", "GET", "/accounts/{account_id}/tokens/verify", none, safe, envelope,
     "Accounts: Tokens: Verify"},
    {"list_zones", "GET", "/zones", none, safe, envelope, "Zones: List"},
    {"list_routes", "GET", ROUTES, none, safe, envelope, "Workers Routes: List"},
    {"create_route", "POST", ROUTES, json, never, envelope, "Workers Routes: Create"},
    {"get_route", "GET", ROUTES "/{route_id}", none, safe, envelope, "Workers Routes: Get"},
    {"update_route", "PUT", ROUTES "/{route_id}", json, safe, envelope, "Workers Routes: Update"},
    {"delete_route", "DELETE", ROUTES "/{route_id}", none, safe, envelope, "Workers Routes: Delete"},
    {"put_zone_script", "PUT", "/zones/{zone_id}/workers/script", script, safe, envelope,
     "Configuration API: Upload a Worker"},
    {"download_zone_script", "GET", "/zones/{zone_id}/workers/script", none, safe, raw,
     "Configuration API: Download a Worker"},
    {"delete_zone_script", "DELETE", "/zones/{zone_id}/workers/script", none, safe, envelope,
     "Configuration API: Delete a Worker"},
    {"list_filters", "GET", FILTERS, none, safe, envelope, "Configuration API: Get Routes"},
    {"create_filter", "POST", FILTERS, json, never, envelope, "Configuration API: Create a Route"},
    {"update_filter", "PUT", FILTERS "/{filter_id}", json, safe, envelope, "Configuration API: Update a Route"},
    {"delete_filter", "DELETE", FILTERS "/{filter_id}", none, safe, envelope, "Configuration API: Delete a Route"},
});

#undef WORKERS
#undef SCRIPT
#undef ROUTES
#undef FILTERS

}  // namespace

std::span<const Operation> operations() {
  return kOperations;
}

const Operation* find_operation(std::string_view name) {
  const auto* const found = std::ranges::find(kOperations, name, &Operation::name);
  return found == kOperations.end() ? nullptr : found;
}

}  // namespace plumbline::api
