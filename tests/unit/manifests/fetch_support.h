#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "loopback.h"
#include "manifests/sources/git/git_fetch.h"
#include "support.h"

namespace plumbline::manifests::test {

/// A repository with one commit on main, and where its mirror lies.
class Remote {
 public:
  Remote() {
    git(folder_.path(), {"init", "--quiet", "--initial-branch=main", "work"});
    first_ = commit("one");
  }

  std::string commit(const std::string& text) const {
    folder_.write("work/a.yaml", text);
    return commit_all(folder_.path("work"), text);
  }

  void run(std::vector<std::string> arguments) const { git(folder_.path("work"), std::move(arguments)); }

  [[nodiscard]] FetchRequest request(std::string ref = "refs/heads/main") const {
    return {.url = "file://" + folder_.path("work"),
            .ref = std::move(ref),
            .mirror = folder_.path("mirrors/work.git"),
            .deadline = std::chrono::seconds(20)};
  }

  /// The bytes of a.yaml at a commit, out of the mirror.
  [[nodiscard]] std::string content(const std::string& commit) const {
    const auto tree = open_commit(request().mirror, commit, "", "main");
    if (!tree) return "error: " + tree.error().message;
    return (*tree)->read("a.yaml", 1000).value_or("error");
  }

  [[nodiscard]] const std::string& first() const { return first_; }
  [[nodiscard]] const TempFolder& folder() const { return folder_; }

 private:
  TempFolder folder_;
  std::string first_;
};

/// The commit that is fetched, or `error: ` and why none is. The command of a fetch starts this executable again as its
/// child; a listener of doctest in fetch_support.cpp answers that.
std::string outcome(const FetchRequest& request);

/// Whether the name of a file below `folder` holds `part`.
bool contains_any(const std::filesystem::path& folder, std::string_view part);

std::string loopback_url(std::string_view scheme, const SilentPeer& peer);

}  // namespace plumbline::manifests::test
