#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

/// What has piled up in the folder of a mirror, and how much of it is put together.
namespace plumbline::manifests {

/// A pack on disk; its files are `<stem>.pack`, `<stem>.idx` and perhaps others.
struct PackFile {
  std::string stem;  ///< path without its extension
  std::uint64_t bytes = 0;
};

/// The packs of a mirror, from small to large. A folder that cannot be read has none.
std::vector<PackFile> packs_of(const std::string& mirror);

/// Objects that lie in files of their own. A fetch makes none; a mirror that was put there by hand has some.
std::size_t loose_objects_of(const std::string& mirror);

/// Whether anybody waits for what a fetch has brought.
enum class Haste {
  none,  ///< it brought nothing
  some,
};

/// Whether a mirror has piled up more than a reader should have to look through. Each fetch of a new commit adds a
/// pack, and each pack costs a descriptor and a look for every object that is read.
bool is_outgrown(std::size_t packs, std::size_t loose_objects, Haste haste);

/// How many of the packs, the smallest first, become one, so that each of those that stay is at least twice as large as
/// all below it together: there are few of them, and most bytes are seldom written anew. `sizes` is sorted from small
/// to large. 0 where there is nothing to do.
std::size_t packs_to_merge(std::span<const std::uint64_t> sizes);

}  // namespace plumbline::manifests
