#pragma once

#include <array>
#include <string_view>

#include "base/json.h"
#include "manifests/documents/schema.h"
#include "manifests/kinds/manifest.h"
#include "manifests/kinds/trigger_values.h"
#include "manifests/wrangler/wrangler_environment.h"
#include "manifests/wrangler/wrangler_fields.h"

/// Classes of a config and what is said of them: `exports`, and the workflows that a config defines by it or by
/// `workflows` (workers-sdk, packages/workers-utils/src/config/validation.ts and
/// packages/deploy-helpers/src/deploy/helpers/owned-workflows.ts).
namespace plumbline::manifests {

inline constexpr Table kWranglerStepLimits = table_of(kStepFields);
inline constexpr Table kWranglerConcurrency = table_of(kConcurrencyFields);
inline constexpr Table kWranglerRetention = table_of(kRetentionFields);
void check_workflow_schedules(const YamlNode& schedules, Report& report);
inline constexpr std::string_view kScheduleForms = "a cron expression, or a list of them";
inline constexpr std::array kScheduleAlternatives{
    Shape{.type = Type::string, .expected = kScheduleForms, .rule = cron_problem},
    Shape{.type = Type::list, .expected = kScheduleForms, .element = &kCron, .node_rule = check_workflow_schedules}};

/// What a workflow may state beside its name and class.
inline constexpr std::array kWranglerWorkflowSettings{
    may_have("limits", "Limits of one instance", object(kWranglerStepLimits)),
    may_have("concurrency", "Limits of all instances together", object(kWranglerConcurrency)),
    may_have("schedules", "When instances are started",
             {.type = Type::either, .expected = kScheduleForms, .alternatives = kScheduleAlternatives}),
    may_have("default_retention", "How long instances are kept", object(kWranglerRetention)),
    may_have("jurisdiction", "Where it is run and stored", kWorkflowJurisdiction)};

/// `exports`: a map from names of classes and entrypoints to what they are.
extern const Shape kWranglerExportsShape;

/// The setting `exports` as wrangler uploads it; empty if the config states none.
JsonObject wrangler_exports(const WranglerEnvironment& config);

/// Reports a config that describes its Durable Objects by `exports` and by `migrations`.
void check_exports_beside_migrations(const WranglerEnvironment& config, Report& report);

/// Adds the workflows that the Worker `worker` defines; with neither field they are left alone.
void read_wrangler_workflows(const WranglerEnvironment& config, DesiredWorker& worker, Report& report);

}  // namespace plumbline::manifests
