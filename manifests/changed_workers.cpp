#include "manifests/changed_workers.h"

#include <algorithm>
#include <span>

#include "manifests/sources/tree_listing.h"

namespace plumbline::manifests {
namespace {

bool are_same(const TreeItem& a, const TreeItem& b) {
  return a == b || (!a->id.empty() && a->id == b->id && a->path == b->path);
}

std::span<const TreeItem> files_of(const DesiredAssets& assets, const DesiredState& state) {
  return items_below(state.tree->entries(), assets.directory.empty() ? std::string() : assets.directory + '/');
}

// The files that are served are no part of the Worker. Those that decide about them lie in the same folder.
bool serve_the_same(const DesiredAssets& assets, const DesiredState& before, const DesiredState& after) {
  if (before.tree == nullptr || after.tree == nullptr) return before.tree == after.tree;
  return std::ranges::equal(files_of(assets, before), files_of(assets, after), are_same);
}

}  // namespace

std::vector<std::string> changed_workers(const DesiredState& before, const DesiredState& after) {
  std::vector<std::string> changed;
  auto old = before.workers.items().begin();
  const auto end = before.workers.items().end();
  for (const auto& worker : after.workers.items()) {
    for (; old != end && (*old)->name < worker->name; ++old) changed.push_back((*old)->name);
    const bool is_known = old != end && (*old)->name == worker->name;
    const bool is_same = is_known && *old == worker;
    if (!is_same || (worker->assets && !serve_the_same(*worker->assets, before, after))) {
      changed.push_back(worker->name);
    }
    if (is_known) ++old;
  }
  for (; old != end; ++old) changed.push_back((*old)->name);
  return changed;
}

}  // namespace plumbline::manifests
