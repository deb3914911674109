#include <utility>

#include "api/calls.h"
#include "api/multipart.h"
#include "api/workers.h"

/// Code of Workers: uploads and downloads.
namespace plumbline::api {

Awaitable<Result<JsonObject>> upload_script(const Account& account, std::string name, JsonObject metadata,
                                            std::vector<Module> modules, BeginBy begin_by) {
  Call call = begin_script(account, "upload_script", std::move(name));
  call.begin_by = begin_by;
  call.query = {{"bindings_inherit", "strict"}};
  set_form(call, write_upload(std::move(metadata), std::move(modules)));
  return call_for_object(account.client, std::move(call));
}

Awaitable<Result<JsonObject>> upload_script_raw(const Account& account, std::string name, std::string script,
                                                std::string etag) {
  Call call = begin_script(account, "upload_script_raw", std::move(name));
  set_body(call, std::move(script));
  if (!etag.empty()) call.headers.set("If-None-Match", std::move(etag));
  return call_for_object(account.client, std::move(call));
}

Awaitable<Result<JsonObject>> create_version(const Account& account, std::string name, JsonObject metadata,
                                             std::vector<Module> modules) {
  Call call = begin_script(account, "create_version", std::move(name));
  call.query = {{"bindings_inherit", "strict"}};
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

}  // namespace

Awaitable<Result<Content>> download_script(const Account& account, std::string name) {
  return call_for_content(account.client, begin_script(account, "download_script", std::move(name)));
}

Awaitable<Result<Content>> get_content(const Account& account, std::string name) {
  return call_for_content(account.client, begin_script(account, "get_content", std::move(name)));
}

Awaitable<Result<JsonObject>> put_content(const Account& account, std::string name, JsonObject metadata,
                                          std::vector<Module> modules) {
  Call call = begin_script(account, "put_content", std::move(name));
  set_form(call, write_upload(std::move(metadata), std::move(modules)));
  return call_for_object_if_any(account.client, std::move(call));
}

Awaitable<Result<JsonObject>> put_content(const Account& account, std::string name, Content content) {
  // A service worker's script comes without a name.
  constexpr std::string_view kScript = "worker.js";
  Call call = begin_script(account, "put_content", std::move(name));
  std::vector<FormPart> parts;
  parts.reserve(content.modules.size());
  for (Module& module : content.modules) {
    std::string file = module.name.empty() ? std::string(kScript) : std::move(module.name);
    parts.push_back({file, file, std::move(module.content_type), std::move(module.bytes)});
  }
  std::string entry = content.main.empty() && !parts.empty() ? parts.front().name : std::move(content.main);
  call.headers.set(content.is_module ? "CF-WORKER-MAIN-MODULE-PART" : "CF-WORKER-BODY-PART", std::move(entry));
  set_form(call, write_form(parts));
  return call_for_object_if_any(account.client, std::move(call));
}

}  // namespace plumbline::api
