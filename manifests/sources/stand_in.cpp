#include "manifests/sources/stand_in.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace plumbline::manifests {
namespace {

struct StandIn {
  std::string_view beginning;
  bool is_pointer;  // and so is short
  std::string_view what;
  std::string_view mend;
};

constexpr std::string_view kLfs = "is a pointer of Git LFS, not the file itself";
constexpr std::string_view kLfsMend =
    "Plumbline fetches no LFS objects: commit the file itself (git lfs untrack, or git lfs migrate export), or plan a "
    "checkout after git lfs pull";

// git-lfs docs/spec.md (with the older names of the version), git-annex's pointer files, git-crypt's FILE_FORMAT.
constexpr std::array kStandIns{
    StandIn{"version https://git-lfs.github.com/spec/", true, kLfs, kLfsMend},
    StandIn{"version https://hawser.github.com/spec/", true, kLfs, kLfsMend},
    StandIn{"version http://git-media.io/", true, kLfs, kLfsMend},
    StandIn{"/annex/objects/", true, "is a pointer of git-annex, not the file itself",
            "commit the file itself (git annex unannex)"},
    StandIn{
        std::string_view("\0GITCRYPT\0", 10), false, "is encrypted by git-crypt",
        "Plumbline has no key of git-crypt: commit the decrypted file, or plan a checkout after git-crypt unlock; a "
        "secret belongs in a secret store"}};

const StandIn* find(std::string_view bytes) {
  // Windows and some editors put a byte order mark in front.
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  const auto* const found = std::ranges::find_if(kStandIns, [bytes](const StandIn& one) {
    return bytes.starts_with(one.beginning) && (!one.is_pointer || bytes.size() <= kMaxPointerBytes);
  });
  return found == kStandIns.end() ? nullptr : found;
}

}  // namespace

std::optional<std::string_view> stand_in_of(std::string_view bytes) {
  const StandIn* found = find(bytes);
  return found != nullptr ? std::optional(found->what) : std::nullopt;
}

std::string_view mend_of_stand_in(std::string_view bytes) {
  const StandIn* found = find(bytes);
  return found != nullptr ? found->mend : std::string_view();
}

std::optional<std::string> stand_in_problem(std::string_view path, std::string_view bytes) {
  const StandIn* found = find(bytes);
  if (found == nullptr) return std::nullopt;
  return fmt::format("\"{}\" {}; {}", path, found->what, found->mend);
}

}  // namespace plumbline::manifests
