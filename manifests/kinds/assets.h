#pragma once

#include <string_view>
#include <vector>

#include "manifests/sources/source_tree.h"
#include "manifests/worker.h"

namespace plumbline::manifests {

/// Limits of the API for paid accounts: the number of assets of one Worker, and the bytes of one asset.
constexpr std::size_t kMaxAssets = 100'000;
constexpr std::uint64_t kMaxAssetBytes = 25ULL * 1024 * 1024;

/// The files that are served, sorted by path. As with wrangler these are all files below the directory, except
/// `_headers`, `_redirects` and `.assetsignore` at its top, and the files that `.assetsignore` names (in the syntax of
/// gitignore). Errors: the folder is missing; one of its entries cannot be read; a limit is exceeded; `_worker.js` is
/// there without an `.assetsignore`, because it is code that should not be published. The entries belong to the tree.
Result<std::vector<const TreeEntry*>> list_assets(const SourceTree& tree, const DesiredAssets& assets);

/// The unreadable entry that makes list_assets() fail; nullptr if there is none.
const UnreadEntry* find_unread_asset(const SourceTree& tree, const DesiredAssets& assets);

/// The first folder below the directory that wrangler would serve and that is never read, a `node_modules`; nullptr if
/// there is none.
const std::string* find_skipped_asset(const SourceTree& tree, const DesiredAssets& assets);

}  // namespace plumbline::manifests
