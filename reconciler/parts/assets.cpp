#include "reconciler/parts/assets.h"

#include <set>

#include "base/digest.h"
#include "base/text.h"

namespace plumbline::reconciler {

AssetTargets read_assets(const manifests::DesiredState& desired, manifests::AssetHashes* hashes) {
  AssetTargets targets;
  for (const auto& worker : desired.workers) {
    if (!worker.assets) continue;
    auto target = std::make_shared<AssetsTarget>();
    auto listing = manifests::digest_assets(*desired.tree, *worker.assets, hashes);
    if (listing) {
      target->digest = assets_digest(*listing);
      target->listing = std::move(*listing);
    } else {
      target->problem = listing.error().message;
    }
    targets.emplace(worker.name, std::move(target));
  }
  if (hashes != nullptr) hashes->end_pass();
  return targets;
}

std::string assets_digest(const manifests::AssetListing& listing) {
  JsonObject files;
  for (const auto& file : listing.files) files[file.path] = file.hash;
  return truncated(sha256_hex(to_canonical_text(JsonObject{{"files", std::move(files)}, {"config", listing.config}})));
}

JsonObject assets_manifest(const manifests::AssetListing& listing) {
  JsonObject manifest;
  for (const auto& file : listing.files) manifest[file.path] = JsonObject{{"hash", file.hash}, {"size", file.size}};
  return manifest;
}

std::size_t distinct_files(const manifests::AssetListing& listing) {
  std::set<std::string_view> hashes;
  for (const auto& file : listing.files) hashes.insert(file.hash);
  return hashes.size();
}

std::string describe_assets(const manifests::AssetListing& listing) {
  std::uint64_t bytes = 0;
  for (const auto& file : listing.files) bytes += file.size;
  return "(" + counted(listing.files.size(), "file") + ", " + human_bytes(bytes) + ")";
}

std::optional<Block> assets_block(const Target& target) {
  if (!target.assets || target.assets->problem.empty()) return std::nullopt;
  return Block{Reason::source_incomplete, "its assets cannot be read: " + target.assets->problem,
               "mend the folder \"" + target.desired->assets->directory + "\" of the source"};
}

}  // namespace plumbline::reconciler
