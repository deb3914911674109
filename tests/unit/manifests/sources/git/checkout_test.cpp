#include "manifests/sources/git/checkout.h"

#include <doctest/doctest.h>

#include <filesystem>

#include "tests/unit/manifests/support.h"

// A checkout says which commit it is, so that a plan of it can be told from others, and says where it is another one.
namespace plumbline::manifests {
namespace {

namespace fs = std::filesystem;
using test::commit_all;
using test::git;
using test::TempFolder;

// A checkout of one commit, with a Worker below `apps/edge`.
class WorkTree {
 public:
  WorkTree() {
    write("apps/edge/w.yaml", "w");
    write("apps/edge/i.js", "i");
    write("other.md", "x");
    write(".gitignore", "dist/\n");
    git(folder_.path(), {"init", "--quiet", "--initial-branch=main", "work"});
    commit_ = commit_all(path(), "one");
  }

  [[nodiscard]] std::string path(const std::string& name = {}) const {
    return folder_.path("work") + (name.empty() ? "" : "/" + name);
  }
  void write(const std::string& name, const std::string& text) const { folder_.write("work/" + name, text); }
  [[nodiscard]] const std::string& commit() const { return commit_; }

 private:
  TempFolder folder_;
  std::string commit_;
};

std::string note_of(const WorkTree& tree) {
  const auto found = find_checkout(tree.path("apps/edge")).value();
  CHECK(found.place.revision == "main@sha1:" + tree.commit());
  return found.note ? to_text(*found.note) : std::string();
}

}  // namespace

TEST_CASE("a folder of a checkout knows its way from the top, and the commit") {
  const WorkTree tree;
  const auto below = find_checkout(tree.path("apps/edge/"));
  REQUIRE(below);
  CHECK(below->place.prefix == "apps/edge");
  CHECK(below->place.revision == "main@sha1:" + tree.commit());
  CHECK_FALSE(below->note);
  CHECK(find_checkout(tree.path())->place.prefix.empty());
  git(tree.path(), {"checkout", "--quiet", "-b", "feature/x"});
  CHECK(find_checkout(tree.path())->place.revision == "feature/x@sha1:" + tree.commit());
  git(tree.path(), {"checkout", "--quiet", "--detach"});
  CHECK(find_checkout(tree.path())->place.revision == "sha1:" + tree.commit());
}

TEST_CASE("a second work tree and a link to a folder of a checkout are found as well") {
  const WorkTree tree;
  const TempFolder elsewhere;
  git(tree.path(), {"worktree", "add", "--quiet", "-b", "second", elsewhere.path("second")});
  const auto second = find_checkout(elsewhere.path("second/apps"));
  REQUIRE(second);
  CHECK(second->place.prefix == "apps");
  CHECK(second->place.revision == "second@sha1:" + tree.commit());
  fs::create_symlink(tree.path("apps/edge"), elsewhere.path("current"));
  CHECK(find_checkout(elsewhere.path("current"))->place.prefix == "apps/edge");
}

TEST_CASE("where git has no commit of a folder, the revision is that of a folder") {
  const TempFolder folder;
  CHECK_FALSE(find_checkout(folder.path()));
  CHECK_FALSE(find_checkout(folder.path("nowhere")));
  folder.write(".git/x", "no repository");
  CHECK_FALSE(find_checkout(folder.path()));
  fs::remove_all(folder.path(".git"));
  git(folder.path(), {"init", "--quiet"});
  CHECK(find_checkout(folder.path())->place.revision == "folder");
  const WorkTree tree;
  tree.write("dist/workers/w.yaml", "built");
  const auto ignored = find_checkout(tree.path("dist/workers"));
  REQUIRE(ignored);
  CHECK(ignored->place.prefix == "dist/workers");
  CHECK(ignored->place.revision == "folder");
}

TEST_CASE("a checkout whose repository cannot be read says why its commit is unknown") {
  const WorkTree tree;
  const TempFolder elsewhere;
  git(tree.path(), {"worktree", "add", "--quiet", elsewhere.path("second")});
  git(tree.path(), {"config", "core.repositoryformatversion", "1"});
  git(tree.path(), {"config", "extensions.fromTheFuture", "true"});
  const auto found = find_checkout(tree.path("apps"));
  REQUIRE(found);
  CHECK(found->place.prefix == "apps");
  CHECK(found->place.revision == "folder");
  REQUIRE(found->note);
  CHECK(found->note->summary.starts_with("the commit of this checkout is unknown, so its revision is "));
  CHECK(found->note->severity == Severity::note);
  CHECK(found->note->summary.ends_with(
      "its repository has the extension \"fromthefuture\" of git, which libgit2 does not know"));
  // Another working tree of it has the configuration elsewhere.
  CHECK(find_checkout(elsewhere.path("second"))->note->summary.contains("\"fromthefuture\""));
}

TEST_CASE("a checkout with SHA-256 ids says so") {
  const TempFolder folder;
  folder.write("work/w.yaml", "w");
  git(folder.path(), {"init", "--quiet", "--object-format=sha256", "work"});
  commit_all(folder.path("work"), "one");
  const auto found = find_checkout(folder.path("work"));
  REQUIRE(found);
  CHECK(found->place.revision == "folder");
  REQUIRE(found->note);
  CHECK(found->note->summary.contains("its objects have SHA-256 ids, which Plumbline cannot read"));
}

TEST_CASE("files that are not as in the commit are told, where they are of the source") {
  const WorkTree tree;
  const std::string end = " not as in commit " + tree.commit().substr(0, 12) +
                          ", which the revision names; commit the change, so that the revision tells what is planned";
  CHECK(note_of(tree).empty());
  tree.write("other.md", "changed");
  tree.write("apps/edge/dist/bundle.js", "ignored");
  tree.write("apps/edge/node_modules/p/index.js", "never read");
  CHECK(note_of(tree).empty());
  tree.write("apps/edge/w.yaml", "changed");
  CHECK(note_of(tree) == "apps/edge/w.yaml: note: this file is" + end);
  tree.write("apps/edge/new/v.yaml", "new");
  fs::remove(tree.path("apps/edge/i.js"));
  CHECK(note_of(tree) == "apps/edge/i.js: note: this file and 2 more files are" + end);
  git(tree.path(), {"add", "--all"});
  CHECK(note_of(tree) == "apps/edge/i.js: note: this file and 2 more files are" + end);
}

TEST_CASE("nothing that a checkout configures is run") {
  const WorkTree tree;
  const std::string mark = tree.path("ran");
  tree.write("apps/edge/.gitattributes", "* filter=evil diff=evil\n");
  for (const char* key : {"filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "core.fsmonitor",
                          "diff.evil.textconv", "diff.external", "core.pager", "core.sshCommand"}) {
    git(tree.path(), {"config", key, "touch " + mark});
  }
  tree.write("apps/edge/w.yaml", "v");
  CHECK_FALSE(note_of(tree).empty());
  CHECK_FALSE(fs::exists(mark));
}

}  // namespace plumbline::manifests
