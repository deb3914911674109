#include "manifests/sources/git/local_remote.h"

#include <array>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

#include "base/text.h"
#include "manifests/sources/git/git_support.h"

namespace plumbline::manifests {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kShallowClone =
    "it is a shallow clone, which lacks its history; run `git fetch --unshallow` in it";
constexpr std::string_view kSha256 =
    "its objects have SHA-256 ids, which Plumbline cannot read; make a repository with `git init --object-format=sha1` "
    "and commit the files there";

std::string folder_of_place(std::string_view place) {
  constexpr std::string_view kFile = "file://";
  constexpr std::string_view kHere = "localhost";
  if (!place.starts_with(kFile)) return std::string(place);
  place.remove_prefix(kFile.size());
  if (place.starts_with(kHere)) place.remove_prefix(kHere.size());
  return std::string(place);
}

bool has_sha256(const fs::path& git_folder) {
  git_config* opened = nullptr;
  if (git_config_open_ondisk(&opened, (git_folder / "config").c_str()) < 0) return false;
  const GitConfig config(opened);
  git_buf format = GIT_BUF_INIT;
  const bool found = git_config_get_string_buf(&format, opened, "extensions.objectformat") == 0;
  const bool is_sha256 = found && iequals(format.ptr, "sha256");
  git_buf_dispose(&format);
  return is_sha256;
}

std::string first_line_of(const fs::path& file) {
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  return line;
}

// Where the configuration lies: `.git`, or what the file of that name, of a submodule or another working tree, leads
// to.
fs::path common_folder_of(const fs::path& top) {
  constexpr std::string_view kPointer = "gitdir: ";
  fs::path here = top / ".git";
  std::error_code error;
  if (fs::is_directory(here, error)) return here;
  const std::string line = first_line_of(here);
  if (!line.starts_with(kPointer)) return here;
  const fs::path folder = top / line.substr(kPointer.size());
  const std::string common = first_line_of(folder / "commondir");
  return common.empty() ? folder : folder / common;
}

}  // namespace

std::optional<std::string> unsupported_repository(const std::string& place) {
  start_git();
  const fs::path folder = folder_of_place(place);
  for (const fs::path& git_folder : {folder, folder / ".git"}) {
    std::error_code error;
    if (!fs::exists(git_folder / "HEAD", error)) continue;
    if (has_sha256(git_folder)) return std::string(kSha256);
    if (fs::exists(git_folder / "shallow", error)) return std::string(kShallowClone);
  }
  return std::nullopt;
}

std::optional<std::string> unknown_extension(const std::string& top) {
  constexpr std::string_view kExtensions = "extensions.";
  start_git();
  git_config* opened = nullptr;
  if (git_config_open_ondisk(&opened, (common_folder_of(top) / "config").c_str()) < 0) return std::nullopt;
  const GitConfig config(opened);
  std::int32_t version = 0;
  if (git_config_get_int32(&version, opened, "core.repositoryformatversion") < 0 || version < 1) return std::nullopt;
  git_config_iterator* begun = nullptr;
  if (git_config_iterator_new(&begun, opened) < 0) return std::nullopt;
  const GitConfigIterator iterator(begun);
  git_config_entry* entry = nullptr;
  while (git_config_next(&entry, begun) == 0) {
    const std::string_view name = entry->name;
    if (name.starts_with(kExtensions) && name != "extensions.noop") return std::string(name.substr(kExtensions.size()));
  }
  return std::nullopt;
}

}  // namespace plumbline::manifests
