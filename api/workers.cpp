#include "api/workers.h"

#include <utility>

#include "api/calls.h"

namespace plumbline::api {
namespace {

Awaitable<Result<ScriptsList>> call_for_scripts(Client* client, Call call) {
  const Operation& operation = *call.operation;
  auto answer = co_await client->call(std::move(call));
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  ScriptsList list{.items = {}, .digest = std::move(answer->body_digest)};
  if (answer->unchanged) co_return list;
  auto items = items_of(operation, std::move(answer->result));
  if (!items) co_return std::unexpected(std::move(items.error()));
  list.items = std::make_shared<const JsonArray>(*std::move(items));
  co_return list;
}

}  // namespace

Awaitable<Result<ScriptsList>> list_scripts_unless(const Account& account, std::optional<std::string> known) {
  Call call = begin(account, "list_scripts");
  call.known_body = std::move(known);
  return call_for_scripts(account.client, std::move(call));
}

Awaitable<Result<JsonArray>> list_scripts(const Account& account, const ScriptsQuery& query) {
  Call call = begin(account, "list_scripts");
  if (!query.tags.empty()) call.query.emplace_back("tags", query.tags);
  if (query.include_subdomain_availability) {
    call.query.emplace_back("include_subdomain_availability", *query.include_subdomain_availability ? "true" : "false");
  }
  return call_for_list(account.client, std::move(call));
}

Awaitable<Result<JsonArray>> list_beta_workers(const Account& account, Purpose purpose) {
  const auto total = purpose == Purpose::proof ? TotalCount::required : TotalCount::if_told;
  return call_for_pages(account.client, begin(account, "list_beta_workers"), total);
}

Awaitable<Result<JsonObject>> get_beta_version(const Account& account, std::string worker, std::string version_id) {
  Parameters path{{"worker_id", std::move(worker)}, {"version_id", std::move(version_id)}};
  return call_for_object(account.client, begin(account, "get_beta_version", std::move(path)));
}

Awaitable<Result<JsonArray>> list_newest_versions(const Account& account, std::string worker) {
  auto call = begin(account, "list_beta_versions", {{"worker_id", std::move(worker)}});
  call.query.emplace_back("page", "1");
  call.query.emplace_back("per_page", std::to_string(call.operation->items.per_page));
  return call_for_list(account.client, std::move(call));
}

Awaitable<Result<JsonObject>> get_settings(const Account& account, std::string name) {
  return call_for_object(account.client, begin_script(account, "get_settings", std::move(name)));
}

Awaitable<Result<JsonObject>> get_script_settings(const Account& account, std::string name) {
  return call_for_object(account.client, begin_script(account, "get_script_settings", std::move(name)));
}

Awaitable<Result<JsonArray>> list_secrets(const Account& account, std::string name) {
  return call_for_list(account.client, begin_script(account, "list_secrets", std::move(name)));
}

Awaitable<Result<JsonObject>> get_subdomain(const Account& account, std::string name) {
  return call_for_object(account.client, begin_script(account, "get_subdomain", std::move(name)));
}

Awaitable<Result<JsonArray>> get_schedules(const Account& account, std::string name) {
  return call_for_list(account.client, begin_script(account, "get_schedules", std::move(name)));
}

Awaitable<Result<JsonArray>> list_versions(const Account& account, std::string name) {
  return call_for_list(account.client, begin_script(account, "list_versions", std::move(name)));
}

Awaitable<Result<JsonObject>> get_version(const Account& account, std::string name, std::string version_id) {
  Parameters path{{"script_name", std::move(name)}, {"version_id", std::move(version_id)}};
  return call_for_object(account.client, begin(account, "get_version", std::move(path)));
}

Awaitable<Result<JsonArray>> list_deployments(const Account& account, std::string name) {
  return call_for_list(account.client, begin_script(account, "list_deployments", std::move(name)));
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
  // The token is of neither kind: the error from the user's endpoint is the clearer one.
  co_return std::move(user);
}

}  // namespace

Awaitable<Result<JsonObject>> verify_token(const Account& account) {
  return verify_either(account.client, begin(account, "verify_user_token"), begin(account, "verify_account_token"));
}

}  // namespace plumbline::api
