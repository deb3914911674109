#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <ranges>
#include <tuple>
#include <utility>

#include "base/text.h"
#include "manifests/assets.h"
#include "manifests/claims.h"
#include "manifests/glob.h"
#include "manifests/ignore.h"
#include "manifests/manifest.h"
#include "manifests/manifest_reader.h"
#include "manifests/modules.h"
#include "manifests/parse_cache.h"
#include "manifests/paths.h"
#include "manifests/references.h"
#include "manifests/rules.h"
#include "manifests/worker.h"
#include "manifests/wrangler_config.h"
#include "manifests/wrangler_discovery.h"
#include "manifests/wrangler_modules.h"
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

std::string replaced(std::string text, std::string_view placeholder, std::string_view value) {
  for (auto at = text.find(placeholder); at != std::string::npos; at = text.find(placeholder, at + value.size())) {
    text.replace(at, placeholder.size(), value);
  }
  return text;
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
      leave_out_absent();
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
    std::vector<const TreeEntry*> candidates;
    for (const TreeEntry& entry : tree_->entries()) {
      const auto name = file_name(entry.path);
      if (is_wrangler_config(name) || is_wrangler_redirect(entry.path) || !may_hold_manifests(name)) continue;
      if (!is_left_out(entry.path)) candidates.push_back(&entry);
    }
    for (const TreeEntry* entry : candidates) {
      if (auto looked = reader.look_into(*entry); !looked) return looked;
    }
    drafts_.reserve(candidates.size());
    for (const TreeEntry* entry : candidates) {
      if (auto added = add(*entry, reader.read(*entry).get()); !added) return added;
    }
    return {};
  }

  Result<void> read_wrangler_configs() {
    const auto ignored = [this](std::string_view path) { return is_left_out(path); };
    for (const auto& [entry, origin] : find_wrangler_configs(*tree_, ignored, state_.diagnostics)) {
      const auto parse = [&](std::string_view text) {
        return parse_wrangler_config(entry->path, text, options_.environment, origin);
      };
      // The same bytes are another Worker in another environment.
      TreeEntry kept_as = *entry;
      if (!kept_as.id.empty()) kept_as.id += '@' + options_.environment;
      if (auto read = read_file(*entry, kept_as, parse); !read) return read;
    }
    return {};
  }

  // `kept_as` tells the cache what the answer of `parse` depends on.
  template <class Parse>
  Result<void> read_file(const TreeEntry& entry, const TreeEntry& kept_as, const Parse& parse) {
    if (auto allowed = budget_.look_into(entry); !allowed) return allowed;
    auto file = cache_.manifest(kept_as);
    if (!file) file = parsed(entry, kept_as, parse);
    return add(entry, file.get());
  }

  Result<void> add(const TreeEntry& entry, const ManifestFile* file) {
    if (file == nullptr || !file->is_manifest) return {};
    if (auto taken = budget_.take(entry); !taken) return taken;
    ++state_.manifest_files;
    std::ranges::copy(file->diagnostics, std::back_inserter(state_.diagnostics));
    std::ranges::copy(file->workers, std::back_inserter(drafts_));
    std::ranges::copy(file->zone_workers, std::back_inserter(zone_drafts_));
    return {};
  }

  // nullptr if it cannot be read; that is reported.
  template <class Parse>
  std::shared_ptr<const ManifestFile> parsed(const TreeEntry& entry, const TreeEntry& kept_as, const Parse& parse) {
    auto text = tree_->read(entry.path, kMaxCandidateBytes);
    if (!text) {
      error({entry.path}, text.error().message, "name it in .plumblineignore if it is no manifest");
      return nullptr;
    }
    auto file = std::make_shared<const ManifestFile>(parse(*text));
    cache_.keep(kept_as, file);
    return file;
  }

  void leave_out_absent() {
    for (const WorkerDraft& draft : drafts_) {
      if (draft.absent && draft.broken && !draft.worker.name.empty()) state_.broken_names.push_back(draft.worker.name);
    }
    std::erase_if(drafts_, [](const WorkerDraft& draft) { return draft.absent; });
  }

  // Gives every Worker the name that it has in this environment, and lets references follow.
  void name_workers() {
    WorkerNames names;
    for (WorkerDraft& draft : drafts_) {
      if (draft.worker.name.empty()) continue;
      const std::string& base = draft.base_name.empty() ? draft.worker.name : draft.base_name;
      names.emplace(base, draft.worker.name + options_.name_suffix);
      add_suffix(draft);
    }
    std::erase_if(names, [](const auto& name) { return name.first == name.second; });
    if (names.empty()) return;
    for (WorkerDraft& draft : drafts_) rename_references(draft.worker, names);
  }

  void add_suffix(WorkerDraft& draft) {
    if (options_.name_suffix.empty()) return;
    draft.worker.name += options_.name_suffix;
    const auto problem = draft.broken ? std::nullopt : worker_name_problem(draft.worker.name);
    if (!problem) return;
    error(draft.worker.where,
          fmt::format("the name \"{}\", with the source's name_suffix, {}", draft.worker.name, *problem));
    draft.broken = true;
  }

  // Neither what is live nor what a reference means may be open.
  void break_repeated_names() {
    break_repeated([](const WorkerDraft& draft) -> std::string_view { return draft.worker.name; });
    break_repeated([](const WorkerDraft& draft) -> std::string_view { return draft.base_name; });
  }

  void break_repeated(std::string_view (*name_of)(const WorkerDraft& draft)) {
    std::map<std::string_view, WorkerDraft*> first;
    for (WorkerDraft& draft : drafts_) {
      const std::string_view name = name_of(draft);
      if (name.empty()) continue;
      const auto [known, is_new] = first.emplace(name, &draft);
      if (is_new) continue;
      report_repeated(draft, name, *known->second);
      report_repeated(*known->second, name, draft);
    }
  }

  void report_repeated(WorkerDraft& draft, std::string_view name, const WorkerDraft& other) {
    const SourceLocation& where = other.worker.where;
    error(draft.worker.where,
          fmt::format("the Worker \"{}\" is declared at {}:{}:{} as well", name, where.file, where.line, where.column),
          "remove or rename one of the two; neither is used");
    draft.broken = true;
  }

  void finish_workers() {
    ModuleFinder finder(*tree_, cache_, budget_);
    WranglerModules wrangler(*tree_, cache_, finder, options_.bundles);
    finished_.reserve(drafts_.size());
    for (WorkerDraft& draft : drafts_) {
      const std::size_t before = state_.diagnostics.size();
      if (draft.wrangler) {
        wrangler.fill_in(draft, state_.diagnostics);
      } else {
        draft.worker.modules = finder.find(draft, state_.diagnostics);
      }
      for (const WrittenSecret& secret : draft.secrets) add_secret(draft.worker, secret);
      check_assets(draft.worker);
      if (options_.allow_zones) check_zones(draft.worker, *options_.allow_zones, state_.diagnostics);
      refuse_unapplied(draft);
      if (draft.broken || has_error_since(before)) {
        if (!draft.worker.name.empty()) state_.broken_names.push_back(draft.worker.name);
      } else {
        finished_.push_back(std::make_shared<const DesiredWorker>(std::move(draft.worker)));
      }
    }
  }

  [[nodiscard]] bool has_error_since(std::size_t count) const {
    return std::ranges::any_of(state_.diagnostics | std::views::drop(count),
                               [](const Diagnostic& one) { return one.severity == Severity::error; });
  }

  // A plan without them would look complete.
  void refuse_unapplied(const WorkerDraft& draft) {
    if (options_.accept_unapplied) return;
    for (const UnappliedMember& member : draft.unapplied) refuse_unapplied(member.where, member.name);
  }

  void refuse_unapplied(const SourceLocation& where, std::string_view what) {
    error(where, fmt::format("`{}` is read but not applied by this version of Plumbline yet", what));
  }

  void check_assets(const DesiredWorker& worker) {
    if (!worker.assets) return;
    if (auto files = list_assets(*tree_, *worker.assets); !files) {
      error(worker.assets->where, files.error().message,
            "build the files and commit them, or mend the path, which is relative to this manifest");
    }
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
      const WorkerDraft script{.worker = {.syntax = Syntax::service_worker}, .entry = draft.script};
      auto modules = finder.find(script, state_.diagnostics);
      if (options_.allow_zones) check_zone(draft.worker, *options_.allow_zones, state_.diagnostics);
      if (!options_.accept_unapplied) refuse_unapplied(draft.kind, "kind: ZoneWorker");
      if (draft.broken || modules.empty() || state_.diagnostics.size() > before) continue;
      draft.worker.script = std::move(modules.front());
      state_.zone_workers.push_back(std::move(draft.worker));
    }
  }

  void add_secret(DesiredWorker& worker, const WrittenSecret& secret) {
    std::string key =
        secret.key.value_or(replaced(replaced(options_.secret_key, "{worker}", worker.name), "{name}", secret.name));
    if (!secret.key && secret_key_problem(key)) {
      error(secret.where, fmt::format("the default key of \"{}\" is no key of a store", secret.name), "write its key");
    }
    worker.secrets.insert_or_assign(
        secret.name, SecretReference{secret.store.value_or(options_.default_store), std::move(key), secret.where});
  }

  void sort() {
    std::ranges::sort(finished_, {}, &DesiredWorker::name);
    state_.workers = SharedList(std::move(finished_));
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
  std::vector<WorkerDraft> drafts_;
  std::vector<ZoneWorkerDraft> zone_drafts_;
  std::vector<std::shared_ptr<const DesiredWorker>> finished_;
  DesiredState state_;
};

}  // namespace

DesiredState load_manifests(std::shared_ptr<const SourceTree> tree, const LoadOptions& options) {
  return Loader(std::move(tree), options).run();
}

}  // namespace plumbline::manifests
