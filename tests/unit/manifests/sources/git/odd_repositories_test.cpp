#include <doctest/doctest.h>

#include <filesystem>

#include "manifests/sources/source_tree.h"
#include "tests/unit/manifests/fetch_support.h"

// What of a repository is out of the ordinary works, or is told with the way to mend it.
namespace plumbline::manifests {
namespace {

namespace fs = std::filesystem;
using test::git;
using test::outcome;
using test::Remote;

std::string outcome_of(const Remote& remote, const std::string& place, const std::string& ref = "refs/heads/main") {
  auto request = remote.request(ref);
  request.url = place;
  return outcome(request);
}

}  // namespace

TEST_CASE("any ref of a repository may be followed by its full name") {
  const Remote remote;
  remote.run({"update-ref", "refs/pull/7/head", remote.first()});
  (void)remote.commit("two");
  CHECK(outcome(remote.request("refs/pull/7/head")) == remote.first());
  CHECK(remote.content(remote.first()) == "one");
  CHECK(outcome(remote.request("refs/pull/8/head")).contains("ref refs/pull/8/head does not exist at "));
}

TEST_CASE("a name as long as a file's name may be is no trouble for a mirror") {
  const Remote remote;
  for (const std::string& name : {std::string(238, 'b'), std::string(120, 'b') + '/' + std::string(120, 'c'),
                                  std::string(120, 'b') + '/' + std::string(120, 'd')}) {
    remote.run({"branch", name});
    CHECK(outcome(remote.request("refs/heads/" + name)) == remote.first());
  }
  const auto second = remote.commit("two");
  CHECK(outcome(remote.request()) == second);
  CHECK(outcome(remote.request("refs/heads/" + std::string(238, 'b'))) == remote.first());
}

TEST_CASE("a repository of SHA-256 says so, and how to mend it") {
  const Remote remote;
  remote.folder().write("sha256/a.yaml", "a");
  const std::string place = remote.folder().path("sha256");
  git(remote.folder().path(), {"init", "--quiet", "--initial-branch=main", "--object-format=sha256", "sha256"});
  (void)test::commit_all(place, "one");
  git(remote.folder().path(), {"clone", "--quiet", "--bare", place, "sha256.git"});
  for (const std::string& url : {place, "file://" + place, "file://" + place + ".git"}) {
    CAPTURE(url);
    CHECK(
        outcome_of(remote, url)
            .ends_with(": its objects have SHA-256 ids, which Plumbline cannot read; make a repository with `git init "
                       "--object-format=sha1` and commit the files there"));
  }
}

TEST_CASE("a shallow clone on this machine says so, and how to mend it") {
  const Remote remote;
  (void)remote.commit("two");
  const std::string place = remote.folder().path("shallow");
  git(remote.folder().path(), {"clone", "--quiet", "--depth=1", remote.request().url, place});
  CHECK(outcome_of(remote, "file://" + place)
            .ends_with(": it is a shallow clone, which lacks its history; run `git fetch --unshallow` in it"));
  git(place, {"fetch", "--quiet", "--unshallow"});
  CHECK_FALSE(outcome_of(remote, "file://" + place).starts_with("error"));
}

TEST_CASE("a path that is a link, a submodule or a file in the commit says so, and how to mend it") {
  const Remote remote;
  remote.folder().write("work/apps/edge/w.yaml", "w");
  fs::create_symlink("apps/edge", remote.folder().path("work/workers"));
  git(remote.folder().path("work"), {"init", "--quiet", "vendor"});
  git(remote.folder().path("work/vendor"), {"commit", "--quiet", "--allow-empty", "--message", "x"});
  const auto commit = remote.commit("two");
  const auto why = [&](const std::string& path) {
    return open_commit(remote.folder().path("work/.git"), commit, path, "main").error().message;
  };
  CHECK(why("workers/edge") ==
        "the repository has no folder \"workers/edge\" at this commit: \"workers\" is a symbolic link, which is never "
        "followed; name the folder that it leads to as the path");
  CHECK(why("vendor").ends_with(
      ": \"vendor\" is a submodule, which is never read; name the repository of the submodule itself"));
  CHECK(why("a.yaml").ends_with(": \"a.yaml\" is a file; name the folder in which it lies as the path"));
}

}  // namespace plumbline::manifests
