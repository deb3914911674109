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
    {"list_scripts", "GET", WORKERS "/scripts", none, safe, list, "Workers Scripts: List"},
    {"search_scripts", "GET", WORKERS "/scripts-search", none, safe, pages, "Workers Scripts: Search"},
    {"upload_script", "PUT", SCRIPT, multipart, never, object, "Workers Scripts: Upload"},
    {"upload_script_raw", "PUT", SCRIPT, script, never, object, "Workers Scripts: Upload"},
    {"download_script", "GET", SCRIPT, none, safe, raw, "Workers Scripts: Download"},
    {"delete_script", "DELETE", SCRIPT, none, safe, nothing, "Workers Scripts: Delete"},
    {"put_content", "PUT", SCRIPT "/content", multipart, never, object, "Workers Scripts: Content: Update"},
    {"get_content", "GET", SCRIPT "/content/v2", none, safe, raw, "Workers Scripts: Content: Get"},
    {"get_settings", "GET", SCRIPT "/settings", none, safe, object,
     "Workers Scripts: Script And Version Settings: Get"},
    {"patch_settings", "PATCH", SCRIPT "/settings", multipart, never, object,
     "Workers Scripts: Script And Version Settings: Edit"},
    {"get_script_settings", "GET", SCRIPT "/script-settings", none, safe, object, "Workers Scripts: Settings: Get"},
    {"patch_script_settings", "PATCH", SCRIPT "/script-settings", json, safe, object,
     "Workers Scripts: Settings: Edit"},
    {"list_secrets", "GET", SCRIPT "/secrets", none, safe, list, "Workers Scripts: Secrets: List"},
    {"get_secret", "GET", SCRIPT "/secrets/{secret_name}", none, safe, object, "Workers Scripts: Secrets: Get"},
    {"put_secret", "PUT", SCRIPT "/secrets", json, safe, object, "Workers Scripts: Secrets: Update"},
    {"delete_secret", "DELETE", SCRIPT "/secrets/{secret_name}", none, safe, nothing,
     "Workers Scripts: Secrets: Delete"},
    {"put_secrets_bulk", "PATCH", SCRIPT "/secrets-bulk", merge_patch, safe, nothing,
     "Workers Scripts: Secrets: Bulk Update"},
    {"get_subdomain", "GET", SCRIPT "/subdomain", none, safe, object, "Workers Scripts: Subdomain: Get"},
    {"post_subdomain", "POST", SCRIPT "/subdomain", json, safe, object, "Workers Scripts: Subdomain: Create"},
    {"delete_subdomain", "DELETE", SCRIPT "/subdomain", none, safe, object, "Workers Scripts: Subdomain: Delete"},
    {"get_usage_model", "GET", SCRIPT "/usage-model", none, safe, object, "Workers Scripts: Usage Model: Get"},
    {"put_usage_model", "PUT", SCRIPT "/usage-model", json, safe, object, "Workers Scripts: Usage Model: Update"},
    {"get_schedules", "GET", SCRIPT "/schedules", none, safe, inner_list, "Workers Scripts: Schedules: Get"},
    {"put_schedules", "PUT", SCRIPT "/schedules", json, safe, inner_list, "Workers Scripts: Schedules: Update"},
    {"list_versions", "GET", SCRIPT "/versions", none, safe, inner_list, "Workers Scripts: Versions: List"},
    {"get_version", "GET", SCRIPT "/versions/{version_id}", none, safe, object, "Workers Scripts: Versions: Get"},
    {"create_version", "POST", SCRIPT "/versions", multipart, never, object, "Workers Scripts: Versions: Create"},
    {"list_deployments", "GET", SCRIPT "/deployments", none, safe, inner_list, "Workers Scripts: Deployments: List"},
    {"create_deployment", "POST", SCRIPT "/deployments", json, never, object, "Workers Scripts: Deployments: Create"},
    {"create_assets_session", "POST", SCRIPT "/assets-upload-session", json, safe, object,
     "Workers Scripts: Assets: Upload: Create"},
    {"upload_assets", "POST", WORKERS "/assets/upload", multipart, safe, object, "Workers: Assets: Upload: Create"},
    {"list_beta_workers", "GET", WORKERS "/workers", none, safe, pages, "Workers Beta: List"},
    {"get_beta_worker", "GET", WORKERS "/workers/{worker_id}", none, safe, object, "Workers Beta: Get"},
    {"get_account_subdomain", "GET", WORKERS "/subdomain", none, safe, object, "Workers Subdomains: Get"},
    {"put_account_subdomain", "PUT", WORKERS "/subdomain", json, safe, object, "Workers Subdomains: Update"},
    {"delete_account_subdomain", "DELETE", WORKERS "/subdomain", none, safe, nothing, "Workers Subdomains: Delete"},
    {"list_domains", "GET", WORKERS "/domains", none, safe, list, "Workers Domains: List"},
    {"put_domain", "PUT", WORKERS "/domains", json, safe, object, "Workers Domains: Update"},
    {"get_domain", "GET", WORKERS "/domains/{domain_id}", none, safe, object, "Workers Domains: Get"},
    {"delete_domain", "DELETE", WORKERS "/domains/{domain_id}", none, safe, nothing, "Workers Domains: Delete"},
    {"list_queues", "GET", "/accounts/{account_id}/queues", none, safe, pages, "Queues: List"},
    {"list_queue_consumers", "GET", "/accounts/{account_id}/queues/{queue_id}/consumers", none, safe, list,
     "Queues: Consumers: List"},
    {"create_queue_consumer", "POST", "/accounts/{account_id}/queues/{queue_id}/consumers", json, never, object,
     "Queues: Consumers: Create"},
    {"update_queue_consumer", "PUT", "/accounts/{account_id}/queues/{queue_id}/consumers/{consumer_id}", json, safe,
     object, "Queues: Consumers: Update"},
    {"delete_queue_consumer", "DELETE", "/accounts/{account_id}/queues/{queue_id}/consumers/{consumer_id}", none, safe,
     nothing, "Queues: Consumers: Delete"},
    {"list_workflows", "GET", "/accounts/{account_id}/workflows", none, safe, pages, "Workflows: List"},
    {"get_workflow", "GET", "/accounts/{account_id}/workflows/{workflow_name}", none, safe, object, "Workflows: Get"},
    {"put_workflow", "PUT", "/accounts/{account_id}/workflows/{workflow_name}", json, safe, object,
     "Workflows: Update"},
    {"list_kv_namespaces", "GET", "/accounts/{account_id}/storage/kv/namespaces", none, safe, pages,
     "KV: Namespaces: List"},
    {"list_d1_databases", "GET", "/accounts/{account_id}/d1/database", none, safe, pages, "D1: Database: List"},
    {"list_hyperdrive_configs", "GET", "/accounts/{account_id}/hyperdrive/configs", none, safe, pages,
     "Hyperdrive: Configs: List"},
    {"verify_user_token", "GET", "/user/tokens/verify", none, safe, object, "User: Tokens: Verify"},
    {"verify_account_token", "GET", "/accounts/{account_id}/tokens/verify", none, safe, object,
     "Accounts: Tokens: Verify"},
    {"list_zones", "GET", "/zones", none, safe, pages, "Zones: List"},
    {"list_routes", "GET", ROUTES, none, safe, list, "Workers Routes: List"},
    {"create_route", "POST", ROUTES, json, never, object, "Workers Routes: Create"},
    {"get_route", "GET", ROUTES "/{route_id}", none, safe, object, "Workers Routes: Get"},
    {"update_route", "PUT", ROUTES "/{route_id}", json, safe, object, "Workers Routes: Update"},
    {"delete_route", "DELETE", ROUTES "/{route_id}", none, safe, nothing, "Workers Routes: Delete"},
    {"put_zone_script", "PUT", "/zones/{zone_id}/workers/script", script, safe, object,
     "Configuration API: Upload a Worker"},
    {"download_zone_script", "GET", "/zones/{zone_id}/workers/script", none, safe, raw,
     "Configuration API: Download a Worker"},
    {"delete_zone_script", "DELETE", "/zones/{zone_id}/workers/script", none, safe, nothing,
     "Configuration API: Delete a Worker"},
    {"list_filters", "GET", FILTERS, none, safe, list, "Configuration API: Get Routes"},
    {"create_filter", "POST", FILTERS, json, never, object, "Configuration API: Create a Route"},
    {"update_filter", "PUT", FILTERS "/{filter_id}", json, safe, object, "Configuration API: Update a Route"},
    {"delete_filter", "DELETE", FILTERS "/{filter_id}", none, safe, nothing, "Configuration API: Delete a Route"},
});

#undef WORKERS
#undef SCRIPT
#undef ROUTES
#undef FILTERS

}  // namespace

std::string_view to_string(BodyKind kind) {
  switch (kind) {
    case none:
      return "none";
    case json:
      return "JSON";
    case merge_patch:
      return "JSON merge patch";
    case multipart:
      return "multipart";
    case script:
      return "script";
  }
  return "unknown";
}

std::string_view to_string(AnswerShape shape) {
  switch (shape) {
    case object:
      return "object";
    case list:
      return "list";
    case pages:
      return "list in pages";
    case inner_list:
      return "list in an object";
    case nothing:
      return "nothing";
    case raw:
      return "code";
  }
  return "unknown";
}

std::string_view content_type_of(BodyKind kind) {
  switch (kind) {
    case json:
      return "application/json";
    case merge_patch:
      return "application/merge-patch+json";
    case script:
      return "application/javascript";
    default:
      return "";
  }
}

std::vector<std::string_view> path_parameters(const Operation& operation) {
  std::vector<std::string_view> names;
  std::string_view rest = operation.path;
  for (auto open = rest.find('{'); open != std::string_view::npos; open = rest.find('{')) {
    const auto close = rest.find('}', open);
    names.push_back(rest.substr(open + 1, close - open - 1));
    rest.remove_prefix(close + 1);
  }
  return names;
}

std::span<const Operation> operations() {
  return kOperations;
}

const Operation* find_operation(std::string_view name) {
  const auto* const found = std::ranges::find(kOperations, name, &Operation::name);
  return found == kOperations.end() ? nullptr : found;
}

}  // namespace plumbline::api
