#include "manifests/kinds/trigger_schema.h"

#include <array>
#include <string>

#include "base/text.h"
#include "manifests/documents/rules.h"
#include "manifests/kinds/migrations.h"
#include "manifests/kinds/trigger_values.h"

// Names and values are those of the API:
// https://developers.cloudflare.com/api/resources/workers/subresources/routes/,
// .../workers/subresources/domains/, .../workers/subresources/scripts/subresources/schedules/,
// .../queues/subresources/consumers/, .../workflows/ and the metadata of an upload.
namespace plumbline::manifests {
namespace {

constexpr Field needs(std::string_view name, Shape shape, std::string_view documentation) {
  return {name, shape, documentation, Presence::required};
}

// --- routes

void check_route(const YamlNode& node, Report& report) {
  check_zone_of_pattern(node.scalar_at("pattern"), node.scalar_at("zone"), report);
}

constexpr std::array<std::string_view, 2> kZones{"zone", "zone_id"};
constexpr std::array kZoneExclusions{Exclusion{"zone", "zone_id", "give the name or the id"}};
constexpr std::array kRouteFields{
    needs("pattern", kRoutePatternShape, "Host and path; * may stand at the beginning and at the end"),
    Field{"zone", kZoneNameShape, "Name of the zone"},
    Field{"zone_id", kZoneIdShape, "Id of the zone, in place of its name"},
    Field{"adopt", kBoolean, "Whether the route may be taken from what it points at now"},
    refused_field("zone_name", "write zone"),
    refused_field("custom_domain", "write the hostname under \"domains\" of the spec")};
constexpr Table kRoute{.fields = kRouteFields, .one_of = kZones, .exclusions = kZoneExclusions};
constexpr Shape kRouteShape{.type = Type::object,
                            .expected = "a route such as {pattern: shop.example.com/*, zone: example.com}",
                            .table = &kRoute,
                            .node_rule = check_route};

std::string key_of_route(const YamlNode& item) {
  return item.text_at("pattern") + ' ' + item.text_at("zone") + item.text_at("zone_id");
}

void check_routes(const YamlNode& list, Report& report) {
  check_repeated(list, report, "route", key_of_route);
}

// --- domains

constexpr std::string_view kDomainForms = "a hostname, or {hostname, ...}";
constexpr Shape kHostname{
    .type = Type::string, .expected = kDomainForms, .rule = hostname_problem, .pattern = kHostPattern};
constexpr std::array kDomainFields{
    needs("hostname", kHostname, "Hostname, whose zone is in the account"),
    Field{"override_existing_origin", kBoolean, "Whether it may be taken from another Worker"},
    Field{"override_existing_dns_record", kBoolean, "Whether a DNS record in its way is replaced"}};
constexpr Table kDomain{.fields = kDomainFields};
constexpr std::array kDomainAlternatives{kHostname,
                                         Shape{.type = Type::object, .expected = kDomainForms, .table = &kDomain}};
constexpr Shape kDomainShape{.type = Type::either, .expected = kDomainForms, .alternatives = kDomainAlternatives};

std::string key_of_domain(const YamlNode& item) {
  return to_lower(item.kind == YamlKind::scalar ? item.text : item.text_at("hostname"));
}

void check_domains(const YamlNode& list, Report& report) {
  check_repeated(list, report, "hostname", key_of_domain);
}

// --- queue consumers

constexpr std::array kConsumerFields{
    needs("queue", kFilled, "Name of the queue"),
    Field{"batch_size", kPositive, "Most messages of a batch"},
    Field{"max_wait_time_ms", kWaitInMilliseconds, "Milliseconds that a batch waits to fill up"},
    Field{"max_retries", kWhole, "How often a message is tried again"},
    Field{"max_concurrency", kPositive, "Most calls at a time"},
    Field{"retry_delay", kWhole, "Seconds before a message is tried again"},
    Field{"dead_letter_queue", kFilled, "Name of the queue for what failed too often"},
    refused_field("max_batch_size", "write batch_size, as the API calls it"),
    refused_field("max_batch_timeout", "write max_wait_time_ms, which is in milliseconds")};
constexpr Table kConsumer{.fields = kConsumerFields};
constexpr Shape kConsumerShape{
    .type = Type::object, .expected = "a consumer such as {queue: orders, batch_size: 10}", .table = &kConsumer};

// --- workflows

constexpr Table kWorkflowLimits{.fields = kStepFields, .unknown = Unknown::pass};
constexpr Table kConcurrency{.fields = kConcurrencyFields, .unknown = Unknown::pass};
constexpr Table kRetentionTable{.fields = kRetentionFields, .unknown = Unknown::pass};

// The pattern of a cron expression is made at run time.
const Shape& workflow_schedules() {
  static const std::array fields{needs("cron", cron_shape(), "When an instance is started")};
  static const Table table{.fields = fields};
  static const Shape one{.type = Type::object, .expected = "a schedule such as {cron: \"0 * * * *\"}", .table = &table};
  static const Shape list{.type = Type::list, .expected = "a list of schedules", .element = &one};
  return list;
}

const Shape& workflow_shape() {
  static const std::array fields{
      needs("name", kWorkflowName, "Name of the workflow"),
      needs("class_name", kClassName, "Exported class that implements it"),
      Field{"limits", {.type = Type::object, .table = &kWorkflowLimits}, "Limits of one instance"},
      Field{"concurrency", {.type = Type::object, .table = &kConcurrency}, "Limits of all instances together"},
      Field{"schedules", workflow_schedules(), "When instances are started"},
      Field{"default_retention",
            {.type = Type::object, .table = &kRetentionTable},
            "How long instances are kept that do not say it themselves"},
      Field{"jurisdiction", kWorkflowJurisdiction, "Where it is run and stored; it cannot be changed later"},
      refused_field("script_name", "a workflow is listed by the Worker that exports its class"),
      refused_field("binding",
                    "write it under \"bindings\" of the spec: NAME: {type: workflow, workflow_name: fulfil}")};
  static const Table table{.fields = fields};
  static const Shape shape{
      .type = Type::object, .expected = "a workflow such as {name: fulfil, class_name: Fulfil}", .table = &table};
  return shape;
}

// --- assets

constexpr std::array kAssetConfigFields{
    Field{"html_handling", kHtmlHandling, "How paths of HTML files are written"},
    Field{"not_found_handling", kNotFoundHandling, "What is answered where there is no file"},
    Field{"run_worker_first", kWorkerFirst, "Whether, or for which paths, the Worker answers before the files do"},
    Field{"base_path", {.type = Type::string}, "Path under which the files are served"},
    refused_field("_headers", "write them into a file _headers in the directory"),
    refused_field("_redirects", "write them into a file _redirects in the directory")};
constexpr Table kAssetConfig{.fields = kAssetConfigFields, .unknown = Unknown::pass};
constexpr std::string_view kUnderConfig = "write it under \"config\" of the assets";
constexpr std::array kAssetFields{
    needs("directory", {.type = Type::string}, "Folder of the files, relative to this file"),
    Field{"binding",
          {.type = Type::string, .rule = binding_name_problem, .pattern = "^[A-Za-z_$][A-Za-z0-9_$]*$"},
          "Name under which the Worker sees the files"},
    Field{"config", {.type = Type::object, .table = &kAssetConfig}, "How the files are served"},
    refused_field("html_handling", kUnderConfig),
    refused_field("not_found_handling", kUnderConfig),
    refused_field("run_worker_first", kUnderConfig)};
constexpr Table kAssets{.fields = kAssetFields};

// --- migrations

constexpr std::array kRenameFields{needs("from", kClassName, "Name before"), needs("to", kClassName, "Name after")};
constexpr Table kRename{.fields = kRenameFields};
constexpr Shape kRenameShape{.type = Type::object, .expected = "{from, to}", .table = &kRename};
constexpr std::array kTransferFields{needs("from", kClassName, "Name in the other Worker"),
                                     needs("from_script", kFilled, "The other Worker"),
                                     needs("to", kClassName, "Name in this Worker")};
constexpr Table kTransfer{.fields = kTransferFields};
constexpr Shape kTransferShape{.type = Type::object, .expected = "{from, from_script, to}", .table = &kTransfer};
constexpr std::array kMigrationFields{
    needs("tag", kFilled, "Name of this step, never changed once it is applied"),
    Field{"new_classes", kClassNames, "New classes with key-value storage"},
    Field{"new_sqlite_classes", kClassNames, "New classes with SQLite storage"},
    Field{"renamed_classes", {.type = Type::list, .element = &kRenameShape}, "Classes that get another name"},
    Field{"deleted_classes", kClassNames, "Classes that are deleted with all their data"},
    Field{"transferred_classes", {.type = Type::list, .element = &kTransferShape}, "Classes taken from other Workers"}};
constexpr Table kMigration{.fields = kMigrationFields};
constexpr Shape kMigrationShape{.type = Type::object,
                                .expected = "a migration such as {tag: v1, new_sqlite_classes: [Cart]}",
                                .table = &kMigration};

// --- filters of a zone

constexpr std::array kFilterFields{
    needs("pattern", kRoutePatternShape, "Host and path; * may stand at the beginning and at the end"),
    needs("enabled", kBoolean, "Whether the script runs there; false keeps it off")};
constexpr Table kFilter{.fields = kFilterFields};
constexpr Shape kFilterShape{
    .type = Type::object, .expected = "a filter such as {pattern: example.com/*, enabled: true}", .table = &kFilter};

std::string key_of_filter(const YamlNode& item) {
  return item.text_at("pattern");
}

void check_filters(const YamlNode& list, Report& report) {
  check_repeated(list, report, "pattern", key_of_filter);
}

constexpr Shape list_of(const Shape& element, std::string_view expected, NodeRule rule) {
  return {.type = Type::list, .expected = expected, .element = &element, .node_rule = rule};
}

constexpr Shape kRoutes = list_of(kRouteShape, "a list of routes", check_routes);
constexpr Shape kDomains = list_of(kDomainShape, "a list of hostnames", check_domains);
constexpr Shape kConsumers = list_of(kConsumerShape, "a list of consumers", check_repeated_consumers);
constexpr Shape kMigrations = list_of(kMigrationShape, "a list of migrations", check_migrations);
constexpr Shape kFilters = list_of(kFilterShape, "a list of filters", check_filters);
constexpr Shape kAssetsShape{.type = Type::object, .expected = "assets such as {directory: public}", .table = &kAssets};

}  // namespace

const Shape& routes_shape() {
  return kRoutes;
}

const Shape& domains_shape() {
  return kDomains;
}

const Shape& queue_consumers_shape() {
  return kConsumers;
}

const Shape& workflows_shape() {
  static const Shape shape = list_of(workflow_shape(), "a list of workflows", check_repeated_workflows);
  return shape;
}

const Shape& assets_shape() {
  return kAssetsShape;
}

const Shape& migrations_shape() {
  return kMigrations;
}

const Shape& filters_shape() {
  return kFilters;
}

}  // namespace plumbline::manifests
