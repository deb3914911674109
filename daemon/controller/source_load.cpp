#include "daemon/controller/source_load.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "base/digest.h"
#include "base/text.h"
#include "base/utf8.h"
#include "base/version.h"
#include "manifests/desired_json.h"
#include "manifests/files/asset_files.h"
#include "manifests/kinds/parse_cache.h"
#include "manifests/mentions.h"
#include "manifests/sources/git/checkout.h"
#include "manifests/sources/git/mirror_check.h"
#include "manifests/sources/source_tree.h"
#include "net/run_on.h"

namespace plumbline::daemon {
namespace {

namespace fs = std::filesystem;

std::string folder_of(const SourceConfig& source) {
  return source.path.empty() ? source.repository : source.repository + "/" + source.path;
}

// The way from one folder to another below it; nothing if it is not below.
std::optional<std::string> way_below(const std::string& from, const std::string& to) {
  std::error_code error;
  const fs::path way = fs::canonical(to, error).lexically_relative(fs::canonical(from, error));
  if (error || way.empty() || *way.begin() == "..") return std::nullopt;
  auto text = way == "." ? std::string() : way.string();
  return is_utf8(text) ? std::optional(std::move(text)) : std::nullopt;
}

// Where the paths of a folder that no git has begin.
std::string prefix_of(const SourceConfig& source) {
  const std::string& from = source.shown_from.empty() ? source.repository : source.shown_from;
  return way_below(from, folder_of(source)).value_or("");
}

// Why there is nothing to read, and whether making the mirror again may help.
struct LoadProblem {
  FetchProblem problem;
  bool of_mirror = false;
};

struct OpenedTree {
  std::shared_ptr<const manifests::SourceTree> tree;
  std::optional<Diagnostic> note;
};

Result<OpenedTree> open_tree(const SourceConfig& source, const std::string& mirrors, const SourceCommit& commit,
                             const manifests::SourceTree* before) {
  const manifests::TreeLimits limits{.files = source.limits.files, .bytes = source.limits.bytes};
  if (source.reference.kind != GitReference::Kind::folder) {
    auto tree =
        manifests::open_commit(mirror_of(source, mirrors), commit.id, source.path, commit.label, limits, before);
    if (!tree) return std::unexpected(std::move(tree.error()));
    return OpenedTree{.tree = *std::move(tree), .note = {}};
  }
  const std::string folder = folder_of(source);
  auto checkout = manifests::find_checkout(folder);
  if (!checkout) checkout = manifests::Checkout{.place = {.prefix = prefix_of(source)}, .note = {}};
  auto tree = manifests::open_folder(folder, limits, std::move(checkout->place));
  if (!tree) return std::unexpected(std::move(tree.error()));
  return OpenedTree{.tree = *std::move(tree), .note = std::move(checkout->note)};
}

// Content that a manifest names without holding it: the files that are served.
Json files_of(const manifests::DesiredState& desired, const manifests::DesiredWorker& worker) {
  if (!worker.assets || desired.tree == nullptr) return nullptr;
  const auto listing = manifests::digest_assets(*desired.tree, *worker.assets, nullptr);
  if (!listing) return Json(listing.error().message);
  JsonObject files;
  for (const auto& file : listing->files) files[file.path] = file.hash;
  return JsonArray{std::move(files), listing->config};
}

// Content beside the manifests that decides about deletes: files that could be manifests, and names that other files
// mention.
Json files_around(const manifests::DesiredState& desired) {
  JsonArray paths;
  if (desired.tree != nullptr) {
    for (const auto& entry : desired.tree->entries()) {
      if (manifests::may_hold_manifests(entry.path)) paths.emplace_back(entry.path);
    }
    for (const auto& entry : desired.tree->unread()) paths.emplace_back(printable(entry.path));
  }
  for (const auto& mentioned : desired.mentioned) paths.emplace_back(mentioned.name + ' ' + mentioned.file);
  return paths;
}

// What tells this build from others. A build of the same version that somebody is working on differs in size or time.
std::string this_program() {
  struct stat status{};
  ::stat("/proc/self/exe", &status);
  return fmt::format("{} {} {}.{}", version(), status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
}

// Beside the mirrors, a file for each folder of a repository, whatever its branch: most of a branch is as in others.
std::unique_ptr<manifests::ParseStore> open_store(const SourceConfig& source, const std::string& mirrors) {
  std::error_code error;
  const bool is_here = source.reference.kind == GitReference::Kind::folder;
  const auto folder =
      is_here ? fs::canonical(folder_of(source), error).string() : source.repository + '\n' + source.path;
  const auto file = fs::path(mirrors).parent_path() / "parsed" / truncated(sha256_hex(folder));
  return std::make_unique<manifests::ParseStore>(file.string(), this_program());
}

// A disk that takes nothing costs time alone.
void end_load(manifests::ParseStore& store, Logger* logger) {
  const auto written = store.end_load();
  if (!written && logger != nullptr) {
    logger->debug("parsed manifests are not kept on disk", {{"error", written.error().message}});
  }
}

Result<LoadedSource, LoadProblem> load_here(const SourceConfig& source, const FetchContext& context,
                                            SourceCommit commit, LoadMemory& memory) {
  auto opened = open_tree(source, context.mirrors, commit, memory.tree.get());
  if (!opened) {
    const bool of_mirror = !commit.id.empty() && !manifests::holds_all(mirror_of(source, context.mirrors), commit.id);
    return std::unexpected(LoadProblem{{.message = std::move(opened.error().message)}, of_mirror});
  }
  const auto& tree = opened->tree;
  auto options = load_options_of(source);
  options.cache = &memory.parsed;
  // Below a relative path, as of a process without a home, something else may lie: the source itself.
  if (!memory.store && context.mirrors.starts_with('/')) memory.store = open_store(source, context.mirrors);
  memory.parsed.use(memory.store.get());
  auto desired = manifests::load_manifests(tree, options);
  if (memory.store) end_load(*memory.store, context.logger);
  if (opened->note) desired.diagnostics.push_back(*std::move(opened->note));
  if (!tree->is_damaged()) memory.tree = tree;
  return LoadedSource{.commit = std::move(commit),
                      .desired = std::make_shared<const manifests::DesiredState>(std::move(desired))};
}

net::Awaitable<Result<LoadedSource, LoadProblem>> load_on_pool(const SourceConfig* source, FetchContext context,
                                                               SourceCommit commit, LoadMemory* memory) {
  co_return co_await net::run_on(
      context.pool, [source, context, commit, memory] { return load_here(*source, context, commit, *memory); });
}

// Whether the mirror lacks something that the commit has.
bool lacks_something(const Result<LoadedSource, LoadProblem>& loaded) {
  return loaded ? is_damaged(*loaded->desired) : loaded.error().of_mirror;
}

Result<LoadedSource, FetchProblem> without_blame(Result<LoadedSource, LoadProblem> loaded) {
  if (!loaded) return std::unexpected(std::move(loaded.error().problem));
  return *std::move(loaded);
}

}  // namespace

manifests::LoadOptions load_options_of(const SourceConfig& source) {
  manifests::LoadOptions options;
  options.secret_key = source.secret_key;
  options.environment = source.environment;
  options.unknown_environment = source.unknown_environment;
  options.include = source.include;
  options.name_suffix = source.name_suffix;
  options.values = source.values;
  options.values_from = source.values_from;
  options.bundles = source.bundles;
  options.wrangler_configs = source.wrangler_configs;
  options.wrangler_accounts = source.wrangler_accounts;
  options.allow_zones = source.allow_zones;
  return options;
}

net::Awaitable<Result<LoadedSource, FetchProblem>> load_source(const SourceConfig* source, FetchContext context,
                                                               SourceCommit commit, LoadMemory* memory) {
  auto loaded = co_await load_on_pool(source, context, std::move(commit), memory);
  if (!lacks_something(loaded)) co_return without_blame(std::move(loaded));
  // The damaged mirror must not stay open anywhere: libgit2 identifies packs by path, and the new mirror's packs may
  // have the same paths.
  loaded = std::unexpected(LoadProblem());
  memory->tree.reset();
  auto again = co_await fetch_source(source, context, Mirror::rebuild, {});
  if (!again) co_return std::unexpected(std::move(again.error()));
  loaded = co_await load_on_pool(source, context, std::move(*again), memory);
  if (!loaded || !is_damaged(*loaded->desired)) co_return without_blame(std::move(loaded));
  co_return std::unexpected(FetchProblem{.message = "the repository " + source->repository +
                                                    " is damaged: files of its newest commit cannot be read"});
}

net::Awaitable<Result<std::shared_ptr<const manifests::DesiredState>, FetchProblem>> fetch_and_load(
    const SourceConfig* source, FetchContext context) {
  auto commit = co_await fetch_source(source, context, Mirror::update, {});
  if (!commit) co_return std::unexpected(std::move(commit.error()));
  LoadMemory memory;
  auto loaded = co_await load_source(source, std::move(context), *std::move(commit), &memory);
  if (!loaded) co_return std::unexpected(std::move(loaded.error()));
  co_return std::move(loaded->desired);
}

bool is_damaged(const manifests::DesiredState& desired) {
  return desired.tree && desired.tree->is_damaged();
}

std::string digest_of(const manifests::DesiredState& desired) {
  JsonArray workers;
  for (const auto& worker : desired.workers) {
    workers.push_back(JsonArray{manifests::to_json(worker), files_of(desired, worker)});
  }
  for (const auto& worker : desired.zone_workers) workers.push_back(manifests::to_json(worker));
  JsonArray diagnostics;
  for (const auto& diagnostic : desired.diagnostics) diagnostics.emplace_back(to_text(diagnostic));
  JsonArray broken(desired.broken_names.begin(), desired.broken_names.end());
  const Json all{desired.revision, std::move(workers), std::move(diagnostics), std::move(broken),
                 files_around(desired)};
  return sha256_hex(to_canonical_text(all));
}

std::set<std::string> names_of(const manifests::DesiredState& desired) {
  std::set<std::string> names(desired.broken_names.begin(), desired.broken_names.end());
  for (const auto& worker : desired.workers) names.insert(worker.name);
  return names;
}

}  // namespace plumbline::daemon
