#include <utility>

#include "api/calls.h"
#include "api/workers.h"

/// Zones, and what leads requests to Workers: routes and custom domains.
namespace plumbline::api {

Awaitable<Result<JsonArray>> list_zones(const Account& account, std::string zone_name) {
  Call call = begin(account, "list_zones");
  call.query = {{"account.id", account.id}};
  if (!zone_name.empty()) call.query.emplace_back("name", std::move(zone_name));
  return call_for_pages(account.client, std::move(call));
}

Awaitable<Result<JsonArray>> list_routes(const Account& account, std::string zone_id) {
  return call_for_list(account.client, begin(account, "list_routes", {{"zone_id", std::move(zone_id)}}));
}

Awaitable<Result<JsonObject>> get_route(const Account& account, std::string zone_id, std::string route_id) {
  Parameters path{{"zone_id", std::move(zone_id)}, {"route_id", std::move(route_id)}};
  return call_for_object(account.client, begin(account, "get_route", std::move(path)));
}

Awaitable<Result<JsonArray>> list_domains(const Account& account) {
  return call_for_list(account.client, begin(account, "list_domains"));
}

Awaitable<Result<JsonObject>> get_domain(const Account& account, std::string domain_id) {
  return call_for_object(account.client, begin(account, "get_domain", {{"domain_id", std::move(domain_id)}}));
}

}  // namespace plumbline::api
