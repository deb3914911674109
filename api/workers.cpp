#include "api/workers.h"

#include <utility>

#include "api/calls.h"
#include "api/envelope.h"
#include "api/multipart.h"

namespace plumbline::api {
namespace {

// The most that GET /workers/workers and what lies below it allows.
constexpr std::size_t kWorkersPerPage = kBetaWorkersPerPage;

}  // namespace

Awaitable<Result<JsonArray>> list_scripts(const Account& account, const ScriptsQuery& query) {
  Call call = begin(account, "list_scripts");
  if (!query.tags.empty()) call.query.emplace_back("tags", query.tags);
  if (query.include_subdomain_availability) {
    call.query.emplace_back("include_subdomain_availability", *query.include_subdomain_availability ? "true" : "false");
  }
  return call_for_list(account.client, std::move(call), "id");
}

Awaitable<Result<JsonArray>> search_scripts(const Account& account, std::string name) {
  Call call = begin(account, "search_scripts");
  call.query = {{"name", std::move(name)}};
  return call_for_pages(account.client, std::move(call), kWorkersPerPage, "id");
}

Awaitable<Result<JsonArray>> list_beta_workers(const Account& account, Purpose purpose) {
  Call call = begin(account, "list_beta_workers");
  call.query = {{"order_by", "name"}, {"order", "asc"}};
  const auto total = purpose == Purpose::proof ? TotalCount::required : TotalCount::if_told;
  return call_for_pages(account.client, std::move(call), kWorkersPerPage, "name", total);
}

Awaitable<Result<JsonObject>> get_beta_worker(const Account& account, std::string worker) {
  Call call = begin(account, "get_beta_worker");
  call.path.emplace_back("worker_id", std::move(worker));
  return call_for_object(account.client, std::move(call));
}

Awaitable<Result<JsonArray>> list_beta_versions(const Account& account, std::string worker) {
  Call call = begin(account, "list_beta_versions");
  call.path.emplace_back("worker_id", std::move(worker));
  return call_for_pages(account.client, std::move(call), kWorkersPerPage, "id");
}

Awaitable<Result<JsonObject>> get_beta_version(const Account& account, std::string worker, std::string version_id) {
  Call call = begin(account, "get_beta_version");
  call.path.emplace_back("worker_id", std::move(worker));
  call.path.emplace_back("version_id", std::move(version_id));
  return call_for_object(account.client, std::move(call));
}

Awaitable<Result<void>> delete_script(const Account& account, std::string name, Force force) {
  constexpr int kNoSuchWorker = 10007;
  Call call = begin_script(account, "delete_script", std::move(name));
  if (force == Force::yes) call.query = {{"force", "true"}};
  return call_to_delete(account.client, std::move(call), kNoSuchWorker);
}

Awaitable<Result<JsonObject>> get_settings(const Account& account, std::string name) {
  return call_for_object(account.client, begin_script(account, "get_settings", std::move(name)));
}

Awaitable<Result<JsonObject>> patch_settings(const Account& account, std::string name, JsonObject settings) {
  Call call = begin_script(account, "patch_settings", std::move(name));
  set_form(call, write_settings(std::move(settings)));
  return call_for_object(account.client, std::move(call));
}

Awaitable<Result<JsonObject>> get_script_settings(const Account& account, std::string name) {
  return call_for_object(account.client, begin_script(account, "get_script_settings", std::move(name)));
}

Awaitable<Result<JsonObject>> patch_script_settings(const Account& account, std::string name, JsonObject settings) {
  Call call = begin_script(account, "patch_script_settings", std::move(name));
  set_json(call, Json(std::move(settings)));
  return call_for_object(account.client, std::move(call));
}

Awaitable<Result<JsonObject>> get_usage_model(const Account& account, std::string name) {
  return call_for_object(account.client, begin_script(account, "get_usage_model", std::move(name)));
}

Awaitable<Result<JsonObject>> put_usage_model(const Account& account, std::string name, JsonObject usage_model) {
  Call call = begin_script(account, "put_usage_model", std::move(name));
  set_json(call, Json(std::move(usage_model)));
  return call_for_object(account.client, std::move(call));
}

Awaitable<Result<JsonArray>> list_secrets(const Account& account, std::string name) {
  return call_for_list(account.client, begin_script(account, "list_secrets", std::move(name)), "name");
}

Awaitable<Result<JsonObject>> get_secret(const Account& account, std::string name, std::string secret_name) {
  Call call = begin_script(account, "get_secret", std::move(name));
  call.path.emplace_back("secret_name", std::move(secret_name));
  call.query = {{"url_encoded", "true"}};
  return call_for_object(account.client, std::move(call));
}

Awaitable<Result<void>> put_secret(const Account& account, std::string name, std::string secret_name,
                                   std::string text) {
  Call call = begin_script(account, "put_secret", std::move(name));
  set_json(call, JsonObject{{"name", secret_name}, {"text", text}, {"type", "secret_text"}});
  wipe(text);
  return call_for_nothing(account.client, std::move(call));
}

Awaitable<Result<void>> delete_secret(const Account& account, std::string name, std::string secret_name) {
  constexpr int kNoSuchSecret = 10056;
  Call call = begin_script(account, "delete_secret", std::move(name));
  call.path.emplace_back("secret_name", std::move(secret_name));
  // The name in the path is percent-encoded.
  call.query = {{"url_encoded", "true"}};
  return call_to_delete(account.client, std::move(call), kNoSuchSecret);
}

Awaitable<Result<void>> put_secrets_bulk(const Account& account, std::string name, JsonObject secrets) {
  Call call = begin_script(account, "put_secrets_bulk", std::move(name));
  set_json(call, JsonObject{{"secrets", std::move(secrets)}});
  return call_for_nothing(account.client, std::move(call));
}

Awaitable<Result<JsonObject>> get_subdomain(const Account& account, std::string name) {
  return call_for_object(account.client, begin_script(account, "get_subdomain", std::move(name)));
}

Awaitable<Result<JsonObject>> post_subdomain(const Account& account, std::string name, JsonObject subdomain) {
  Call call = begin_script(account, "post_subdomain", std::move(name));
  set_json(call, Json(std::move(subdomain)));
  return call_for_object(account.client, std::move(call));
}

Awaitable<Result<JsonObject>> delete_subdomain(const Account& account, std::string name) {
  return call_for_object_if_any(account.client, begin_script(account, "delete_subdomain", std::move(name)));
}

Awaitable<Result<JsonObject>> get_account_subdomain(const Account& account) {
  return call_for_object(account.client, begin(account, "get_account_subdomain"));
}

Awaitable<Result<JsonObject>> put_account_subdomain(const Account& account, std::string subdomain) {
  Call call = begin(account, "put_account_subdomain");
  set_json(call, JsonObject{{"subdomain", subdomain}});
  return call_for_object(account.client, std::move(call));
}

Awaitable<Result<void>> delete_account_subdomain(const Account& account) {
  constexpr int kNoSubdomain = 10007;
  return call_to_delete(account.client, begin(account, "delete_account_subdomain"), kNoSubdomain);
}

Awaitable<Result<JsonArray>> get_schedules(const Account& account, std::string name) {
  return call_for_list_in(account.client, begin_script(account, "get_schedules", std::move(name)), "schedules", "cron");
}

Awaitable<Result<JsonArray>> put_schedules(const Account& account, std::string name,
                                           const std::vector<std::string>& crons) {
  Call call = begin_script(account, "put_schedules", std::move(name));
  JsonArray body;
  for (const std::string& cron : crons) body.push_back(JsonObject{{"cron", cron}});
  set_json(call, Json(std::move(body)));
  return call_for_list_in(account.client, std::move(call), "schedules", "cron");
}

Awaitable<Result<JsonArray>> list_versions(const Account& account, std::string name) {
  Call call = begin_script(account, "list_versions", std::move(name));
  call.query = {{"deployable", "true"}};
  return call_for_list_in(account.client, std::move(call), "items", "id");
}

Awaitable<Result<JsonObject>> get_version(const Account& account, std::string name, std::string version_id) {
  Call call = begin_script(account, "get_version", std::move(name));
  call.path.emplace_back("version_id", std::move(version_id));
  return call_for_object(account.client, std::move(call));
}

Awaitable<Result<JsonArray>> list_deployments(const Account& account, std::string name) {
  return call_for_list_in(account.client, begin_script(account, "list_deployments", std::move(name)), "deployments",
                          "id");
}

Awaitable<Result<JsonObject>> create_deployment(const Account& account, std::string name, JsonObject deployment) {
  Call call = begin_script(account, "create_deployment", std::move(name));
  set_json(call, Json(std::move(deployment)));
  return call_for_object(account.client, std::move(call));
}

namespace {

Awaitable<Result<JsonObject>> verify_either(Client* client, Call as_user, Call as_account) {
  auto user = co_await call_for_object(client, std::move(as_user));
  if (user) co_return std::move(user);
  const ErrorKind kind = user.error().kind;
  const bool refused = kind == ErrorKind::forbidden || kind == ErrorKind::invalid || kind == ErrorKind::not_found;
  if (!refused) co_return std::move(user);
  auto account = co_await call_for_object(client, std::move(as_account));
  if (account) co_return std::move(account);
  // Neither kind of token: what a user's endpoint says is the plainer word.
  co_return std::move(user);
}

}  // namespace

Awaitable<Result<JsonObject>> verify_token(const Account& account) {
  return verify_either(account.client, begin(account, "verify_user_token"), begin(account, "verify_account_token"));
}

}  // namespace plumbline::api
