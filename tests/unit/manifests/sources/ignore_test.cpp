#include "manifests/sources/ignore.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <set>
#include <sstream>

#include "tests/unit/manifests/support.h"

namespace plumbline::manifests {
namespace {

IgnoreRules rules(std::string_view text) {
  IgnoreRules out;
  out.add("", text);
  return out;
}

}  // namespace

TEST_CASE("a pattern without a slash matches a name in every folder") {
  const auto ignore = rules("*.tmp.yaml\n");
  CHECK(ignore.ignores("a.tmp.yaml"));
  CHECK(ignore.ignores("x/y/a.tmp.yaml"));
  CHECK_FALSE(ignore.ignores("a.yaml"));
}

TEST_CASE("a slash before the end anchors a pattern to its folder") {
  const auto ignore = rules("/a.yaml\nx/b.yaml\n");
  CHECK(ignore.ignores("a.yaml"));
  CHECK_FALSE(ignore.ignores("x/a.yaml"));
  CHECK(ignore.ignores("x/b.yaml"));
  CHECK_FALSE(ignore.ignores("y/x/b.yaml"));
}

TEST_CASE("a slash at the end matches folders alone") {
  const auto ignore = rules("build/\n");
  CHECK(ignore.ignores("build/a.yaml"));
  CHECK(ignore.ignores("x/build/a.yaml"));
  CHECK_FALSE(ignore.ignores("build"));
  CHECK(ignore.ignores("build", PathKind::folder));
}

TEST_CASE("the last rule that matches counts, but nothing returns from an ignored folder") {
  CHECK_FALSE(rules("*.yaml\n!keep.yaml\n").ignores("keep.yaml"));
  CHECK(rules("!keep.yaml\n*.yaml\n").ignores("keep.yaml"));
  CHECK(rules("old/\n!old/keep.yaml\n").ignores("old/keep.yaml"));
  CHECK_FALSE(rules("old/*\n!old/keep.yaml\n").ignores("old/keep.yaml"));
}

TEST_CASE("comments, empty lines, escapes and spaces at the end are read as git reads them") {
  const auto ignore = rules("# a comment\n\n\\#b.yaml\r\n\\!c.yaml   \nd\\ \n");
  CHECK_FALSE(ignore.ignores("# a comment"));
  CHECK(ignore.ignores("#b.yaml"));
  CHECK(ignore.ignores("!c.yaml"));
  CHECK(ignore.ignores("d "));
  CHECK_FALSE(ignore.ignores("d"));
}

TEST_CASE("rules of a lower folder hold below it and win") {
  IgnoreRules ignore = rules("*.json\n");
  ignore.add("x", "!a.json\n/b.yaml\n");
  CHECK(ignore.ignores("a.json"));
  CHECK_FALSE(ignore.ignores("x/a.json"));
  CHECK_FALSE(ignore.ignores("x/y/a.json"));
  CHECK(ignore.ignores("x/b.yaml"));
  CHECK_FALSE(ignore.ignores("x/y/b.yaml"));
}

TEST_CASE("git itself ignores the same files") {
  const std::string text =
      "*.log\n!important.log\n/root.txt\nfoo/bar\nbuild/\n**/deep\na/**/z\nt/**\n!t/keep\n"
      "[a-c].x\nq?.y\n\\!bang\nspace\\ \nvendor/*\n!vendor/mine\n";
  const std::vector<std::string> paths{
      "x.log",     "important.log", "d/important.log", "d/x.log",     "root.txt",   "d/root.txt", "foo/bar",
      "d/foo/bar", "build/x",       "d/build/y",       "deep",        "p/q/deep/r", "a/z",        "a/b/c/z",
      "a/zz",      "t/k",           "t/keep",          "b.x",         "d.x",        "q1.y",       "q12.y",
      "!bang",     "space ",        "vendor/theirs",   "vendor/mine", "plain"};
  const test::TempFolder folder;
  test::git(folder.path(), {"init", "--quiet"});
  folder.write(".gitignore", text);
  for (const auto& path : paths) folder.write(path, "x");
  std::set<std::string> visible;
  std::istringstream listed(
      test::git(folder.path(), {"-c", "core.quotePath=off", "ls-files", "--others", "--exclude-standard"}));
  for (std::string line; std::getline(listed, line);) visible.insert(line);
  const auto ignore = rules(text);
  for (const auto& path : paths) {
    CAPTURE(path);
    CHECK(ignore.ignores(path) == !visible.contains(path));
  }
}

}  // namespace plumbline::manifests
