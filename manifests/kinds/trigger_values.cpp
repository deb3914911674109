#include "manifests/kinds/trigger_values.h"

#include <fmt/format.h>

#include <cmath>
#include <map>

#include "manifests/documents/cron.h"
#include "manifests/kinds/zones.h"

namespace plumbline::manifests {
namespace {

// The most schedules that a paid account may have.
constexpr std::size_t kMostSchedules = 250;

std::string text_of(const YamlNode& item) {
  return item.text;
}

std::string queue_of(const YamlNode& item) {
  return item.text_at("queue");
}

std::string name_of(const YamlNode& item) {
  return item.text_at("name");
}

void check_repeated_crons(const YamlNode& list, Report& report) {
  check_repeated(list, report, "schedule", text_of);
}

}  // namespace

const Shape& cron_shape() {
  static const Shape shape{.type = Type::string, .rule = cron_problem, .pattern = cron_pattern()};
  return shape;
}

const Shape& crons_shape() {
  static const Shape shape{.type = Type::list,
                           .expected = "a list of cron expressions",
                           .element = &cron_shape(),
                           .most = kMostSchedules,
                           .node_rule = check_repeated_crons,
                           .also = R"({"uniqueItems": true})"};
  return shape;
}

void check_whole_milliseconds(const YamlNode& seconds, Report& report) {
  const Json value = to_json(seconds);
  if (!value.is_number() || to_milliseconds(seconds)) return;
  const double number = value.to_number<double>();
  if (number < 0 || number > kLongestWaitInSeconds) return;  // reported as such
  report.error(seconds, "only whole milliseconds can be waited for", "leave out the digits after the third");
}

std::optional<std::int64_t> to_milliseconds(const YamlNode& seconds) {
  // What three digits after the point are off by in binary.
  constexpr double kInexact = 1e-6;
  const Json value = to_json(seconds);
  if (!value.is_number()) return std::nullopt;
  const double exact = value.to_number<double>() * 1000;
  if (!(exact >= 0 && exact <= kWaitInMilliseconds.maximum)) return std::nullopt;
  const double whole = std::round(exact);
  if (std::abs(exact - whole) > kInexact) return std::nullopt;
  return static_cast<std::int64_t>(whole);
}

void check_repeated(const YamlNode& list, Report& report, std::string_view what,
                    std::string (*key_of)(const YamlNode& item)) {
  std::map<std::string, const YamlNode*> first;
  for (const YamlNode& item : list.items) {
    const std::string key = key_of(item);
    if (key.empty() || first.emplace(key, &item).second) continue;
    report.error(item, fmt::format("this {} is already in the list", what), "remove one of the two");
  }
}

void check_repeated_consumers(const YamlNode& list, Report& report) {
  check_repeated(list, report, "queue", queue_of);
}

void check_repeated_workflows(const YamlNode& list, Report& report) {
  check_repeated(list, report, "workflow", name_of);
}

void check_zone_of_pattern(const YamlNode* pattern, const YamlNode* zone, Report& report) {
  if (pattern == nullptr || zone == nullptr) return;
  if (route_pattern_problem(pattern->text) || zone_name_problem(zone->text)) return;
  if (lies_in_zone(pattern->text, zone->text)) return;
  report.warning(*pattern, fmt::format("\"pattern\" is not in the zone \"{}\"", zone->text),
                 "such a route serves custom hostnames of Cloudflare for SaaS; else name the zone of its host");
}

}  // namespace plumbline::manifests
