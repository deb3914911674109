#include "api/legacy.h"

#include <utility>

#include "api/calls.h"

namespace plumbline::api {
namespace {

Awaitable<Result<std::string>> call_for_code(Client* client, Call call) {
  auto answer = co_await client->call(std::move(call));
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  co_return std::move(answer->raw);
}

}  // namespace

Awaitable<Result<std::string>> download_zone_script(const Account& account, std::string zone_id) {
  return call_for_code(account.client, begin(account, "download_zone_script", {{"zone_id", std::move(zone_id)}}));
}

Awaitable<Result<JsonArray>> list_filters(const Account& account, std::string zone_id) {
  return call_for_list(account.client, begin(account, "list_filters", {{"zone_id", std::move(zone_id)}}));
}

}  // namespace plumbline::api
