#include "api/any_call.h"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "api/calls.h"
#include "api/multipart.h"
#include "api/reaction.h"
#include "api/redact.h"

namespace plumbline::api {
namespace {

JsonObject object_in(Json& document) {
  return document.is_object() ? std::move(document.get_object()) : JsonObject();
}

// The version of the upload from which on `exports` may name workflows; wrangler 4.164 asks for it where they do, and
// only there, since nobody outside knows what else it changes.
constexpr std::string_view kWorkflowExports = "2026-11-09";

bool exports_workflow(const Json& metadata) {
  const auto* exports = member(metadata, "exports");
  const auto* entries = exports != nullptr ? exports->if_object() : nullptr;
  return entries != nullptr && std::ranges::any_of(*entries, [](const auto& entry) {
           return string_member(entry.value(), "type") == "workflow";
         });
}

void set_payload(Call& call, Payload payload) {
  auto secrets = secrets_in(payload.document);
  if (!secrets.empty()) call.secrets = std::make_shared<const std::vector<Secret>>(std::move(secrets));
  switch (call.operation->body) {
    case BodyKind::none:
      return;
    case BodyKind::json:
    case BodyKind::merge_patch:
      return set_json(call, std::move(payload.document));
    case BodyKind::code_form:
      if (exports_workflow(payload.document))
        call.headers.set("Cloudflare-Workers-Script-Api-Date", std::string(kWorkflowExports));
      return set_form(call, write_upload(object_in(payload.document), std::move(payload.modules)));
    case BodyKind::settings_form:
      return set_form(call, write_settings(object_in(payload.document)));
    case BodyKind::script:
      return set_body(call, std::move(payload.modules.at(0).bytes));
    case BodyKind::files_form:
      throw std::logic_error("assets are uploaded by upload_assets()");
  }
}

Result<JsonObject> result_of(const Operation& operation, Json result) {
  const bool is_object = operation.answer == AnswerShape::object || operation.answer == AnswerShape::inner_list;
  const bool is_none = result.is_null() && operation.empty == EmptyBody::is_success;
  if (!is_object || is_none) return JsonObject();
  if (!result.is_object()) return unusable(operation, "the result is not an object");
  if (operation.answer == AnswerShape::inner_list) {
    if (auto items = items_of(operation, result); !items) return std::unexpected(std::move(items.error()));
  }
  return std::move(result.get_object());
}

Awaitable<Result<JsonObject>> call_to_write(Client* client, Call call) {
  const Operation& operation = *call.operation;
  auto answer = co_await client->call(std::move(call));
  if (answer) co_return result_of(operation, std::move(answer->result));
  const bool is_delete = operation.method == "DELETE";
  if (is_delete && is_gone(operation, answer.error())) co_return JsonObject();
  co_return std::unexpected(std::move(answer.error()));
}

}  // namespace

Awaitable<Result<JsonObject>> write(const Account& account, OperationRef operation, Parameters parameters,
                                    Payload payload, BeginBy begin_by) {
  Call call = begin(account, operation, std::move(parameters));
  call.begin_by = begin_by;
  set_payload(call, std::move(payload));
  return call_to_write(account.client, std::move(call));
}

Awaitable<Result<JsonObject>> read_object(const Account& account, const Operation& operation, Parameters parameters) {
  return call_for_object(account.client, begin(account, operation, std::move(parameters)));
}

Awaitable<Result<JsonArray>> read_list(const Account& account, const Operation& operation, Parameters parameters) {
  Call call = begin(account, operation, std::move(parameters));
  if (operation.answer == AnswerShape::pages) return call_for_pages(account.client, std::move(call));
  return call_for_list(account.client, std::move(call));
}

}  // namespace plumbline::api
