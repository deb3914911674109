#include "daemon/controller/source_load.h"

#include <utility>

#include "base/digest.h"
#include "base/text.h"
#include "manifests/desired_json.h"
#include "manifests/files/asset_files.h"
#include "manifests/kinds/parse_cache.h"
#include "manifests/mentions.h"
#include "manifests/sources/source_tree.h"

namespace plumbline::daemon {
namespace {

std::string folder_of(const SourceConfig& source) {
  return source.path.empty() ? source.repository : source.repository + "/" + source.path;
}

// Content that a manifest names without holding it: the files that are served.
Json files_of(const manifests::DesiredState& desired, const manifests::DesiredWorker& worker) {
  if (!worker.assets || desired.tree == nullptr) return nullptr;
  const auto listing = manifests::digest_assets(*desired.tree, *worker.assets, nullptr);
  if (!listing) return Json(listing.error().message);
  JsonObject files;
  for (const auto& file : listing->files) files[file.path] = file.hash;
  return JsonArray{std::move(files), listing->config};
}

// Content beside the manifests that decides about deletes: files that could be manifests, and names that other files
// mention.
Json files_around(const manifests::DesiredState& desired) {
  JsonArray paths;
  if (desired.tree != nullptr) {
    for (const auto& entry : desired.tree->entries()) {
      if (manifests::may_hold_manifests(entry.path)) paths.emplace_back(entry.path);
    }
    for (const auto& entry : desired.tree->unread()) paths.emplace_back(printable(entry.path));
  }
  for (const auto& mentioned : desired.mentioned) paths.emplace_back(mentioned.name + ' ' + mentioned.file);
  return paths;
}

}  // namespace

Result<LoadedSource, FetchProblem> load_source(const SourceConfig& source, const std::string& mirrors,
                                               SourceCommit commit, LoadMemory* memory) {
  const manifests::TreeLimits limits{.files = source.limits.files, .bytes = source.limits.bytes};
  auto opened = source.reference.kind == GitReference::Kind::folder
                    ? manifests::open_folder(folder_of(source), limits)
                    : manifests::open_commit(mirror_of(source, mirrors), commit.id, source.path, commit.label, limits,
                                             memory != nullptr ? memory->tree.get() : nullptr);
  if (!opened) return std::unexpected(FetchProblem{.message = std::move(opened.error().message)});
  const std::shared_ptr<const manifests::SourceTree> tree(std::move(*opened));
  manifests::LoadOptions options;
  options.secret_key = source.secret_key;
  options.environment = source.environment;
  options.include = source.include;
  options.name_suffix = source.name_suffix;
  options.values = source.values;
  options.values_from = source.values_from;
  options.bundles = source.bundles;
  options.wrangler_accounts = source.wrangler_accounts;
  options.allow_zones = source.allow_zones;
  options.cache = memory != nullptr ? &memory->parsed : nullptr;
  auto desired = std::make_shared<const manifests::DesiredState>(manifests::load_manifests(tree, options));
  if (memory != nullptr && !tree->is_damaged()) memory->tree = tree;
  return LoadedSource{.commit = std::move(commit), .desired = std::move(desired)};
}

bool is_damaged(const manifests::DesiredState& desired) {
  return desired.tree && desired.tree->is_damaged();
}

std::string identity_of(const manifests::DesiredState& desired) {
  JsonArray workers;
  for (const auto& worker : desired.workers) {
    workers.push_back(JsonArray{manifests::to_json(worker), files_of(desired, worker)});
  }
  for (const auto& worker : desired.zone_workers) workers.push_back(manifests::to_json(worker));
  JsonArray diagnostics;
  for (const auto& diagnostic : desired.diagnostics) diagnostics.emplace_back(to_text(diagnostic));
  JsonArray broken(desired.broken_names.begin(), desired.broken_names.end());
  const Json all{desired.revision, std::move(workers), std::move(diagnostics), std::move(broken),
                 files_around(desired)};
  return sha256_hex(to_canonical_text(all));
}

std::set<std::string> names_of(const manifests::DesiredState& desired) {
  std::set<std::string> names(desired.broken_names.begin(), desired.broken_names.end());
  for (const auto& worker : desired.workers) names.insert(worker.name);
  return names;
}

}  // namespace plumbline::daemon
