#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "manifests/documents/cron.h"
#include "manifests/documents/hosts.h"
#include "manifests/documents/rules.h"
#include "manifests/documents/schema.h"

/// What the values of triggers, assets and migrations may be, however a manifest or a wrangler config calls their
/// fields, and the checks of lists and items that both make.
namespace plumbline::manifests {

inline constexpr Shape kRoutePatternShape{
    .type = Type::string, .rule = route_pattern_problem, .pattern = kRoutePattern};
inline constexpr Shape kZoneNameShape{.type = Type::string, .rule = zone_name_problem, .pattern = kHostPattern};
inline constexpr Shape kZoneIdShape{.type = Type::string, .rule = zone_id_problem, .pattern = kZoneIdPattern};
inline constexpr Shape kHostnameShape{.type = Type::string, .rule = hostname_problem, .pattern = kHostPattern};

/// A cron expression, and a list of them.
const Shape& cron_shape();
const Shape& crons_shape();

/// How long a batch of a queue may wait, with a bound beyond all that the service allows: what is finite in seconds is
/// so in milliseconds, too.
inline constexpr int kLongestWaitInSeconds = 24 * 3600;
void check_whole_milliseconds(const YamlNode& seconds, Report& report);
inline constexpr Shape kWaitInSeconds{
    .type = Type::number, .minimum = 0, .maximum = kLongestWaitInSeconds, .node_rule = check_whole_milliseconds};
inline constexpr Shape kWaitInMilliseconds{
    .type = Type::integer, .minimum = 0, .maximum = kLongestWaitInSeconds * 1000.0};

inline constexpr Shape kWorkflowName{
    .type = Type::string, .rule = workflow_name_problem, .pattern = "^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$"};
/// What a workflow may state beside its class; both readers call it by the API's names.
inline constexpr Shape kCron{.type = Type::string, .rule = cron_problem};
inline constexpr std::array kStepFields{Field{"steps", kPositive, "Most steps of an instance"}};
inline constexpr std::array kConcurrencyFields{Field{"limit", kPositive, "Most instances at a time"}};
inline constexpr std::string_view kRetentionForms = "whole milliseconds, or a duration such as \"3 days\"";
inline constexpr std::array kRetentionAlternatives{
    Shape{.type = Type::integer, .expected = kRetentionForms, .minimum = 1},
    Shape{.type = Type::string, .expected = kRetentionForms, .rule = empty_problem, .pattern = "^[\\s\\S]"}};
inline constexpr Shape kRetention{
    .type = Type::either, .expected = kRetentionForms, .alternatives = kRetentionAlternatives};
inline constexpr std::array kRetentionFields{
    Field{"success_retention", kRetention, "How long instances that came to an end are kept"},
    Field{"error_retention", kRetention, "How long instances that failed are kept"}};
inline constexpr std::array<std::string_view, 3> kWorkflowJurisdictions{"eu", "fedramp", "us"};
inline constexpr Shape kWorkflowJurisdiction{.type = Type::string, .values = kWorkflowJurisdictions};

inline constexpr Shape kClassName{
    .type = Type::string, .rule = class_name_problem, .pattern = "^[A-Za-z_$][A-Za-z0-9_$]*$"};
inline constexpr Shape kClassNames{.type = Type::list, .expected = "a list of classes", .element = &kClassName};

// How assets are served.
inline constexpr std::array<std::string_view, 4> kHtmlHandlings{"auto-trailing-slash", "force-trailing-slash",
                                                                "drop-trailing-slash", "none"};
inline constexpr Shape kHtmlHandling{.type = Type::string, .values = kHtmlHandlings};
inline constexpr std::array<std::string_view, 3> kNotFoundHandlings{"none", "404-page", "single-page-application"};
inline constexpr Shape kNotFoundHandling{.type = Type::string, .values = kNotFoundHandlings};
inline constexpr Shape kPathRule{.type = Type::string, .rule = path_rule_problem, .pattern = "^!?/"};
inline constexpr std::string_view kWorkerFirstForms = "true, false, or a list of paths";
inline constexpr std::array kWorkerFirstAlternatives{
    Shape{.type = Type::boolean, .expected = kWorkerFirstForms},
    Shape{.type = Type::list, .expected = kWorkerFirstForms, .element = &kPathRule}};
inline constexpr Shape kWorkerFirst{
    .type = Type::either, .expected = kWorkerFirstForms, .alternatives = kWorkerFirstAlternatives};

/// A number of seconds that kWaitInSeconds allows; nothing for any other node.
std::optional<std::int64_t> to_milliseconds(const YamlNode& seconds);

/// Reports every item of `list` whose key an earlier item has. Items without a key are reported elsewhere.
void check_repeated(const YamlNode& list, Report& report, std::string_view what,
                    std::string (*key_of)(const YamlNode& item));

// The same for what both readers call by the same words.
void check_repeated_consumers(const YamlNode& list, Report& report);
void check_repeated_workflows(const YamlNode& list, Report& report);

/// Warns of a pattern that lies outside of the zone that is named with it. That is meant with Cloudflare for SaaS
/// alone:
/// https://developers.cloudflare.com/cloudflare-for-platforms/cloudflare-for-saas/start/advanced-settings/worker-as-origin/
/// Both are scalars, or nullptr.
void check_zone_of_pattern(const YamlNode* pattern, const YamlNode* zone, Report& report);

}  // namespace plumbline::manifests
