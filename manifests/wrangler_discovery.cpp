#include "manifests/wrangler_discovery.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>

#include "manifests/manifest.h"
#include "manifests/paths.h"
#include "manifests/tree_listing.h"

namespace plumbline::manifests {
namespace {

constexpr std::string_view kRedirect = ".wrangler/deploy/config.json";
constexpr std::array<std::string_view, 3> kPrecedence{"wrangler.json", "wrangler.jsonc", "wrangler.toml"};

// The folder that a redirect speaks for.
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

  std::vector<WranglerFile> finish() {
    std::vector<WranglerFile> out;
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
                            .summary = "this names no config to deploy: " + why,
                            .detail = "build again with the tool that has written it, or delete it"});
  }

  const TreeEntry* choose(std::vector<const TreeEntry*>& entries) {
    std::ranges::sort(entries, {}, [](const TreeEntry* entry) {
      return std::ranges::find(kPrecedence, file_name(entry->path)) - kPrecedence.begin();
    });
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
  std::map<std::string, std::vector<const TreeEntry*>> configs_;  // by folder
  std::map<std::string, const TreeEntry*> redirects_;             // by the folder that they speak for
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
  return discovery.finish();
}

bool is_wrangler_redirect(std::string_view path) {
  if (!path.ends_with(kRedirect)) return false;
  path.remove_suffix(kRedirect.size());
  return path.empty() || path.ends_with('/');
}

}  // namespace plumbline::manifests
