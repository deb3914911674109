#include "api/operations.h"

#include <algorithm>
#include <array>

namespace plumbline::api {
namespace {

using enum BodyKind;
using enum Repeat;
using enum AnswerShape;

constexpr Statuses k200(200);
constexpr Statuses k200or204(200, 204);
constexpr Statuses k201or202(201, 202);
constexpr auto kFull = EmptyBody::is_no_answer;
constexpr auto kMayBeEmpty = EmptyBody::is_success;
constexpr auto kStrict = SuccessMember::required;
constexpr auto kLax = SuccessMember::may_be_missing;

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
//
// Creates are answered with 200 as well; only the upload of assets is documented with 201 (done) and 202 (more to
// come). Code comes with 204 where a Worker has none. "This call has no response body on a successful delete", says the
// page of Delete Worker, "null" the one of Content: Update, and nothing those of 2018 on a changed route or script: of
// what nobody needs, a result may be missing, or come as the 204 that such an answer ought to be.
constexpr auto kOperations = std::to_array<Operation>({
    {"list_scripts", "GET", WORKERS "/scripts", none, freely, list, k200, kFull, kStrict, "Workers Scripts: List"},
    {"search_scripts", "GET", WORKERS "/scripts-search", none, freely, pages, k200, kFull, kStrict,
     "Workers Scripts: Search"},
    {"upload_script", "PUT", SCRIPT, multipart, never, object, k200, kFull, kStrict, "Workers Scripts: Upload"},
    {"upload_script_raw", "PUT", SCRIPT, script, never, object, k200, kFull, kStrict, "Workers Scripts: Upload"},
    {"download_script", "GET", SCRIPT, none, freely, raw, k200or204, kFull, kStrict, "Workers Scripts: Download"},
    {"delete_script", "DELETE", SCRIPT, none, safe, nothing, k200or204, kMayBeEmpty, kStrict,
     "Workers Scripts: Delete"},
    {"put_content", "PUT", SCRIPT "/content", multipart, never, object, k200or204, kMayBeEmpty, kStrict,
     "Workers Scripts: Content: Update"},
    {"get_content", "GET", SCRIPT "/content/v2", none, freely, raw, k200or204, kFull, kStrict,
     "Workers Scripts: Content: Get"},
    {"get_settings", "GET", SCRIPT "/settings", none, freely, object, k200, kFull, kStrict,
     "Workers Scripts: Script And Version Settings: Get"},
    {"patch_settings", "PATCH", SCRIPT "/settings", multipart, never, object, k200, kFull, kStrict,
     "Workers Scripts: Script And Version Settings: Edit"},
    {"get_script_settings", "GET", SCRIPT "/script-settings", none, freely, object, k200, kFull, kStrict,
     "Workers Scripts: Settings: Get"},
    {"patch_script_settings", "PATCH", SCRIPT "/script-settings", json, safe, object, k200, kFull, kStrict,
     "Workers Scripts: Settings: Edit"},
    {"list_secrets", "GET", SCRIPT "/secrets", none, freely, list, k200, kFull, kStrict,
     "Workers Scripts: Secrets: List"},
    {"get_secret", "GET", SCRIPT "/secrets/{secret_name}", none, freely, object, k200, kFull, kStrict,
     "Workers Scripts: Secrets: Get"},
    {"put_secret", "PUT", SCRIPT "/secrets", json, safe, object, k200or204, kMayBeEmpty, kStrict,
     "Workers Scripts: Secrets: Update"},
    {"delete_secret", "DELETE", SCRIPT "/secrets/{secret_name}", none, safe, nothing, k200or204, kMayBeEmpty, kStrict,
     "Workers Scripts: Secrets: Delete"},
    {"put_secrets_bulk", "PATCH", SCRIPT "/secrets-bulk", merge_patch, safe, nothing, k200or204, kMayBeEmpty, kStrict,
     "Workers Scripts: Secrets: Bulk Update"},
    {"get_subdomain", "GET", SCRIPT "/subdomain", none, freely, object, k200, kFull, kStrict,
     "Workers Scripts: Subdomain: Get"},
    {"post_subdomain", "POST", SCRIPT "/subdomain", json, safe, object, k200, kFull, kStrict,
     "Workers Scripts: Subdomain: Create"},
    {"delete_subdomain", "DELETE", SCRIPT "/subdomain", none, safe, object, k200or204, kMayBeEmpty, kStrict,
     "Workers Scripts: Subdomain: Delete"},
    {"get_usage_model", "GET", SCRIPT "/usage-model", none, freely, object, k200, kFull, kStrict,
     "Workers Scripts: Usage Model: Get"},
    {"put_usage_model", "PUT", SCRIPT "/usage-model", json, safe, object, k200, kFull, kStrict,
     "Workers Scripts: Usage Model: Update"},
    {"get_schedules", "GET", SCRIPT "/schedules", none, freely, inner_list, k200, kFull, kStrict,
     "Workers Scripts: Schedules: Get"},
    {"put_schedules", "PUT", SCRIPT "/schedules", json, safe, inner_list, k200, kFull, kStrict,
     "Workers Scripts: Schedules: Update"},
    {"list_versions", "GET", SCRIPT "/versions", none, freely, inner_list, k200, kFull, kStrict,
     "Workers Scripts: Versions: List"},
    {"get_version", "GET", SCRIPT "/versions/{version_id}", none, freely, object, k200, kFull, kStrict,
     "Workers Scripts: Versions: Get"},
    {"create_version", "POST", SCRIPT "/versions", multipart, never, object, k200, kFull, kStrict,
     "Workers Scripts: Versions: Create"},
    {"list_deployments", "GET", SCRIPT "/deployments", none, freely, inner_list, k200, kFull, kStrict,
     "Workers Scripts: Deployments: List"},
    {"create_deployment", "POST", SCRIPT "/deployments", json, never, object, k200, kFull, kStrict,
     "Workers Scripts: Deployments: Create"},
    {"create_assets_session", "POST", SCRIPT "/assets-upload-session", json, freely, object, k200, kFull, kStrict,
     "Workers Scripts: Assets: Upload: Create", SessionToken::kept},
    {"upload_assets", "POST", WORKERS "/assets/upload", multipart, freely, object, k201or202, kFull, kStrict,
     "Workers: Assets: Upload: Create", SessionToken::kept},
    {"list_beta_workers", "GET", WORKERS "/workers", none, freely, pages, k200, kFull, kStrict, "Workers Beta: List"},
    {"get_beta_worker", "GET", WORKERS "/workers/{worker_id}", none, freely, object, k200, kFull, kStrict,
     "Workers Beta: Get"},
    {"list_beta_versions", "GET", WORKERS "/workers/{worker_id}/versions", none, freely, pages, k200, kFull, kStrict,
     "Workers Beta: Versions: List"},
    {"get_beta_version", "GET", WORKERS "/workers/{worker_id}/versions/{version_id}", none, freely, object, k200, kFull,
     kStrict, "Workers Beta: Versions: Get"},
    {"get_account_subdomain", "GET", WORKERS "/subdomain", none, freely, object, k200, kFull, kStrict,
     "Workers Subdomains: Get"},
    {"put_account_subdomain", "PUT", WORKERS "/subdomain", json, safe, object, k200, kFull, kStrict,
     "Workers Subdomains: Update"},
    {"delete_account_subdomain", "DELETE", WORKERS "/subdomain", none, safe, nothing, k200or204, kMayBeEmpty, kStrict,
     "Workers Subdomains: Delete"},
    {"list_domains", "GET", WORKERS "/domains", none, freely, list, k200, kFull, kStrict, "Workers Domains: List"},
    {"put_domain", "PUT", WORKERS "/domains", json, safe, object, k200, kFull, kStrict, "Workers Domains: Update"},
    {"get_domain", "GET", WORKERS "/domains/{domain_id}", none, freely, object, k200, kFull, kStrict,
     "Workers Domains: Get"},
    {"delete_domain", "DELETE", WORKERS "/domains/{domain_id}", none, safe, nothing, k200or204, kMayBeEmpty, kStrict,
     "Workers Domains: Delete"},
    {"list_queues", "GET", "/accounts/{account_id}/queues", none, freely, pages, k200, kFull, kStrict, "Queues: List"},
    {"list_queue_consumers", "GET", "/accounts/{account_id}/queues/{queue_id}/consumers", none, freely, list, k200,
     kFull, kStrict, "Queues: Consumers: List"},
    {"create_queue_consumer", "POST", "/accounts/{account_id}/queues/{queue_id}/consumers", json, never, object, k200,
     kFull, kStrict, "Queues: Consumers: Create"},
    {"update_queue_consumer", "PUT", "/accounts/{account_id}/queues/{queue_id}/consumers/{consumer_id}", json, safe,
     object, k200, kFull, kStrict, "Queues: Consumers: Update"},
    {"delete_queue_consumer", "DELETE", "/accounts/{account_id}/queues/{queue_id}/consumers/{consumer_id}", none, safe,
     nothing, k200or204, kMayBeEmpty, kStrict, "Queues: Consumers: Delete"},
    {"list_workflows", "GET", "/accounts/{account_id}/workflows", none, freely, pages, k200, kFull, kStrict,
     "Workflows: List"},
    {"get_workflow", "GET", "/accounts/{account_id}/workflows/{workflow_name}", none, freely, object, k200, kFull,
     kStrict, "Workflows: Get"},
    {"put_workflow", "PUT", "/accounts/{account_id}/workflows/{workflow_name}", json, safe, object, k200, kFull,
     kStrict, "Workflows: Update"},
    {"list_durable_object_namespaces", "GET", WORKERS "/durable_objects/namespaces", none, freely, pages, k200, kFull,
     kStrict, "Durable Objects: Namespaces: List"},
    {"list_kv_namespaces", "GET", "/accounts/{account_id}/storage/kv/namespaces", none, freely, pages, k200, kFull,
     kStrict, "KV: Namespaces: List"},
    {"list_d1_databases", "GET", "/accounts/{account_id}/d1/database", none, freely, pages, k200, kFull, kStrict,
     "D1: Database: List"},
    {"list_hyperdrive_configs", "GET", "/accounts/{account_id}/hyperdrive/configs", none, freely, pages, k200, kFull,
     kStrict, "Hyperdrive: Configs: List"},
    {"verify_user_token", "GET", "/user/tokens/verify", none, freely, object, k200, kFull, kStrict,
     "User: Tokens: Verify"},
    {"verify_account_token", "GET", "/accounts/{account_id}/tokens/verify", none, freely, object, k200, kFull, kStrict,
     "Accounts: Tokens: Verify"},
    {"list_zones", "GET", "/zones", none, freely, pages, k200, kFull, kStrict, "Zones: List"},
    {"list_routes", "GET", ROUTES, none, freely, list, k200, kFull, kStrict, "Workers Routes: List"},
    {"create_route", "POST", ROUTES, json, never, object, k200, kFull, kStrict, "Workers Routes: Create"},
    {"get_route", "GET", ROUTES "/{route_id}", none, freely, object, k200, kFull, kStrict, "Workers Routes: Get"},
    {"update_route", "PUT", ROUTES "/{route_id}", json, safe, object, k200, kFull, kStrict, "Workers Routes: Update"},
    {"delete_route", "DELETE", ROUTES "/{route_id}", none, safe, nothing, k200or204, kMayBeEmpty, kStrict,
     "Workers Routes: Delete"},
    {"put_zone_script", "PUT", "/zones/{zone_id}/workers/script", script, safe, object, k200or204, kMayBeEmpty, kLax,
     "Configuration API: Upload a Worker"},
    {"download_zone_script", "GET", "/zones/{zone_id}/workers/script", none, freely, raw, k200, kFull, kStrict,
     "Configuration API: Download a Worker"},
    {"delete_zone_script", "DELETE", "/zones/{zone_id}/workers/script", none, safe, nothing, k200or204, kMayBeEmpty,
     kLax, "Configuration API: Delete a Worker"},
    {"list_filters", "GET", FILTERS, none, freely, list, k200, kFull, kLax, "Configuration API: Get Routes"},
    {"create_filter", "POST", FILTERS, json, never, object, k200, kFull, kLax, "Configuration API: Create a Route"},
    {"update_filter", "PUT", FILTERS "/{filter_id}", json, safe, object, k200or204, kMayBeEmpty, kLax,
     "Configuration API: Update a Route"},
    {"delete_filter", "DELETE", FILTERS "/{filter_id}", none, safe, nothing, k200or204, kMayBeEmpty, kLax,
     "Configuration API: Delete a Route"},
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

std::vector<int> Statuses::all() const {
  if (values_[1] == 0) return {values_[0]};
  return {values_[0], values_[1]};
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
