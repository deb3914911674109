#include "manifests/sources/git/git_fetch.h"

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>

#include "tests/support/fetch.h"
#include "tests/unit/manifests/fetch_support.h"

// Which commit a fetch tells.
namespace plumbline::manifests {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using test::git;
using test::outcome;
using test::Remote;
using test::TempFolder;
using testing::fetch;

}  // namespace

TEST_CASE("a fetch makes the mirror and tells the commit of the branch") {
  const Remote remote;
  CHECK(outcome(remote.request()) == remote.first());
  CHECK(remote.content(remote.first()) == "one");
}

TEST_CASE("a fetch brings new commits and an unchanged branch stays as it is") {
  const Remote remote;
  CHECK(outcome(remote.request()) == remote.first());
  CHECK(outcome(remote.request()) == remote.first());
  const auto second = remote.commit("two");
  CHECK(outcome(remote.request()) == second);
  CHECK(remote.content(second) == "two");
  CHECK(remote.content(remote.first()) == "one");
}

TEST_CASE("a folder is a remote like a file URL") {
  const Remote remote;
  auto request = remote.request();
  request.url = remote.folder().path("work");
  CHECK(outcome(request) == remote.first());
}

TEST_CASE("a branch whose history was rewritten is followed") {
  const Remote remote;
  const auto second = remote.commit("two");
  CHECK(outcome(remote.request()) == second);
  remote.run({"reset", "--quiet", "--hard", remote.first()});
  const auto other = remote.commit("other");
  CHECK(outcome(remote.request()) == other);
  CHECK(remote.content(other) == "other");
}

TEST_CASE("a branch that has gone is an error and the mirror keeps the last good commit") {
  const Remote remote;
  CHECK(outcome(remote.request()) == remote.first());
  remote.run({"branch", "--move", "main", "trunk"});
  CHECK(outcome(remote.request()) == "error: cannot fetch from " + remote.request().url +
                                         ": branch \"main\" does not exist at " + remote.request().url);
  CHECK(remote.content(remote.first()) == "one");
}

TEST_CASE("a branch may give its name to a folder of branches") {
  const Remote remote;
  remote.run({"branch", "team"});
  CHECK(outcome(remote.request("refs/heads/team")) == remote.first());
  remote.run({"branch", "--delete", "--force", "team"});
  remote.run({"branch", "team/a"});
  CHECK(outcome(remote.request("refs/heads/team/a")) == remote.first());
}

TEST_CASE("tags are followed to their commit, with a message or without") {
  const Remote remote;
  remote.run({"tag", "plain"});
  remote.run({"tag", "--annotate", "--message", "x", "v1"});
  CHECK(outcome(remote.request("refs/tags/plain")) == remote.first());
  CHECK(outcome(remote.request("refs/tags/v1")) == remote.first());
  CHECK(outcome(remote.request("refs/tags/v2")).ends_with("tag \"v2\" does not exist at " + remote.request().url));
}

TEST_CASE("the newest tag in a range of versions is followed") {
  const Remote remote;
  remote.run({"tag", "v1.9.0"});
  const auto second = remote.commit("two");
  remote.run({"tag", "--annotate", "--message", "x", "v1.10.0"});
  const auto request = remote.request("semver:>=1.2 <2");
  const auto fetched = fetch(request);
  REQUIRE(fetched);
  CHECK(fetched->commit == second);
  CHECK(fetched->label == "v1.10.0");
  remote.commit("three");
  remote.run({"tag", "v2.0.0"});
  CHECK(outcome(request) == second);
  remote.run({"tag", "--delete", "v1.10.0"});
  CHECK(outcome(request) == remote.first());
  CHECK(outcome(remote.request("semver:^3")).ends_with("a tag in \"^3\" does not exist at " + request.url));
}

TEST_CASE("the name of a branch or tag is told with its commit") {
  const Remote remote;
  remote.run({"tag", "release/1"});
  CHECK(fetch(remote.request())->label == "main");
  CHECK(fetch(remote.request("refs/tags/release/1"))->label == "release/1");
  CHECK(fetch(remote.request(remote.first()))->label.empty());
}

TEST_CASE("a commit is found by its id wherever a branch or tag reaches it") {
  const Remote remote;
  const auto second = remote.commit("two");
  CHECK(outcome(remote.request(remote.first())) == remote.first());
  CHECK(remote.content(remote.first()) == "one");
  fs::remove_all(remote.folder().path("work"));  // it is in the mirror: nobody has to be asked
  CHECK(outcome(remote.request(second)) == second);
  const std::string nowhere(40, 'a');
  CHECK(outcome(remote.request(nowhere)).starts_with("error: "));
}

TEST_CASE("a commit that no branch reaches does not exist") {
  const Remote remote;
  CHECK(outcome(remote.request(std::string(40, 'a')))
            .ends_with("commit " + std::string(40, 'a') + " does not exist at " + remote.request().url));
}

TEST_CASE("a repository without commits and a folder without a repository are errors") {
  const TempFolder folder;
  git(folder.path(), {"init", "--quiet", "empty"});
  fs::create_directory(folder.path("nothing"));
  FetchRequest request{
      .url = folder.path("empty"), .ref = "refs/heads/main", .mirror = folder.path("mirror"), .deadline = 20s};
  CHECK(outcome(request).ends_with("branch \"main\" does not exist at " + request.url));
  request.url = folder.path("nothing");
  CHECK(outcome(request).starts_with("error: cannot fetch from " + request.url));
  request.url = folder.path("gone");
  CHECK(outcome(request).starts_with("error: cannot fetch from " + request.url));
}

}  // namespace plumbline::manifests
