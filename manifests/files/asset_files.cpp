#include "manifests/files/asset_files.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/base64.h"
#include "base/blake3.h"
#include "base/utf8.h"
#include "manifests/files/media_types.h"
#include "manifests/kinds/manifest.h"
#include "manifests/sources/stand_in.h"

namespace plumbline::manifests {
namespace {

constexpr std::size_t kHashDigits = 32;
// A multiple of three, so that the base64 of the pieces is that of the whole.
constexpr std::size_t kPiece = 48UL * 1024;

std::string key_of(const TreeEntry& entry) {
  return entry.id + ' ' + std::string(extension_of(entry.path));
}

// The texts of `_headers` and `_redirects` are part of the configuration.
Result<void> add_text(const SourceTree& tree, const std::string& directory, std::string_view name, JsonObject& config) {
  const auto path = directory.empty() ? std::string(name) : directory + '/' + std::string(name);
  const auto& entries = tree.entries();
  const auto found = std::ranges::lower_bound(entries, path, {}, &TreeEntry::path);
  if (found == entries.end() || found->path != path) return {};
  auto text = tree.read(path, kMaxManifestBytes);
  if (!text) return std::unexpected(text.error());
  if (auto problem = stand_in_problem(path, *text)) return fail(*std::move(problem));
  if (!is_utf8(*text)) return fail(fmt::format("\"{}\" is not UTF-8", path));
  config[name] = *text;
  return {};
}

Result<std::string> hash_of(const SourceTree& tree, const TreeEntry& entry, AssetHashes* hashes) {
  if (hashes != nullptr) {
    if (auto known = hashes->find(entry); !known.empty()) return known;
  }
  const auto bytes = tree.read(entry.path, kMaxAssetBytes);
  if (!bytes) return std::unexpected(bytes.error());
  if (auto problem = stand_in_problem(entry.path, *bytes)) return fail(*std::move(problem));
  auto hash = asset_hash(*bytes, entry.path);
  if (hashes != nullptr) hashes->keep(entry, hash);
  return hash;
}

}  // namespace

std::string asset_hash(std::string_view bytes, std::string_view path) {
  Blake3 hash;
  std::string piece;
  for (std::size_t at = 0; at < bytes.size(); at += kPiece) {
    to_base64(bytes.substr(at, kPiece), piece);
    hash.update(piece);
  }
  hash.update(extension_of(path));
  return hash.hex().substr(0, kHashDigits);
}

std::string AssetHashes::find(const TreeEntry& entry) {
  if (entry.id.empty()) return {};
  const auto key = key_of(entry);
  if (const auto found = current_.find(key); found != current_.end()) return found->second;
  auto before = previous_.extract(key);
  if (before.empty()) return {};
  return current_.insert(std::move(before)).position->second;
}

void AssetHashes::keep(const TreeEntry& entry, const std::string& hash) {
  if (!entry.id.empty()) current_.insert_or_assign(key_of(entry), hash);
}

void AssetHashes::end_pass() {
  previous_ = std::move(current_);
  current_.clear();
}

Result<AssetListing> digest_assets(const SourceTree& tree, const DesiredAssets& assets, AssetHashes* hashes) {
  const auto entries = list_assets(tree, assets);
  if (!entries) return std::unexpected(entries.error());
  AssetListing listing;
  listing.config = assets.config;
  for (const auto* name : {"_headers", "_redirects"}) {
    if (auto added = add_text(tree, assets.directory, name, listing.config); !added) {
      return std::unexpected(added.error());
    }
  }
  const auto prefix = assets.directory.empty() ? 0 : assets.directory.size() + 1;
  listing.files.reserve(entries->size());
  for (const auto* entry : *entries) {
    auto hash = hash_of(tree, *entry, hashes);
    if (!hash) return std::unexpected(hash.error());
    listing.files.push_back({'/' + entry->path.substr(prefix), entry->path, std::move(*hash), entry->size});
  }
  return listing;
}

Result<std::string> read_asset(const SourceTree& tree, const AssetFile& file) {
  auto bytes = tree.read(file.source, kMaxAssetBytes);
  if (!bytes) return bytes;
  if (asset_hash(*bytes, file.source) != file.hash)
    return fail(fmt::format("\"{}\" changed since it was planned", file.source));
  return bytes;
}

}  // namespace plumbline::manifests
