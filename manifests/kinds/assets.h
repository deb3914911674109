#pragma once

#include <string_view>
#include <vector>

#include "manifests/sources/source_tree.h"
#include "manifests/worker.h"

namespace plumbline::manifests {

/// The most assets of one Worker, and the most bytes of one (the API's limits for paid accounts).
constexpr std::size_t kMaxAssets = 100'000;
constexpr std::uint64_t kMaxAssetBytes = 25ULL * 1024 * 1024;

/// The files that are served, sorted by path: everything below the directory but `_headers`,
/// `_redirects` and `.assetsignore` at its top, and but for what that last one names (the syntax of
/// gitignore), as wrangler does. An error if the folder is not there, one of its entries cannot be read, a limit is
/// passed, or `_worker.js` is there without an `.assetsignore`: code that nobody wants to be read. Entries live as long
/// as the tree.
Result<std::vector<const TreeEntry*>> list_assets(const SourceTree& tree, const DesiredAssets& assets);

/// The entry for which list_assets() fails because nobody can read it; nullptr if there is none.
const UnreadEntry* find_unread_asset(const SourceTree& tree, const DesiredAssets& assets);

}  // namespace plumbline::manifests
