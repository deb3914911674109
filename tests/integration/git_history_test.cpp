#include "manifests/sources/git/git_history.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/support/files.h"
#include "tests/support/git_repository.h"

/// How commits stand to each other, in repositories that git made.
namespace plumbline::testing {

using manifests::Kinship;
using manifests::kinship;

TEST_CASE("a commit is older, newer, apart or unknown, as the history of the repository says") {
  const TemporaryFolder folder;
  const GitRepository repository(folder.path());
  const auto mirror = repository.remote().string();
  repository.write("a", "1");
  const auto first = repository.commit("first");
  repository.write("a", "2");
  const auto second = repository.commit("second");
  CHECK(kinship(mirror, second, second) == Kinship::same);
  CHECK(kinship(mirror, first, second) == Kinship::older);
  CHECK(kinship(mirror, second, first) == Kinship::newer);

  // A commit that takes one back comes after it.
  repository.git({"revert", "--no-edit", "HEAD"});
  repository.git({"push", "--quiet", "origin", "main"});
  const auto reverted = repository.git({"rev-parse", "HEAD"});
  CHECK(kinship(mirror, second, reverted) == Kinship::older);

  const auto rewritten = repository.rewrite_last_commit("another end");
  repository.write("b", "1");
  const auto after = repository.commit("after");
  CHECK(kinship(mirror, rewritten, after) == Kinship::older);
  CHECK(kinship(mirror, reverted, after) != Kinship::older);
  CHECK(kinship(mirror, reverted, after) != Kinship::newer);

  CHECK(kinship(mirror, std::string(40, 'a'), after) == Kinship::unknown);
  CHECK(kinship(mirror, after, std::string(40, 'a')) == Kinship::unknown);
  CHECK(kinship(mirror, "", after) == Kinship::unknown);
  CHECK(kinship(mirror, "HEAD", after) == Kinship::unknown);
  CHECK(kinship(mirror + ".gone", first, second) == Kinship::unknown);
  const auto tree = repository.git({"rev-parse", "HEAD^{tree}"});
  CHECK(kinship(mirror, tree, after) == Kinship::unknown);
}

TEST_CASE("branches that have parted are apart until they are merged") {
  const TemporaryFolder folder;
  const GitRepository repository(folder.path());
  const auto mirror = repository.remote().string();
  repository.write("a", "1");
  REQUIRE_FALSE(repository.commit("first").empty());
  repository.git({"checkout", "--quiet", "-b", "other"});
  repository.write("b", "1");
  repository.git({"add", "."});
  repository.git({"commit", "--quiet", "--message", "theirs"});
  repository.git({"push", "--quiet", "origin", "other"});
  const auto theirs = repository.git({"rev-parse", "HEAD"});
  repository.git({"checkout", "--quiet", "main"});
  repository.write("c", "1");
  const auto ours = repository.commit("ours");
  CHECK(kinship(mirror, theirs, ours) == Kinship::apart);
  repository.git({"merge", "--quiet", "--no-edit", "other"});
  repository.git({"push", "--quiet", "origin", "main"});
  CHECK(kinship(mirror, theirs, repository.git({"rev-parse", "HEAD"})) == Kinship::older);
}

}  // namespace plumbline::testing
