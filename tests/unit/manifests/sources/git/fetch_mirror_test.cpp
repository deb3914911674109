#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

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

}  // namespace plumbline::manifests
