#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <ranges>
#include <tuple>
#include <utility>

#include "base/text.h"
#include "manifests/claims.h"
#include "manifests/glob.h"
#include "manifests/ignore.h"
#include "manifests/loaded_draft.h"
#include "manifests/manifest.h"
#include "manifests/manifest_reader.h"
#include "manifests/modules.h"
#include "manifests/parse_cache.h"
#include "manifests/paths.h"
#include "manifests/references.h"
#include "manifests/rules.h"
#include "manifests/worker.h"
#include "manifests/worker_finisher.h"
#include "manifests/wrangler_config.h"
#include "manifests/wrangler_discovery.h"
#include "manifests/zones.h"

namespace plumbline::manifests {
namespace {

constexpr std::string_view kIgnoreFile = ".plumblineignore";
constexpr std::uint64_t kMaxIgnoreBytes = 1024ULL * 1024;
// A file that says that it is ours and is larger than a manifest may be is an error, so it has to be
// looked into.
constexpr std::uint64_t kMaxCandidateBytes = 25ULL * 1024 * 1024;

bool may_hold_manifests(std::string_view path) {
  const auto end = extension(path);
  return end == ".yaml" || end == ".yml" || end == ".json";
}

class Loader {
 public:
  Loader(std::shared_ptr<const SourceTree> tree, const LoadOptions& options)
      : tree_(std::move(tree)),
        options_(options),
        cache_(options.cache != nullptr ? *options.cache : own_cache_),
        budget_(tree_->limits()) {}

  DesiredState run() {
    read_ignore_files();
    take_problems();
    if (read_all()) {
      name_workers();
      break_repeated_names();
      break_rivals(drafts_, state_.diagnostics);
      finish_workers();
      finish_zone_workers();
    }
    cache_.end_load();
    sort();
    state_.revision = tree_->revision();
    state_.tree = tree_;
    return std::move(state_);
  }

 private:
  void error(SourceLocation where, std::string summary, std::string detail = {}) {
    state_.diagnostics.push_back(
        {.where = std::move(where), .summary = std::move(summary), .detail = std::move(detail)});
  }

  void read_ignore_files() {
    // Entries are sorted by path, which is not by depth: rules of upper folders come first.
    std::vector<const TreeEntry*> files;
    for (const TreeEntry& entry : tree_->entries()) {
      if (file_name(entry.path) == kIgnoreFile) files.push_back(&entry);
    }
    std::ranges::sort(files, {}, [](const TreeEntry* entry) {
      return std::pair(std::ranges::count(entry->path, '/'), std::string_view(entry->path));
    });
    for (const TreeEntry* entry : files) {
      if (auto text = tree_->read(entry->path, kMaxIgnoreBytes)) {
        ignore_.add(folder_of(entry->path), *text);
      } else {
        error({entry->path}, text.error().message);
      }
    }
  }

  // What nobody wants to read may be a symbolic link.
  void take_problems() {
    for (const Diagnostic& problem : tree_->problems()) {
      const std::string& path = problem.where.file;
      if (ignore_.ignores(path, PathKind::file) || ignore_.ignores(path, PathKind::folder)) continue;
      state_.diagnostics.push_back(problem);
    }
  }

  // False if the source is too large; then nothing of it is used.
  bool read_all() {
    auto read = read_manifests();
    if (read) read = read_wrangler_configs();
    if (read) return true;
    error({}, read.error().message, "split the source, narrow its path, or raise its limits");
    drafts_.clear();
    return false;
  }

  [[nodiscard]] bool is_left_out(std::string_view path) const {
    const auto included = [path](const std::string& glob) { return glob_matches(glob, path); };
    return ignore_.ignores(path) || std::ranges::none_of(options_.include, included);
  }

  Result<void> read_manifests() {
    ManifestReader reader(*tree_, options_, cache_, budget_, state_.diagnostics);
    std::vector<const TreeEntry*> files;
    for (const TreeEntry& entry : tree_->entries()) {
      const auto name = file_name(entry.path);
      if (is_wrangler_config(name) || is_wrangler_redirect(entry.path) || !may_hold_manifests(name)) continue;
      if (!is_left_out(entry.path)) files.push_back(&entry);
    }
    for (const TreeEntry* entry : files) {
      if (auto looked = reader.look_into(*entry); !looked) return looked;
    }
    drafts_.reserve(reader.candidates().size());
    for (auto& candidate : reader.candidates()) {
      if (auto added = add(*candidate.entry, reader.read(candidate)); !added) return added;
    }
    return {};
  }

  Result<void> read_wrangler_configs() {
    const auto ignored = [this](std::string_view path) { return is_left_out(path); };
    for (const auto& [entry, origin] : find_wrangler_configs(*tree_, ignored, state_.diagnostics)) {
      const auto parse = [&](std::string_view text) {
        return parse_wrangler_config(entry->path, text, options_.environment, origin);
      };
      // The same bytes are another Worker in another environment, or as what a build tool has written.
      const char* by = origin == WranglerOrigin::redirect ? "redirect@" : "user@";
      if (auto read = read_file(*entry, by + options_.environment, parse); !read) return read;
    }
    return {};
  }

  // `context` tells the cache what the answer of `parse` depends on, beside the bytes.
  template <class Parse>
  Result<void> read_file(const TreeEntry& entry, const std::string& context, const Parse& parse) {
    if (auto allowed = budget_.look_into(entry); !allowed) return allowed;
    auto file = cache_.manifest(entry, context);
    if (!file) file = parsed(entry, context, parse);
    return add(entry, file);
  }

  // nullptr if it cannot be read; that is reported.
  template <class Parse>
  std::shared_ptr<ParsedFile> parsed(const TreeEntry& entry, const std::string& context, const Parse& parse) {
    auto text = tree_->read(entry.path, kMaxCandidateBytes);
    if (text) return cache_.keep(entry, context, parse(*text));
    error({entry.path}, text.error().message, "name it in .plumblineignore if it is no manifest");
    return nullptr;
  }

  Result<void> add(const TreeEntry& entry, const std::shared_ptr<ParsedFile>& parsed) {
    if (parsed == nullptr || !parsed->file.is_manifest) return {};
    if (auto taken = budget_.take(entry); !taken) return taken;
    ++state_.manifest_files;
    state_.manifest_paths.push_back(entry.path);
    const ManifestFile& file = parsed->file;
    std::ranges::copy(file.diagnostics, std::back_inserter(state_.diagnostics));
    for (std::size_t i = 0; i < file.workers.size(); ++i) add(parsed, i);
    std::ranges::copy(file.zone_workers, std::back_inserter(zone_drafts_));
    return {};
  }

  void add(const std::shared_ptr<ParsedFile>& file, std::size_t place) {
    const WorkerDraft& draft = file->file.workers[place];
    const std::string& name = draft.worker.name;
    if (!draft.absent) {
      drafts_.push_back({.file = file, .place = place, .name = name, .broken = draft.broken});
    } else if (draft.broken && !name.empty()) {
      state_.broken_names.push_back(name);
    }
  }

  // Gives every Worker the name that it has in this environment.
  void name_workers() {
    if (options_.name_suffix.empty()) return;
    for (LoadedDraft& loaded : drafts_) {
      if (loaded.name.empty()) continue;
      loaded.name += options_.name_suffix;
      const auto problem = loaded.broken ? std::nullopt : worker_name_problem(loaded.name);
      if (!problem) continue;
      error(loaded.draft().worker.where,
            fmt::format("the name \"{}\", with the source's name_suffix, {}", loaded.name, *problem));
      loaded.broken = true;
    }
  }

  // Whether an environment gives any Worker another name than other manifests refer to it by.
  [[nodiscard]] bool has_renamed() const {
    return std::ranges::any_of(drafts_, [](const LoadedDraft& loaded) {
      const WorkerDraft& draft = loaded.draft();
      return !draft.base_name.empty() && draft.base_name != draft.worker.name;
    });
  }

  // The names that references have to follow.
  [[nodiscard]] WorkerNames new_names() const {
    WorkerNames names;
    if (options_.name_suffix.empty() && !has_renamed()) return names;
    for (const LoadedDraft& loaded : drafts_) {
      if (loaded.name.empty()) continue;
      const WorkerDraft& draft = loaded.draft();
      names.emplace(draft.base_name.empty() ? draft.worker.name : draft.base_name, loaded.name);
    }
    std::erase_if(names, [](const auto& name) { return name.first == name.second; });
    return names;
  }

  // Neither what is live nor what a reference means may be open.
  void break_repeated_names() {
    break_repeated([](const LoadedDraft& loaded) -> std::string_view { return loaded.name; });
    if (!has_renamed()) return;
    break_repeated([](const LoadedDraft& loaded) -> std::string_view { return loaded.draft().base_name; });
  }

  void break_repeated(std::string_view (*name_of)(const LoadedDraft& loaded)) {
    std::vector<std::pair<std::string_view, LoadedDraft*>> named;
    named.reserve(drafts_.size());
    for (LoadedDraft& loaded : drafts_) {
      if (const auto name = name_of(loaded); !name.empty()) named.emplace_back(name, &loaded);
    }
    // Drafts of one name stay in the order in which they were read, which is that of their addresses.
    std::ranges::sort(named);
    for (std::size_t first = 0, next = 1; next < named.size(); ++next) {
      if (named[next].first != named[first].first) {
        first = next;
        continue;
      }
      report_repeated(*named[next].second, named[first].first, *named[first].second);
      report_repeated(*named[first].second, named[first].first, *named[next].second);
    }
  }

  void report_repeated(LoadedDraft& loaded, std::string_view name, const LoadedDraft& other) {
    const SourceLocation& where = other.draft().worker.where;
    error(loaded.draft().worker.where,
          fmt::format("the Worker \"{}\" is declared at {}:{}:{} as well", name, where.file, where.line, where.column),
          "remove or rename one of the two; neither is used");
    loaded.broken = true;
  }

  void finish_workers() {
    WorkerFinisher finisher(*tree_, options_, cache_, budget_, new_names(), state_.diagnostics);
    std::vector<std::shared_ptr<const DesiredWorker>> workers;
    workers.reserve(drafts_.size());
    for (LoadedDraft& loaded : drafts_) {
      finisher.finish(loaded);
      if (loaded.worker) {
        workers.push_back(std::move(loaded.worker));
      } else if (!loaded.name.empty()) {
        state_.broken_names.push_back(loaded.name);
      }
    }
    std::ranges::sort(workers, {}, &DesiredWorker::name);
    state_.workers = SharedList(std::move(workers));
  }

  void finish_zone_workers() {
    ModuleFinder finder(*tree_, cache_, budget_);
    std::map<std::string, SourceLocation> first;
    for (ZoneWorkerDraft& draft : zone_drafts_) {
      const std::size_t before = state_.diagnostics.size();
      const std::string zone = draft.worker.zone + draft.worker.zone_id;
      const auto [known, is_new] = first.emplace(zone, draft.worker.where);
      // What names no zone is an error of its own.
      if (!is_new && !zone.empty()) {
        error(draft.worker.where, "another ZoneWorker stands for this zone already",
              fmt::format("see {}:{}", known->second.file, known->second.line));
      }
      const WorkerDraft script{.entry = draft.script};
      const auto files = finder.choose(script, state_.diagnostics);
      auto modules = finder.take(files, Syntax::service_worker, state_.diagnostics);
      if (options_.allow_zones) check_zone(draft.worker, *options_.allow_zones, state_.diagnostics);
      if (draft.broken || modules.empty() || state_.diagnostics.size() > before) continue;
      draft.worker.script = std::move(modules.front());
      state_.zone_workers.push_back(std::move(draft.worker));
    }
  }

  void sort() {
    std::ranges::sort(state_.manifest_paths);
    std::ranges::sort(state_.zone_workers, {},
                      [](const DesiredZoneWorker& worker) { return std::tie(worker.zone, worker.zone_id); });
    std::ranges::sort(state_.broken_names);
    const auto repeated = std::ranges::unique(state_.broken_names);
    state_.broken_names.erase(repeated.begin(), repeated.end());
    std::ranges::sort(state_.diagnostics, {}, [](const Diagnostic& d) {
      return std::tie(d.where.file, d.where.line, d.where.column, d.summary, d.detail);
    });
    // What is wrong with a Defaults is found again in every Worker below it.
    const auto again = std::ranges::unique(state_.diagnostics);
    state_.diagnostics.erase(again.begin(), again.end());
  }

  std::shared_ptr<const SourceTree> tree_;
  const LoadOptions& options_;
  ParseCache own_cache_;
  ParseCache& cache_;
  ReadBudget budget_;
  IgnoreRules ignore_;
  std::vector<LoadedDraft> drafts_;
  std::vector<ZoneWorkerDraft> zone_drafts_;
  DesiredState state_;
};

}  // namespace

DesiredState load_manifests(std::shared_ptr<const SourceTree> tree, const LoadOptions& options) {
  return Loader(std::move(tree), options).run();
}

}  // namespace plumbline::manifests
