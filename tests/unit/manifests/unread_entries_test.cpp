#include "manifests/unread_entries.h"

#include <doctest/doctest.h>

#include <memory>

#include "tests/unit/manifests/support.h"

// Links and submodules are in a quarter of all repositories. Those that nobody needs must not be in the way, and those
// that may be manifests must not cost a Worker.
namespace plumbline::manifests {
namespace {

using test::FakeTree;
using test::texts;
using Files = std::map<std::string, std::string>;
using Kind = UnreadEntry::Kind;

DesiredState load_beside(const Files& files, const std::vector<UnreadEntry>& unread, const LoadOptions& options = {}) {
  auto tree = std::make_shared<FakeTree>(files);
  for (const UnreadEntry& entry : unread) tree->add_unread(entry);
  return load_manifests(tree, options);
}

UnreadEntry link_to(std::string path, std::string target) {
  return {.path = std::move(path), .kind = Kind::link, .target = std::move(target)};
}

UnreadEntry submodule(std::string path) {
  return {.path = std::move(path), .kind = Kind::submodule};
}

}  // namespace

TEST_CASE("what include cannot reach is not mentioned") {
  const LoadOptions options{.include = {"workers/**"}};
  const auto said = [&](const UnreadEntry& entry) { return texts(load_beside({}, {entry}, options).diagnostics); };
  CHECK(said(link_to("CLAUDE.md", "AGENTS.md")).empty());
  CHECK(said(submodule("vendor/lib")).empty());
  CHECK(said({.path = "run/pipe", .kind = Kind::special}).empty());
  CHECK(said({.path = "bad\xffname", .kind = Kind::name}).empty());
  CHECK(said(submodule("workers")).starts_with("workers: warning: this is a submodule"));
  CHECK(said(submodule("workers/a")).starts_with("workers/a: warning: this is a submodule"));
  CHECK(said(link_to("workers/x.md", "y.md")).starts_with("workers/x.md: warning: this is a symbolic link"));
}

TEST_CASE("a few links have a message each, and many are summed up") {
  std::vector<UnreadEntry> links;
  for (const char name : std::string("abcdef")) links.push_back(link_to(std::string("docs/") + name, "x.md"));
  const auto few = load_beside({}, links).diagnostics;
  CHECK(few.size() == 6);
  links.push_back(submodule("docs/g"));
  const auto many = load_beside({}, links).diagnostics;
  REQUIRE(many.size() == 6);
  CHECK(texts({many.back()}) ==
        "docs/f: warning: this and 1 more symbolic links or submodules are never followed; name them in "
        ".plumblineignore: \"docs/f\", \"docs/g\"\n");
  for (int i = 0; i < 100; ++i) links.push_back(submodule("vendor/" + std::to_string(i)));
  const auto more = load_beside({}, links).diagnostics;
  REQUIRE(more.size() == 6);
  CHECK(more.back().summary.starts_with("this and 101 more "));
  CHECK(more.back().detail.ends_with(" and 92 more"));
}

TEST_CASE("a link with a manifest's name hides one unless what it leads to is known") {
  const Files files{{"w.yaml", test::worker_with("w", "main: i.js")},
                    {"left/v.yaml", test::worker_with("v", "main: i.js")},
                    {"left/tsconfig.json", "{}"},
                    {"template", test::worker_with("t", "main: i.js")},
                    {"folder.yaml/readme.md", "x"},
                    {".plumblineignore", "left/\n"},
                    {"i.js", "x"}};
  const auto hidden = [&](const std::string& path, const std::string& target) {
    const auto state = load_beside(files, {link_to(path, target)});
    CHECK_FALSE(has_errors(state.diagnostics));
    CHECK(state.workers.size() == 1);
    return !state.hiding.empty();
  };
  CHECK(hidden("x.yaml", "../x.yaml"));
  CHECK(hidden("a/x.JSON", "/etc/x.json"));
  CHECK(hidden("x.yml", "gone.yml"));
  CHECK(hidden("x.yaml", "left/v.yaml"));
  CHECK(hidden("x.yaml", "template"));
  CHECK_FALSE(hidden("x.yaml", "w.yaml"));
  CHECK_FALSE(hidden("tsconfig.json", "left/tsconfig.json"));
  CHECK_FALSE(hidden("x.yaml", "folder.yaml"));
  CHECK_FALSE(hidden("CLAUDE.md", "../AGENTS.md"));
  CHECK_FALSE(hidden("left/x.yaml", "/etc/x.yaml"));
}

}  // namespace plumbline::manifests
