#include "manifests/wrangler/wrangler_bundle.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/text.h"
#include "manifests/sources/paths.h"
#include "manifests/sources/tree_listing.h"
#include "manifests/sources/unread.h"

namespace plumbline::manifests {
namespace {

constexpr std::size_t kDigestLength = 40;

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

// `<sha1>-name`: the bundler gives such a name to imported files that are not code.
bool has_digest(std::string_view name) {
  return name.size() > kDigestLength + 1 && name[kDigestLength] == '-' &&
         std::ranges::all_of(name.substr(0, kDigestLength), is_hex);
}

// The bundler names its output after the entry.
std::string entry_name(const WranglerCode& code) {
  const auto name = file_name(code.main.text);
  return std::string(name.substr(0, name.size() - extension(name).size())) + ".js";
}

// A service worker does not import a file, but mentions its name.
bool mentions(std::string_view text, std::string_view name) {
  std::string identifier(name);
  std::ranges::replace_if(identifier, [](char c) { return c == '.' || c == '-' || c == '/' || c == ' '; }, '_');
  return text.contains(name) || text.contains(identifier);
}

std::vector<std::string_view> names_of(std::string_view folder) {
  return folder.empty() ? std::vector<std::string_view>{} : split(folder, '/');
}

// The relative path from one folder to another; both start at the root.
std::string way(std::string_view from, std::string_view to) {
  const auto start = names_of(from);
  const auto end = names_of(to);
  const auto [left, right] = std::ranges::mismatch(start, end);
  std::vector<std::string_view> steps(static_cast<std::size_t>(start.end() - left), "..");
  steps.insert(steps.end(), right, end.end());
  return steps.empty() ? "." : fmt::format("{}", fmt::join(steps, "/"));
}

}  // namespace

TreeEntries files_below(const SourceTree& tree, std::string_view folder) {
  const auto& entries = tree.entries();
  if (folder.empty()) return {entries.begin(), entries.end()};
  const std::string prefix = std::string(folder) + '/';
  const auto first = std::ranges::lower_bound(entries, prefix, {}, &TreeEntry::path);
  const auto last =
      std::find_if_not(first, entries.end(), [&](const TreeEntry& entry) { return entry.path.starts_with(prefix); });
  return {first, last};
}

WranglerBundle::WranglerBundle(const SourceTree& tree, const WranglerCode& code, std::string_view pattern)
    : tree_(tree), code_(code) {
  if (pattern.empty()) return;
  const auto config_folder = below_root(tree, folder_of(code.main.where.file));
  const std::string place = replaced(replaced(std::string(pattern), "{name}", code.worker), "{folder}",
                                     config_folder.empty() ? "." : config_folder);
  // Any file name serves to find the folder.
  if (const auto file = resolve_path(tree.prefix(), place + "/_")) folder_ = folder_of(*file);
}

std::string WranglerBundle::entry_path() const {
  return folder_ + '/' + entry_name(code_);
}

std::optional<BundledFile> WranglerBundle::bundled(const std::string& path, std::string_view text) const {
  const std::string entry = entry_path();
  std::string name = relative_to(folder_, path).value_or("");
  if (path == entry || name == "README.md" || name == "bundle-meta.json") return std::nullopt;
  if (path == entry + ".map") {
    if (!code_.upload_source_maps) return std::nullopt;
    return BundledFile{.name = name, .original_name = name, .is_source_map = true};
  }
  if (has_digest(name)) {
    if (!mentions(text, name)) return std::nullopt;
    return BundledFile{.name = "./" + name, .original_name = name.substr(kDigestLength + 1)};
  }
  if (code_.find_additional_modules) return BundledFile{.name = name, .original_name = name};
  if (!code_.preserve_file_names || !text.contains(name)) return std::nullopt;
  return BundledFile{.name = "./" + name, .original_name = std::move(name)};
}

std::vector<BundledFile> WranglerBundle::files(std::string_view text) const {
  std::vector<BundledFile> out;
  for (const TreeEntry& file : files_below(tree_, folder_)) {
    auto found = bundled(file.path, text);
    if (!found) continue;
    found->entry = &file;
    out.push_back(*std::move(found));
  }
  return out;
}

std::vector<const UnreadEntry*> WranglerBundle::unread(std::string_view text) const {
  std::vector<const UnreadEntry*> out;
  for (const UnreadEntry& entry : unread_below(tree_, folder_)) {
    if (bundled(entry.path, text)) out.push_back(&entry);
  }
  return out;
}

std::string WranglerBundle::how_to_make(std::string_view folder) const {
  const std::string place = has_place() ? folder_ : path_in(tree_.prefix(), "dist/" + code_.worker);
  std::string command = "wrangler deploy --dry-run --outdir " + way(folder, place);
  if (!code_.environment.empty()) command += " --env " + code_.environment;
  std::string out = fmt::format("run `{}` in {} beforehand", command,
                                folder.empty() ? std::string("this folder") : fmt::format("\"{}\"", folder));
  if (!has_place()) {
    out += ", then say bundles: \"dist/{name}\" in the source's configuration or --bundles 'dist/{name}'";
  }
  return out + "; or let a build tool write .wrangler/deploy/config.json";
}

}  // namespace plumbline::manifests
