#include "manifests/wrangler/wrangler_discovery.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>

#include "manifests/kinds/manifest.h"
#include "manifests/sources/paths.h"
#include "manifests/sources/tree_listing.h"
#include "manifests/sources/unread.h"

namespace plumbline::manifests {
namespace {

constexpr std::string_view kRedirect = ".wrangler/deploy/config.json";
constexpr std::array<std::string_view, 3> kPrecedence{"wrangler.json", "wrangler.jsonc", "wrangler.toml"};

// The folder that a redirect applies to.
std::string_view redirected_folder(std::string_view path) {
  path.remove_suffix(kRedirect.size());
  if (path.ends_with('/')) path.remove_suffix(1);
  return path;
}

class Discovery {
 public:
  Discovery(const SourceTree& tree, std::vector<Diagnostic>& diagnostics) : tree_(tree), diagnostics_(diagnostics) {}

  void add(const TreeEntry& entry) {
    if (is_wrangler_redirect(entry.path)) {
      read_redirect(entry);
    } else {
      configs_[std::string(folder_of(entry.path))].push_back(&entry);
    }
  }

  // An unreadable config counts: the config that it takes precedence over is not read instead.
  void add(const UnreadEntry& entry) {
    if (is_wrangler_config(file_name(entry.path))) {
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
      out.push_back({choose(entries)});
    }
    for (const auto& [folder, target] : redirects_) {
      if (target != nullptr) out.push_back({target, WranglerOrigin::redirect});
    }
    std::ranges::sort(out, {}, [](const WranglerFile& file) -> const std::string& { return file.entry->path; });
    return out;
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

  void error(const TreeEntry& entry, const std::string& why) {
    diagnostics_.push_back({.where = {entry.path},
                            .summary = "this file does not name a config to deploy: " + why,
                            .detail = "build again with the tool that wrote it, or delete it"});
  }

  static auto precedence_of(std::string_view path) {
    return std::ranges::find(kPrecedence, file_name(path)) - kPrecedence.begin();
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
    diagnostics_.push_back({.where = {first.path},
                            .summary = "this config cannot be read: " + why_unread(first),
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
  std::vector<Diagnostic>& diagnostics_;
  std::map<std::string, std::vector<const TreeEntry*>> configs_;   // by folder
  std::map<std::string, std::vector<const UnreadEntry*>> unread_;  // configs, by folder
  std::map<std::string, const TreeEntry*> redirects_;              // by the folder that they apply to
  std::set<std::string, std::less<>> targets_;
};

}  // namespace

std::vector<WranglerFile> find_wrangler_configs(const SourceTree& tree,
                                                const std::function<bool(std::string_view)>& ignored,
                                                std::vector<Diagnostic>& diagnostics) {
  Discovery discovery(tree, diagnostics);
  for (const TreeEntry& entry : tree.entries()) {
    const bool wanted = is_wrangler_config(file_name(entry.path)) || is_wrangler_redirect(entry.path);
    if (wanted && !ignored(entry.path)) discovery.add(entry);
  }
  for (const UnreadEntry& entry : tree.unread()) {
    const std::string_view path = entry.path;
    const bool is_deploy = is_wrangler_redirect(entry.path) || is_wrangler_redirect(entry.path + "/config.json");
    if ((is_wrangler_config(file_name(path)) || is_deploy) && !ignored(path)) discovery.add(entry);
  }
  return discovery.finish();
}

bool is_wrangler_redirect(std::string_view path) {
  if (!path.ends_with(kRedirect)) return false;
  path.remove_suffix(kRedirect.size());
  return path.empty() || path.ends_with('/');
}

}  // namespace plumbline::manifests
