#include <utility>

#include "api/calls.h"
#include "api/workers.h"

/// Zones, and what leads requests to Workers: routes and custom domains.
namespace plumbline::api {
namespace {

constexpr std::size_t kZonesPerPage = 50;  // the most that GET /zones allows

}  // namespace

Awaitable<Result<JsonArray>> list_zones(const Account& account, std::string zone_name) {
  Call call = begin(account, "list_zones");
  call.query = {{"account.id", account.id}};
  if (!zone_name.empty()) call.query.emplace_back("name", std::move(zone_name));
  return call_for_pages(account.client, std::move(call), kZonesPerPage, {"id", "name"});
}

Awaitable<Result<JsonArray>> list_routes(const Account& account, std::string zone_id) {
  Call call = begin(account, "list_routes");
  call.path.emplace_back("zone_id", std::move(zone_id));
  return call_for_list(account.client, std::move(call), {"id", "pattern"});
}

Awaitable<Result<JsonObject>> get_route(const Account& account, std::string zone_id, std::string route_id) {
  Call call = begin(account, "get_route");
  call.path.emplace_back("zone_id", std::move(zone_id));
  call.path.emplace_back("route_id", std::move(route_id));
  return call_for_object(account.client, std::move(call));
}

Awaitable<Result<JsonObject>> create_route(const Account& account, std::string zone_id, JsonObject route) {
  Call call = begin(account, "create_route");
  call.path.emplace_back("zone_id", std::move(zone_id));
  set_json(call, Json(std::move(route)));
  return call_for_object(account.client, std::move(call));
}

Awaitable<Result<JsonObject>> update_route(const Account& account, std::string zone_id, std::string route_id,
                                           JsonObject route) {
  Call call = begin(account, "update_route");
  call.path.emplace_back("zone_id", std::move(zone_id));
  call.path.emplace_back("route_id", std::move(route_id));
  set_json(call, Json(std::move(route)));
  return call_for_object(account.client, std::move(call));
}

Awaitable<Result<void>> delete_route(const Account& account, std::string zone_id, std::string route_id) {
  constexpr int kNoSuchRoute = 10009;
  Call call = begin(account, "delete_route");
  call.path.emplace_back("zone_id", std::move(zone_id));
  call.path.emplace_back("route_id", std::move(route_id));
  return call_to_delete(account.client, std::move(call), kNoSuchRoute);
}

Awaitable<Result<JsonArray>> list_domains(const Account& account) {
  return call_for_list(account.client, begin(account, "list_domains"), {"id", "hostname", "service"});
}

Awaitable<Result<JsonObject>> get_domain(const Account& account, std::string domain_id) {
  Call call = begin(account, "get_domain");
  call.path.emplace_back("domain_id", std::move(domain_id));
  return call_for_object(account.client, std::move(call));
}

Awaitable<Result<JsonObject>> put_domain(const Account& account, JsonObject domain) {
  Call call = begin(account, "put_domain");
  set_json(call, Json(std::move(domain)));
  return call_for_object(account.client, std::move(call));
}

Awaitable<Result<void>> delete_domain(const Account& account, std::string domain_id) {
  constexpr int kNoSuchDomain = 100114;
  Call call = begin(account, "delete_domain");
  call.path.emplace_back("domain_id", std::move(domain_id));
  return call_to_delete(account.client, std::move(call), kNoSuchDomain);
}

}  // namespace plumbline::api
