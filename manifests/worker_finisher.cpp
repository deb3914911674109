#include "manifests/worker_finisher.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>
#include <utility>

#include "base/text.h"
#include "manifests/documents/rules.h"
#include "manifests/kinds/assets.h"
#include "manifests/kinds/zones.h"
#include "manifests/sources/stand_in.h"
#include "manifests/sources/unread.h"

namespace plumbline::manifests {
WorkerFinisher::WorkerFinisher(const SourceTree& tree, const LoadOptions& options, ParseCache& cache,
                               ReadBudget& budget, WorkerNames names, std::vector<Diagnostic>& diagnostics)
    : tree_(tree),
      options_(options),
      cache_(cache),
      names_(std::move(names)),
      diagnostics_(diagnostics),
      finder_(tree, cache, budget),
      wrangler_(tree, cache, finder_, options.bundles),
      conditions_(cache.number_of({.default_store = options.default_store,
                                   .secret_key = options.secret_key,
                                   .name_suffix = options.name_suffix,
                                   .allow_zones = options.allow_zones,
                                   .names = names_})) {}

void WorkerFinisher::finish(LoadedDraft& loaded) {
  const std::size_t before = diagnostics_.size();
  auto worker = loaded.draft().wrangler ? of_wrangler_config(loaded) : of_manifest(loaded);
  loaded.broken = loaded.broken || has_error_since(before);
  if (!loaded.broken) loaded.worker = std::move(worker);
}

// Which files a Worker has depends on the whole source, so this is asked at every load.
std::shared_ptr<const DesiredWorker> WorkerFinisher::of_manifest(const LoadedDraft& loaded) {
  const WorkerDraft& draft = loaded.draft();
  const std::size_t before = diagnostics_.size();
  const auto files = finder_.choose(draft, diagnostics_);
  check_assets(draft.worker);
  FinishedWorker& known = loaded.finished();
  const bool is_sound = !loaded.broken && diagnostics_.size() == before;
  if (is_sound && known.worker && known.conditions == conditions_ && finder_.are(files, known.worker->modules)) {
    return known.worker;
  }
  DesiredWorker worker = named(loaded);
  worker.modules = finder_.take(files, draft.worker.syntax, diagnostics_);
  auto finished = completed(std::move(worker), draft);
  // A Worker with diagnostics is not reused: they have to be reported at the next load as well.
  if (!loaded.broken && diagnostics_.size() == before) known = {finished, conditions_};
  return finished;
}

std::shared_ptr<const DesiredWorker> WorkerFinisher::of_wrangler_config(const LoadedDraft& loaded) {
  WorkerDraft draft = loaded.draft();
  draft.worker = named(loaded);
  wrangler_.fill_in(draft, diagnostics_);
  check_assets(draft.worker);
  return completed(std::move(draft.worker), loaded.draft());
}

DesiredWorker WorkerFinisher::named(const LoadedDraft& loaded) const {
  DesiredWorker worker = loaded.draft().worker;
  worker.name = loaded.name;
  if (!names_.empty()) rename_references(worker, names_);
  return worker;
}

std::shared_ptr<const DesiredWorker> WorkerFinisher::completed(DesiredWorker worker, const WorkerDraft& draft) {
  cache_.count_finished();
  for (const WrittenSecret& secret : draft.secrets) add_secret(worker, secret);
  if (options_.allow_zones) check_zones(worker, *options_.allow_zones, diagnostics_);
  return std::make_shared<const DesiredWorker>(std::move(worker));
}

void WorkerFinisher::add_secret(DesiredWorker& worker, const WrittenSecret& secret) {
  std::string key =
      secret.key.value_or(replaced(replaced(options_.secret_key, "{worker}", worker.name), "{name}", secret.name));
  if (!secret.key && secret_key_problem(key)) {
    error(secret.where,
          fmt::format("the default key of the secret \"{}\" is not a valid key in a secret store", secret.name),
          "write the key in the manifest");
  }
  worker.secrets.insert_or_assign(
      secret.name, SecretReference{secret.store.value_or(options_.default_store), std::move(key), secret.where});
}

void WorkerFinisher::check_assets(const DesiredWorker& worker) {
  if (!worker.assets) return;
  if (const UnreadEntry* unread = find_unread_asset(tree_, *worker.assets)) {
    diagnostics_.push_back(needed_unread(worker.assets->where, *unread));
  } else if (auto files = list_assets(tree_, *worker.assets); !files) {
    error(worker.assets->where, files.error().message,
          "build the files and commit them, or correct the path, which is relative to this manifest");
  } else {
    check_content(worker.assets->where, *files);
  }
  if (const std::string* skipped = find_skipped_asset(tree_, *worker.assets)) {
    diagnostics_.push_back({.severity = Severity::warning,
                            .where = worker.assets->where,
                            .summary = fmt::format("\"{}\" is never read, so it is not served", *skipped),
                            .detail =
                                "name it in .assetsignore; or, if it is to be served, have the build copy it to a "
                                "folder of another name"});
  }
}

// Pointers are short, so a look into short files finds them before anything is planned. Encrypted files are found when
// they are digested, at the latest.
void WorkerFinisher::check_content(const SourceLocation& where, const std::vector<const TreeEntry*>& files) {
  constexpr std::string_view kQuestion = "stand-in";
  constexpr std::string_view kNone = "none";
  for (const TreeEntry* file : files) {
    if (file->size > kMaxPointerBytes || cache_.answer(*file, kQuestion) == kNone) continue;
    const auto bytes = tree_.read(file->path, kMaxAssetBytes);
    if (!bytes) {
      error(where, bytes.error().message, "make it readable");
    } else if (const auto what = stand_in_of(*bytes)) {
      error(where, fmt::format("\"{}\" {}", file->path, *what), std::string(mend_of_stand_in(*bytes)));
    } else {
      cache_.keep_answer(*file, kQuestion, std::string(kNone));
    }
  }
}

bool WorkerFinisher::has_error_since(std::size_t count) const {
  return std::ranges::any_of(diagnostics_ | std::views::drop(count),
                             [](const Diagnostic& one) { return one.severity == Severity::error; });
}

void WorkerFinisher::error(SourceLocation where, std::string summary, std::string detail) {
  diagnostics_.push_back({.where = std::move(where), .summary = std::move(summary), .detail = std::move(detail)});
}

}  // namespace plumbline::manifests
