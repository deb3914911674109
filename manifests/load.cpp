#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <ranges>
#include <set>
#include <tuple>
#include <utility>

#include "base/digest.h"
#include "base/text.h"
#include "manifests/claims.h"
#include "manifests/draft_names.h"
#include "manifests/files/modules.h"
#include "manifests/kinds/manifest.h"
#include "manifests/kinds/parse_cache.h"
#include "manifests/kinds/references.h"
#include "manifests/kinds/zones.h"
#include "manifests/known_environments.h"
#include "manifests/loaded_draft.h"
#include "manifests/manifest_reader.h"
#include "manifests/mentions.h"
#include "manifests/sources/left_out.h"
#include "manifests/sources/paths.h"
#include "manifests/sources/tree_listing.h"
#include "manifests/unread_entries.h"
#include "manifests/worker.h"
#include "manifests/worker_finisher.h"
#include "manifests/wrangler/output_paths.h"
#include "manifests/wrangler/wrangler_accounts.h"
#include "manifests/wrangler/wrangler_bundle.h"
#include "manifests/wrangler/wrangler_config.h"
#include "manifests/wrangler/wrangler_discovery.h"

namespace plumbline::manifests {
namespace {

class Loader {
 public:
  Loader(std::shared_ptr<const SourceTree> tree, const LoadOptions& options)
      : tree_(std::move(tree)),
        options_(options),
        cache_(options.cache != nullptr ? *options.cache : own_cache_),
        budget_(tree_->limits()),
        wrangler_(options.wrangler_configs, tree_->prefix()),
        left_out_(*tree_, options.include, state_.diagnostics) {}

  DesiredState run() {
    if (read_all()) {
      check_environment();
      append_suffix(drafts_, options_.name_suffix, state_.diagnostics);
      break_repeated_names(drafts_, state_.diagnostics);
      break_rivals(drafts_, state_.diagnostics);
      finish_workers();
      finish_zone_workers();
      note_mentioned();
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

  // Returns false if the source is too large; then none of it is used.
  bool read_all() {
    auto read = read_manifests();
    if (read) read = read_wrangler_configs();
    if (read) return true;
    error({}, read.error().message, "split the source, narrow its path, or raise its limits");
    drafts_.clear();
    return false;
  }

  Result<void> read_manifests() {
    ManifestReader reader(*tree_, options_, cache_, budget_, state_.diagnostics);
    std::vector<const TreeEntry*> files;
    for (const TreeEntry& entry : tree_->entries()) {
      if (wrangler_.is_for_wrangler(entry.path) || !may_hold_manifests(entry.path)) continue;
      if (!left_out_.has(entry.path)) files.push_back(&entry);
    }
    for (const TreeEntry* entry : files) {
      if (auto looked = reader.look_into(*entry); !looked) return looked;
    }
    UnreadEntries(*tree_, left_out_, wrangler_).note(reader, state_);
    drafts_.reserve(reader.candidates().size());
    for (auto& candidate : reader.candidates()) {
      if (auto added = add(*candidate.entry, reader.read(candidate)); !added) return added;
    }
    return {};
  }

  Result<void> read_wrangler_configs() {
    const auto ignored = [this](std::string_view path) { return left_out_.has(path); };
    for (const auto& [entry, origin] : find_wrangler_configs(*tree_, wrangler_, ignored, state_.diagnostics)) {
      if (auto allowed = budget_.look_into(*entry); !allowed) return allowed;
      const auto parsed = origin == WranglerOrigin::output ? read_output(*entry) : read_config(*entry, origin);
      if (auto added = add_config(*entry, parsed); !added) return added;
    }
    return {};
  }

  std::shared_ptr<ParsedFile> read_config(const TreeEntry& entry, WranglerOrigin origin) {
    // The same bytes give another Worker in another environment, and when a build tool has written them.
    const char* by = origin == WranglerOrigin::redirect ? "redirect@" : "user@";
    return read_file(entry, by + options_.environment, [&](std::string_view text) {
      return parse_wrangler_config(entry.path, text, options_.environment, origin);
    });
  }

  std::shared_ptr<ParsedFile> read_output(const TreeEntry& entry) {
    OutputContext context{.root_path = root_of_output(entry.path)};
    if (find_file(tree_->entries(), context.root_path) != nullptr) {
      auto root = tree_->read(context.root_path, kMaxManifestBytes);
      if (!root) error({context.root_path}, root.error().message);
      context.root = root ? *std::move(root) : std::string();
    }
    context.has_assets = !files_below(*tree_, path_in(folder_of(entry.path), "assets")).empty();
    const auto key = fmt::format("output@{} {} {}", options_.environment, context.has_assets,
                                 sha256_hex(context.root.value_or("none")));
    return read_file(entry, key, [&](std::string_view text) {
      return parse_build_output(entry.path, text, options_.environment, context);
    });
  }

  Result<void> add_config(const TreeEntry& entry, const std::shared_ptr<ParsedFile>& parsed) {
    auto account = WranglerAccount::ours;
    if (parsed != nullptr && !parsed->file.workers.empty()) {
      account = account_of(parsed->file.workers.front(), options_.wrangler_accounts.get(), state_.diagnostics);
    }
    if (account == WranglerAccount::others) return {};
    return add(entry, parsed, account == WranglerAccount::stranger ? Trust::doubted : Trust::full);
  }

  // `context` names everything that the answer of `parse` depends on beside the bytes. nullptr if the file cannot be
  // read; that is reported.
  template <class Parse>
  std::shared_ptr<ParsedFile> read_file(const TreeEntry& entry, const std::string& context, const Parse& parse) {
    if (auto known = cache_.manifest(entry, context)) return known;
    auto text = tree_->read(entry.path, kMaxCandidateBytes);
    if (text) return cache_.keep(entry, context, parse(*text));
    error({entry.path}, text.error().message, "if it is not a manifest, name it in .plumblineignore");
    return nullptr;
  }

  enum class Trust : std::uint8_t { full, doubted };

  Result<void> add(const TreeEntry& entry, const std::shared_ptr<ParsedFile>& parsed, Trust trust = Trust::full) {
    if (parsed == nullptr || !parsed->file.is_manifest) return {};
    if (auto taken = budget_.take(entry); !taken) return taken;
    ++state_.manifest_files;
    const ManifestFile& file = parsed->file;
    std::ranges::copy(file.diagnostics, std::back_inserter(state_.diagnostics));
    environments_.add(file);
    if (file.is_set_aside) return {};
    state_.manifest_paths.push_back(entry.path);
    read_files_.emplace_back(&entry, parsed);
    const bool doubted = trust == Trust::doubted || left_out_.is_in_doubt(entry.path);
    for (std::size_t i = 0; i < file.workers.size(); ++i) add(parsed, i, doubted);
    for (const ZoneWorkerDraft& draft : file.zone_workers) {
      zone_drafts_.push_back(draft);
      zone_drafts_.back().broken = draft.broken || doubted;
    }
    return {};
  }

  void add(const std::shared_ptr<ParsedFile>& file, std::size_t place, bool doubted) {
    const WorkerDraft& draft = file->file.workers[place];
    const std::string& name = draft.worker.name;
    const bool broken = draft.broken || doubted;
    if (!draft.absent) {
      drafts_.push_back({.file = file, .place = place, .name = name, .broken = broken});
    } else if (broken && !name.empty()) {
      state_.broken_names.push_back(name);
    }
  }

  void check_environment() {
    auto problem = environments_.problem(options_);
    if (!problem) return;
    if (problem->severity == Severity::error) {
      for (LoadedDraft& loaded : drafts_) loaded.broken = true;
    }
    state_.diagnostics.push_back(*std::move(problem));
  }

  void finish_workers() {
    WorkerFinisher finisher(*tree_, options_, cache_, budget_, new_names(drafts_), state_.diagnostics);
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
      // A ZoneWorker without a zone is reported by another check.
      if (!is_new && !zone.empty()) {
        error(draft.worker.where, "another ZoneWorker already manages this zone",
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

  // Whether a Worker of the file has this name, even if only in other environments.
  [[nodiscard]] bool is_meant(const ManifestFile& file, const std::string& name) const {
    return std::ranges::any_of(file.workers, [&](const WorkerDraft& draft) {
      return draft.worker.name == name || draft.base_name == name ||
             (draft.wrangler && draft.worker.name == name + '-' + options_.environment);
    });
  }

  // Manifests are read in the order of their paths, and configs of wrangler after them.
  void sort_paths() {
    if (!std::ranges::is_sorted(state_.manifest_paths)) std::ranges::sort(state_.manifest_paths);
  }

  // Notes names that a manifest has in a comment, and names in files that are no longer manifests.
  void note_mentioned() {
    sort_paths();
    const auto is_read = [this](std::string_view path) {
      return std::ranges::binary_search(state_.manifest_paths, path);
    };
    state_.mentioned = find_unread_names(*tree_, options_, cache_, is_read,
                                         [this](std::string_view path) { return left_out_.has(path); });
    for (const auto& [entry, parsed] : read_files_) {
      for (const std::string& name : parsed->file.mentioned) {
        if (is_meant(parsed->file, name)) continue;
        state_.mentioned.push_back({.name = name + options_.name_suffix, .file = entry->path});
      }
    }
    if (state_.mentioned.empty()) return;
    std::set<std::string_view> stated;
    for (const LoadedDraft& loaded : drafts_) stated.insert(loaded.name);
    std::erase_if(state_.mentioned, [&stated](const MentionedName& one) { return stated.contains(one.name); });
    std::ranges::sort(state_.mentioned, {}, [](const MentionedName& one) { return std::tie(one.name, one.file); });
  }

  void sort() {
    sort_paths();
    std::ranges::sort(state_.zone_workers, {},
                      [](const DesiredZoneWorker& worker) { return std::tie(worker.zone, worker.zone_id); });
    std::ranges::sort(state_.broken_names);
    const auto repeated = std::ranges::unique(state_.broken_names);
    state_.broken_names.erase(repeated.begin(), repeated.end());
    std::ranges::sort(state_.diagnostics, {}, [](const Diagnostic& d) {
      return std::tie(d.where.file, d.where.line, d.where.column, d.summary, d.detail);
    });
    // A problem of a Defaults is found again in every Worker below it.
    const auto again = std::ranges::unique(state_.diagnostics);
    state_.diagnostics.erase(again.begin(), again.end());
  }

  std::shared_ptr<const SourceTree> tree_;
  const LoadOptions& options_;
  ParseCache own_cache_;
  ParseCache& cache_;
  ReadBudget budget_;
  WranglerNames wrangler_;
  DesiredState state_;
  LeftOut left_out_;
  std::vector<std::pair<const TreeEntry*, std::shared_ptr<ParsedFile>>> read_files_;
  std::vector<LoadedDraft> drafts_;
  std::vector<ZoneWorkerDraft> zone_drafts_;
  KnownEnvironments environments_;
};

}  // namespace

DesiredState load_manifests(std::shared_ptr<const SourceTree> tree, const LoadOptions& options) {
  return Loader(std::move(tree), options).run();
}

}  // namespace plumbline::manifests
