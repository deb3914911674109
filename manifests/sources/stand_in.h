#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace plumbline::manifests {

/// What git keeps in the place of a file's content, where somebody has not brought the content itself: a pointer of
/// Git LFS or git-annex, or what git-crypt has encrypted. To upload it would be to publish it as the content.
/// `is a pointer of Git LFS, not the file itself`; nothing if `bytes` are the content.
std::optional<std::string_view> stand_in_of(std::string_view bytes);

/// How to mend it: `…`
std::string_view mend_of_stand_in(std::string_view bytes);

/// The size up to which a pointer is one (https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md: less than 1024
/// bytes).
constexpr std::size_t kMaxPointerBytes = 1024;

/// `"a.js" is a pointer of Git LFS, not the file itself; …`, for an error without a place for the mend; nothing if it
/// is none.
std::optional<std::string> stand_in_problem(std::string_view path, std::string_view bytes);

}  // namespace plumbline::manifests
