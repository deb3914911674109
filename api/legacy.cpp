#include "api/legacy.h"

#include <utility>

#include "api/calls.h"

namespace plumbline::api {
namespace {

Call begin_zone(const Account& account, std::string_view operation, std::string zone_id) {
  Call call = begin(account, operation);
  call.path.emplace_back("zone_id", std::move(zone_id));
  return call;
}

Awaitable<Result<std::string>> call_for_code(Client* client, Call call) {
  auto answer = co_await client->call(std::move(call));
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  co_return std::move(answer->raw);
}

}  // namespace

Awaitable<Result<JsonObject>> put_zone_script(const Account& account, std::string zone_id, std::string script) {
  Call call = begin_zone(account, "put_zone_script", std::move(zone_id));
  set_body(call, std::move(script));
  return call_for_object_if_any(account.client, std::move(call));
}

Awaitable<Result<std::string>> download_zone_script(const Account& account, std::string zone_id) {
  return call_for_code(account.client, begin_zone(account, "download_zone_script", std::move(zone_id)));
}

Awaitable<Result<void>> delete_zone_script(const Account& account, std::string zone_id) {
  constexpr int kNoSuchScript = 10007;
  return call_to_delete(account.client, begin_zone(account, "delete_zone_script", std::move(zone_id)), kNoSuchScript);
}

Awaitable<Result<JsonArray>> list_filters(const Account& account, std::string zone_id) {
  return call_for_list(account.client, begin_zone(account, "list_filters", std::move(zone_id)), {"id", "pattern"});
}

Awaitable<Result<JsonObject>> create_filter(const Account& account, std::string zone_id, JsonObject filter) {
  Call call = begin_zone(account, "create_filter", std::move(zone_id));
  set_json(call, Json(std::move(filter)));
  return call_for_object(account.client, std::move(call));
}

Awaitable<Result<JsonObject>> update_filter(const Account& account, std::string zone_id, std::string filter_id,
                                            JsonObject filter) {
  Call call = begin_zone(account, "update_filter", std::move(zone_id));
  call.path.emplace_back("filter_id", std::move(filter_id));
  set_json(call, Json(std::move(filter)));
  return call_for_object_if_any(account.client, std::move(call));
}

Awaitable<Result<void>> delete_filter(const Account& account, std::string zone_id, std::string filter_id) {
  constexpr int kNoSuchFilter = 10009;
  Call call = begin_zone(account, "delete_filter", std::move(zone_id));
  call.path.emplace_back("filter_id", std::move(filter_id));
  return call_to_delete(account.client, std::move(call), kNoSuchFilter);
}

}  // namespace plumbline::api
