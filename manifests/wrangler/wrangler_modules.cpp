#include "manifests/wrangler/wrangler_modules.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.h"
#include "manifests/sources/paths.h"
#include "manifests/sources/tree_listing.h"
#include "manifests/sources/unread.h"
#include "manifests/wrangler/build_tools.h"
#include "manifests/wrangler/wrangler_bundle.h"
#include "manifests/wrangler/wrangler_format.h"

namespace plumbline::manifests {
namespace {

constexpr std::string_view kModuleType = "application/javascript+module";
constexpr std::string_view kScriptType = "application/javascript";
constexpr std::string_view kPythonType = "text/x-python";
constexpr std::string_view kPythonPackages = "python_modules";
constexpr std::string_view kBuildAgain = "build again, and commit all of .cloudflare/output";

// A file to upload, with its name and type.
struct Part {
  const TreeEntry* entry;
  std::string name;
  std::string content_type;
};

// For a service worker, wrangler turns a file into a binding whose name is a JavaScript identifier.
std::string identifier_of(std::string_view name) {
  std::string out(name);
  std::ranges::replace_if(
      out,
      [](char c) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        return !letter && (c < '0' || c > '9') && c != '_' && c != '$';
      },
      '_');
  return out;
}

std::string_view binding_type_of(std::string_view content_type) {
  if (content_type == "application/wasm") return "wasm_module";
  if (content_type == "text/plain") return "text_blob";
  if (content_type == "application/octet-stream") return "data_blob";
  return {};
}

// Collects the files of one Worker.
class Collector {
 public:
  Collector(const SourceTree& tree, ParseCache& cache, ModuleFinder& finder, const std::string& bundles,
            WorkerDraft& draft, std::vector<Diagnostic>& diagnostics)
      : tree_(tree),
        cache_(cache),
        finder_(finder),
        bundles_(bundles),
        draft_(draft),
        code_(*draft.wrangler),
        rules_(complete_rules(code_.rules)),
        config_folder_(folder_of(code_.main.where.file)),
        diagnostics_(diagnostics) {}

  void run() {
    if (!find()) return;
    for (const WranglerBlob& blob : code_.blobs) add_blob(blob);
    for (Part& part : parts_) take(part);
  }

 private:
  bool find() {
    switch (code_.build) {
      case WranglerCode::Build::bundle:
        return find_bundle();
      case WranglerCode::Build::listed:
        return find_listed();
      case WranglerCode::Build::none:
      case WranglerCode::Build::python:
        return find_sources();
    }
    std::unreachable();
  }

  void error(const SourceLocation& where, std::string summary, std::string detail = {}) {
    diagnostics_.push_back({.where = where, .summary = std::move(summary), .detail = std::move(detail)});
  }

  void needs(const UnreadEntry& entry) { diagnostics_.push_back(needed_unread(code_.main.where, entry)); }

  // Reports a file that is missing or cannot be read.
  void report_absent(const SourceLocation& where, const std::string& path, std::string mend = {}) {
    if (const UnreadEntry* unread = unread_at_or_above(tree_, path)) {
      diagnostics_.push_back(needed_unread(where, *unread));
    } else {
      error(where, why_never_read(path).value_or(fmt::format("there is no file \"{}\"", path)), std::move(mend));
    }
  }

  std::optional<std::string> resolve(const WranglerPath& path) {
    auto resolved = inside(tree_, resolve_path(config_folder_, path.text));
    if (resolved) return *std::move(resolved);
    error(path.where, resolved.error().message);
    return std::nullopt;
  }

  // --- no_bundle

  bool find_sources() {
    const auto path = resolve(code_.main);
    if (!path) return false;
    const TreeEntry* entry = finder_.entry_at(*path);
    if (entry == nullptr) {
      report_absent(code_.main.where, *path,
                    how_to_build() + " and commit it, or correct the path, which is relative to this file");
      return false;
    }
    if (!add_entry(*entry)) return false;
    const auto folder = module_folder(*path);
    if (!folder) return false;
    add_matching(*folder, *entry);
    check_unread_modules(*folder);
    if (code_.build == WranglerCode::Build::python) add_python_packages();
    return true;
  }

  std::optional<std::string> module_folder(const std::string& main) {
    if (!code_.base_dir) return std::string(folder_of(main));
    auto file = inside(tree_, resolve_path(config_folder_, code_.base_dir->text + "/_"));
    if (file) return std::string(folder_of(*file));
    error(code_.base_dir->where, file.error().message);
    return std::nullopt;
  }

  // The entry keeps its own name, whatever the folder of modules is; wrangler does the same.
  bool add_entry(const TreeEntry& entry) {
    const std::string name(file_name(entry.path));
    if (code_.build == WranglerCode::Build::python) {
      parts_.push_back({&entry, name, std::string(kPythonType)});
      return true;
    }
    const auto syntax = syntax_of(entry);
    if (!syntax) {
      error(code_.main.where, syntax.error().message);
      return false;
    }
    draft_.worker.syntax = *syntax;
    parts_.push_back({&entry, name, std::string(*syntax == Syntax::module ? kModuleType : kScriptType)});
    return true;
  }

  Result<Syntax> syntax_of(const TreeEntry& entry) {
    constexpr std::string_view kQuestion = "syntax";
    constexpr std::string_view kModule = "module";
    std::string answer = cache_.answer(entry, kQuestion);
    if (answer.empty()) {
      const auto text = tree_.read(entry.path, kMaxModuleBytes);
      if (!text) return std::unexpected(text.error());
      answer = guess_syntax(*text) == Syntax::module ? kModule : "script";
      cache_.keep_answer(entry, kQuestion, answer);
    }
    return answer == kModule ? Syntax::module : Syntax::service_worker;
  }

  void add_matching(std::string_view folder, const TreeEntry& main) {
    for (const TreeEntry& entry : files_below(tree_, folder)) {
      if (&entry == &main || entry.path == code_.main.where.file) continue;
      const auto name = relative_to(folder, entry.path);
      if (!name) continue;
      add_if_matched(entry, *name);
    }
  }

  // wrangler treats a link whose name matches as the file that it leads to, and does not enter linked folders.
  void check_unread_modules(std::string_view folder) {
    const UnreadEntry* above = folder.empty() ? nullptr : unread_at_or_above(tree_, folder);
    if (above != nullptr) return needs(*above);
    for (const UnreadEntry& entry : unread_below(tree_, folder)) {
      const bool goes_in = entry.kind != UnreadEntry::Kind::link && form_of(tree_, entry).folder;
      const auto name = relative_to(folder, entry.path).value_or(entry.path);
      if (goes_in || !match_rules(rules_, name).empty()) needs(entry);
    }
  }

  void add_if_matched(const TreeEntry& entry, const std::string& name) {
    const auto type = match_rules(rules_, name);
    if (!type.empty()) {
      parts_.push_back({&entry, name, std::string(type)});
    }
    if (const WranglerRule* removed = match_removed(rules_, name)) {
      error(code_.main.where,
            fmt::format("the file \"{}\" matches a module rule of type {}, which an earlier rule of that type hides",
                        entry.path, removed->type),
            "add fallthrough = true to the earlier rule, or narrow the patterns");
    }
  }

  [[nodiscard]] bool is_excluded(const std::string& name) const {
    return std::ranges::any_of(code_.python_excludes,
                               [&name](const std::string& glob) { return wrangler_glob_matches(glob, name); });
  }

  // Adds what pywrangler has put beside the config: all of it is data, except the JavaScript of its own SDK.
  void add_python_packages() {
    std::string folder(config_folder_);
    if (!folder.empty()) folder += '/';
    folder += kPythonPackages;
    if (const UnreadEntry* above = unread_at_or_above(tree_, folder)) return needs(*above);
    for (const UnreadEntry& entry : unread_below(tree_, folder)) {
      if (!is_excluded(relative_to(folder, entry.path).value_or(""))) needs(entry);
    }
    for (const TreeEntry& entry : files_below(tree_, folder)) {
      const std::string name = relative_to(folder, entry.path).value_or("");
      if (is_excluded(name)) continue;
      const auto end = extension(name);
      const bool script = name.starts_with("workers/") && (end == ".js" || end == ".mjs");
      const auto type = script ? kModuleType : content_type_of_rule("Data");
      parts_.push_back({&entry, fmt::format("{}/{}", kPythonPackages, name), std::string(type)});
    }
  }

  // --- a bundle

  bool find_bundle() {
    const WranglerBundle bundle(tree_, code_, bundles_);
    if (!bundle.has_place()) return report_no_bundle(bundle);
    const TreeEntry* entry = finder_.entry_at(bundle.entry_path());
    if (entry == nullptr) {
      const UnreadEntry* unread = unread_at_or_above(tree_, bundle.entry_path());
      if (unread == nullptr) return report_no_bundle(bundle);
      needs(*unread);
      return false;
    }
    const auto text = tree_.read(entry->path, kMaxModuleBytes);
    if (!text) {
      error(code_.main.where, text.error().message);
      return false;
    }
    if (!add_entry(*entry)) return false;
    for (const UnreadEntry* unread : bundle.unread(*text)) needs(*unread);
    for (const BundledFile& file : bundle.files(*text)) {
      const auto type = file.is_source_map ? std::string_view("application/source-map") : bundled_type(file);
      if (!type.empty()) parts_.push_back({file.entry, file.name, std::string(type)});
    }
    return true;
  }

  // The rules were matched with the name by which the code imports the file; the bundle keeps only the end of that
  // name.
  [[nodiscard]] std::string_view bundled_type(const BundledFile& file) const {
    if (const auto type = match_rules(rules_, file.original_name); !type.empty()) return type;
    for (const WranglerRule& rule : rules_.active) {
      for (const std::string& glob : rule.globs) {
        if (wrangler_glob_matches(file_name(glob), file_name(file.original_name))) {
          return content_type_of_rule(rule.type);
        }
      }
    }
    return {};
  }

  // `build it`, or how.
  [[nodiscard]] std::string how_to_build() const {
    const auto tool = build_tool_of(tree_, config_folder_);
    return tool ? fmt::format("build it (`{}`)", tool->command) : std::string("build it");
  }

  // wrangler deploys what such a tool has built, by the file that it leaves.
  bool report_unbuilt(const BuildTool& tool) {
    error(code_.main.where, fmt::format("this is a project of {} that is not built", tool.name),
          fmt::format("run `{}` in {} beforehand, and commit its output with .wrangler/deploy/config.json, which says "
                      "what to deploy; or plan the folder in which it was built",
                      tool.command, config_folder_.empty() ? "the top folder" : '"' + config_folder_ + '"'));
    return false;
  }

  bool report_no_bundle(const WranglerBundle& bundle) {
    const auto tool = build_tool_of(tree_, config_folder_);
    if (tool && tool->leaves_redirect && !bundle.has_place()) return report_unbuilt(*tool);
    std::string mend = bundle.how_to_make(config_folder_);
    if (code_.build_command) {
      error(*code_.build_command, "\"build.command\" is not run: Plumbline never executes anything from a repository",
            std::move(mend));
    } else if (bundle.has_place()) {
      error(code_.main.where,
            fmt::format("\"main\" needs bundling, but there is no bundle \"{}\"", bundle.entry_path()),
            std::move(mend));
    } else {
      error(code_.main.where, "\"main\" needs bundling, but nothing says where the bundle is", std::move(mend));
    }
    return false;
  }

  // --- Build Output

  bool find_listed() {
    const auto main = resolve(code_.main);
    if (!main) return false;
    const std::string folder = path_in(config_folder_, "bundle");
    auto modules = code_.listed;
    if (code_.finds_modules) find_unlisted(folder, modules);
    const auto entry = std::ranges::find_if(
        modules, [&](const WranglerCode::Listed& module) { return path_in(folder, module.name) == *main; });
    if (entry == modules.end()) {
      error(code_.main.where, fmt::format("the manifest lists no module \"{}\"", *main), std::string(kBuildAgain));
      return false;
    }
    std::rotate(modules.begin(), entry, entry + 1);
    for (const WranglerCode::Listed& module : modules) add_listed(folder, module);
    // A manifest names its entry as a module of whatever kind; only ES modules and Python have modules beside it.
    const bool is_script = !parts_.empty() && parts_.front().content_type == kScriptType;
    draft_.worker.syntax = is_script ? Syntax::service_worker : Syntax::module;
    return !parts_.empty();
  }

  void find_unlisted(std::string_view folder, std::vector<WranglerCode::Listed>& modules) {
    for (const TreeEntry& entry : files_below(tree_, folder)) {
      const auto ending = extension(entry.path);
      const bool is_code = ending == ".js" || ending == ".mjs";
      std::string name = relative_to(folder, entry.path).value_or("");
      const bool is_listed = std::ranges::find(modules, name, &WranglerCode::Listed::name) != modules.end();
      if ((!is_code && ending != ".map") || is_listed) continue;
      modules.push_back({std::move(name), is_code ? std::string(kModuleType) : "application/source-map"});
    }
    for (const UnreadEntry& entry : unread_below(tree_, folder)) needs(entry);
  }

  void add_listed(std::string_view folder, const WranglerCode::Listed& module) {
    const auto path = inside(tree_, resolve_path(folder, module.name));
    if (!path) return error(code_.main.where, path.error().message);
    const TreeEntry* entry = finder_.entry_at(*path);
    if (entry == nullptr) return report_absent(code_.main.where, *path, std::string(kBuildAgain));
    parts_.push_back({entry, module.name, module.content_type});
  }

  // --- all

  void add_blob(const WranglerBlob& blob) {
    if (draft_.worker.syntax == Syntax::module) {
      error(blob.path.where, "an ES module takes no \"wasm_modules\", \"text_blobs\" or \"data_blobs\"",
            "import the file in the code instead");
      return;
    }
    const auto path = resolve(blob.path);
    if (!path) return;
    const TreeEntry* entry = finder_.entry_at(*path);
    if (entry == nullptr) return report_absent(blob.path.where, *path);
    bind(blob.name, blob.binding_type);
    parts_.push_back({entry, blob.name, blob.content_type});
    bound_blobs_.push_back(parts_.size() - 1);
  }

  void bind(const std::string& name, std::string_view type) {
    JsonObject& bindings = draft_.worker.settings["bindings"].get_object();
    if (!bindings.emplace(name, JsonObject{{"type", type}, {"part", name}}).second) {
      error(code_.main.where, fmt::format("the name \"{}\" is given to two bindings", name));
    }
  }

  void take(Part& part) {
    const auto index = static_cast<std::size_t>(&part - parts_.data());
    const bool is_entry = index == 0;
    const bool is_map = part.content_type == "application/source-map";
    const bool is_blob = std::ranges::find(bound_blobs_, index) != bound_blobs_.end();
    if (!is_entry && !is_map && !is_blob && draft_.worker.syntax == Syntax::service_worker) {
      const auto type = binding_type_of(part.content_type);
      if (type.empty()) {
        return error(code_.main.where, fmt::format("\"{}\" is a module, which only an ES module can import", part.name),
                     "export default {...} from the entry, or narrow the rules");
      }
      part.name = identifier_of(part.name);
      bind(part.name, type);
    }
    auto module = finder_.take(*part.entry, part.name, part.content_type);
    if (!module) return error(code_.main.where, module.error().message);
    draft_.worker.modules.push_back(*std::move(module));
  }

  const SourceTree& tree_;
  ParseCache& cache_;
  ModuleFinder& finder_;
  const std::string& bundles_;
  WorkerDraft& draft_;
  const WranglerCode& code_;
  WranglerRules rules_;
  std::string config_folder_;
  std::vector<Diagnostic>& diagnostics_;
  std::vector<Part> parts_;
  std::vector<std::size_t> bound_blobs_;
};

}  // namespace

void WranglerModules::fill_in(WorkerDraft& draft, std::vector<Diagnostic>& diagnostics) {
  if (draft.wrangler->main.text.empty()) return;
  Collector(tree_, cache_, finder_, bundles_, draft, diagnostics).run();
}

}  // namespace plumbline::manifests
