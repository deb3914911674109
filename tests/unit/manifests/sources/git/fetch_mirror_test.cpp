#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "manifests/sources/descriptor.h"
#include "manifests/sources/source_tree.h"
#include "tests/unit/manifests/fetch_support.h"

// What becomes of a mirror that is damaged, left behind or shared.
namespace plumbline::manifests {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using test::contains_any;
using test::outcome;
using test::Remote;

// A remote whose mirror holds each object in a file of its own, so that one of them can be taken away.
struct LooseMirror {
  LooseMirror() {
    remote.folder().write("work/a/one.yaml", "one");
    remote.folder().write("work/b/two.yaml", "two");
    first = remote.commit("first");
    const std::string mirror = remote.request().mirror;
    fs::create_directories(mirror);
    test::git(mirror, {"init", "--quiet", "--bare"});
    test::git(mirror, {"fetch", "--quiet", remote.request().url, "refs/heads/main:refs/heads/copied"});
  }

  // Takes away what stands at `path` of the newest commit.
  void lose(const std::string& path) const {
    const auto id = test::git(remote.folder().path("work"), {"rev-parse", "HEAD:" + path});
    REQUIRE(fs::remove(remote.request().mirror + "/objects/" + id.substr(0, 2) + "/" + id.substr(2)));
  }

  [[nodiscard]] bool is_whole() const {
    const auto tree = open_commit(remote.request().mirror,
                                  test::git(remote.folder().path("work"), {"rev-parse", "HEAD"}), "", "main");
    if (!tree) return false;
    return std::ranges::all_of((*tree)->entries(),
                               [&](const TreeEntry& entry) { return (*tree)->read(entry.path, 100).has_value(); });
  }

  // The mark of when everything was looked at.
  [[nodiscard]] fs::path mark() const { return remote.request().mirror + "/whole/refs%2Fheads%2Fmain"; }

  Remote remote;
  std::string first;
};

}  // namespace

TEST_CASE("a mirror that is no repository any more is made afresh") {
  const Remote remote;
  CHECK(outcome(remote.request()) == remote.first());
  const std::string mirror = remote.request().mirror;
  SUBCASE("without its HEAD") {
    fs::remove(mirror + "/HEAD");
  }
  SUBCASE("without its objects") {
    fs::remove_all(mirror + "/objects");
    fs::create_directory(mirror + "/objects");
  }
  SUBCASE("with a pack that is cut short") {
    for (const auto& file : fs::recursive_directory_iterator(mirror + "/objects")) {
      if (!file.is_regular_file()) continue;
      fs::permissions(file.path(), fs::perms::owner_all);
      fs::resize_file(file.path(), 10);
    }
  }
  SUBCASE("with garbage as its configuration") {
    std::ofstream(mirror + "/config") << "[[[\n";
  }
  SUBCASE("with a file in its place") {
    fs::remove_all(mirror);
    std::ofstream(mirror) << "x";
  }
  CHECK(outcome(remote.request()) == remote.first());
  CHECK(remote.content(remote.first()) == "one");
  CHECK_FALSE(fs::exists(mirror + ".fresh"));
}

TEST_CASE("a mirror is made afresh on demand while a reader holds the old one") {
  const Remote remote;
  CHECK(outcome(remote.request()) == remote.first());
  const auto tree = open_commit(remote.request().mirror, remote.first(), "", "main");
  REQUIRE(tree);
  auto request = remote.request();
  request.rebuild = true;
  CHECK(outcome(request) == remote.first());
  CHECK((*tree)->read("a.yaml", 100).value() == "one");
}

TEST_CASE("a mirror that is made afresh is read anew while a reader holds the damaged one of the same objects") {
  const Remote remote;
  CHECK(outcome(remote.request()) == remote.first());
  const std::string mirror = remote.request().mirror;
  for (const auto& file : fs::directory_iterator(mirror + "/objects/pack")) {
    if (file.path().extension() != ".pack") continue;
    fs::permissions(file.path(), fs::perms::owner_all);
    // The end is a checksum of 20 bytes, before it lies the last object.
    std::fstream pack(file.path(), std::ios::binary | std::ios::in | std::ios::out);
    pack.seekp(-25, std::ios::end);
    pack << "XXXXX";
  }
  const auto damaged = open_commit(mirror, remote.first(), "", "main").value();
  CHECK_FALSE(damaged->read("a.yaml", 100));
  CHECK(damaged->is_damaged());
  auto request = remote.request();
  request.rebuild = true;
  CHECK(outcome(request) == remote.first());
  CHECK(remote.content(remote.first()) == "one");
}

TEST_CASE("a corrupt mirror stays as it is while the remote cannot be reached") {
  const Remote remote;
  CHECK(outcome(remote.request()) == remote.first());
  auto request = remote.request();
  request.url = remote.folder().path("gone");
  request.rebuild = true;
  CHECK(outcome(request).starts_with("error: "));
  CHECK(remote.content(remote.first()) == "one");
}

TEST_CASE("what a killed fetch left behind is cleared away") {
  const Remote remote;
  CHECK(outcome(remote.request()) == remote.first());
  const auto second = remote.commit("two");
  const std::string mirror = remote.request().mirror;
  std::ofstream(mirror + "/refs/plumbline/refs%2Fheads%2Fmain.lock") << "x";
  std::ofstream(mirror + "/objects/pack/pack_git2_a1b2c3") << "x";
  fs::create_directory(mirror + ".fresh");
  std::ofstream(mirror + ".fresh/HEAD") << "x";
  CHECK(outcome(remote.request()) == second);
  CHECK_FALSE(contains_any(mirror, "pack_git2_a1b2c3"));
  CHECK_FALSE(fs::exists(mirror + ".fresh"));
}

TEST_CASE("two fetches of one mirror wait for one another") {
  const Remote remote;
  std::vector<std::string> commits(4);
  std::vector<std::thread> threads;
  threads.reserve(commits.size());
  for (std::string& commit : commits) {
    threads.emplace_back([&remote, &commit] { commit = outcome(remote.request()); });
  }
  for (auto& thread : threads) thread.join();
  CHECK(commits == std::vector<std::string>(4, remote.first()));
}

TEST_CASE("a mirror that somebody else holds is an error within the deadline") {
  const Remote remote;
  CHECK(outcome(remote.request()) == remote.first());
  const Descriptor lock(::open((remote.request().mirror + ".lock").c_str(), O_RDWR | O_CLOEXEC));
  REQUIRE(::flock(lock.get(), LOCK_EX) == 0);
  auto request = remote.request();
  request.deadline = 10s;  // a tenth is left for the start of a process on a busy machine
  CHECK(outcome(request) == "error: another fetch works on the mirror \"" + request.mirror + "\"");
}

TEST_CASE("what an unchanged commit has is looked for at times, and not at each fetch") {
  const std::vector<void (*)(const fs::path& mark)> due{
      [](const fs::path& mark) { fs::last_write_time(mark, fs::last_write_time(mark) - 2h); },
      // The clock was put back.
      [](const fs::path& mark) { fs::last_write_time(mark, fs::last_write_time(mark) + 2h); },
      [](const fs::path& mark) { fs::remove(mark); },
  };
  for (const char* lost : {"b", "b/two.yaml"}) {
    for (const auto& make_due : due) {
      const LooseMirror world;
      CHECK(outcome(world.remote.request()) == world.first);
      REQUIRE(fs::exists(world.mark()));
      const auto looked_at = fs::last_write_time(world.mark());
      world.lose(lost);
      CHECK(outcome(world.remote.request()) == world.first);
      CHECK_FALSE(world.is_whole());
      CHECK(fs::last_write_time(world.mark()) == looked_at);
      make_due(world.mark());
      CHECK(outcome(world.remote.request()) == world.first);
      CHECK(world.is_whole());
    }
  }
}

TEST_CASE("a mirror that lacks the newest commit or its top folder is made afresh at the next fetch") {
  const LooseMirror world;
  CHECK(outcome(world.remote.request()) == world.first);
  SUBCASE("the folder") {
    world.lose("");
  }
  SUBCASE("the commit") {
    const auto id = test::git(world.remote.folder().path("work"), {"rev-parse", "HEAD"});
    REQUIRE(fs::remove(world.remote.request().mirror + "/objects/" + id.substr(0, 2) + "/" + id.substr(2)));
  }
  CHECK(outcome(world.remote.request()) == world.first);
  CHECK(world.is_whole());
}

TEST_CASE("of a new commit everything that it changes is looked for") {
  const LooseMirror world;
  CHECK(outcome(world.remote.request()) == world.first);
  world.remote.folder().write("work/b/two.yaml", "2");
  const auto second = world.remote.commit("second");
  SUBCASE("and comes") {}
  SUBCASE("although the mirror has the commit, but not all of it") {
    test::git(world.remote.request().mirror, {"fetch", "--quiet", world.remote.request().url, "refs/heads/main"});
    world.lose("b/two.yaml");
  }
  CHECK(outcome(world.remote.request()) == second);
  CHECK(world.is_whole());
  // The branch goes back.
  world.remote.run({"reset", "--quiet", "--hard", world.first});
  CHECK(outcome(world.remote.request()) == world.first);
  CHECK(world.is_whole());
}

TEST_CASE("a tag that moves, or a commit by its id, is followed in a mirror that was looked at lately") {
  const LooseMirror world;
  const auto& remote = world.remote;
  remote.run({"tag", "--annotate", "--message", "v", "v1.0.0"});
  for (int i = 0; i < 2; ++i) {
    CHECK(outcome(remote.request("refs/tags/v1.0.0")) == world.first);
    CHECK(outcome(remote.request("semver:>=1")) == world.first);
    CHECK(outcome(remote.request(world.first)) == world.first);
  }
  const auto second = remote.commit("second");
  remote.run({"tag", "--force", "--annotate", "--message", "w", "v1.0.0"});
  CHECK(outcome(remote.request("refs/tags/v1.0.0")) == second);
  CHECK(outcome(remote.request("semver:>=1")) == second);
  remote.run({"tag", "v1.1.0", world.first});
  CHECK(outcome(remote.request("semver:>=1")) == world.first);
  CHECK(outcome(remote.request("refs/tags/v1.0.0")) == second);
}

TEST_CASE("the commit in force stays pinned while nothing changes") {
  const LooseMirror world;
  auto request = world.remote.request();
  request.source = "edge";
  CHECK(outcome(request) == world.first);
  request.in_force = world.first;
  CHECK(outcome(request) == world.first);
  CHECK(test::git(request.mirror, {"rev-parse", "refs/plumbline-kept/edge"}) == world.first);
}

}  // namespace plumbline::manifests
