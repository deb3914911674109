#include "manifests/draft_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "manifests/documents/worker_names.h"

namespace plumbline::manifests {
namespace {

// The name by which other manifests refer to it.
const std::string& written_name(const LoadedDraft& loaded) {
  const WorkerDraft& draft = loaded.draft();
  return draft.base_name.empty() ? draft.worker.name : draft.base_name;
}

bool has_written_name(const LoadedDraft& loaded) {
  return loaded.name.empty() || loaded.name == written_name(loaded);
}

// Whether an environment gives any Worker another name than other manifests refer to it by.
bool has_renamed(const std::vector<LoadedDraft>& drafts) {
  return std::ranges::any_of(drafts, [](const LoadedDraft& loaded) {
    const WorkerDraft& draft = loaded.draft();
    return !draft.base_name.empty() && draft.base_name != draft.worker.name;
  });
}

// A config is judged as wrangler judges it.
std::optional<std::string> problem_of_name(const LoadedDraft& loaded) {
  if (loaded.draft().wrangler && !wrangler_name_problem(loaded.name)) return std::nullopt;
  return worker_name_problem(loaded.name);
}

void report_repeated(LoadedDraft& loaded, std::string_view name, const LoadedDraft& other,
                     std::vector<Diagnostic>& diagnostics) {
  const SourceLocation& where = other.draft().worker.where;
  diagnostics.push_back({.where = loaded.draft().worker.where,
                         .summary = fmt::format("the Worker \"{}\" is also declared at {}:{}:{}", name, where.file,
                                                where.line, where.column),
                         .detail = "remove or rename one of the two; neither is used"});
  loaded.broken = true;
}

void break_repeated(std::vector<LoadedDraft>& drafts, std::string_view (*name_of)(const LoadedDraft& loaded),
                    std::vector<Diagnostic>& diagnostics) {
  std::vector<std::pair<std::string_view, LoadedDraft*>> named;
  named.reserve(drafts.size());
  for (LoadedDraft& loaded : drafts) {
    if (const auto name = name_of(loaded); !name.empty()) named.emplace_back(name, &loaded);
  }
  // Drafts of one name stay in the order in which they were read, which is the order of their addresses.
  std::ranges::sort(named);
  for (std::size_t first = 0, next = 1; next < named.size(); ++next) {
    if (named[next].first != named[first].first) {
      first = next;
      continue;
    }
    report_repeated(*named[next].second, named[first].first, *named[first].second, diagnostics);
    report_repeated(*named[first].second, named[first].first, *named[next].second, diagnostics);
  }
}

}  // namespace

void append_suffix(std::vector<LoadedDraft>& drafts, const std::string& suffix, std::vector<Diagnostic>& diagnostics) {
  if (suffix.empty()) return;
  for (LoadedDraft& loaded : drafts) {
    if (loaded.name.empty()) continue;
    loaded.name += suffix;
    const auto problem = problem_of_name(loaded);
    if (loaded.broken || !problem) continue;
    diagnostics.push_back(
        {.where = loaded.draft().worker.where,
         .summary = fmt::format("the name \"{}\", with the source's name_suffix, {}", loaded.name, *problem)});
    loaded.broken = true;
  }
}

WorkerNames new_names(const std::vector<LoadedDraft>& drafts) {
  WorkerNames names;
  if (std::ranges::all_of(drafts, has_written_name)) return names;
  for (const LoadedDraft& loaded : drafts) {
    if (!loaded.name.empty()) names.emplace(written_name(loaded), loaded.name);
  }
  std::erase_if(names, [](const auto& name) { return name.first == name.second; });
  return names;
}

void break_repeated_names(std::vector<LoadedDraft>& drafts, std::vector<Diagnostic>& diagnostics) {
  break_repeated(drafts, [](const LoadedDraft& loaded) -> std::string_view { return loaded.name; }, diagnostics);
  if (!has_renamed(drafts)) return;
  break_repeated(
      drafts, [](const LoadedDraft& loaded) -> std::string_view { return loaded.draft().base_name; }, diagnostics);
}

}  // namespace plumbline::manifests
