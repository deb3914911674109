#include "manifests/files/modules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/digest.h"
#include "base/text.h"
#include "manifests/sources/paths.h"
#include "manifests/sources/stand_in.h"
#include "manifests/sources/tree_listing.h"
#include "manifests/sources/unread.h"

namespace plumbline::manifests {
namespace {

constexpr std::string_view kServiceWorkerType = "application/javascript";

// Types that wrangler sends and the API knows (workers-sdk, deployment-bundle/module-collection).
constexpr std::array<std::pair<std::string_view, std::string_view>, 11> kContentTypes{
    {{".js", "application/javascript+module"},
     {".mjs", "application/javascript+module"},
     {".cjs", "application/javascript"},
     {".wasm", "application/wasm"},
     {".txt", "text/plain"},
     {".html", "text/plain"},
     {".sql", "text/plain"},
     {".bin", "application/octet-stream"},
     {".data", "application/octet-stream"},
     {".py", "text/x-python"},
     {".map", "application/source-map"}}};

Diagnostic error_at(const WrittenPath& written, std::string summary, std::string detail = {}) {
  return {.where = written.where, .summary = std::move(summary), .detail = std::move(detail)};
}

std::string known_extensions() {
  std::string out;
  for (const auto& [known, type] : kContentTypes) {
    if (!out.empty()) out += ' ';
    out += known;
  }
  return out;
}

}  // namespace

std::string_view content_type_of(std::string_view path) {
  const auto found = std::ranges::find(kContentTypes, extension(path), [](const auto& known) { return known.first; });
  return found == kContentTypes.end() ? std::string_view() : found->second;
}

Result<void> ReadBudget::count_bytes(const TreeEntry& entry) {
  if (entry.size > limits_.bytes - bytes_) {
    return fail(
        fmt::format("the source has more than {} of manifests and files that they name", human_bytes(limits_.bytes)));
  }
  bytes_ += entry.size;
  return {};
}

Result<void> ReadBudget::look_into(const TreeEntry& entry) {
  if (used_.contains(&entry)) return {};
  if (auto counted = count_bytes(entry); !counted) return counted;
  used_.emplace(&entry, Use::looked_into);
  return {};
}

Result<void> ReadBudget::take(const TreeEntry& entry) {
  const auto known = used_.find(&entry);
  if (known != used_.end() && known->second == Use::taken) return {};
  if (taken_ >= limits_.files) {
    return fail(fmt::format("the source has more than {} manifests and files that they name", limits_.files));
  }
  if (known == used_.end()) {
    if (auto counted = count_bytes(entry); !counted) return counted;
  }
  used_.insert_or_assign(&entry, Use::taken);
  ++taken_;
  return {};
}

const TreeEntry* ModuleFinder::entry_at(std::string_view path) const {
  return find_file(tree_.entries(), path);
}

std::vector<const TreeEntry*> ModuleFinder::matches(const LocatedGlob& glob) const {
  std::vector<const TreeEntry*> found;
  if (!glob.rest) {
    if (const TreeEntry* entry = entry_at(glob.prefix)) found.push_back(entry);
    return found;
  }
  const auto& entries = tree_.entries();
  auto entry = std::ranges::lower_bound(entries, glob.prefix, {}, &TreeEntry::path);
  for (; entry != entries.end() && entry->path.starts_with(glob.prefix); ++entry) {
    const auto below = std::string_view(entry->path).substr(glob.prefix.size());
    if (glob_matches(*glob.rest, below)) found.push_back(&*entry);
  }
  return found;
}

const TreeEntry* ModuleFinder::find_entry(const WrittenPath& written, std::vector<Diagnostic>& diagnostics) {
  const auto path = inside(tree_, resolve_path(folder_of(written.where.file), written.text));
  if (!path) {
    diagnostics.push_back(error_at(written, path.error().message));
    return nullptr;
  }
  const TreeEntry* entry = entry_at(*path);
  const UnreadEntry* unread = entry == nullptr ? unread_at_or_above(tree_, *path) : nullptr;
  if (unread != nullptr) {
    diagnostics.push_back(needed_unread(written.where, *unread));
  } else if (entry == nullptr) {
    diagnostics.push_back(error_at(written,
                                   why_never_read(*path).value_or(fmt::format("there is no file \"{}\"", *path)),
                                   "build it and commit it, or correct the path, which is relative "
                                   "to this manifest"));
  }
  return entry;
}

void ModuleFinder::find_others(const WrittenPath& written, std::vector<ChosenFile>& chosen,
                               std::vector<Diagnostic>& diagnostics) const {
  const auto glob = inside(tree_, resolve_glob(folder_of(written.where.file), written.text));
  if (!glob) {
    diagnostics.push_back(error_at(written, glob.error().message));
    return;
  }
  const auto files = matches(*glob);
  if (const UnreadEntry* unread = unread_within(tree_, *glob)) {
    diagnostics.push_back(needed_unread(written.where, *unread));
  } else if (files.empty()) {
    diagnostics.push_back(
        error_at(written, why_never_read(glob->prefix).value_or(fmt::format("\"{}\" matches no file", written.text)),
                 "build the files and commit them, or correct the pattern, which "
                 "is relative to this manifest"));
  }
  for (const TreeEntry* file : files) chosen.push_back({file, &written});
}

Result<std::string> ModuleFinder::digest(const TreeEntry& entry) {
  if (const std::string* known = cache_.digest(entry)) return *known;
  if (const auto known = digests_.find(&entry); known != digests_.end()) return known->second;
  auto bytes = tree_.read(entry.path, kMaxModuleBytes);
  if (!bytes) return bytes;
  if (auto problem = stand_in_problem(entry.path, *bytes)) return fail(*std::move(problem));
  std::string sha256 = sha256_hex(*bytes);
  cache_.keep_digest(entry, sha256);
  if (entry.id.empty()) digests_.emplace(&entry, sha256);
  return sha256;
}

Result<ModuleFile> ModuleFinder::module(const TreeEntry& entry, std::string_view folder, Syntax syntax, bool is_entry) {
  auto name = relative_to(folder, entry.path);
  if (!name) {
    return fail(fmt::format("\"{}\" is outside the folder of the entry, \"{}\"", entry.path, folder));
  }
  const auto type = is_entry && syntax == Syntax::service_worker ? kServiceWorkerType : content_type_of(entry.path);
  if (type.empty()) {
    return fail(fmt::format("the type of \"{}\" is not known; the name of a module ends in {}", entry.path,
                            known_extensions()));
  }
  return take(entry, *std::move(name), std::string(type));
}

Result<ModuleFile> ModuleFinder::take(const TreeEntry& entry, std::string name, std::string content_type) {
  if (entry.size > kMaxModuleBytes) {
    return fail(
        fmt::format("\"{}\" has {} bytes, at most {} (25 MiB) are allowed", entry.path, entry.size, kMaxModuleBytes));
  }
  if (auto taken = budget_.take(entry); !taken) return std::unexpected(taken.error());
  auto sha256 = digest(entry);
  if (!sha256) return std::unexpected(sha256.error());
  return ModuleFile{std::move(name), entry.path, std::move(content_type), *std::move(sha256), entry.size};
}

std::vector<ChosenFile> ModuleFinder::choose(const WorkerDraft& draft, std::vector<Diagnostic>& diagnostics) {
  std::vector<ChosenFile> chosen;
  for (const WrittenPath& written : draft.modules) find_others(written, chosen, diagnostics);
  if (!draft.entry) return {};
  const TreeEntry* entry = find_entry(*draft.entry, diagnostics);
  if (entry == nullptr) return {};

  // Sorted by path; each file once, even if several patterns match it.
  const auto path = [](const ChosenFile& one) -> const std::string& { return one.entry->path; };
  std::ranges::sort(chosen, {}, path);
  const auto repeated = std::ranges::unique(chosen, {}, path);
  chosen.erase(repeated.begin(), repeated.end());
  std::erase_if(chosen, [&](const ChosenFile& one) { return one.entry == entry; });
  chosen.insert(chosen.begin(), {entry, &*draft.entry});
  return chosen;
}

std::vector<ModuleFile> ModuleFinder::take(const std::vector<ChosenFile>& files, Syntax syntax,
                                           std::vector<Diagnostic>& diagnostics) {
  std::vector<ModuleFile> modules;
  for (const ChosenFile& one : files) {
    const bool is_entry = &one == &files.front();
    auto found = module(*one.entry, folder_of(files.front().entry->path), syntax, is_entry);
    if (found) {
      modules.push_back(*std::move(found));
    } else {
      diagnostics.push_back(error_at(*one.by, found.error().message));
    }
  }
  return modules;
}

bool ModuleFinder::are(const std::vector<ChosenFile>& files, const std::vector<ModuleFile>& modules) {
  return std::ranges::equal(files, modules, [this](const ChosenFile& file, const ModuleFile& module) {
    const std::string* digest = cache_.digest(*file.entry);
    return digest != nullptr && *digest == module.sha256 && file.entry->path == module.path &&
           budget_.take(*file.entry).has_value();
  });
}

Result<std::string> read_module(const SourceTree& tree, const ModuleFile& module) {
  auto bytes = tree.read(module.path, kMaxModuleBytes);
  if (!bytes) return bytes;
  if (sha256_hex(*bytes) != module.sha256) {
    return fail(fmt::format("\"{}\" has changed since the manifests were read", module.path));
  }
  return bytes;
}

}  // namespace plumbline::manifests
