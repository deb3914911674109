#include "manifests/kinds/zone_worker.h"

#include <array>
#include <utility>

#include "manifests/kinds/substitution.h"
#include "manifests/kinds/trigger_schema.h"
#include "manifests/kinds/trigger_values.h"
#include "manifests/kinds/worker_schema.h"

// The zone-level API of the first Workers (one script per zone, and filters that switch it on and off). Cloudflare
// keeps it for old accounts: https://api.cloudflare.com/#worker-script-properties of 2018.
namespace plumbline::manifests {
namespace {

// Nothing in a zone can say whose its script is, so that taking it over is always meant.
constexpr std::array<std::string_view, 1> kAdopt{"unowned"};
constexpr std::array kMetadataFields{
    Field{"name", kText, "A label for people"},
    Field{"adopt",
          {.type = Type::string, .values = kAdopt},
          "unowned: a zone cannot say who owns its Worker",
          Presence::required},
    Field{"prune", {}, "a ZoneWorker is never pruned", Presence::optional, Support::refused}};
constexpr Table kMetadata{.fields = kMetadataFields};

constexpr std::array<std::string_view, 2> kZones{"zone", "zone_id"};
constexpr std::array kZoneExclusions{Exclusion{"zone", "zone_id", "give the name or the id"}};

const Table& spec_table_of_zone() {
  static const std::array fields{
      Field{"zone", kZoneNameShape, "Name of the zone"},
      Field{"zone_id", kZoneIdShape, "Id of the zone, in place of its name"},
      Field{"script", kText, "Code in service-worker syntax, relative to this file", Presence::required},
      Field{"filters", filters_shape(), "Where the script runs, and where not"}};
  static const Table table{.fields = fields, .one_of = kZones, .exclusions = kZoneExclusions};
  return table;
}

void read_spec(const YamlNode& spec, ZoneWorkerDraft& draft, const Report& report) {
  DesiredZoneWorker& worker = draft.worker;
  for (const auto& [key, into] : {std::pair{"zone", &worker.zone}, std::pair{"zone_id", &worker.zone_id}}) {
    if (const YamlNode* zone = spec.scalar_at(key)) {
      *into = zone->text;
      worker.where = report.location(*zone);
    }
  }
  if (const YamlNode* script = spec.scalar_at("script")) {
    draft.script = WrittenPath{script->text, report.location(*script)};
  }
  const YamlNode* filters = spec.find("filters");
  if (filters == nullptr) return;
  worker.filters.emplace();
  for (const YamlNode& item : filters->items) {
    const YamlNode* pattern = item.scalar_at("pattern");
    const auto enabled = to_boolean(item.find("enabled"));
    if (pattern == nullptr || !enabled) continue;
    worker.filters->push_back({pattern->text, *enabled, report.location(item)});
  }
}

}  // namespace

const Shape& zone_worker_shape() {
  static const std::array fields{
      Field{"apiVersion", kText, "Version of this format", Presence::required},
      Field{"kind", kText, "What the document describes", Presence::required},
      Field{"metadata", {.type = Type::object, .table = &kMetadata}, "Ownership", Presence::required},
      Field{"spec",
            {.type = Type::object, .table = &spec_table_of_zone()},
            "What the zone's Worker should be",
            Presence::required}};
  static const Table table{.fields = fields};
  static const Shape shape{.type = Type::object, .table = &table};
  return shape;
}

ZoneWorkerDraft parse_zone_worker(YamlNode document, const ParseContext& context, Report& report) {
  const std::size_t before = report.errors();
  const YamlNode* kind = document.find("kind");
  ZoneWorkerDraft draft;
  report.warning(*kind, "the zone-level API of a ZoneWorker is deprecated",
                 "move the script to a kind: Worker with routes");
  draft.broken = context.values_in_doubt && has_placeholder(document);
  substitute(document, context.values, report);
  check(document, zone_worker_shape(), "manifest", report,
        report.errors() > before ? Extent::unsubstituted : Extent::whole);
  if (const YamlNode* spec = document.find("spec")) read_spec(*spec, draft, report);
  draft.broken = draft.broken || report.errors() > before;
  return draft;
}

}  // namespace plumbline::manifests
