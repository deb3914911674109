#include "manifests/sources/git/checkout.h"

#include <fmt/format.h>
#include <git2.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "base/text.h"
#include "base/utf8.h"
#include "manifests/sources/git/git_support.h"
#include "manifests/sources/git/local_remote.h"
#include "manifests/sources/tree_listing.h"

namespace plumbline::manifests {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kShortId = 12;

Diagnostic noted(std::string file, std::string summary, std::string detail) {
  return {.severity = Severity::note,
          .where = {std::move(file)},
          .summary = std::move(summary),
          .detail = std::move(detail)};
}

std::string path_of(const git_status_entry& entry) {
  const git_diff_delta* delta = entry.index_to_workdir != nullptr ? entry.index_to_workdir : entry.head_to_index;
  const char* path = delta->new_file.path != nullptr ? delta->new_file.path : delta->old_file.path;
  return path != nullptr ? path : "";
}

// The files below `prefix` that are not as HEAD has them. What .gitignore names is not counted, as in git status.
Result<std::vector<std::string>> changed_files(git_repository* repository, std::string prefix) {
  git_status_options options = GIT_STATUS_OPTIONS_INIT;
  options.flags = GIT_STATUS_OPT_INCLUDE_UNTRACKED | GIT_STATUS_OPT_RECURSE_UNTRACKED_DIRS |
                  GIT_STATUS_OPT_EXCLUDE_SUBMODULES | GIT_STATUS_OPT_DISABLE_PATHSPEC_MATCH;
  char* below = prefix.data();
  if (!prefix.empty()) options.pathspec = {&below, 1};
  git_status_list* found = nullptr;
  if (git_status_list_new(&found, repository, &options) < 0) return fail(git_failure());
  const GitStatusList list(found);
  std::vector<std::string> paths;
  for (std::size_t i = 0; i < git_status_list_entrycount(list.get()); ++i) {
    const git_status_entry* entry = git_status_byindex(list.get(), i);
    auto path = entry != nullptr ? path_of(*entry) : std::string();
    if (!path.empty() && skipped_folder_of(path).empty()) paths.push_back(std::move(path));
  }
  std::ranges::sort(paths);
  return paths;
}

std::optional<Diagnostic> note_of_changes(git_repository* repository, const std::string& prefix,
                                          const std::string& commit) {
  const std::string id = commit.substr(0, kShortId);
  const auto changed = changed_files(repository, prefix);
  if (!changed) {
    return noted(prefix, "it is unknown whether the files of this checkout are those of commit " + id,
                 changed.error().message);
  }
  if (changed->empty()) return std::nullopt;
  const std::string others = changed->size() == 1 ? "" : " and " + counted(changed->size() - 1, "more file");
  return noted(changed->front(),
               fmt::format("this file{} {} not as in commit {}, which the revision names", others,
                           changed->size() == 1 ? "is" : "are", id),
               "commit the change, so that the revision tells what is planned");
}

// Of a folder that git leaves out, no commit holds anything.
bool is_left_out_of_git(git_repository* repository, const std::string& prefix) {
  int ignored = 0;
  return !prefix.empty() && git_ignore_path_is_ignored(&ignored, repository, (prefix + '/').c_str()) == 0 &&
         ignored == 1;
}

// Nothing in a repository without a commit.
std::optional<std::string> head_commit(git_repository* repository, std::string& branch) {
  git_reference* found = nullptr;
  if (git_repository_head(&found, repository) < 0) return std::nullopt;
  const GitReference head(found);
  const git_oid* id = git_reference_target(head.get());
  if (id == nullptr) return std::nullopt;
  if (git_reference_is_branch(head.get()) == 1) branch = git_reference_shorthand(head.get());
  return to_hex(*id);
}

Checkout in_repository(git_repository* repository, std::string prefix) {
  Checkout out{.place = {.prefix = std::move(prefix)}, .note = {}};
  if (is_left_out_of_git(repository, out.place.prefix)) return out;
  std::string branch;
  const auto commit = head_commit(repository, branch);
  if (!commit) return out;
  out.place.revision = revision_of(*commit, branch);
  out.note = note_of_changes(repository, out.place.prefix, *commit);
  return out;
}

Checkout unknown_commit(std::string prefix, const std::string& top, const std::string& why) {
  return {.place = {.prefix = prefix},
          .note = noted(std::move(prefix),
                        "the commit of this checkout is unknown, so its revision is \"folder\": " +
                            unsupported_repository(top).value_or(why),
                        {})};
}

}  // namespace

std::optional<Checkout> find_checkout(const std::string& folder) {
  start_git();
  std::error_code error;
  const fs::path here = fs::canonical(folder, error);
  if (error) return std::nullopt;
  for (fs::path top = here;; top = top.parent_path()) {
    if (fs::exists(fs::symlink_status(top / ".git", error))) {
      const fs::path way = here.lexically_relative(top);
      std::string prefix = way == "." ? std::string() : way.string();
      if (!is_utf8(prefix)) return std::nullopt;
      if (const auto extension = unknown_extension(top.string())) {
        return unknown_commit(std::move(prefix), top.string(),
                              fmt::format("its repository has the extension \"{}\" of git, which libgit2 does not know",
                                          printable(*extension)));
      }
      git_repository* found = nullptr;
      const int opened = git_repository_open_ext(&found, top.c_str(), GIT_REPOSITORY_OPEN_NO_SEARCH, nullptr);
      const GitRepository repository(found);
      if (opened == 0) return in_repository(repository.get(), std::move(prefix));
      // As git does, a `.git` that is no repository is passed over.
      if (opened != GIT_ENOTFOUND) return unknown_commit(std::move(prefix), top.string(), git_failure());
    }
    if (top == top.root_path()) return std::nullopt;
  }
}

}  // namespace plumbline::manifests
