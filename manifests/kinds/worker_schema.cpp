#include "manifests/kinds/worker_schema.h"

#include <array>
#include <initializer_list>
#include <utility>
#include <vector>

#include "manifests/documents/rules.h"
#include "manifests/documents/worker_names.h"
#include "manifests/kinds/binding_facts.h"
#include "manifests/kinds/setting_facts.h"
#include "manifests/kinds/trigger_schema.h"
#include "manifests/kinds/trigger_values.h"
#include "manifests/kinds/wrangler_words.h"

namespace plumbline::manifests {
namespace {

constexpr Shape kPath{.type = Type::string};

// --- metadata

void check_name(const YamlNode& node, Report& report) {
  if (auto doubt = worker_name_doubt(node.text)) {
    report.warning(node, *std::move(doubt), "a Worker that has it can be managed; for a new one the service decides");
  }
}

constexpr Shape kNamed{.type = Type::string, .rule = worker_name_problem, .pattern = kWorkerNamePattern};
constexpr Shape kWorkerName{
    .type = Type::string, .rule = worker_name_problem, .pattern = kWorkerNamePattern, .node_rule = check_name};
constexpr Shape kAdopt{
    .type = Type::string, .rule = adopt_problem, .pattern = "^(none|unowned|[A-Za-z0-9._-]+/[A-Za-z0-9._-]+)$"};
constexpr std::string_view kWordPattern = "^[A-Za-z0-9_-]+$";

constexpr std::array kMetadataFields{
    Field{"name", kWorkerName, "Name of the Worker", Presence::required},
    Field{"adopt", kAdopt, "What may be taken over: none, unowned, or <instance>/<source>"},
    Field{"prune", kBoolean, "Whether the live Worker is deleted when this manifest goes"},
    Field{"allow_data_loss", kTexts,
          "What this Worker may end, with its data: migration tags, or names of classes, workflows or queues"}};
constexpr Table kMetadata{.fields = kMetadataFields};

constexpr std::array kDefaultsMetadataFields{Field{"name", kText, "A label for people"}};
constexpr Table kDefaultsMetadata{.fields = kDefaultsMetadataFields};

// --- fields with a meaning of their own

constexpr std::array kSubdomainFields{
    Field{"enabled", kBoolean, "Whether the Worker answers on workers.dev", Presence::required},
    Field{"previews_enabled", kBoolean, "Whether its versions have preview addresses"}};
constexpr Table kSubdomain{.fields = kSubdomainFields};

constexpr std::string_view kKeyPattern = "^(?=.{1,255}$)[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)?$";
constexpr std::string_view kSecretForms = "a key in a secret store, {store, key}, or {}";
constexpr std::array kSecretFields{
    Field{"store",
          {.type = Type::string, .rule = store_name_problem, .pattern = kWordPattern},
          "Name of the secret store"},
    Field{"key", {.type = Type::string, .rule = secret_key_problem, .pattern = kKeyPattern}, "Key in the store"}};
constexpr Table kSecret{.fields = kSecretFields};
constexpr std::array kSecretAlternatives{
    Shape{.type = Type::string, .expected = kSecretForms, .rule = secret_key_problem, .pattern = kKeyPattern},
    Shape{.type = Type::object, .expected = kSecretForms, .table = &kSecret}};
constexpr Shape kSecretShape{.type = Type::either, .expected = kSecretForms, .alternatives = kSecretAlternatives};

constexpr std::array<std::string_view, 2> kKeepOrExact{"keep", "exact"};
constexpr Shape kPointer{
    .type = Type::string, .rule = pointer_problem, .pattern = "^/([^~/]|~[01])+(/([^~/]|~[01])*)*$"};

constexpr std::array<std::string_view, 3> kCode{"main", "script", "assets"};
constexpr std::string_view kMainOrScript = "main is for ES modules, script for service-worker syntax";
constexpr std::array kSpecExclusions{
    Exclusion{"main", "script", kMainOrScript},
    Exclusion{"exports", "migrations", "exports and migrations both describe the classes; use one of the two"}};

constexpr std::string_view kOverlayForms = "a map that is merged over spec, or null";

// Fields that `spec` and the overlays of environments share.
class SpecFields {
 public:
  static std::vector<Field> all() {
    SpecFields made;
    made.add({{"main", kPath, "Entry of an ES module Worker, relative to this file"},
              {"script", kPath, "Code of a service-worker Worker, relative to this file"},
              {"modules", kTexts, "Globs of the other modules, relative to this file"}});
    made.add_settings(SettingSection::runtime);
    made.add(
        {{"secrets",
          {.type = Type::map,
           .expected = "a map from names to keys in a secret store",
           .element = &kSecretShape,
           .key_rule = binding_name_problem,
           .key_pattern = kBindingNamePattern},
          "Secrets by name, each with its key in a secret store"},
         {"secrets_policy",
          {.type = Type::string, .values = kKeepOrExact},
          "Whether secrets that are not named here are kept or deleted"},
         {"vars_policy",
          {.type = Type::string, .values = kKeepOrExact},
          "Whether plain_text and json bindings that are not named here are kept or deleted"},
         {"subdomain", {.type = Type::object, .table = &kSubdomain}, "Whether the Worker answers on workers.dev"}});
    made.add_settings(SettingSection::operation);
    made.add({{"ignore",
               {.type = Type::list, .expected = "a list of JSON pointers", .element = &kPointer},
               "JSON pointers to settings that Plumbline leaves alone"},
              {"depends_on",
               {.type = Type::list, .expected = "a list of names of Workers", .element = &kNamed},
               "Workers that must exist before this one"}});
    made.add_settings(SettingSection::passed_on);
    // Fields with calls of their own, beside the upload.
    made.add({{"routes", routes_shape(), "Patterns of requests that the Worker answers"},
              {"domains", domains_shape(), "Hostnames that belong to the Worker alone"},
              {"schedules", crons_shape(), "Times at which the Worker is called, in UTC"},
              {"queue_consumers", queue_consumers_shape(), "Queues whose messages the Worker takes"},
              {"workflows", workflows_shape(), "Workflows that classes of the Worker implement"},
              {"assets", assets_shape(), "Files that are served beside the Worker"},
              {"migrations", migrations_shape(), "History of the Durable Object classes, oldest first"}});
    for (const auto& [name, mend] : other_metadata()) {
      if (!mend.empty()) made.add({refused_field(name, mend)});
    }
    for (const Field& field : wrangler_words()) made.add({field});
    return std::move(made.fields_);
  }

 private:
  void add(std::initializer_list<Field> fields) { fields_.insert(fields_.end(), fields); }

  void add_settings(SettingSection section) {
    for (const SettingFact& fact : setting_rows()) {
      if (fact.section == section) fields_.push_back(fact.field());
    }
  }

  std::vector<Field> fields_;
};

std::vector<Field> with_spec_fields(std::vector<Field> fields) {
  static const std::vector<Field> shared = SpecFields::all();
  fields.insert(fields.end(), shared.begin(), shared.end());
  return fields;
}

Field environments(const Shape& overlay) {
  return {"environments",
          {.type = Type::map,
           .expected = "a map from environments to overlays",
           .element = &overlay,
           .key_rule = environment_name_problem,
           .key_pattern = kWordPattern},
          "Overlays by environment: the one of the chosen environment is merged over spec. null: the Worker is not in "
          "that environment"};
}

Field nested_environments() {
  return refused_field("environments", "an overlay has no overlays");
}

const Shape& overlay_shape() {
  static const std::vector<Field> fields =
      with_spec_fields({{"name", kWorkerName, "Name of the Worker in this environment"}, nested_environments()});
  static const Table table{.fields = fields};
  static const Shape shape{.type = Type::object, .expected = kOverlayForms, .table = &table, .extent = Extent::layer};
  return shape;
}

const Shape& defaults_overlay_shape() {
  static const std::vector<Field> fields = with_spec_fields(
      {refused_field("name", "every Worker below would have the same name; use the source's name_suffix"),
       nested_environments()});
  static const Table table{.fields = fields};
  static const Shape shape{.type = Type::object, .expected = kOverlayForms, .table = &table, .extent = Extent::layer};
  return shape;
}

const Shape& defaults_spec_shape() {
  static const std::vector<Field> fields = with_spec_fields({environments(defaults_overlay_shape())});
  static const Table table{.fields = fields};
  static const Shape shape{.type = Type::object, .table = &table, .extent = Extent::layer};
  return shape;
}

}  // namespace

const Shape& spec_shape() {
  static const std::vector<Field> fields = with_spec_fields(
      {environments(overlay_shape()), refused_field("name", "write it under metadata: {name: checkout}")});
  static const Table table{
      .fields = fields, .one_of = kCode, .one_of_mend = kMainOrScript, .exclusions = kSpecExclusions};
  static const Shape shape{.type = Type::object, .table = &table};
  return shape;
}

const Shape& worker_name_shape() {
  return kWorkerName;
}

bool is_setting(std::string_view spec_field) {
  return setting_fact(spec_field).section != SettingSection::none;
}

const Shape& worker_shape() {
  static const std::array fields{Field{"apiVersion", kText, "Version of this format", Presence::required},
                                 Field{"kind", kText, "What the document describes", Presence::required},
                                 Field{"metadata",
                                       {.type = Type::object, .table = &kMetadata},
                                       "Name and ownership of the Worker",
                                       Presence::required},
                                 Field{"spec", spec_shape(), "What the Worker should be", Presence::required}};
  static const Table table{.fields = fields};
  static const Shape shape{.type = Type::object, .table = &table};
  return shape;
}

const Shape& defaults_shape() {
  static const std::array fields{
      Field{"apiVersion", kText, "Version of this format", Presence::required},
      Field{"kind", kText, "What the document describes", Presence::required},
      Field{"metadata", {.type = Type::object, .table = &kDefaultsMetadata}, "A label for people"},
      Field{"spec", defaults_spec_shape(), "What every Worker below this folder begins with", Presence::required}};
  static const Table table{.fields = fields};
  static const Shape shape{.type = Type::object, .table = &table};
  return shape;
}

}  // namespace plumbline::manifests
