#include "manifests/sources/left_out.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/utf8.h"
#include "manifests/sources/glob.h"
#include "manifests/sources/paths.h"
#include "manifests/sources/stand_in.h"
#include "manifests/sources/tree_listing.h"
#include "manifests/sources/unread.h"

namespace plumbline::manifests {
namespace {

constexpr std::string_view kIgnoreFile = ".plumblineignore";
constexpr std::uint64_t kMaxIgnoreBytes = 1024ULL * 1024;

// The folder named `.plumblineignore` above `path`; empty if there is none.
std::string_view ignore_folder_of(std::string_view path) {
  for (auto folder = folder_of(path); !folder.empty(); folder = folder_of(folder)) {
    if (file_name(folder) == kIgnoreFile) return folder;
  }
  return {};
}

}  // namespace

bool is_ignore_file(std::string_view path) {
  return file_name(path) == kIgnoreFile;
}

LeftOut::LeftOut(const SourceTree& tree, const std::vector<std::string>& include, std::vector<Diagnostic>& diagnostics)
    : tree_(tree), include_(include), diagnostics_(diagnostics) {
  // Entries are sorted by path, not by depth; rules of upper folders must come first.
  std::vector<const TreeEntry*> files;
  for (const TreeEntry& entry : tree.entries()) {
    if (is_ignore_file(entry.path)) files.push_back(&entry);
    if (const auto folder = ignore_folder_of(entry.path); !folder.empty()) doubt(folder, "it is a folder");
  }
  std::ranges::sort(files, {}, [](const TreeEntry* entry) {
    return std::pair(std::ranges::count(entry->path, '/'), std::string_view(entry->path));
  });
  for (const TreeEntry* entry : files) read(*entry);
  find_unread();
}

bool LeftOut::has(std::string_view path) const {
  const auto below = below_root(tree_, path);
  return rules_.ignores(path) ||
         std::ranges::none_of(include_, [below](const std::string& glob) { return glob_matches(glob, below); });
}

bool LeftOut::has(const UnreadEntry& entry) const {
  if (rules_.ignores(entry.path, PathKind::file) || rules_.ignores(entry.path, PathKind::folder)) return true;
  const bool may_be_folder = form_of(tree_, entry).folder;
  const auto below = below_root(tree_, entry.path);
  return std::ranges::none_of(include_, [&](const std::string& glob) {
    return glob_matches(glob, below) || (may_be_folder && glob_reaches_below(glob, below));
  });
}

void LeftOut::read(const TreeEntry& entry) {
  const auto text = tree_.read(entry.path, kMaxIgnoreBytes);
  if (!text) return doubt(entry.path, text.error().message);
  if (const auto what = stand_in_of(*text)) return doubt(entry.path, fmt::format("it {}", *what));
  // Unreadable rules would leave nothing out.
  if (text->contains('\0') || !is_utf8(*text)) {
    return doubt(entry.path, "it is not UTF-8");
  }
  rules_.add(folder_of(entry.path), *text);
}

void LeftOut::find_unread() {
  for (const UnreadEntry& entry : tree_.unread()) {
    const auto folder = folder_of(entry.path);
    const bool counts = is_ignore_file(entry.path) && (folder.empty() || !rules_.ignores(folder, PathKind::folder));
    if (counts) doubt(entry.path, why_unread(entry));
  }
}

void LeftOut::doubt(std::string_view ignore_file, const std::string& why) {
  const std::string folder(folder_of(ignore_file));
  if (std::ranges::find(doubted_, folder) != doubted_.end()) return;
  doubted_.push_back(folder);
  diagnostics_.push_back(
      {.where = {std::string(ignore_file)},
       .summary = "this file of rules cannot be read, so it is unknown which files it leaves out: " + why,
       .detail = "put a text file with rules in its place, or remove it. Until then all Workers below its folder stay "
                 "as they are"});
}

bool LeftOut::is_in_doubt(std::string_view path) const {
  return std::ranges::any_of(
      doubted_, [path](const std::string& folder) { return folder.empty() || relative_to(folder, path).has_value(); });
}

}  // namespace plumbline::manifests
