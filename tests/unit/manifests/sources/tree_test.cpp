#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "base/text.h"
#include "manifests/sources/git/mirror_check.h"
#include "manifests/sources/source_tree.h"
#include "tests/unit/manifests/support.h"

namespace plumbline::manifests {
namespace {

using test::commit_all;
using test::git;
using test::TempFolder;

std::string paths_of(const SourceTree& tree) {
  std::string out;
  for (const TreeEntry& entry : tree.entries()) out += entry.path + '\n';
  return out;
}

// One entry a line: what it is, where, and of a link where to.
std::string shown(const std::vector<UnreadEntry>& unread) {
  constexpr std::array<std::string_view, 5> kKinds{"link", "submodule", "special", "name", "unreadable"};
  std::string out;
  for (const UnreadEntry& entry : unread) {
    out += fmt::format("{} {}", kKinds.at(static_cast<std::size_t>(entry.kind)), printable(entry.path));
    out += entry.target.empty() ? "\n" : " -> " + entry.target + '\n';
  }
  return out;
}

std::string bare_clone(const TempFolder& folder) {
  git(folder.path(), {"clone", "--quiet", "--bare", folder.path("work"), folder.path("bare")});
  return folder.path("bare");
}

}  // namespace

TEST_CASE("a folder shows its regular files, sorted, without what is never looked into") {
  const TempFolder folder;
  folder.write("b.yaml", "bb");
  folder.write("a/x.yaml", "x");
  folder.write("a.yaml", "a");
  folder.write(".git/config", "x");
  folder.write("node_modules/p/a.yaml", "x");
  folder.write("a/node_modules/q/a.yaml", "x");
  folder.write("a/.wrangler/state/x.json", "x");
  folder.write("a/.wrangler/deploy/other.json", "x");
  folder.write("a/.wrangler/deploy/config.json", "x");
  folder.write(".hidden", "h");
  const auto tree = open_folder(folder.path());
  REQUIRE(tree);
  CHECK(paths_of(**tree) == ".hidden\na.yaml\na/.wrangler/deploy/config.json\na/x.yaml\nb.yaml\n");
  CHECK((*tree)->entries().back().size == 2);
  CHECK((*tree)->entries().back().id.empty());
  CHECK((*tree)->revision() == "folder");
  CHECK((*tree)->unread().empty());
  CHECK((*tree)->skipped() == std::vector<std::string>{"a/node_modules", "node_modules"});
  CHECK((*tree)->read("a/x.yaml", 1).value() == "x");
}

TEST_CASE("links, pipes and odd names in a folder are named and never opened") {
  const TempFolder folder;
  folder.write("real.yaml", "x");
  std::filesystem::create_symlink("real.yaml", folder.path("link.yaml"));
  std::filesystem::create_directory_symlink("/etc", folder.path("etc"));
  std::filesystem::create_directory_symlink("/etc", folder.path("node_modules"));
  REQUIRE(::mkfifo(folder.path("pipe.yaml").c_str(), 0600) == 0);
  folder.write("bad\nname", "x");
  const auto tree = open_folder(folder.path());
  REQUIRE(tree);
  CHECK(paths_of(**tree) == "real.yaml\n");
  CHECK(shown((*tree)->unread()) ==
        "name bad\\x0aname\nlink etc -> /etc\nlink link.yaml -> real.yaml\nspecial pipe.yaml\n");
  CHECK_FALSE((*tree)->read("link.yaml", 100));
  CHECK_FALSE((*tree)->read("etc/passwd", 100'000));
  CHECK_FALSE((*tree)->read("../" + std::filesystem::path(folder.path()).filename().string() + "/real.yaml", 100));
  CHECK_FALSE((*tree)->read("pipe.yaml", 100));
}

TEST_CASE("a file that is swapped for a link or a pipe behind our back is not followed") {
  const TempFolder folder;
  folder.write("a.yaml", "a");
  folder.write("d/b.yaml", "b");
  folder.write("c.yaml", "c");
  const TempFolder outside;
  outside.write("b.yaml", "secret");
  const auto tree = open_folder(folder.path());
  REQUIRE(tree);
  std::filesystem::remove(folder.path("a.yaml"));
  std::filesystem::create_symlink(outside.path("b.yaml"), folder.path("a.yaml"));
  std::filesystem::remove_all(folder.path("d"));
  std::filesystem::create_directory_symlink(outside.path(), folder.path("d"));
  std::filesystem::remove(folder.path("c.yaml"));
  REQUIRE(::mkfifo(folder.path("c.yaml").c_str(), 0600) == 0);
  CHECK((*tree)->read("a.yaml", 100).error().message == "\"a.yaml\" cannot be read: a symbolic link is on the way");
  CHECK((*tree)->read("d/b.yaml", 100).error().message == "\"d/b.yaml\" cannot be read: a symbolic link is on the way");
  CHECK((*tree)->read("c.yaml", 100).error().message == "\"c.yaml\" cannot be read: it is not a regular file");
}

TEST_CASE("a read from a folder never returns more than its cap") {
  const TempFolder folder;
  folder.write("a.yaml", "12345");
  const auto tree = open_folder(folder.path());
  REQUIRE(tree);
  CHECK((*tree)->read("a.yaml", 5).value() == "12345");
  CHECK((*tree)->read("a.yaml", 4).error().message == "\"a.yaml\" is larger than 4 bytes");
  folder.write("a.yaml", "123456789");  // it grew since the folder was listed
  CHECK_FALSE((*tree)->read("a.yaml", 5));
}

TEST_CASE("a folder that is not there is an error") {
  CHECK(open_folder("/nowhere/at/all").error().message ==
        "the folder \"/nowhere/at/all\" cannot be opened: No such file or directory");
}

TEST_CASE("a commit shows its files with the ids and sizes of their blobs") {
  const TempFolder folder;
  folder.write("work/workers/a.yaml", "aa");
  folder.write("work/workers/deep/b.yaml", "aa");
  folder.write("work/workers/node_modules/c.yaml", "c");
  folder.write("work/top.yaml", "t");
  git(folder.path(), {"init", "--quiet", "--initial-branch=main", "work"});
  const auto commit = commit_all(folder.path("work"), "one");
  const auto bare = bare_clone(folder);
  const auto all = open_commit(bare, commit, "", "main");
  REQUIRE(all);
  CHECK(paths_of(**all) == "top.yaml\nworkers/a.yaml\nworkers/deep/b.yaml\n");
  CHECK((*all)->revision() == "main@sha1:" + commit);
  for (const char* subfolder : {"workers", "workers/", "./workers"}) {
    const auto tree = open_commit(bare, commit, subfolder, "main");
    REQUIRE(tree);
    CHECK((*tree)->prefix() == "workers");
    CHECK(paths_of(**tree) == "workers/a.yaml\nworkers/deep/b.yaml\n");
    CHECK((*tree)->entries()[0].id == (*tree)->entries()[1].id);
    CHECK((*tree)->entries()[0].id.size() == 40);
    CHECK((*tree)->entries()[0].size == 2);
    CHECK((*tree)->read("workers/deep/b.yaml", 2).value() == "aa");
    CHECK((*tree)->read("workers/deep/b.yaml", 1).error().message == "\"workers/deep/b.yaml\" is larger than 1 bytes");
    CHECK_FALSE((*tree)->read("deep/b.yaml", 10));
    CHECK_FALSE((*tree)->read("top.yaml", 10));
  }
}

TEST_CASE("the paths of a folder begin where its repository does") {
  const TempFolder folder;
  folder.write("a.yaml", "aa");
  folder.write("deep/b.yaml", "bb");
  std::filesystem::create_symlink("a.yaml", folder.path("deep/link"));
  const auto tree = open_folder(folder.path(), {}, {.prefix = "apps/edge", .revision = "sha1:0"});
  REQUIRE(tree);
  CHECK((*tree)->revision() == "sha1:0");
  CHECK(paths_of(**tree) == "apps/edge/a.yaml\napps/edge/deep/b.yaml\n");
  CHECK(shown((*tree)->unread()) == "link apps/edge/deep/link -> a.yaml\n");
  CHECK((*tree)->read("apps/edge/deep/b.yaml", 2).value() == "bb");
  CHECK_FALSE((*tree)->read("deep/b.yaml", 2));
}

TEST_CASE("what did not change below a subfolder is shared under the same paths") {
  const TempFolder folder;
  folder.write("work/workers/deep/a.yaml", "a");
  folder.write("work/workers/b.yaml", "b");
  git(folder.path(), {"init", "--quiet", "work"});
  const auto first = commit_all(folder.path("work"), "one");
  folder.write("work/workers/b.yaml", "changed");
  const auto second = commit_all(folder.path("work"), "two");
  const auto bare = bare_clone(folder);
  const auto before = open_commit(bare, first, "workers", "main").value();
  const auto after = open_commit(bare, second, "workers", "main", {}, before.get()).value();
  CHECK(paths_of(*after) == "workers/b.yaml\nworkers/deep/a.yaml\n");
  CHECK(&before->entries()[1] == &after->entries()[1]);
  CHECK(after->read("workers/b.yaml", 100).value() == "changed");
}

TEST_CASE("a subfolder or a commit that is not there is an error") {
  const TempFolder folder;
  folder.write("work/a.yaml", "a");
  git(folder.path(), {"init", "--quiet", "work"});
  const auto commit = commit_all(folder.path("work"), "one");
  const auto bare = bare_clone(folder);
  CHECK(open_commit(bare, commit, "gone", "main").error().message ==
        "the repository has no folder \"gone\" at this commit");
  CHECK(open_commit(bare, commit, "a.yaml/b", "main").error().message ==
        "the repository has no folder \"a.yaml/b\" at this commit: \"a.yaml\" is a file; name the folder in which it "
        "lies as the path");
  CHECK(open_commit(bare, commit, "../x", "main").error().message == "the path \"../x\" must be inside the repository");
  CHECK_FALSE(open_commit(bare, std::string(40, '0'), "", "main"));
  CHECK_FALSE(open_commit(bare, "main", "", "main"));
  CHECK_FALSE(open_commit(folder.path("nowhere"), commit, "", "main"));
}

TEST_CASE("whether a mirror holds all of a commit is told apart from a path that the commit does not have") {
  const TempFolder folder;
  folder.write("work/a/one.yaml", "a");
  git(folder.path(), {"init", "--quiet", "work"});
  const auto commit = commit_all(folder.path("work"), "one");
  const auto repository = folder.path("work/.git");
  const auto lose = [&](const std::string& what) {
    const auto id = git(folder.path("work"), {"rev-parse", what});
    REQUIRE(std::filesystem::remove(repository + "/objects/" + id.substr(0, 2) + "/" + id.substr(2)));
  };
  CHECK_FALSE(open_commit(repository, commit, "gone", "main"));
  CHECK(holds_all(repository, commit));
  SUBCASE("a file is lost") {
    lose("HEAD:a/one.yaml");
  }
  SUBCASE("a folder is lost") {
    lose("HEAD:a");
  }
  SUBCASE("the commit is lost") {
    lose("HEAD");
  }
  SUBCASE("everything is lost") {
    std::filesystem::remove_all(repository);
  }
  CHECK_FALSE(open_commit(repository, commit, "", "main"));
  CHECK_FALSE(holds_all(repository, commit));
  CHECK_FALSE(holds_all(repository, "main"));
}

TEST_CASE("symbolic links and submodules in a commit are named and never followed") {
  const TempFolder folder;
  git(folder.path(), {"init", "--quiet", "work"});
  folder.write("work/a.yaml", "a");
  std::filesystem::create_symlink("/etc/passwd", folder.path("work/link.yaml"));
  const auto first = commit_all(folder.path("work"), "one");
  git(folder.path("work"), {"update-index", "--add", "--cacheinfo", "160000," + first + ",vendor/module"});
  git(folder.path("work"), {"commit", "--quiet", "--message", "two"});
  const auto commit = git(folder.path("work"), {"rev-parse", "HEAD"});
  const auto tree = open_commit(bare_clone(folder), commit, "", "main");
  REQUIRE(tree);
  CHECK(paths_of(**tree) == "a.yaml\n");
  CHECK(shown((*tree)->unread()) == "link link.yaml -> /etc/passwd\nsubmodule vendor/module\n");
  CHECK_FALSE((*tree)->read("link.yaml", 100'000));
}

TEST_CASE("a tree that is opened beside an earlier one is the same as one that is opened alone") {
  const TempFolder folder;
  git(folder.path(), {"init", "--quiet", "work"});
  for (const char* file : {"a/one.yaml", "a/deep/two.yaml", "a-b/three.yaml", "b/four.yaml", "top.yaml"}) {
    folder.write(std::string("work/") + file, file);
  }
  std::filesystem::create_symlink("/etc/passwd", folder.path("work/a/link.yaml"));
  std::vector<std::string> commits{commit_all(folder.path("work"), "one")};
  const auto change = [&](const std::function<void()>& edit) {
    edit();
    commits.push_back(commit_all(folder.path("work"), "next"));
  };
  change([&] { folder.write("work/a/deep/two.yaml", "changed"); });
  change([&] { folder.write("work/b/new/five.yaml", "new"); });
  change([&] { std::filesystem::remove_all(folder.path("work/a/deep")); });
  change([&] { std::filesystem::rename(folder.path("work/b"), folder.path("work/c")); });
  change([&] { std::filesystem::remove(folder.path("work/a/link.yaml")); });
  const auto bare = bare_clone(folder);
  const auto shown = [](const SourceTree& tree) {
    std::string out = plumbline::manifests::shown(tree.unread());
    for (const TreeEntry& entry : tree.entries()) out += fmt::format("{} {} {}\n", entry.path, entry.id, entry.size);
    return out;
  };
  for (const auto& from : commits) {
    const auto before = open_commit(bare, from, "", "main").value();
    for (const auto& to : commits) {
      const auto tree = open_commit(bare, to, "", "main", {}, before.get()).value();
      CHECK(shown(*tree) == shown(*open_commit(bare, to, "", "main").value()));
      CHECK(tree->read("top.yaml", 100).value() == "top.yaml");
    }
  }
}

TEST_CASE("what did not change is shared with the tree that was opened before") {
  const TempFolder folder;
  git(folder.path(), {"init", "--quiet", "work"});
  for (const char* file : {"a/one.yaml", "a/two.yaml", "b/three.yaml"}) folder.write(std::string("work/") + file, file);
  const auto first = commit_all(folder.path("work"), "one");
  folder.write("work/a/two.yaml", "changed");
  const auto second = commit_all(folder.path("work"), "two");
  const auto bare = bare_clone(folder);
  const auto before = open_commit(bare, first, "", "main").value();
  const auto same = open_commit(bare, first, "", "main", {}, before.get()).value();
  CHECK(&same->entries() == &before->entries());
  const auto after = open_commit(bare, second, "", "main", {}, before.get()).value();
  CHECK(&after->entries()[0] == &before->entries()[0]);
  CHECK(&after->entries()[1] != &before->entries()[1]);
  CHECK(&after->entries()[2] == &before->entries()[2]);
}

TEST_CASE("a commit that holds a name twice is refused") {
  const TempFolder folder;
  folder.write("work/a.yaml", "a");
  git(folder.path(), {"init", "--quiet", "work"});
  commit_all(folder.path("work"), "one");
  // An entry of a tree: its mode, its name, and the 20 bytes of an id.
  std::string id;
  const auto hex = git(folder.path("work"), {"rev-parse", "HEAD:a.yaml"});
  for (std::size_t i = 0; i < hex.size(); i += 2) id += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  const std::string entry = std::string("100644 a.yaml") + '\0' + id;
  folder.write("tree", entry + entry);
  const auto tree = git(folder.path("work"), {"hash-object", "-w", "-t", "tree", "--literally", folder.path("tree")});
  const auto commit = git(folder.path("work"), {"commit-tree", tree, "-m", "twice"});
  CHECK(open_commit(folder.path("work/.git"), commit, "", "main").error().message ==
        "the commit holds \"a.yaml\" twice");
}

TEST_CASE("a commit can be read while its repository is repacked or replaced") {
  const TempFolder folder;
  git(folder.path(), {"init", "--quiet", "work"});
  for (int i = 0; i < 20; ++i) folder.write("work/" + std::to_string(i), std::to_string(i));
  const auto commit = commit_all(folder.path("work"), "one");
  const auto bare = bare_clone(folder);
  const auto tree = open_commit(bare, commit, "", "main");
  REQUIRE(tree);
  CHECK((*tree)->read("1", 9).value() == "1");
  git(bare, {"repack", "-a", "-d", "-q"});
  CHECK((*tree)->read("2", 9).value() == "2");
  std::filesystem::rename(bare, folder.path("old"));
  git(folder.path(), {"clone", "--quiet", "--bare", "--no-hardlinks", folder.path("work"), bare});
  std::filesystem::remove_all(folder.path("old"));
  for (int i = 0; i < 20; ++i) {
    CHECK((*tree)->read(std::to_string(i), 9).value() == std::to_string(i));
  }
}

TEST_CASE("files of a commit can be read from several threads") {
  const TempFolder folder;
  git(folder.path(), {"init", "--quiet", "work"});
  for (int i = 0; i < 50; ++i) folder.write("work/" + std::to_string(i), std::to_string(i));
  const auto commit = commit_all(folder.path("work"), "one");
  const auto tree = open_commit(bare_clone(folder), commit, "", "main");
  REQUIRE(tree);
  std::vector<int> good(4, 0);
  std::vector<std::thread> threads;
  threads.reserve(good.size());
  for (int& count : good) {
    threads.emplace_back([&tree, &count] {
      for (int i = 0; i < 50; ++i) {
        if ((*tree)->read(std::to_string(i), 9).value_or("") == std::to_string(i)) ++count;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(good == std::vector<int>(4, 50));
}

TEST_CASE("a damaged blob is an error and not other bytes") {
  const TempFolder folder;
  git(folder.path(), {"init", "--quiet", "work"});
  folder.write("work/a.yaml", "the bytes that were committed");
  const auto commit = commit_all(folder.path("work"), "one");
  const auto id = git(folder.path("work"), {"rev-parse", "HEAD:a.yaml"});
  folder.write("work/b.yaml", "some other bytes of that size");
  const auto other = git(folder.path("work"), {"hash-object", "-w", "b.yaml"});
  const auto loose = [&](const std::string& hex) {
    return folder.path("work/.git/objects/" + hex.substr(0, 2) + "/" + hex.substr(2));
  };
  std::filesystem::permissions(loose(id), std::filesystem::perms::owner_all);
  std::filesystem::copy_file(loose(other), loose(id), std::filesystem::copy_options::overwrite_existing);
  const auto tree = open_commit(folder.path("work/.git"), commit, "", "main");
  REQUIRE(tree);
  CHECK_FALSE((*tree)->read("a.yaml", 100));
}

}  // namespace plumbline::manifests
