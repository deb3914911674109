#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

/// How many packs have accumulated in a mirror, and how many of them to merge.
namespace plumbline::manifests {

/// A pack on disk. Its files are `<stem>.pack`, `<stem>.idx` and perhaps others.
struct PackFile {
  std::string stem;  ///< path without the extension
  std::uint64_t bytes = 0;
};

/// The packs of a mirror, from small to large. Empty for a folder that cannot be read.
std::vector<PackFile> packs_of(const std::string& mirror);

/// How many objects are in files of their own. A fetch makes none; a mirror that somebody copied there has some.
std::size_t loose_objects_of(const std::string& mirror);

/// Whether somebody waits for the result of a fetch.
enum class Haste {
  none,  ///< the fetch brought nothing
  some,
};

/// Whether a mirror has more packs and loose objects than a reader should have to search. Each fetch of a new commit
/// adds a pack, and each pack costs a descriptor, and a search for every object that is read.
bool is_outgrown(std::size_t packs, std::size_t loose_objects, Haste haste);

/// How many packs, counted from the smallest, to merge into one. Each pack that stays is then at least twice as large
/// as all smaller ones together: so there are few packs, and most bytes are rarely rewritten. `sizes` is sorted from
/// small to large. 0 if there is nothing to do.
std::size_t packs_to_merge(std::span<const std::uint64_t> sizes);

}  // namespace plumbline::manifests
