#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace plumbline::manifests {

/// Detects a placeholder that git holds instead of a file's content, because nobody has fetched the content itself: a
/// pointer of Git LFS or git-annex, or bytes that git-crypt has encrypted. Uploading it would publish it as the
/// content. Returns `is a pointer of Git LFS, not the file itself`, or nothing if `bytes` are the content.
std::optional<std::string_view> stand_in_of(std::string_view bytes);

/// How to fix it: `…`
std::string_view mend_of_stand_in(std::string_view bytes);

/// A pointer is never larger than this (https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md: less than 1024
/// bytes).
constexpr std::size_t kMaxPointerBytes = 1024;

/// `"a.js" is a pointer of Git LFS, not the file itself; …`: both in one sentence, for an error without a detail.
/// Nothing if it is not a placeholder.
std::optional<std::string> stand_in_problem(std::string_view path, std::string_view bytes);

}  // namespace plumbline::manifests
