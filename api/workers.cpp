#include "api/workers.h"

#include <utility>

#include "api/calls.h"
#include "api/envelope.h"
#include "api/multipart.h"

namespace plumbline::api {
namespace {

constexpr std::size_t kWorkersPerPage = 100;  // the most that GET /workers/workers allows

void set_form(Call& call, Form form) {
  call.content_type = std::move(form.content_type);
  call.body = std::move(form.body);
}

}  // namespace

Awaitable<Result<JsonArray>> list_scripts(const Account& account) {
  return call_for_list(account.client, begin(account, "list_scripts"), "id");
}

Awaitable<Result<JsonArray>> list_beta_workers(const Account& account) {
  return call_for_pages(account.client, begin(account, "list_beta_workers"), kWorkersPerPage, "name");
}

Awaitable<Result<JsonObject>> upload_script(const Account& account, std::string name, JsonObject metadata,
                                            std::vector<Module> modules) {
  Call call = begin_script(account, "upload_script", std::move(name));
  call.query = {{"bindings_inherit", "strict"}};
  set_form(call, write_upload(std::move(metadata), std::move(modules)));
  return call_for_object(account.client, std::move(call));
}

Awaitable<Result<void>> delete_script(const Account& account, std::string name) {
  constexpr int kNoSuchWorker = 10007;
  return call_to_delete(account.client, begin_script(account, "delete_script", std::move(name)), kNoSuchWorker);
}

Awaitable<Result<JsonObject>> get_settings(const Account& account, std::string name) {
  return call_for_object(account.client, begin_script(account, "get_settings", std::move(name)));
}

Awaitable<Result<JsonObject>> patch_settings(const Account& account, std::string name, JsonObject settings) {
  Call call = begin_script(account, "patch_settings", std::move(name));
  const std::vector<FormPart> parts{
      {"settings", std::nullopt, "application/json", plumbline::to_text(Json(std::move(settings)))}};
  set_form(call, write_form(parts));
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

Awaitable<Result<JsonArray>> list_secrets(const Account& account, std::string name) {
  return call_for_list(account.client, begin_script(account, "list_secrets", std::move(name)), "name");
}

Awaitable<Result<void>> put_secret(const Account& account, std::string name, std::string secret_name,
                                   std::string text) {
  Call call = begin_script(account, "put_secret", std::move(name));
  set_json(call, JsonObject{{"name", secret_name}, {"text", text}, {"type", "secret_text"}});
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
  call.content_type = "application/merge-patch+json";
  call.body = plumbline::to_text(Json(JsonObject{{"secrets", std::move(secrets)}}));
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

Awaitable<Result<JsonObject>> put_content(const Account& account, std::string name, JsonObject metadata,
                                          std::vector<Module> modules) {
  Call call = begin_script(account, "put_content", std::move(name));
  set_form(call, write_upload(std::move(metadata), std::move(modules)));
  return call_for_object(account.client, std::move(call));
}

namespace {

// content/v2: a form and `cf-entrypoint` for modules, the script itself for service-worker syntax,
// 204 without code.
Result<Content> read_content(const Operation& operation, Answer answer) {
  Content content;
  if (answer.status == 204) return content;
  if (answer.content_type.starts_with("multipart/form-data")) {
    auto parts = read_form(answer.content_type, answer.raw);
    if (!parts) return unusable(operation, std::move(parts.error().message));
    content.main = std::string(answer.headers.get("cf-entrypoint"));
    for (FormPart& part : *parts) {
      content.modules.push_back(
          {part.filename.value_or(part.name), std::move(part.content_type), std::move(part.bytes)});
    }
    return content;
  }
  if (!answer.content_type.contains("javascript")) {
    return unusable(operation, "the code comes as neither a form nor JavaScript");
  }
  content.is_module = false;
  content.modules.push_back({"", "application/javascript", std::move(answer.raw)});
  return content;
}

Awaitable<Result<Content>> call_for_content(Client* client, Call call) {
  const Operation& operation = *call.operation;
  auto answer = co_await client->call(std::move(call));
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  co_return read_content(operation, std::move(*answer));
}

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

Awaitable<Result<Content>> get_content(const Account& account, std::string name) {
  return call_for_content(account.client, begin_script(account, "get_content", std::move(name)));
}

Awaitable<Result<JsonObject>> verify_token(const Account& account) {
  return verify_either(account.client, begin(account, "verify_user_token"), begin(account, "verify_account_token"));
}

}  // namespace plumbline::api
