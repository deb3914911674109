#include "manifests/wrangler/wrangler_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <utility>

#include "base/text.h"
#include "manifests/documents/jsonc.h"
#include "manifests/documents/rules.h"
#include "manifests/documents/toml.h"
#include "manifests/documents/worker_names.h"
#include "manifests/sources/mentioned_names.h"
#include "manifests/sources/paths.h"
#include "manifests/sources/stand_in.h"
#include "manifests/wrangler/build_output.h"
#include "manifests/wrangler/wrangler_bindings.h"
#include "manifests/wrangler/wrangler_environment.h"
#include "manifests/wrangler/wrangler_schema.h"
#include "manifests/wrangler/wrangler_settings.h"
#include "manifests/wrangler/wrangler_triggers.h"

namespace plumbline::manifests {
namespace {

constexpr std::string_view kPythonFlag = "python_workers";

class ConfigReader {
 public:
  ConfigReader(const YamlNode& root, const std::string& environment, WranglerOrigin origin, Report& report)
      : config_(root, environment), environment_(environment), origin_(origin), report_(report) {}

  WorkerDraft read() {
    config_.check(report_);
    draft_.wrangler = std::make_shared<WranglerCode>();
    draft_.worker.written_as = WrittenAs::wrangler_config;
    read_name();
    read_account();
    if (is_true(config_.top("keep_vars"))) draft_.worker.vars_policy = VarsPolicy::keep;
    refuse_unsupported();
    const YamlNode* main = config_.inherited("main");
    const YamlNode* assets = config_.inherited("assets");
    if (main != nullptr) {
      read_code(*main);
      draft_.worker.settings = wrangler_settings(config_, report_);
      draft_.worker.settings["bindings"] = wrangler_bindings(config_, report_);
    } else if (assets != nullptr) {
      draft_.worker.settings = wrangler_assets_only_settings(config_, report_);
      check_assets_only(*assets);
    } else {
      report_.error(config_.root(), "the config has neither \"main\" nor \"assets\"",
                    "name the entry of the Worker under main, or a folder of files under assets.directory");
    }
    read_wrangler_triggers(config_, origin_, draft_, report_);
    read_secrets();
    return std::move(draft_);
  }

 private:
  void read_name() {
    const YamlNode* node = config_.name_node();
    draft_.worker.name = config_.worker_name();
    draft_.worker.where = report_.location(node != nullptr ? *node : config_.root());
    if (node == nullptr) {
      report_.error(config_.root(), "the config has no \"name\"", "name the Worker");
    } else if (const auto wrong = wrangler_name_problem(node->text)) {
      report_.error(*node, fmt::format("the name \"{}\" {}", node->text, *wrong), "wrangler refuses it as well");
    } else {
      check_sent_name(*node);
    }
  }

  // What wrangler sends without a check of its own: a long name, and one that ends in the environment's.
  void check_sent_name(const YamlNode& node) {
    const std::string& name = draft_.worker.name;
    const auto wrong = worker_name_problem(name);
    if (wrong && wrangler_name_problem(name)) {
      report_.error(node, fmt::format("the name \"{}\" {}", name, *wrong), "name the Worker of the environment there");
    } else if (wrong || wrangler_name_problem(name)) {
      report_.warning(node, fmt::format("the name \"{}\" {}", name, wrong.value_or("holds capital letters")),
                      "the service may refuse it");
    }
  }

  // Templates leave it empty, which wrangler treats as missing.
  void read_account() {
    const YamlNode* account = config_.inherited("account_id");
    if (account == nullptr || account->kind != YamlKind::scalar || account->text.empty()) return;
    draft_.account = WrittenPath{account->text, report_.location(*account)};
  }

  // Build tools write unset fields as empty ones.
  void refuse(const YamlNode* node, std::string summary, std::string detail) {
    if (node == nullptr || (node->items.empty() && node->entries.empty())) return;
    report_.error(*node, std::move(summary), std::move(detail));
  }

  void refuse_unsupported() {
    refuse(config_.top("site"), "Workers Sites (\"site\") are not supported",
           "use static assets: https://developers.cloudflare.com/workers/static-assets/migration-guides/");
    refuse(config_.own("containers"), "\"containers\" are not supported",
           "images are built and rolled out by wrangler; name this file in .plumblineignore");
    if (const YamlNode* triggers = config_.inherited("triggers")) {
      refuse(triggers->find("events"), "\"triggers.events\" are not supported",
             "nothing reads them back, so they could not be kept as they are here; remove them, and set them by "
             "wrangler triggers deploy");
    }
    refuse(config_.top("addresses"), "\"addresses\" are not supported",
           "rules of Email Routing belong to zones; remove the field, and make the rules in the dashboard or by "
           "Terraform");
    refuse(config_.own("cloudchamber"), "\"cloudchamber\" is not supported", "name this file in .plumblineignore");
    if (const YamlNode* legacy = config_.top("legacy_env"); legacy != nullptr && !is_true(legacy)) {
      report_.error(*legacy, "service environments (\"legacy_env\": false) are not supported",
                    "wrangler has deprecated them; remove the field");
    }
  }

  [[nodiscard]] SourceLocation at(const YamlNode& node) const { return report_.location(node); }
  [[nodiscard]] WranglerPath path(const YamlNode& node) const { return {node.text, at(node)}; }

  void read_code(const YamlNode& main) {
    auto code = std::make_shared<WranglerCode>();
    code->main = path(main);
    code->worker = draft_.worker.name;
    code->environment = environment_;
    if (const YamlNode* folder = config_.inherited("base_dir")) code->base_dir = path(*folder);
    read_rules(*code);
    read_build(*code);
    code->find_additional_modules = is_true(config_.inherited("find_additional_modules"));
    code->preserve_file_names = is_true(config_.inherited("preserve_file_names"));
    const YamlNode* maps = config_.inherited("upload_source_maps");
    code->upload_source_maps = to_boolean(maps).value_or(true);
    if (code->build == WranglerCode::Build::none && is_true(maps)) {
      report_.warning(*maps, "source maps are uploaded only for bundles, not with \"no_bundle\"");
    }
    read_blobs(*code, "wasm_modules", "wasm_module", "application/wasm");
    read_blobs(*code, "text_blobs", "text_blob", "text/plain");
    read_blobs(*code, "data_blobs", "data_blob", "application/octet-stream");
    draft_.wrangler = std::move(code);
  }

  void read_rules(WranglerCode& code) {
    const YamlNode* rules = config_.inherited("rules");
    if (rules == nullptr) return;
    for (const YamlNode& item : rules->items) {
      const YamlNode* type = item.find("type");
      if (type == nullptr) continue;
      WranglerRule rule{.type = type->text, .globs = to_texts(item.find("globs"))};
      if (const YamlNode* through = item.find("fallthrough")) rule.fallthrough = is_true(through);
      code.rules.push_back(std::move(rule));
    }
  }

  void read_build(WranglerCode& code) {
    if (is_true(config_.inherited("no_bundle"))) code.build = WranglerCode::Build::none;
    if (extension(code.main.text) == ".py") read_python(code);
    const YamlNode* build = config_.inherited("build");
    const YamlNode* command = build != nullptr ? build->find("command") : nullptr;
    if (command != nullptr && command->kind == YamlKind::scalar && !command->text.empty()) {
      code.build_command = at(*command);
    }
  }

  void read_python(WranglerCode& code) {
    code.build = WranglerCode::Build::python;
    if (std::ranges::none_of(code.rules, [](const WranglerRule& rule) { return rule.type == "PythonModule"; })) {
      code.rules.push_back({.type = "PythonModule", .globs = {"**/*.py"}});
    }
    const YamlNode* modules = config_.inherited("python_modules");
    code.python_excludes =
        modules != nullptr ? to_texts(modules->find("exclude")) : std::vector<std::string>{"**/*.pyc"};
    const auto flags = to_texts(config_.inherited("compatibility_flags"));
    if (std::ranges::find(flags, kPythonFlag) == flags.end()) {
      report_.error(*config_.inherited("main"), "a Worker in Python needs the compatibility flag python_workers");
    }
  }

  void read_blobs(WranglerCode& code, std::string_view field, std::string_view binding, std::string_view content) {
    const YamlNode* blobs = config_.top(field);
    if (blobs == nullptr) return;
    for (const auto& [name, value] : blobs->entries) {
      code.blobs.push_back({name.text, std::string(binding), std::string(content), path(value)});
    }
  }

  // Reports fields that wrangler refuses if there is no code.
  void check_assets_only(const YamlNode& assets) {
    if (const YamlNode* binding = assets.find("binding")) {
      report_.error(*binding, "\"assets.binding\" needs a Worker", "add main, or remove the binding");
    }
    const YamlNode* first = assets.find("run_worker_first");
    if (first != nullptr && (is_true(first) || first->kind == YamlKind::list)) {
      report_.error(*first, "\"assets.run_worker_first\" needs a Worker", "add main, or remove the field");
    }
  }

  void read_secrets() {
    const YamlNode* secrets = config_.own("secrets");
    const YamlNode* required = secrets != nullptr ? secrets->find("required") : nullptr;
    if (required == nullptr) return;
    const Json* bindings = member(draft_.worker.settings, "bindings");
    for (const YamlNode& name : required->items) {
      if (const auto wrong = binding_name_problem(name.text)) {
        report_.error(name, fmt::format("\"{}\" {}", name.text, *wrong));
      } else if (bindings != nullptr && member(*bindings, name.text) != nullptr) {
        report_.error(name, fmt::format("\"{}\" is a binding and a secret", name.text),
                      "use the name for one of the two");
      }
      draft_.secrets.push_back({.name = name.text, .where = at(name)});
    }
  }

  WranglerEnvironment config_;
  const std::string& environment_;
  WranglerOrigin origin_;
  Report& report_;
  WorkerDraft draft_;
};

YamlDocument parse_document(const std::string& path, std::string_view text) {
  if (const auto what = stand_in_of(text)) {
    YamlDocument document{.cut_short = true};
    document.diagnostics.push_back({.where = {path},
                                    .summary = fmt::format("this config {}", *what),
                                    .detail = std::string(mend_of_stand_in(text))});
    return document;
  }
  const YamlLimits limits{.bytes = kMaxManifestBytes};
  return extension(path) == ".toml" ? parse_toml(path, text, limits) : parse_jsonc(path, text, limits);
}

std::vector<std::string> environments_of(const YamlNode& root) {
  std::vector<std::string> names = to_texts(root.find("definedEnvironments"));
  if (const YamlNode* target = root.scalar_at("targetEnvironment")) names.push_back(target->text);
  if (const YamlNode* environments = root.find("env")) {
    for (const YamlEntry& entry : environments->entries) names.push_back(entry.key.text);
  }
  return names;
}

// The build tool has already chosen the environment.
void check_redirected(const YamlNode& root, const std::string& environment, Report& report) {
  const YamlNode* environments = root.find("env");
  if (environments != nullptr && !environments->entries.empty()) {
    report.error(*environments, "a config that .wrangler/deploy/config.json points at may have no environments",
                 "this is a mistake of the build tool that wrote it");
  }
  const auto& target = root.text_at("targetEnvironment");
  if (!environment.empty() && !target.empty() && target != environment) {
    report.error(*root.find("targetEnvironment"),
                 fmt::format("this config was built for the environment \"{}\", not for \"{}\"", target, environment),
                 fmt::format("build it again with CLOUDFLARE_ENV={}", environment));
  }
}

void set_file(YamlNode& node, const std::string& file) {
  node.file = &file;
  for (YamlNode& item : node.items) set_file(item, file);
  for (YamlEntry& entry : node.entries) {
    entry.key.file = &file;
    set_file(entry.value, file);
  }
}

// The config.json of a Build Output, whose nodes say where they are from.
YamlDocument read_output_root(const OutputContext& context, ManifestFile& file) {
  if (!context.root) return {};
  YamlDocument document = parse_jsonc(context.root_path, *context.root, {.bytes = kMaxManifestBytes});
  std::ranges::move(document.diagnostics, std::back_inserter(file.diagnostics));
  set_file(document.root, context.root_path);
  if (document.cut_short) document.root = {};
  if (const YamlNode* built = document.root.find("buildContext")) {
    if (const YamlNode* mode = built->scalar_at("mode")) file.environments.push_back(mode->text);
  }
  return document;
}

void check_output_root(const YamlNode& root, const std::string& environment, Report& report) {
  const YamlNode* built = root.find("buildContext");
  if (built == nullptr) return;
  if (const YamlNode* preview = built->find("isPreview"); is_true(preview)) {
    report.error(*preview, "this was built for a preview", "build it for a deployment");
  }
  const YamlNode* mode = built->scalar_at("mode");
  if (environment.empty() || mode == nullptr || mode->text == environment) return;
  report.error(*mode,
               fmt::format("this was built in mode \"{}\", not for the environment \"{}\"", mode->text, environment),
               "build it again in that mode");
}

ManifestFile broken(ManifestFile file, const std::string& path) {
  file.workers.push_back({.broken = true});
  file.workers.back().worker.where = {path};
  return file;
}

}  // namespace

ManifestFile parse_wrangler_config(const std::string& path, std::string_view text, const std::string& environment,
                                   WranglerOrigin origin) {
  YamlDocument document = parse_document(path, text);
  ManifestFile file{
      .is_manifest = true, .mentioned = mentioned_names(text), .diagnostics = std::move(document.diagnostics)};
  Report report(path, file.diagnostics);
  if (!document.cut_short && document.root.find("pages_build_output_dir") != nullptr) {
    file.diagnostics.push_back({.severity = Severity::note,
                                .where = report.location(*document.root.find("pages_build_output_dir")),
                                .summary = "this is a project of Pages, which is not managed here"});
    file.is_set_aside = true;
    return file;
  }
  file.environments = environments_of(document.root);
  if (!document.cut_short) check(document.root, wrangler_config_shape(), "wrangler config", report);
  if (document.cut_short || document.root.kind != YamlKind::map) return broken(std::move(file), path);
  const bool redirected = origin == WranglerOrigin::redirect;
  if (redirected) check_redirected(document.root, environment, report);
  const std::string none;
  file.workers.push_back(ConfigReader(document.root, redirected ? none : environment, origin, report).read());
  file.workers.back().broken = has_errors(file.diagnostics);
  return file;
}

ManifestFile parse_build_output(const std::string& path, std::string_view text, const std::string& environment,
                                const OutputContext& context) {
  YamlDocument document = parse_document(path, text);
  ManifestFile file{
      .is_manifest = true, .mentioned = mentioned_names(text), .diagnostics = std::move(document.diagnostics)};
  Report report(path, file.diagnostics);
  if (document.cut_short || document.root.kind != YamlKind::map) {
    if (!document.cut_short) report.error(document.root, "a Worker of a Build Output is a map");
    return broken(std::move(file), path);
  }
  YamlDocument root = read_output_root(context, file);
  const bool has_root = root.root.kind == YamlKind::map;
  if (has_root) check_output_root(root.root, environment, report);
  const YamlNode config =
      as_wrangler_config(document.root, has_root ? &root.root : nullptr, context.has_assets, report);
  check(config, wrangler_config_shape(), "Build Output", report);
  const std::string none;
  WorkerDraft draft = ConfigReader(config, none, WranglerOrigin::output, report).read();
  if (const YamlNode* manifest = document.root.find("manifest")) {
    auto code = std::make_shared<WranglerCode>(*draft.wrangler);
    read_output_manifest(*manifest, *code, report);
    draft.wrangler = std::move(code);
  }
  file.workers.push_back(std::move(draft));
  file.workers.back().broken = has_errors(file.diagnostics);
  return file;
}

Result<std::string> parse_wrangler_redirect(const std::string& path, std::string_view text) {
  if (const auto what = stand_in_of(text)) return fail(fmt::format("it {}", *what));
  const YamlDocument document = parse_jsonc(path, text);
  if (document.cut_short) return fail(document.diagnostics.front().summary);
  std::vector<Diagnostic> wrong;
  Report report(path, wrong);
  check(document.root, wrangler_redirect_shape(), "deploy config", report);
  const auto error = std::ranges::find(wrong, Severity::error, &Diagnostic::severity);
  if (error != wrong.end()) return fail(error->summary);
  const auto& target = document.root.text_at("configPath");
  if (target.empty()) return fail("it has no \"configPath\"");
  auto resolved = resolve_path(folder_of(path), target);
  if (!resolved) return std::unexpected(resolved.error());
  return resolved;
}

}  // namespace plumbline::manifests
