#include "manifests/wrangler/wrangler_discovery.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "manifests/kinds/manifest.h"
#include "manifests/sources/paths.h"
#include "manifests/sources/tree_listing.h"
#include "manifests/sources/unread.h"
#include "manifests/wrangler/output_paths.h"

namespace plumbline::manifests {
namespace {

// The folder that a redirect applies to.
std::string_view redirected_folder(std::string_view path) {
  path.remove_suffix(kWranglerRedirect.size());
  if (path.ends_with('/')) path.remove_suffix(1);
  return path;
}

class Discovery {
 public:
  Discovery(const SourceTree& tree, const WranglerNames& names, std::vector<Diagnostic>& diagnostics)
      : tree_(tree), names_(names), diagnostics_(diagnostics) {}

  void add(const TreeEntry& entry) {
    if (is_output_worker(entry.path)) {
      outputs_[std::string(project_of_output(entry.path))].push_back(&entry);
    } else if (is_output_container(entry.path)) {
      warn_of_container(entry);
    } else if (is_wrangler_redirect(entry.path)) {
      read_redirect(entry);
    } else if (names_.is_named(entry.path)) {
      named_.push_back(&entry);
    } else {
      configs_[std::string(folder_of(entry.path))].push_back(&entry);
    }
  }

  // An unreadable config counts: the config that it takes precedence over is not read instead.
  void add(const UnreadEntry& entry) {
    if (names_.is_named(entry.path) || is_output_worker(entry.path)) {
      refuse(entry);
      return;
    }
    if (WranglerNames::is_own(entry.path)) {
      unread_[std::string(folder_of(entry.path))].push_back(&entry);
      return;
    }
    const std::string redirect = is_wrangler_redirect(entry.path) ? entry.path : path_in(entry.path, "config.json");
    redirects_.emplace(redirected_folder(redirect), nullptr);
    error({.path = entry.path}, why_unread(entry));
  }

  std::vector<WranglerFile> finish() {
    std::vector<WranglerFile> out;
    for (const auto& [folder, entries] : unread_) refuse_unread(folder, entries);
    for (auto& [folder, entries] : configs_) {
      std::erase_if(entries, [this](const TreeEntry* entry) { return targets_.contains(entry->path); });
      if (redirects_.contains(folder) || entries.empty()) continue;
      const TreeEntry* config = choose(entries);
      outputs_.contains(folder) ? refuse_beside_output(*config) : out.push_back({config});
    }
    for (const auto& [project, workers] : outputs_) {
      for (const TreeEntry* worker : workers) out.push_back({worker, WranglerOrigin::output});
    }
    for (const auto& [folder, target] : redirects_) {
      if (target != nullptr) out.push_back({target, WranglerOrigin::redirect});
    }
    for (const TreeEntry* entry : named_) {
      if (!targets_.contains(entry->path)) out.push_back({entry});
    }
    std::ranges::sort(out, {}, [](const WranglerFile& file) -> const std::string& { return file.entry->path; });
    return out;
  }

  // Once all are added: warns of a file that looks like a config and is none of those that are read.
  void warn_of(const TreeEntry& entry) {
    if (names_.is_named(entry.path) || targets_.contains(entry.path)) return;
    const auto text = tree_.read(entry.path, kMaxManifestBytes);
    // Both are in every config that deploys something.
    if (!text || may_be_manifest(*text) || !text->contains("name") || !text->contains("compatibility_date")) return;
    diagnostics_.push_back(
        {.severity = Severity::warning,
         .where = {entry.path},
         .summary = "this file is not read: wrangler reads a config of this name only with --config",
         .detail = fmt::format("if it is meant, give --wrangler-config {0}, or name it in the configuration: wrangler: "
                               "{{configs: [{0}]}}. If it is not, name it in .plumblineignore",
                               below_root(tree_, entry.path))});
  }

  // The same of a project whose Workers only its build can tell.
  void require_built(const TreeEntry& entry) {
    const std::string folder(folder_of(entry.path));
    const auto config = configs_.find(folder);
    const bool is_read = outputs_.contains(folder) || redirects_.contains(folder) ||
                         (config != configs_.end() && !config->second.empty());
    if (is_read) return;
    diagnostics_.push_back(
        {.where = {entry.path},
         .summary = "this project is not built, and only its build can read this file",
         .detail =
             fmt::format("run `npx cf build` in {} beforehand and commit .cloudflare/output, or plan the folder in "
                         "which it was built. If it is not to be deployed, name it in .plumblineignore",
                         folder.empty() ? "the top folder" : '"' + folder + '"')});
  }

  void require_named() {
    for (const std::string& glob : names_.named()) {
      const auto meant = [&glob](const auto& entry) { return WranglerNames::means(glob, entry.path); };
      if (std::ranges::any_of(tree_.entries(), meant) || std::ranges::any_of(tree_.unread(), meant)) continue;
      diagnostics_.push_back(
          {.summary = fmt::format("no file of the source is \"{}\", which is named as a wrangler config", glob),
           .detail =
               "correct --wrangler-config, or wrangler: {configs: […]} of the source. Paths begin at the source's "
               "folder; a name without a slash is looked for in every folder"});
    }
  }

 private:
  void read_redirect(const TreeEntry& entry) {
    const TreeEntry*& target = redirects_[std::string(redirected_folder(entry.path))];
    const auto text = tree_.read(entry.path, kMaxManifestBytes);
    if (!text) return error(entry, text.error().message);
    const auto path = parse_wrangler_redirect(entry.path, *text);
    if (!path) return error(entry, path.error().message);
    target = find_file(tree_.entries(), *path);
    if (target == nullptr) return error(entry, fmt::format("it points at \"{}\", which is not there", *path));
    targets_.insert(target->path);
  }

  // wrangler does the same.
  void refuse_beside_output(const TreeEntry& config) {
    diagnostics_.push_back(
        {.where = {config.path},
         .summary = "this folder has a config and a Build Output (.cloudflare/output), so that it is not clear what is "
                    "to be deployed",
         .detail = "delete one of the two, or name it in .plumblineignore"});
  }

  void warn_of_container(const TreeEntry& entry) {
    diagnostics_.push_back({.severity = Severity::warning,
                            .where = {entry.path},
                            .summary = "this container is not deployed: images are built and rolled out by `cf deploy`",
                            .detail = "name the folder in .plumblineignore once that is done elsewhere"});
  }

  void error(const TreeEntry& entry, const std::string& why) {
    diagnostics_.push_back({.where = {entry.path},
                            .summary = "this file does not name a config to deploy: " + why,
                            .detail = "build again with the tool that wrote it, or delete it"});
  }

  static auto precedence_of(std::string_view path) {
    return std::ranges::find(kWranglerNames, file_name(path)) - kWranglerNames.begin();
  }

  // If wrangler would read one of these entries, the folder has no config at all.
  void refuse_unread(const std::string& folder, const std::vector<const UnreadEntry*>& entries) {
    if (redirects_.contains(folder)) return;
    const UnreadEntry& first =
        **std::ranges::min_element(entries, {}, [](const UnreadEntry* entry) { return precedence_of(entry->path); });
    const auto known = configs_.find(folder);
    if (known != configs_.end()) {
      const bool hidden = std::ranges::any_of(known->second, [&first](const TreeEntry* entry) {
        return precedence_of(entry->path) < precedence_of(first.path);
      });
      if (hidden) return;
      known->second.clear();
    }
    refuse(first);
  }

  void refuse(const UnreadEntry& config) {
    diagnostics_.push_back({.where = {config.path},
                            .summary = "this config cannot be read: " + why_unread(config),
                            .detail = "put the file itself in its place, or name it in .plumblineignore. Until then "
                                      "its live Worker stays as it is"});
  }

  const TreeEntry* choose(std::vector<const TreeEntry*>& entries) {
    std::ranges::sort(entries, {}, [](const TreeEntry* entry) { return precedence_of(entry->path); });
    for (const TreeEntry* other : entries) {
      if (other == entries.front()) continue;
      diagnostics_.push_back({.severity = Severity::warning,
                              .where = {other->path},
                              .summary = fmt::format("this file is not read: wrangler prefers \"{}\" beside it",
                                                     file_name(entries.front()->path)),
                              .detail = "delete one of the two"});
    }
    return entries.front();
  }

  const SourceTree& tree_;
  const WranglerNames& names_;
  std::vector<Diagnostic>& diagnostics_;
  std::vector<const TreeEntry*> named_;                            // by the source, under other names
  std::map<std::string, std::vector<const TreeEntry*>> configs_;   // by folder
  std::map<std::string, std::vector<const UnreadEntry*>> unread_;  // configs, by folder
  std::map<std::string, const TreeEntry*> redirects_;              // by the folder that they apply to
  std::set<std::string, std::less<>> targets_;
  std::map<std::string, std::vector<const TreeEntry*>> outputs_;  // Workers of Build Outputs, by the project's folder
};

}  // namespace

std::vector<WranglerFile> find_wrangler_configs(const SourceTree& tree, const WranglerNames& names,
                                                const std::function<bool(std::string_view)>& ignored,
                                                std::vector<Diagnostic>& diagnostics) {
  Discovery discovery(tree, names, diagnostics);
  std::vector<const TreeEntry*> others;
  std::vector<const TreeEntry*> sources;
  for (const TreeEntry& entry : tree.entries()) {
    if (is_output_source(entry.path) && !ignored(entry.path)) sources.push_back(&entry);
    const bool wanted = names.is_for_wrangler(entry.path);
    if ((!wanted && !may_be_other_config(entry.path)) || ignored(entry.path)) continue;
    wanted ? discovery.add(entry) : others.push_back(&entry);
  }
  for (const UnreadEntry& entry : tree.unread()) {
    const bool is_deploy = is_wrangler_redirect(entry.path) || is_wrangler_redirect(entry.path + "/config.json");
    const bool is_output = is_output_worker(entry.path);
    if ((names.is_config(entry.path) || is_deploy || is_output) && !ignored(entry.path)) discovery.add(entry);
  }
  for (const TreeEntry* entry : others) discovery.warn_of(*entry);
  for (const TreeEntry* entry : sources) discovery.require_built(*entry);
  discovery.require_named();
  return discovery.finish();
}

}  // namespace plumbline::manifests
