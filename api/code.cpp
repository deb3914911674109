#include <utility>

#include "api/calls.h"
#include "api/multipart.h"
#include "api/workers.h"

/// Downloads the code of Workers.
namespace plumbline::api {
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
    return unusable(operation, "the answer with the code is neither a form nor JavaScript");
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

Awaitable<Result<Content>> get_content(const Account& account, std::string name) {
  return call_for_content(account.client, begin_script(account, "get_content", std::move(name)));
}

}  // namespace plumbline::api
