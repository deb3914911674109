#include "manifests/mentions.h"

#include "base/text.h"
#include "manifests/kinds/manifest.h"
#include "manifests/sources/mentioned_names.h"
#include "manifests/sources/paths.h"
#include "manifests/wrangler/wrangler_names.h"

namespace plumbline::manifests {
namespace {

// Files that were put away are searched only up to this size, to keep it cheap.
constexpr std::uint64_t kMaxBytes = 256ULL * 1024;
constexpr std::size_t kMaxFiles = 1000;

// A manifest may be called so: `wrangler.prod.yaml`.
bool is_for_wrangler(std::string_view path) {
  return to_lower(file_name(path)).starts_with("wrangler.") && !iequals(extension(path), ".yaml") &&
         !iequals(extension(path), ".yml");
}

// One name per line; a blank if there is none, because the cache has no empty answers.
std::string names_in(const SourceTree& tree, const TreeEntry& entry) {
  const auto text = tree.read(entry.path, kMaxBytes);
  if (!text || (!is_for_wrangler(entry.path) && !may_be_manifest(*text))) return " ";
  std::string out;
  for (const std::string& name : mentioned_names(*text)) out += name + '\n';
  return out.empty() ? " " : out;
}

}  // namespace

bool may_hold_manifests(std::string_view path) {
  const auto end = extension(path);
  return iequals(end, ".yaml") || iequals(end, ".yml") || iequals(end, ".json");
}

std::vector<MentionedName> find_unread_names(const SourceTree& tree, const LoadOptions& options, ParseCache& cache,
                                             const std::function<bool(std::string_view)>& is_read,
                                             const std::function<bool(std::string_view)>& is_left_out) {
  std::vector<MentionedName> out;
  std::size_t files = 0;
  for (const TreeEntry& entry : tree.entries()) {
    if (entry.size > kMaxBytes || is_read(entry.path)) continue;
    // A file with a manifest's name counts only if it is left out: otherwise it was searched already, and the gate of
    // deletes knows its path.
    const bool looked_into = may_hold_manifests(entry.path) && !WranglerNames::is_own(entry.path);
    const bool counts = looked_into ? is_left_out(entry.path) : is_put_away(entry.path);
    if (!counts) continue;
    if (++files > kMaxFiles) break;
    // The file's name, too, decides which names count.
    const std::string_view question = is_for_wrangler(entry.path) ? "names of a config" : "names";
    std::string names = cache.answer(entry, question);
    if (names.empty()) {
      names = names_in(tree, entry);
      cache.keep_answer(entry, question, names);
    }
    for (const std::string_view name : split(names, '\n')) {
      if (name.empty() || name == " ") continue;
      const std::string written(name);
      out.push_back({.name = written + options.name_suffix, .file = entry.path, .is_unread = true});
      if (options.environment.empty() || !is_for_wrangler(entry.path)) continue;
      out.push_back(
          {.name = written + '-' + options.environment + options.name_suffix, .file = entry.path, .is_unread = true});
    }
  }
  return out;
}

}  // namespace plumbline::manifests
