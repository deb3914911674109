#include <algorithm>
#include <array>

#include "base/digest.h"
#include "simulator/bindings.h"
#include "simulator/code.h"
#include "simulator/endpoints.h"
#include "simulator/routes.h"
#include "simulator/upload_form.h"

/// The API of 2018: one script per zone, and filters instead of today's routes. An enabled filter is a route to the
/// zone's script, any other is a route without a script.
///
/// "The filters endpoint does not support API tokens", says the official Go client (cloudflare-go v0, workers.go,
/// ListWorkerRoutes), and no source says so of the script.
namespace plumbline::simulator {
namespace {

JsonObject filter_view(const ZoneRoute& route) {
  return {{"id", route.id}, {"pattern", route.pattern}, {"enabled", !route.script.empty()}};
}

JsonObject script_view(const LegacyScript& script) {
  return {{"script", script.bytes},
          {"etag", script.etag},
          {"size", script.bytes.size()},
          {"modified_on", timestamp(script.modified_on)}};
}

Version version_with(std::vector<Binding> bindings) {
  Version version;
  version.bindings = std::move(bindings);
  return version;
}

/// A script as text, or as a form with bindings, which may inherit from those `before`.
Try<LegacyScript> read_script(const Call& call, std::vector<Binding> before) {
  if (!boundary_of(call.request.headers.get("content-type"))) return LegacyScript{.bytes = call.request.body};
  const auto form = read_upload(call);
  if (!form) return std::unexpected(form.error());
  const auto code = code_of(*form, false);
  if (!code) return std::unexpected(code.error());
  const auto previous = version_with(std::move(before));
  auto bindings = read_bindings(member(form->metadata, "bindings"), &previous, {});
  if (!bindings) return std::unexpected(bindings.error());
  return LegacyScript{.bytes = main_module(**code)->bytes, .bindings = std::move(*bindings)};
}

/// PUT /zones/:zone/workers/script
Outcome put_script(Call& call) {
  auto zone = call.world.zone(call.params[0]);
  if (!zone) return std::unexpected(zone.error());
  if (call.request.body.empty()) return refuse(400, 10021, "The script is empty.");
  auto& stored = (*zone)->legacy_script;
  auto script = read_script(call, stored ? stored->bindings : std::vector<Binding>());
  if (!script) return std::unexpected(script.error());
  script->etag = truncated(sha256_hex(script->bytes));
  script->modified_on = call.world.now();
  stored = std::move(*script);
  return success(script_view(*stored));
}

/// GET /zones/:zone/workers/script: the text itself.
Outcome get_script(Call& call) {
  const auto zone = call.world.zone(call.params[0]);
  if (!zone) return std::unexpected(zone.error());
  const auto& script = (*zone)->legacy_script;
  if (!script) return refuse(404, 10007, "workers.api.error.not_found");
  Answer answer;
  answer.content_type = "application/javascript";
  answer.headers.set("etag", script->etag);
  answer.body = script->bytes;
  return answer;
}

/// DELETE /zones/:zone/workers/script
Outcome delete_script(Call& call) {
  auto zone = call.world.zone(call.params[0]);
  if (!zone) return std::unexpected(zone.error());
  auto& script = (*zone)->legacy_script;
  if (!script) return refuse(404, 10007, "workers.api.error.not_found");
  const JsonObject result{{"id", script->etag}};
  script.reset();
  for (auto& route : (*zone)->routes) {
    if (route.script == (*zone)->id) route.script.clear();  // nothing is left that the filter could lead to
  }
  return success(result);
}

/// GET /zones/:zone/workers/script/bindings: those of a form; raw scripts have none.
Outcome get_bindings(Call& call) {
  const auto zone = call.world.zone(call.params[0]);
  if (!zone) return std::unexpected(zone.error());
  const auto& script = (*zone)->legacy_script;
  if (!script) return refuse(404, 10007, "workers.api.error.not_found");
  return success(view_of(call.world, "", script->bindings));
}

/// GET /zones/:zone/workers/filters
Outcome list_filters(Call& call) {
  const auto zone = call.world.zone(call.params[0]);
  if (!zone) return std::unexpected(zone.error());
  JsonArray out;
  for (const auto& route : (*zone)->routes) out.push_back(filter_view(route));
  return success(out);
}

/// The route that a filter's body describes.
Try<ZoneRoute> read_filter(const Call& call, const Zone& zone, std::string_view id) {
  const auto body = call.json_object();
  if (!body) return std::unexpected(body.error());
  const auto pattern = string_member(*body, "pattern");
  const auto enabled = bool_member(*body, "enabled");
  if (!enabled) return refuse(400, 10001, "`enabled` is required.");
  if (!pattern_fits(pattern, zone.name)) return refuse(400, 10022, "workers.api.error.invalid_route_pattern");
  const bool taken = std::ranges::any_of(
      zone.routes, [&](const ZoneRoute& route) { return route.id != id && route.pattern == pattern; });
  if (taken) return refuse(409, 10020, "workers.api.error.duplicate_route");
  if (*enabled && !zone.legacy_script) return refuse(400, 10019, "workers.api.error.route_script_not_found");
  // The zone's script has no name, so the zone's id is used.
  return ZoneRoute{std::string(id), std::string(pattern), *enabled ? zone.id : std::string()};
}

/// POST /zones/:zone/workers/filters
Outcome post_filter(Call& call) {
  auto zone = call.world.zone(call.params[0]);
  if (!zone) return std::unexpected(zone.error());
  auto route = read_filter(call, **zone, call.world.ids.hex32());
  if (!route) return std::unexpected(route.error());
  (*zone)->routes.push_back(std::move(*route));
  return success(JsonObject{{"id", (*zone)->routes.back().id}});
}

/// PUT /zones/:zone/workers/filters/:filter
Outcome put_filter(Call& call) {
  auto zone = call.world.zone(call.params[0]);
  if (!zone) return std::unexpected(zone.error());
  const auto found = std::ranges::find((*zone)->routes, call.params[1], &ZoneRoute::id);
  if (found == (*zone)->routes.end()) return refuse(404, 10009, "workers.api.error.route_not_found");
  auto route = read_filter(call, **zone, call.params[1]);
  if (!route) return std::unexpected(route.error());
  *found = std::move(*route);
  return success(filter_view(*found));
}

/// DELETE /zones/:zone/workers/filters/:filter
Outcome delete_filter(Call& call) {
  auto zone = call.world.zone(call.params[0]);
  if (!zone) return std::unexpected(zone.error());
  const auto removed =
      std::erase_if((*zone)->routes, [&](const ZoneRoute& route) { return route.id == call.params[1]; });
  if (removed == 0) return refuse(404, 10009, "workers.api.error.route_not_found");
  return success(JsonObject{{"id", call.params[1]}});
}

constexpr std::array kLegacyEndpoints{
    Endpoint{"PUT", "/zones/:zone/workers/script", put_script},
    Endpoint{"GET", "/zones/:zone/workers/script", get_script},
    Endpoint{"DELETE", "/zones/:zone/workers/script", delete_script},
    Endpoint{"GET", "/zones/:zone/workers/script/bindings", get_bindings},
    Endpoint{"GET", "/zones/:zone/workers/filters", list_filters, Access::global_key},
    Endpoint{"POST", "/zones/:zone/workers/filters", post_filter, Access::global_key},
    Endpoint{"PUT", "/zones/:zone/workers/filters/:filter", put_filter, Access::global_key},
    Endpoint{"DELETE", "/zones/:zone/workers/filters/:filter", delete_filter, Access::global_key},
};

}  // namespace

std::span<const Endpoint> legacy_endpoints() {
  return kLegacyEndpoints;
}

}  // namespace plumbline::simulator
