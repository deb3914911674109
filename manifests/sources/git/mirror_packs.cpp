#include "manifests/sources/git/mirror_packs.h"

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <system_error>

namespace plumbline::manifests {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPacks = 16;
constexpr std::size_t kPacksInHaste = 48;
constexpr std::size_t kLooseObjects = 1000;

// A folder below objects/ is named by the first two digits of the ids in it.
bool is_of_loose_objects(const fs::path& folder) {
  constexpr std::size_t kDigits = 2;
  return folder.filename().string().size() == kDigits;
}

std::size_t files_in(const fs::path& folder) {
  std::error_code unreadable;
  const fs::directory_iterator files(folder, unreadable);
  return unreadable ? 0 : static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

}  // namespace

std::vector<PackFile> packs_of(const std::string& mirror) {
  std::vector<PackFile> packs;
  std::error_code error;
  fs::directory_iterator file(fs::path(mirror) / "objects/pack", error);
  for (; !error && file != fs::directory_iterator(); file.increment(error)) {
    if (file->path().extension() != ".pack") continue;
    std::error_code gone;
    const auto bytes = file->file_size(gone);
    auto stem = file->path();
    if (!gone) packs.push_back({.stem = stem.replace_extension().string(), .bytes = bytes});
  }
  std::ranges::sort(packs, {}, &PackFile::bytes);
  return packs;
}

std::size_t loose_objects_of(const std::string& mirror) {
  std::size_t count = 0;
  std::error_code error;
  fs::directory_iterator folder(fs::path(mirror) / "objects", error);
  for (; !error && folder != fs::directory_iterator(); folder.increment(error)) {
    if (is_of_loose_objects(folder->path())) count += files_in(folder->path());
  }
  return count;
}

bool is_outgrown(std::size_t packs, std::size_t loose_objects, Haste haste) {
  return packs > (haste == Haste::none ? kPacks : kPacksInHaste) || loose_objects > kLooseObjects;
}

std::size_t packs_to_merge(std::span<const std::uint64_t> sizes) {
  std::size_t merged = 0;
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (i > 0 && sizes[i] < 2 * below) merged = i + 1;
    below += sizes[i];
  }
  return merged;
}

}  // namespace plumbline::manifests
