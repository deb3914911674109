#include "manifests/wrangler/wrangler_schema.h"

#include <array>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "manifests/kinds/migrations.h"
#include "manifests/kinds/trigger_values.h"
#include "manifests/wrangler/wrangler_binding_schema.h"
#include "manifests/wrangler/wrangler_exports.h"
#include "manifests/wrangler/wrangler_fields.h"
#include "manifests/wrangler/wrangler_routes.h"
#include "manifests/wrangler/wrangler_settings.h"

namespace plumbline::manifests {
namespace {

// --- code

constexpr std::array<std::string_view, 7> kRuleTypes{"ESModule", "CommonJS",     "CompiledWasm",     "Text",
                                                     "Data",     "PythonModule", "PythonRequirement"};
constexpr std::array kRuleFields{
    needs("type", "What the files are", {.type = Type::string, .values = kRuleTypes}),
    needs("globs", "Patterns of the files, relative to the folder of main or to base_dir", kTexts),
    may_have("fallthrough", "Whether later rules of this type apply as well", kBoolean)};

constexpr std::array kBuildFields{may_have("command", "Command that wrangler runs before bundling"),
                                  may_have("cwd", "Folder that it runs in"),
                                  may_have("watch_dir", "Folders that wrangler dev watches", kAny)};
// None of this is uploaded, and no command is run.
constexpr Table kBuild{.fields = kBuildFields, .unknown = Unknown::pass};

constexpr std::array kPythonFields{may_have("exclude", "Patterns of files that are left out", kTexts)};
constexpr Table kPython = table_of(kPythonFields);

// --- triggers

const Shape& triggers_shape() {
  static const std::array fields{may_have("crons", "Cron expressions", crons_shape()),
                                 may_have("events", "Events of Cloudflare's that start workflows", kAnyList)};
  static const Table table = table_of(fields);
  static const Shape shape{.type = Type::object, .table = &table};
  return shape;
}

// --- the rest

constexpr std::array kAssetFields{
    may_have("directory", "Folder of the files, relative to this file"),
    may_have("binding", "Name of the binding that serves them", kFilled),
    may_have("html_handling", "Slashes behind pages", kHtmlHandling),
    may_have("not_found_handling", "What is served where nothing is", kNotFoundHandling),
    may_have("base_path", "Path under which the files are served"),
    may_have("run_worker_first", "Paths that the Worker sees before the assets", kWorkerFirst)};
constexpr Table kAssets = table_of(kAssetFields);

constexpr std::array kAccessFields{may_have("dev", "Login before wrangler dev", kAny)};
constexpr Table kAccess = table_of(kAccessFields);

constexpr std::array kInstrumentationFields{may_have("enabled", "Whether packages are told", kBoolean),
                                            may_have("exclude_packages", "Packages that are not told", kTexts)};
constexpr Table kInstrumentation = table_of(kInstrumentationFields);

constexpr std::array kRenamedFields{needs("from", "Old name", kClassName), needs("to", "New name", kClassName)};
constexpr std::array kTransferredFields{needs("from", "Name of the class there", kClassName),
                                        needs("from_script", "Worker that it comes from"),
                                        needs("to", "Name of the class here", kClassName)};
constexpr std::array kMigrationFields{
    needs("tag", "Name of this step"),
    may_have("new_classes", "Classes with the older storage", kClassNames),
    may_have("new_sqlite_classes", "Classes with SQLite storage", kClassNames),
    may_have("renamed_classes", "Classes with another name", Objects<kRenamedFields>::kList),
    may_have("transferred_classes", "Classes from another Worker", Objects<kTransferredFields>::kList),
    may_have("deleted_classes", "Classes whose data is destroyed", kClassNames)};

std::optional<std::string> region_problem(std::string_view region) {
  if (region.empty() || region == "public") return std::nullopt;
  return "must be \"public\": the API of another region is not spoken here";
}

constexpr Shape kRegion{.type = Type::string, .rule = region_problem};

constexpr std::array kRedirectFields{
    may_have("configPath", "The config that is deployed"),
    // Configs of their own, which are found at their paths.
    may_have("auxiliaryWorkers", "Configs that wrangler dev runs beside it", kAny),
    may_have("prerenderWorkerConfigPath", "Config of a Worker that is run while building", kAny)};
constexpr Table kRedirect = table_of(kRedirectFields);

// --- the file

std::vector<ConfigField> all_fields() {
  std::vector<ConfigField> fields;
  const auto add = [&fields](std::initializer_list<ConfigField> more) { fields.insert(fields.end(), more); };
  const auto add_settings = [&fields](WranglerSetting::Reading reading) {
    for (const WranglerSetting& row : wrangler_setting_rows()) {
      if (row.reading == reading) fields.push_back(row.field);
    }
  };
  // Fields that say what the Worker is.
  add({inherited("name", kText), inherited("main", kText), inherited("account_id", kText)});
  add_settings(WranglerSetting::Reading::always);
  add({inherited("rules", Objects<kRuleFields>::kList), inherited("base_dir", kText), inherited("no_bundle", kBoolean),
       inherited("find_additional_modules", kBoolean), inherited("preserve_file_names", kBoolean),
       inherited("upload_source_maps", kBoolean), inherited("build", object(kBuild)),
       inherited("python_modules", object(kPython)),
       // Fields that only wrangler's bundling needs.
       inherited("jsx_factory", kText), inherited("jsx_fragment", kText), inherited("tsconfig", kText),
       inherited("minify", kBoolean), inherited("keep_names", kBoolean), own("define", kTextMap),
       idle("alias", kTextMap),
       // Triggers.
       inherited("route", wrangler_route_shape()), inherited("routes", wrangler_routes_shape()),
       inherited("triggers", triggers_shape()), inherited("workers_dev", kBoolean),
       inherited("preview_urls", kBoolean)});
  add_settings(WranglerSetting::Reading::where_stated);
  add({inherited("assets", object(kAssets)),
       inherited("migrations", checked(Objects<kMigrationFields>::kList, check_migrations)),
       inherited("exports", kWranglerExportsShape), top("addresses", kTexts), inherited("compliance_region", kRegion),
       inherited("first_party_worker", kBoolean), inherited("previews", kMap),
       // What only the whole file has.
       top("env", {.type = Type::map, .element = &kMap}), top("keep_vars", kBoolean), top("site", kMap),
       top("pages_build_output_dir", kText), idle("$schema", kText), idle("legacy_env", kBoolean),
       idle("send_metrics", kBoolean), idle("dev", kMap),
       // What build tools write into configurations that .wrangler/deploy/config.json points at.
       idle("configPath", kAny), idle("userConfigPath", kAny), idle("topLevelName", kAny),
       idle("definedEnvironments", kAny), idle("targetEnvironment", kAny),
       // For other programs: the login and the sockets of `wrangler dev`.
       inherited("access", object(kAccess)), own("connect", kAnyList),
       // wrangler tells the dashboard which packages the code was built from; they change nothing that runs.
       idle("dependencies_instrumentation", object(kInstrumentation)),
       // Fields that older versions of wrangler read; since then removed, or refused by wrangler itself.
       outlived("type", "wrangler 2 and later bundle by the file that main names"),
       outlived("webpack_config", "wrangler 2 and later do not support webpack"),
       outlived("zone_id", "wrangler 2 and later find the zone of a route by its host"),
       outlived("usage_model", "accounts have one usage model since 2024, and wrangler 4 sends none"),
       outlived("miniflare", "it was for local development"),
       refused("node_compat", "wrangler 4 refuses it: add the flag nodejs_compat to compatibility_flags instead")});
  const auto bindings = wrangler_binding_fields();
  fields.insert(fields.end(), bindings.begin(), bindings.end());
  return fields;
}

const std::vector<ConfigField>& config_fields() {
  static const std::vector<ConfigField> fields = all_fields();
  return fields;
}

std::vector<Field> file_fields() {
  std::vector<Field> out;
  for (const ConfigField& one : config_fields()) out.push_back(one.field);
  return out;
}

// wrangler reads some fields only at the top level.
std::vector<Field> environment_fields() {
  std::vector<Field> out;
  for (auto [field, in] : config_fields()) {
    if (in == In::top_only || in == In::top_idle) {
      field.support = in == In::top_idle ? Support::idle : Support::refused;
      field.documentation = "wrangler reads it at the top level alone";
    }
    out.push_back(field);
  }
  return out;
}

}  // namespace

const Shape& wrangler_config_shape() {
  static const std::vector<Field> fields = file_fields();
  static const Table table = table_of(fields);
  static const Shape shape = object(table, check_route_beside_routes);
  return shape;
}

const Shape& wrangler_environment_shape() {
  static const std::vector<Field> fields = environment_fields();
  static const Table table = table_of(fields);
  static const Shape shape = object(table, check_route_beside_routes);
  return shape;
}

const Shape& wrangler_redirect_shape() {
  static const Shape shape = object(kRedirect);
  return shape;
}

std::span<const std::string_view> wrangler_not_inherited() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> out;
    for (const auto& [field, in] : config_fields()) {
      if (in == In::not_inherited) out.push_back(field.name);
    }
    return out;
  }();
  return names;
}

}  // namespace plumbline::manifests
