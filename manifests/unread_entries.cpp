#include "manifests/unread_entries.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "manifests/mentions.h"
#include "manifests/sources/unread.h"

namespace plumbline::manifests {
namespace {

// How many links and submodules have a message each, and how many more are named.
constexpr std::size_t kMessages = 5;
constexpr std::size_t kNames = 10;

bool may_stay(const UnreadEntry& entry) {
  return entry.kind == UnreadEntry::Kind::link || entry.kind == UnreadEntry::Kind::submodule;
}

Diagnostic sum_of(std::span<const UnreadEntry* const> entries) {
  std::string names;
  for (const UnreadEntry* entry : entries.first(std::min(entries.size(), kNames))) {
    names += fmt::format("{}\"{}\"", names.empty() ? "" : ", ", entry->path);
  }
  if (entries.size() > kNames) names += fmt::format(" and {} more", entries.size() - kNames);
  return {
      .severity = Severity::warning,
      .where = {entries.front()->path},
      .summary = fmt::format("this and {} more symbolic links or submodules are never followed", entries.size() - 1),
      .detail = "name them in .plumblineignore: " + names};
}

void note_unneeded(std::span<const UnreadEntry* const> entries, std::vector<Diagnostic>& diagnostics) {
  // A sum of one would be no shorter.
  const std::size_t each = entries.size() <= kMessages + 1 ? entries.size() : kMessages;
  for (const UnreadEntry* entry : entries.first(each)) diagnostics.push_back(diagnostic_of(*entry));
  if (each < entries.size()) diagnostics.push_back(sum_of(entries.subspan(each)));
}

Diagnostic hiding(const UnreadEntry& entry) {
  return {.severity = Severity::warning,
          .where = {entry.path},
          .summary = why_unread(entry) + ", so a manifest may be behind it, and nothing is deleted",
          .detail = "put the file itself in its place, or name it in .plumblineignore"};
}

}  // namespace

void UnreadEntries::note(ManifestReader& reader, DesiredState& state) const {
  std::vector<const UnreadEntry*> unneeded;
  for (const UnreadEntry& entry : tree_.unread()) {
    // Entries that affect others are reported by the code that knows how.
    if (left_out_.has(entry) || is_ignore_file(entry.path) || wrangler_.is_for_wrangler(entry.path)) continue;
    if (may_hold_manifests(entry.path) && reader.doubt(entry)) continue;
    if (!may_stay(entry)) {
      state.diagnostics.push_back(diagnostic_of(entry));
    } else if (hides_manifest(entry)) {
      state.diagnostics.push_back(hiding(entry));
      state.hiding.push_back(entry.path);
    } else {
      unneeded.push_back(&entry);
    }
  }
  note_unneeded(unneeded, state.diagnostics);
}

// A file with the name of a manifest is one if its text says so, which nobody knows of a link out of the source. Of one
// inside it the text is known, and most often the file is read where it lies.
bool UnreadEntries::hides_manifest(const UnreadEntry& entry) const {
  if (entry.kind != UnreadEntry::Kind::link || !may_hold_manifests(entry.path) || !form_of(tree_, entry).file) {
    return false;
  }
  const TreeEntry* target = target_of(tree_, entry);
  if (target == nullptr) return true;
  if (may_hold_manifests(target->path) && !left_out_.has(target->path)) return false;
  const auto text = tree_.read(target->path, kMaxCandidateBytes);
  return !text || may_be_manifest(*text);
}

}  // namespace plumbline::manifests
