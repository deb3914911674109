#include "manifests/sources/git/git_compaction.h"

#include <fmt/format.h>
#include <git2/sys/odb_backend.h>

#include <filesystem>
#include <memory>
#include <numeric>
#include <optional>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

#include "manifests/sources/git/git_completeness.h"
#include "manifests/sources/git/git_connection.h"
#include "manifests/sources/git/git_support.h"
#include "manifests/sources/git/mirror_folder.h"
#include "manifests/sources/git/mirror_packs.h"

namespace plumbline::manifests {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

using GitPackBuilder = std::unique_ptr<git_packbuilder, GitFree<git_packbuilder_free>>;
using GitWalk = std::unique_ptr<git_revwalk, GitFree<git_revwalk_free>>;

// A larger mirror is not packed as a whole, because libgit2 would compare all objects with one another again.
constexpr std::uint64_t kMostAnew = 128ULL * 1024 * 1024;

std::unexpected<Error> git_error_of(std::string_view what) {
  return fail(fmt::format("{}: {}", what, git_failure()));
}

/// A reference that Plumbline has made, with its name.
struct NamedCommit {
  std::string name;
  git_oid id{};
};

Result<std::vector<NamedCommit>> references_of(git_repository* repository) {
  std::vector<NamedCommit> references;
  const auto add = [](git_reference* found, void* payload) {
    const GitReference reference(found);
    const auto* id = git_reference_target(found);
    if (id != nullptr) static_cast<std::vector<NamedCommit>*>(payload)->push_back({git_reference_name(found), *id});
    return 0;
  };
  if (git_reference_foreach(repository, add, &references) < 0) return git_error_of("its references cannot be read");
  return references;
}

/// A pack that is made of objects of the old mirror.
class NewPack {
 public:
  NewPack(git_repository* old, Clock::time_point deadline) : old_(old), deadline_(deadline) {}

  Result<void> begin() {
    git_packbuilder* made = nullptr;
    if (git_packbuilder_new(&made, old_) < 0) return git_error_of("no pack can be made");
    builder_.reset(made);
    git_packbuilder_set_callbacks(
        made,
        [](int, unsigned, unsigned, void* self) { return static_cast<NewPack*>(self)->is_late() ? GIT_EUSER : 0; },
        this);
    return {};
  }

  /// Adds every object that is in these packs, or loose.
  Result<void> add_all_of(std::span<const PackFile> packs) {
    git_odb* made = nullptr;
    if (git_odb_new(&made) < 0) return git_error_of("no objects can be listed");
    const GitOdb odb(made);
    for (const auto& pack : packs) {
      git_odb_backend* backend = nullptr;
      if (git_odb_backend_one_pack(&backend, (pack.stem + ".idx").c_str()) < 0 ||
          git_odb_add_backend(made, backend, 1) < 0) {
        return git_error_of("a pack cannot be read");
      }
    }
    git_odb_backend* loose = nullptr;
    if (git_odb_backend_loose(&loose, (fs::path(git_repository_path(old_)) / "objects").c_str(), -1, 0, 0, 0) < 0 ||
        git_odb_add_backend(made, loose, 1) < 0) {
      return git_error_of("loose objects cannot be read");
    }
    const auto add = [](const git_oid* id, void* self) {
      auto& pack = *static_cast<NewPack*>(self);
      return pack.is_late() ? static_cast<int>(GIT_EUSER) : git_packbuilder_insert(pack.builder_.get(), id, nullptr);
    };
    if (git_odb_foreach(made, add, this) != 0) return broken_off("its objects cannot be listed");
    return {};
  }

  /// Adds everything that the references reach.
  Result<void> add_reachable(std::span<const NamedCommit> references) {
    git_revwalk* made = nullptr;
    if (git_revwalk_new(&made, old_) < 0) return git_error_of("its history cannot be read");
    const GitWalk walk(made);
    for (const auto& reference : references) {
      if (git_revwalk_push(made, &reference.id) < 0) return git_error_of("its history cannot be read");
    }
    if (git_packbuilder_insert_walk(builder_.get(), made) != 0) return broken_off("its history cannot be read");
    return {};
  }

  Result<void> write(const fs::path& folder) {
    if (git_packbuilder_object_count(builder_.get()) == 0) return {};
    if (git_packbuilder_write(builder_.get(), folder.c_str(), 0, nullptr, nullptr) != 0) {
      return broken_off("the new pack cannot be written");
    }
    return {};
  }

 private:
  [[nodiscard]] bool is_late() const { return Clock::now() >= deadline_; }

  [[nodiscard]] std::unexpected<Error> broken_off(std::string_view what) const {
    return is_late() ? fail("it takes too long") : git_error_of(what);
  }

  git_repository* old_;
  Clock::time_point deadline_;
  GitPackBuilder builder_;
};

/// Keeps a pack as the same file under the same name.
Result<void> keep_pack(const PackFile& pack, const fs::path& folder) {
  for (const char* extension : {".pack", ".idx"}) {
    const fs::path file = pack.stem + extension;
    std::error_code error;
    fs::create_hard_link(file, folder / file.filename(), error);
    if (error) fs::copy_file(file, folder / file.filename(), error);
    if (error) return fail(fmt::format("\"{}\" cannot be kept: {}", file.string(), error.message()));
  }
  return {};
}

/// The new mirror while it is being made.
class Compaction {
 public:
  Compaction(const std::string& mirror, Clock::time_point deadline) : mirror_(mirror), deadline_(deadline) {}

  /// `merged`: how many of the packs, the smallest first, become one.
  Result<void> run(std::span<const PackFile> packs, std::size_t merged) {
    remove_debris(mirror_);
    auto old = open_bare(mirror_);
    if (!old) return std::unexpected(std::move(old.error()));
    auto references = references_of(old->get());
    if (!references) return std::unexpected(std::move(references.error()));
    const std::string fresh = fresh_folder(mirror_);
    git_repository* made = nullptr;
    if (git_repository_init(&made, fresh.c_str(), 1) < 0) return git_error_of("no mirror can be made beside it");
    const GitRepository repository(made);
    const fs::path folder = fs::path(fresh) / "objects/pack";
    if (auto done = merge(old->get(), packs, merged, *references, folder); !done) return done;
    if (auto renamed = rename_packs(mirror_); !renamed) return renamed;
    for (const auto& pack : packs.subspan(merged)) {
      if (auto kept = keep_pack(pack, folder); !kept) return kept;
    }
    if (auto copied = copy_references(made, *references); !copied) return copied;
    return replace_mirror(mirror_);
  }

 private:
  Result<void> merge(git_repository* old, std::span<const PackFile> packs, std::size_t merged,
                     std::span<const NamedCommit> references, const fs::path& folder) const {
    NewPack pack(old, deadline_);
    if (auto begun = pack.begin(); !begun) return begun;
    auto added = merged == packs.size() ? pack.add_reachable(references) : pack.add_all_of(packs.first(merged));
    if (!added) return added;
    return pack.write(folder);
  }

  static Result<void> copy_references(git_repository* fresh, std::span<const NamedCommit> references) {
    git_odb* odb = nullptr;
    if (git_repository_odb(&odb, fresh) < 0) return git_error_of("the new mirror cannot be read");
    const GitOdb owner(odb);
    for (const auto& [name, id] : references) {
      if (auto whole = check_completeness(fresh, odb, id, std::nullopt); !whole) return fail(whole.error().message);
      git_reference* made = nullptr;
      if (git_reference_create(&made, fresh, name.c_str(), &id, 1, nullptr) < 0) {
        return git_error_of("a reference cannot be kept");
      }
      const GitReference reference(made);
    }
    return {};
  }

  const std::string& mirror_;
  Clock::time_point deadline_;
};

}  // namespace

Result<void> compact_mirror(const std::string& mirror, std::chrono::steady_clock::time_point deadline) {
  start_git();
  // The new files must be on disk before the old ones are removed.
  git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1);
  const auto packs = packs_of(mirror);
  std::vector<std::uint64_t> sizes;
  sizes.reserve(packs.size());
  for (const auto& pack : packs) sizes.push_back(pack.bytes);
  auto merged = packs_to_merge(sizes);
  const auto all = std::accumulate(sizes.begin(), sizes.end(), std::uint64_t{0});
  if (merged == packs.size() && merged > 0 && all > kMostAnew) --merged;
  auto done = Compaction(mirror, deadline).run(packs, merged);
  if (!done) remove_debris(mirror);
  return done;
}

}  // namespace plumbline::manifests
