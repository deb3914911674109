#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/json.h"
#include "manifests/kinds/assets.h"

/// The static assets of a Worker, without their bytes.
namespace plumbline::manifests {

/// One file that is served.
struct AssetFile {
  std::string path;    ///< the API's name for it: `/css/style.css`, not URL-encoded
  std::string source;  ///< in the source tree
  std::string hash;    ///< asset_hash(), 32 hex digits
  std::uint64_t size = 0;
};

struct AssetListing {
  std::vector<AssetFile> files;  ///< sorted by path
  JsonObject config;             ///< the API's `assets.config`, including the texts of `_headers` and `_redirects`
};

/// The hash under which the service stores a file: the first half of BLAKE3 over the bytes in base64 followed by the
/// extension of the file's name, without its dot. Any 32 hex digits would do; with wrangler's recipe, files that
/// wrangler has uploaded are not uploaded again.
std::string asset_hash(std::string_view bytes, std::string_view path);

/// Remembers hashes of git's blobs, so that a file is read only once however often its source is planned. One object
/// per source; one listing at a time uses it.
class AssetHashes {
 public:
  /// Empty if the hash is not known. It never is for an entry without an id, such as a file of a folder.
  std::string find(const TreeEntry& entry);
  void keep(const TreeEntry& entry, const std::string& hash);
  /// Ends a pass over all Workers of a source: forgets the hashes that the pass did not ask for.
  void end_pass();

 private:
  std::unordered_map<std::string, std::string> current_;
  std::unordered_map<std::string, std::string> previous_;
};

/// Lists and hashes the assets, with one file in memory at a time. `hashes` may be null. The errors are those of
/// list_assets(), or say why a file cannot be read. Blocks; for the pool.
Result<AssetListing> digest_assets(const SourceTree& tree, const DesiredAssets& assets, AssetHashes* hashes);

/// The bytes of an asset. An error if they no longer have its hash, because a folder may have changed since. Blocks;
/// for the pool.
Result<std::string> read_asset(const SourceTree& tree, const AssetFile& file);

}  // namespace plumbline::manifests
