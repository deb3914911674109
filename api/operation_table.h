#pragma once

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>

#include "api/operations.h"

/// The endpoint table itself. It is a header so that a name in the program is looked up at compile time.
namespace plumbline::api {
namespace table {

using enum BodyKind;
using enum Repeat;
using enum AnswerShape;
using Row = Operation;

constexpr Statuses k200(200);
constexpr Statuses k200or204(200, 204);
constexpr Statuses k201or202(201, 202);
constexpr auto kFull = EmptyBody::is_no_answer;
constexpr auto kMayBeEmpty = EmptyBody::is_success;
constexpr auto kStrict = SuccessMember::required;
constexpr auto kLax = SuccessMember::may_be_missing;

// The path holds the name of a secret percent-encoded. Without this parameter the service would take the escapes
// literally.
constexpr QueryItem kEscapedName{"url_encoded", "true"};
constexpr Items kSchedules{.identity = "cron", .within = "schedules"};

#define WORKERS "/accounts/{account_id}/workers"
#define SCRIPT WORKERS "/scripts/{script_name}"
#define ROUTES "/zones/{zone_id}/workers/routes"
#define FILTERS "/zones/{zone_id}/workers/filters"

// Source: Cloudflare's API reference (https://developers.cloudflare.com/api/resources/workers/), or the old pages
// "Configuration API" of 2018 if the row names them.
//
// Repeat::never: a second call would leave more behind than one: another version and deployment (uploads, settings),
// another route, session or consumer. Secrets are an exception, because their value cannot be read back to see whether
// the write happened.
//
// Statuses: creates, too, are answered with 200. Only the upload of assets is documented with 201 (done) and 202 (more
// to come). A Worker without code answers a download with 204. "This call has no response body on a successful delete",
// says the page of Delete Worker; the page of Content: Update says "null"; the pages of 2018 say nothing about a
// changed route or script. So where nobody needs the result, it may be missing, or the answer may be the 204 that it
// ought to be.
//
// Tokens: "The filters endpoint does not support API tokens", says the official Go client of 2018 to 2024
// (cloudflare-go v0, workers.go, ListWorkerRoutes).
//
// Codes: from the Workers API's list of error codes (https://developers.cloudflare.com/workers/observability/errors/),
// workers-sdk's handling of them, and recorded answers. No source says which code reports that a consumer of a queue is
// gone.
inline constexpr auto kOperations = std::to_array<Operation>({
    Row{"list_scripts", "GET", WORKERS "/scripts", none, freely, list, k200, kFull, kStrict, "Workers Scripts: List"}
        .listing({.identity = "id"}),
    Row{"search_scripts", "GET", WORKERS "/scripts-search", none, freely, pages, k200, kFull, kStrict,
        "Workers Scripts: Search"}
        .listing({.identity = "id", .per_page = 100}),
    Row{"upload_script", "PUT", SCRIPT, code_form, never, object, k200, kFull, kStrict, "Workers Scripts: Upload"}
        .shown_as("upload")
        .asking({"bindings_inherit", "strict"})
        .looked_for({Look::as_version}),
    {"upload_script_raw", "PUT", SCRIPT, script, never, object, k200, kFull, kStrict, "Workers Scripts: Upload"},
    {"download_script", "GET", SCRIPT, none, freely, raw, k200or204, kFull, kStrict, "Workers Scripts: Download"},
    Row{"delete_script", "DELETE", SCRIPT, none, safe, nothing, k200or204, kMayBeEmpty, kStrict,
        "Workers Scripts: Delete"}
        .shown_as("Worker")
        .gone_by({10007})
        .looked_for({Look::not_in_list, "list_scripts"}),
    {"put_content", "PUT", SCRIPT "/content", code_form, never, object, k200or204, kMayBeEmpty, kStrict,
     "Workers Scripts: Content: Update"},
    {"get_content", "GET", SCRIPT "/content/v2", none, freely, raw, k200or204, kFull, kStrict,
     "Workers Scripts: Content: Get"},
    Row{"get_settings", "GET", SCRIPT "/settings", none, freely, object, k200, kFull, kStrict,
        "Workers Scripts: Script And Version Settings: Get"}
        .gone_by({10007, 10090}),
    Row{"patch_settings", "PATCH", SCRIPT "/settings", settings_form, never, object, k200, kFull, kStrict,
        "Workers Scripts: Script And Version Settings: Edit"}
        .shown_as("settings")
        .looked_for({Look::as_version}),
    {"get_script_settings", "GET", SCRIPT "/script-settings", none, freely, object, k200, kFull, kStrict,
     "Workers Scripts: Settings: Get"},
    Row{"patch_script_settings", "PATCH", SCRIPT "/script-settings", json, safe, object, k200, kFull, kStrict,
        "Workers Scripts: Settings: Edit"}
        .shown_as("script-settings")
        .looked_for({Look::as_object, "get_script_settings"}),
    Row{"list_secrets", "GET", SCRIPT "/secrets", none, freely, list, k200, kFull, kStrict,
        "Workers Scripts: Secrets: List"}
        .about(Subject::secret)
        .listing({.identity = "name"}),
    Row{"get_secret", "GET", SCRIPT "/secrets/{secret_name}", none, freely, object, k200, kFull, kStrict,
        "Workers Scripts: Secrets: Get"}
        .about(Subject::secret)
        .asking(kEscapedName),
    Row{"put_secret", "PUT", SCRIPT "/secrets", json, safe, object, k200or204, kMayBeEmpty, kStrict,
        "Workers Scripts: Secrets: Update"}
        .about(Subject::secret),
    Row{"delete_secret", "DELETE", SCRIPT "/secrets/{secret_name}", none, safe, nothing, k200or204, kMayBeEmpty,
        kStrict, "Workers Scripts: Secrets: Delete"}
        .about(Subject::secret)
        .shown_as("secret")
        .gone_by({10056})
        .asking(kEscapedName)
        .looked_for({Look::not_in_list, "list_secrets"}),
    Row{"put_secrets_bulk", "PATCH", SCRIPT "/secrets-bulk", merge_patch, safe, nothing, k200or204, kMayBeEmpty,
        kStrict, "Workers Scripts: Secrets: Bulk Update"}
        .about(Subject::secret)
        .shown_as("secrets")
        .looked_for({Look::nulls_gone, "list_secrets"}),
    {"get_subdomain", "GET", SCRIPT "/subdomain", none, freely, object, k200, kFull, kStrict,
     "Workers Scripts: Subdomain: Get"},
    Row{"post_subdomain", "POST", SCRIPT "/subdomain", json, safe, object, k200, kFull, kStrict,
        "Workers Scripts: Subdomain: Create"}
        .shown_as("subdomain")
        .looked_for({Look::as_object, "get_subdomain"})
        .may_come_too_soon(TooSoon::by_fault),
    {"delete_subdomain", "DELETE", SCRIPT "/subdomain", none, safe, object, k200or204, kMayBeEmpty, kStrict,
     "Workers Scripts: Subdomain: Delete"},
    {"get_usage_model", "GET", SCRIPT "/usage-model", none, freely, object, k200, kFull, kStrict,
     "Workers Scripts: Usage Model: Get"},
    {"put_usage_model", "PUT", SCRIPT "/usage-model", json, safe, object, k200, kFull, kStrict,
     "Workers Scripts: Usage Model: Update"},
    Row{"get_schedules", "GET", SCRIPT "/schedules", none, freely, inner_list, k200, kFull, kStrict,
        "Workers Scripts: Schedules: Get"}
        .listing(kSchedules),
    Row{"put_schedules", "PUT", SCRIPT "/schedules", json, safe, inner_list, k200, kFull, kStrict,
        "Workers Scripts: Schedules: Update"}
        .shown_as("schedules")
        .listing(kSchedules)
        .looked_for({Look::as_list, "get_schedules"}),
    Row{"list_versions", "GET", SCRIPT "/versions", none, freely, inner_list, k200, kFull, kStrict,
        "Workers Scripts: Versions: List"}
        .about(Subject::version)
        .asking({"deployable", "true"})
        .listing({.identity = "id", .within = "items"}),
    Row{"get_version", "GET", SCRIPT "/versions/{version_id}", none, freely, object, k200, kFull, kStrict,
        "Workers Scripts: Versions: Get"}
        .about(Subject::version),
    Row{"create_version", "POST", SCRIPT "/versions", code_form, never, object, k200, kFull, kStrict,
        "Workers Scripts: Versions: Create"}
        .about(Subject::version)
        .asking({"bindings_inherit", "strict"}),
    Row{"list_deployments", "GET", SCRIPT "/deployments", none, freely, inner_list, k200, kFull, kStrict,
        "Workers Scripts: Deployments: List"}
        .about(Subject::deployment)
        .listing({.identity = "id", .within = "deployments"}),
    Row{"create_deployment", "POST", SCRIPT "/deployments", json, never, object, k200, kFull, kStrict,
        "Workers Scripts: Deployments: Create"}
        .about(Subject::deployment),
    Row{"create_assets_session", "POST", SCRIPT "/assets-upload-session", json, freely, object, k200, kFull, kStrict,
        "Workers Scripts: Assets: Upload: Create"}
        .keeping_token()
        .shown_as("assets"),
    Row{"upload_assets", "POST", WORKERS "/assets/upload", files_form, freely, object, k201or202, kFull, kStrict,
        "Workers: Assets: Upload: Create"}
        .keeping_token()
        .asking({"base64", "true"})
        .refused_for(Refusal::session),
    Row{"list_beta_workers", "GET", WORKERS "/workers", none, freely, pages, k200, kFull, kStrict, "Workers Beta: List"}
        .asking({"order_by", "name"}, {"order", "asc"})
        .listing({.identity = "name", .per_page = 100}),
    {"get_beta_worker", "GET", WORKERS "/workers/{worker_id}", none, freely, object, k200, kFull, kStrict,
     "Workers Beta: Get"},
    Row{"list_beta_versions", "GET", WORKERS "/workers/{worker_id}/versions", none, freely, pages, k200, kFull, kStrict,
        "Workers Beta: Versions: List"}
        .about(Subject::version)
        .listing({.identity = "id", .per_page = 100}),
    Row{"get_beta_version", "GET", WORKERS "/workers/{worker_id}/versions/{version_id}", none, freely, object, k200,
        kFull, kStrict, "Workers Beta: Versions: Get"}
        .about(Subject::version)
        .gone_by({10007, 10071, 10222, 100146}),
    {"get_account_subdomain", "GET", WORKERS "/subdomain", none, freely, object, k200, kFull, kStrict,
     "Workers Subdomains: Get"},
    {"put_account_subdomain", "PUT", WORKERS "/subdomain", json, safe, object, k200, kFull, kStrict,
     "Workers Subdomains: Update"},
    Row{"delete_account_subdomain", "DELETE", WORKERS "/subdomain", none, safe, nothing, k200or204, kMayBeEmpty,
        kStrict, "Workers Subdomains: Delete"}
        .gone_by({10007}),
    Row{"list_domains", "GET", WORKERS "/domains", none, freely, list, k200, kFull, kStrict, "Workers Domains: List"}
        .about(Subject::domain)
        .listing({.identity = "id", .name = "hostname", .target = "service"})
        .refused_for(Refusal::zone),
    Row{"put_domain", "PUT", WORKERS "/domains", json, safe, object, k200, kFull, kStrict, "Workers Domains: Update"}
        .about(Subject::domain)
        .shown_as("domain")
        .may_come_too_soon(TooSoon::by_code)
        .refused_for(Refusal::zone),
    Row{"get_domain", "GET", WORKERS "/domains/{domain_id}", none, freely, object, k200, kFull, kStrict,
        "Workers Domains: Get"}
        .about(Subject::domain)
        .gone_by({100114})
        .refused_for(Refusal::zone),
    Row{"delete_domain", "DELETE", WORKERS "/domains/{domain_id}", none, safe, nothing, k200or204, kMayBeEmpty, kStrict,
        "Workers Domains: Delete"}
        .about(Subject::domain)
        .shown_as("domain")
        .gone_by({100114})
        .refused_for(Refusal::zone),
    Row{"list_queues", "GET", "/accounts/{account_id}/queues", none, freely, pages, k200, kFull, kStrict,
        "Queues: List"}
        .listing({.identity = "queue_id", .name = "queue_name", .per_page = 100}),
    Row{"list_queue_consumers", "GET", "/accounts/{account_id}/queues/{queue_id}/consumers", none, freely, list, k200,
        kFull, kStrict, "Queues: Consumers: List"}
        .listing({.identity = "consumer_id"}),
    Row{"create_queue_consumer", "POST", "/accounts/{account_id}/queues/{queue_id}/consumers", json, never, object,
        k200, kFull, kStrict, "Queues: Consumers: Create"}
        .shown_as("queue consumer")
        .looked_for({Look::in_list, "list_queue_consumers"}),
    Row{"update_queue_consumer", "PUT", "/accounts/{account_id}/queues/{queue_id}/consumers/{consumer_id}", json, safe,
        object, k200, kFull, kStrict, "Queues: Consumers: Update"}
        .shown_as("queue consumer")
        .looked_for({Look::in_list, "list_queue_consumers"}),
    Row{"delete_queue_consumer", "DELETE", "/accounts/{account_id}/queues/{queue_id}/consumers/{consumer_id}", none,
        safe, nothing, k200or204, kMayBeEmpty, kStrict, "Queues: Consumers: Delete"}
        .shown_as("queue consumer")
        .looked_for({Look::not_in_list, "list_queue_consumers"}),
    Row{"list_workflows", "GET", "/accounts/{account_id}/workflows", none, freely, pages, k200, kFull, kStrict,
        "Workflows: List"}
        .listing({.identity = "name", .name = "script_name", .target = "class_name", .per_page = 100}),
    Row{"get_workflow", "GET", "/accounts/{account_id}/workflows/{workflow_name}", none, freely, object, k200, kFull,
        kStrict, "Workflows: Get"}
        .gone_by({10200}),
    Row{"put_workflow", "PUT", "/accounts/{account_id}/workflows/{workflow_name}", json, safe, object, k200, kFull,
        kStrict, "Workflows: Update"}
        .shown_as("workflow")
        .looked_for({Look::as_object, "get_workflow", {"script_name", "class_name"}}),
    Row{"list_durable_object_namespaces", "GET", WORKERS "/durable_objects/namespaces", none, freely, pages, k200,
        kFull, kStrict, "Durable Objects: Namespaces: List"}
        .listing({.identity = "id", .name = "class", .per_page = 1000}),
    Row{"list_kv_namespaces", "GET", "/accounts/{account_id}/storage/kv/namespaces", none, freely, pages, k200, kFull,
        kStrict, "KV: Namespaces: List"}
        .listing({.identity = "id", .name = "title", .per_page = 100}),
    Row{"list_d1_databases", "GET", "/accounts/{account_id}/d1/database", none, freely, pages, k200, kFull, kStrict,
        "D1: Database: List"}
        .listing({.identity = "uuid", .name = "name", .per_page = 100}),
    Row{"list_hyperdrive_configs", "GET", "/accounts/{account_id}/hyperdrive/configs", none, freely, pages, k200, kFull,
        kStrict, "Hyperdrive: Configs: List"}
        .listing({.identity = "id", .name = "name", .per_page = 100}),
    {"verify_user_token", "GET", "/user/tokens/verify", none, freely, object, k200, kFull, kStrict,
     "User: Tokens: Verify"},
    {"verify_account_token", "GET", "/accounts/{account_id}/tokens/verify", none, freely, object, k200, kFull, kStrict,
     "Accounts: Tokens: Verify"},
    Row{"list_zones", "GET", "/zones", none, freely, pages, k200, kFull, kStrict, "Zones: List"}
        .listing({.identity = "id", .name = "name", .per_page = 50})
        .refused_for(Refusal::zone),
    Row{"list_routes", "GET", ROUTES, none, freely, list, k200, kFull, kStrict, "Workers Routes: List"}
        .listing({.identity = "id", .name = "pattern"})
        .refused_for(Refusal::zone),
    Row{"create_route", "POST", ROUTES, json, never, object, k200, kFull, kStrict, "Workers Routes: Create"}
        .shown_as("route")
        .may_come_too_soon(TooSoon::by_code)
        .refused_for(Refusal::zone),
    Row{"get_route", "GET", ROUTES "/{route_id}", none, freely, object, k200, kFull, kStrict, "Workers Routes: Get"}
        .gone_by({10009})
        .refused_for(Refusal::zone),
    Row{"update_route", "PUT", ROUTES "/{route_id}", json, safe, object, k200, kFull, kStrict, "Workers Routes: Update"}
        .shown_as("route")
        .may_come_too_soon(TooSoon::by_code)
        .refused_for(Refusal::zone),
    Row{"delete_route", "DELETE", ROUTES "/{route_id}", none, safe, nothing, k200or204, kMayBeEmpty, kStrict,
        "Workers Routes: Delete"}
        .shown_as("route")
        .gone_by({10009})
        .refused_for(Refusal::zone),
    Row{"put_zone_script", "PUT", "/zones/{zone_id}/workers/script", script, safe, object, k200or204, kMayBeEmpty, kLax,
        "Configuration API: Upload a Worker"}
        .shown_as("script")
        .refused_for(Refusal::zone),
    Row{"download_zone_script", "GET", "/zones/{zone_id}/workers/script", none, freely, raw, k200, kFull, kStrict,
        "Configuration API: Download a Worker"}
        .refused_for(Refusal::zone),
    Row{"delete_zone_script", "DELETE", "/zones/{zone_id}/workers/script", none, safe, nothing, k200or204, kMayBeEmpty,
        kLax, "Configuration API: Delete a Worker"}
        .gone_by({10007})
        .refused_for(Refusal::zone),
    Row{"list_filters", "GET", FILTERS, none, freely, list, k200, kFull, kLax, "Configuration API: Get Routes"}
        .listing({.identity = "id", .name = "pattern"})
        .refused_for(Refusal::zone)
        .with_tokens_in_doubt(),
    Row{"create_filter", "POST", FILTERS, json, never, object, k200, kFull, kLax, "Configuration API: Create a Route"}
        .shown_as("filter")
        .refused_for(Refusal::zone)
        .with_tokens_in_doubt(),
    Row{"update_filter", "PUT", FILTERS "/{filter_id}", json, safe, object, k200or204, kMayBeEmpty, kLax,
        "Configuration API: Update a Route"}
        .shown_as("filter")
        .refused_for(Refusal::zone)
        .with_tokens_in_doubt(),
    Row{"delete_filter", "DELETE", FILTERS "/{filter_id}", none, safe, nothing, k200or204, kMayBeEmpty, kLax,
        "Configuration API: Delete a Route"}
        .shown_as("filter")
        .gone_by({10009})
        .refused_for(Refusal::zone)
        .with_tokens_in_doubt(),
});

#undef WORKERS
#undef SCRIPT
#undef ROUTES
#undef FILTERS

}  // namespace table

/// Refers to a row of the table by its name. A name that no row has does not compile.
class OperationRef {
 public:
  /// NOLINTNEXTLINE(google-explicit-constructor): a literal stands for its row.
  consteval OperationRef(const char* name)
      : row_(std::ranges::find(table::kOperations, std::string_view(name), &Operation::name)) {
    if (row_ == table::kOperations.end()) throw std::invalid_argument("no operation has this name");
  }

  constexpr const Operation& operator*() const { return *row_; }
  constexpr const Operation* operator->() const { return row_; }
  friend constexpr bool operator==(OperationRef, OperationRef) = default;

 private:
  const Operation* row_;
};

}  // namespace plumbline::api
