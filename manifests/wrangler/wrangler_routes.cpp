#include "manifests/wrangler/wrangler_routes.h"

#include <array>
#include <optional>
#include <string>

#include "base/text.h"
#include "manifests/kinds/trigger_values.h"
#include "manifests/wrangler/wrangler_fields.h"

namespace plumbline::manifests {
namespace {

// What `pattern` may be depends on the other fields.
constexpr std::array kRouteFields{needs("pattern", "Host and path, with wildcards", kText),
                                  may_have("zone_id", "Id of the zone", kZoneIdShape),
                                  may_have("zone_name", "Name of the zone", kZoneNameShape),
                                  may_have("custom_domain", "Whether the whole host belongs to the Worker", kBoolean),
                                  may_have("enabled", "Whether the custom domain is served", kBoolean),
                                  may_have("previews_enabled", "Whether previews of it are served", kBoolean)};
constexpr Table kRouteTable{.fields = kRouteFields};
constexpr std::string_view kRouteForms = "a string, or a map with pattern and zone_name, zone_id or custom_domain";

bool names_zone(const YamlNode& route) {
  return route.find("zone_id") != nullptr || route.find("zone_name") != nullptr;
}

// Which members wrangler takes together (isValidRouteValue in workers-sdk, packages/workers-utils).
void check_members(const YamlNode& route, Report& report) {
  const auto has = [&route](std::string_view key) { return route.find(key) != nullptr; };
  if (has("zone_id") && has("zone_name")) {
    report.error(route, "a route takes \"zone_id\" or \"zone_name\", not both");
  }
  if ((has("enabled") || has("previews_enabled")) && !has("custom_domain")) {
    report.error(route, "\"enabled\" and \"previews_enabled\" belong to a route with \"custom_domain\"");
  }
  if (!names_zone(route) && !has("custom_domain")) {
    report.error(route, "a route with \"pattern\" alone is written as a string",
                 "write the pattern itself, or add zone_name, zone_id or custom_domain");
  }
}

// Of a route that names no zone: it is found by the host.
void check_host(const YamlNode& pattern, Report& report) {
  if (route_pattern_problem(pattern.text) || names_host(pattern.text)) return;
  report.error(pattern, "a pattern without a host needs its zone", "write {pattern, zone_name}");
}

void check_route(const YamlNode& route, Report& report) {
  check_members(route, report);
  const YamlNode* pattern = route.find("pattern");
  if (pattern == nullptr || type_of(*pattern) != ValueType::string) return;
  if (is_custom_domain(route)) return check(*pattern, kHostnameShape, "pattern", report);
  check(*pattern, kRoutePatternShape, "pattern", report);
  check_zone_of_pattern(pattern, route.scalar_at("zone_name"), report);
  if (!names_zone(route)) check_host(*pattern, report);
}

std::string key_of_wrangler_route(const YamlNode& route) {
  if (route.kind == YamlKind::scalar) return route.text;
  const std::string& pattern = route.text_at("pattern");
  if (is_custom_domain(route)) return "domain " + to_lower(pattern);
  return names_zone(route) ? pattern + ' ' + route.text_at("zone_name") + route.text_at("zone_id") : pattern;
}

void check_wrangler_routes(const YamlNode& list, Report& report) {
  check_repeated(list, report, "route", key_of_wrangler_route);
}

// wrangler passes over an empty `route`.
std::optional<std::string> single_route_problem(std::string_view text) {
  return text.empty() ? std::nullopt : route_pattern_problem(text);
}

constexpr Shape text_of_route(TextRule rule) {
  return {.type = Type::string, .rule = rule, .node_rule = check_host};
}

constexpr Shape kRouteObject{.type = Type::object, .table = &kRouteTable, .node_rule = check_route};
constexpr std::array kRouteAlternatives{text_of_route(route_pattern_problem), kRouteObject};
constexpr std::array kSingleAlternatives{text_of_route(single_route_problem), kRouteObject};
constexpr Shape kItem{.type = Type::either, .expected = kRouteForms, .alternatives = kRouteAlternatives};
constexpr Shape kSingle{.type = Type::either, .expected = kRouteForms, .alternatives = kSingleAlternatives};
constexpr Shape kList{
    .type = Type::list, .expected = "a list of routes", .element = &kItem, .node_rule = check_wrangler_routes};

}  // namespace

const Shape& wrangler_route_shape() {
  return kSingle;
}

const Shape& wrangler_routes_shape() {
  return kList;
}

bool is_custom_domain(const YamlNode& route) {
  return is_true(route.find("custom_domain"));
}

void check_route_beside_routes(const YamlNode& config, Report& report) {
  const YamlNode* route = config.find("route");
  const YamlNode* routes = config.find("routes");
  const auto is_stated = [](const YamlNode* node) { return node != nullptr && node->kind != YamlKind::null; };
  const bool is_passed_over = is_stated(route) && route->kind == YamlKind::scalar && route->text.empty();
  if (!is_stated(route) || !is_stated(routes) || is_passed_over) return;
  report.error(*route, "\"route\" and \"routes\" exclude each other", "list the one route among the others");
}

}  // namespace plumbline::manifests
