#include "tests/support/canary.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>

#include "tests/support/files.h"

namespace plumbline::testing {

namespace fs = std::filesystem;

namespace {

// The middle of the mark in base64, for each of the three ways in which it can lie across the groups of three bytes.
constexpr std::array<std::string_view, 4> kForms{kCanaryMark, "enFDYW5hcnk3", "pxQ2FuYXJ5N", "6cUNhbmFyeT"};

// Nothing if the file is gone: a process that still runs writes a new file and renames it.
std::optional<std::string> read_if_there(const fs::path& file) {
  try {
    return read_file(file);
  } catch (const std::runtime_error&) {
    if (fs::exists(file)) throw;
    return std::nullopt;
  }
}

bool is_allowed(const fs::path& file, const std::vector<fs::path>& allowed) {
  return std::ranges::any_of(
      allowed, [&file](const fs::path& folder) { return std::ranges::mismatch(folder, file).in1 == folder.end(); });
}

}  // namespace

std::string canary(std::string_view name) {
  return std::string(kCanaryMark) + "-" + std::string(name);
}

std::optional<std::size_t> find_canary(std::string_view text) {
  for (const auto form : kForms) {
    if (const auto at = text.find(form); at != std::string_view::npos) return at;
  }
  return std::nullopt;
}

void check_no_canary(std::string_view text, const std::string& where) {
  constexpr std::size_t kContext = 200;
  const auto at = find_canary(text);
  if (!at) return;
  const auto begin = *at - std::min(*at, kContext);
  FAIL_CHECK("a secret is in " << where << ", after: " << std::string(text.substr(begin, *at - begin)));
}

std::vector<fs::path> files_with_canary(const fs::path& folder, const std::vector<fs::path>& allowed) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_symlink() || !entry.is_regular_file() || is_allowed(entry.path(), allowed)) continue;
    const auto bytes = read_if_there(entry.path());
    if (bytes && find_canary(*bytes)) found.push_back(entry.path());
  }
  return found;
}

void check_no_canary_below(const fs::path& folder, const std::vector<fs::path>& allowed) {
  for (const auto& file : files_with_canary(folder, allowed)) check_no_canary(read_file(file), file.string());
}

}  // namespace plumbline::testing
