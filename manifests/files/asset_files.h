#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/json.h"
#include "manifests/kinds/assets.h"

/// What a Worker's static assets are made of, without their bytes.
namespace plumbline::manifests {

/// A file that is served.
struct AssetFile {
  std::string path;    ///< as the API names it: `/css/style.css`, not URL-encoded
  std::string source;  ///< in the source tree
  std::string hash;    ///< asset_hash(), 32 hex digits
  std::uint64_t size = 0;
};

struct AssetListing {
  std::vector<AssetFile> files;  ///< sorted by path
  JsonObject config;             ///< the API's `assets.config`, with the texts of `_headers` and `_redirects`
};

/// The name by which the service keeps a file: any 32 hex digits would do, and with wrangler's recipe what wrangler has
/// uploaded is not uploaded again. The first half of BLAKE3 over the bytes in base64 and the extension of the file's
/// name, without its dot.
std::string asset_hash(std::string_view bytes, std::string_view path);

/// Hashes of blobs of git, so that a file is read once however often its source is planned. One per source, used by one
/// listing at a time.
class AssetHashes {
 public:
  /// Empty if it is not known. What has no id, a file of a folder, never is.
  std::string find(const TreeEntry& entry);
  void keep(const TreeEntry& entry, const std::string& hash);
  /// Ends a pass over all Workers of a source: forgets what it did not ask for.
  void end_pass();

 private:
  std::unordered_map<std::string, std::string> current_;
  std::unordered_map<std::string, std::string> previous_;
};

/// Lists and hashes the assets, one file in memory at a time. `hashes` may be null. Blocks.
Result<AssetListing> digest_assets(const SourceTree& tree, const DesiredAssets& assets, AssetHashes* hashes);

/// The bytes of an asset, checked against its hash: a folder may have changed since. Blocks.
Result<std::string> read_asset(const SourceTree& tree, const AssetFile& file);

}  // namespace plumbline::manifests
