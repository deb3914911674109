#include <doctest/doctest.h>

#include "base/digest.h"
#include "manifests/kinds/manifest.h"
#include "manifests/kinds/parse_cache.h"
#include "manifests/worker.h"
#include "support.h"

namespace plumbline::manifests {
namespace {

using test::FakeTree;
using test::load;
using test::texts;

std::string manifest(std::string_view name, std::string_view spec = "main: index.js") {
  return "apiVersion: plumbline.dev/v1beta1\nkind: Worker\nmetadata: {name: " + std::string(name) + "}\nspec: {" +
         std::string(spec) + "}\n";
}

// Errors of a manifest in workers/w.yaml beside some files.
std::string errors_of(std::string_view spec) {
  return texts(load({{"workers/w.yaml", manifest("w", spec)},
                     {"workers/index.js", "x"},
                     {"workers/a.txt", "x"},
                     {"workers/dist/b.js", "x"},
                     {"workers/readme.md", "x"},
                     {"shared/c.wasm", "x"}})
                   .diagnostics);
}

std::string names_of(const DesiredState& state) {
  std::string out;
  for (const auto& worker : state.workers) {
    for (const auto& module : worker.modules) out += module.name + ' ';
  }
  return out;
}

}  // namespace

TEST_CASE("files of others are left alone") {
  const auto state = load({{"deployment.yaml", "apiVersion: apps/v1\nkind: Deployment\nspec: [broken\n"},
                           {"compose.yml", "services: {a: !custom {b: &x 1}}\n"},
                           {"package.json", "{\"name\": \"x\", \"kind\": \"module\"}"},
                           {"notes.md", "plumbline.dev/"},
                           {"plumbline.yaml", "apiVersion: plumbline.dev/v1beta1\nkind: Config\ninstance: edge\n"},
                           {"mixed.yaml", "a: &x 1\nb: *x\n---\n" + manifest("w")},
                           {"index.js", "x"}});
  CHECK(texts(state.diagnostics).empty());
  CHECK(state.workers.size() == 1);
  CHECK(state.manifest_files == 1);
}

TEST_CASE("a known kind with a wrong or missing apiVersion is an error and not somebody else's file") {
  const std::string mend =
      "; write apiVersion: plumbline.dev/v1beta1, or name the file in .plumblineignore if it is not "
      "Plumbline's\n";
  const auto errors = [](const std::string& head) {
    return texts(load({{"w.yaml", head + "metadata: {name: w}\nspec: {main: i.js}\n"}, {"i.js", "x"}}).diagnostics);
  };
  CHECK(errors("apiVersion: plumbline.dev/v1\nkind: Worker\n") ==
        "w.yaml:1:13: error: this apiVersion is not known" + mend);
  CHECK(errors("apiVersion: example.com/v1\nkind: Worker\n") ==
        "w.yaml:1:13: error: this apiVersion is not known" + mend);
  CHECK(errors("kind: Worker\n") == "w.yaml:1:1: error: the apiVersion is missing" + mend);
  CHECK(errors("apiVersion: plumbline.dev/v1beta1\nkind: Wroker\n") ==
        "w.yaml:2:7: error: this kind is not known; did you mean \"Worker\"?\n");
  CHECK(errors("apiVersion: plumbline.dev/v1beta1\n") ==
        "w.yaml:1:1: error: the kind is missing; write kind: Worker\n");
}

TEST_CASE("a file is looked at if its text names our group or one of our kinds") {
  CHECK(may_be_manifest("apiVersion: plumbline.dev/v1beta1"));
  CHECK(may_be_manifest("kind: Worker"));
  CHECK(may_be_manifest("{\"kind\" : \"Defaults\"}"));
  CHECK(may_be_manifest("x: 1\n'kind':   'ZoneWorker' # ours"));
  CHECK(may_be_manifest("{\"apiVersion\":\"plumbline.dev\\/v1beta1\"}"));
  CHECK_FALSE(may_be_manifest("kind: WorkerPool"));
  CHECK_FALSE(may_be_manifest("kind: Deployment"));
  CHECK_FALSE(may_be_manifest("mankind Worker"));
  CHECK_FALSE(may_be_manifest(""));
}

TEST_CASE("what .plumblineignore names is not a manifest, but may be a module") {
  const auto state = load({{".plumblineignore", "old/\n*.draft.yaml\n"},
                           {"old/w.yaml", manifest("old")},
                           {"old/index.js", "x"},
                           {"a.draft.yaml", "apiVersion: plumbline.dev/v1beta1\nkind: Nonsense\n"},
                           {"w.yaml", manifest("w", "main: old/index.js")}});
  CHECK(texts(state.diagnostics).empty());
  CHECK(names_of(state) == "index.js ");
}

TEST_CASE("links and submodules that nobody needs are warnings unless they are ignored") {
  const auto said = [](const std::string& ignore) {
    auto tree = std::make_shared<FakeTree>(std::map<std::string, std::string>{{".plumblineignore", ignore}});
    tree->add_unread({.path = "a/link.yaml", .kind = UnreadEntry::Kind::link, .target = "/etc/passwd"});
    tree->add_unread({.path = "vendor/module", .kind = UnreadEntry::Kind::submodule});
    return texts(load_manifests(tree, {}).diagnostics);
  };
  const std::string link =
      "a/link.yaml: warning: \"a/link.yaml\" is a symbolic link, which is never followed, so a manifest may be behind "
      "it, and nothing is deleted; put the file itself in its place, or name it in .plumblineignore\n";
  CHECK(said("") == link +
                        "vendor/module: warning: this is a submodule, which is never read; commit the files "
                        "themselves, or name it in .plumblineignore\n");
  CHECK(said("vendor/module/\n") == link);
  CHECK(said("/a\n/vendor/*\n").empty());
}

TEST_CASE("what else cannot be read is an error, because it may hold a manifest") {
  auto tree = std::make_shared<FakeTree>(std::map<std::string, std::string>{});
  tree->add_unread({.path = "pipe.yaml", .kind = UnreadEntry::Kind::special});
  tree->add_unread({.path = "secret", .kind = UnreadEntry::Kind::unreadable, .reason = "Permission denied"});
  tree->add_unread({.path = "bad\xffname.yaml", .kind = UnreadEntry::Kind::name});
  CHECK(texts(load_manifests(tree, {}).diagnostics) ==
        "bad\\xffname.yaml: error: this name of a file is not accepted; use UTF-8 without control characters, or name "
        "it in .plumblineignore\n"
        "pipe.yaml: error: this is not a regular file; remove it, or name it in .plumblineignore\n"
        "secret: error: this cannot be read: Permission denied; make it readable, or name it in .plumblineignore\n");
}

TEST_CASE("paths are relative to the manifest and stay inside the source") {
  CHECK(errors_of("main: ./dist/../index.js").empty());
  CHECK(errors_of("main: ../workers/index.js").empty());
  CHECK(errors_of("main: ../../index.js") == "workers/w.yaml:4:14: error: the path leaves the source\n");
  CHECK(errors_of("main: /index.js") == "workers/w.yaml:4:14: error: the path must be relative to this file\n");
  CHECK(errors_of("main: https://example.com/index.js") == "workers/w.yaml:4:14: error: the path may not be a URL\n");
  CHECK(errors_of("main: \"a\\\\b.js\"") == "workers/w.yaml:4:14: error: the path holds a backslash\n");
  CHECK(errors_of("main: \"index\\x01.js\"") == "workers/w.yaml:4:14: error: the path holds a control character\n");
  CHECK(errors_of("main: ''") == "workers/w.yaml:4:14: error: the path is empty\n");
  CHECK(errors_of("main: dist/") == "workers/w.yaml:4:14: error: the path is a folder\n");
  CHECK(errors_of("main: index.js, modules: [../../**]") == "workers/w.yaml:4:34: error: the path leaves the source\n");
  CHECK(errors_of("main: index.js, modules: [\"**/../x\"]") ==
        "workers/w.yaml:4:34: error: .. may not follow a wildcard\n");
}

TEST_CASE("a missing file, a pattern without a match and an unknown type are errors at their place") {
  CHECK(errors_of("main: dist/a.js, modules: [\"dist/*.wasm\", dist/b.js, dist/c.js]") ==
        "workers/w.yaml:4:14: error: there is no file \"workers/dist/a.js\"; build it and commit it, or correct the "
        "path, which is relative to this manifest\n"
        "workers/w.yaml:4:35: error: \"dist/*.wasm\" matches no file; build the files and commit them, or correct the "
        "pattern, which is relative to this manifest\n"
        "workers/w.yaml:4:61: error: \"dist/c.js\" matches no file; build the files and commit them, or correct the "
        "pattern, which is relative to this manifest\n");
  CHECK(errors_of("main: index.js, modules: [\"*.md\"]") ==
        "workers/w.yaml:4:34: error: the type of \"workers/readme.md\" is not known; the name of a module ends in .js "
        ".mjs .cjs .wasm .txt .html .sql .bin .data .py .map\n");
  CHECK(errors_of("main: index.js, modules: [../shared/c.wasm]") ==
        "workers/w.yaml:4:34: error: \"shared/c.wasm\" is outside the folder of the entry, "
        "\"workers\"\n");
}

TEST_CASE("folders with characters of patterns in their names are taken as they are") {
  const auto state = load({{"[x]*/w.yaml", manifest("w", "main: index.js, modules: [\"*.txt\"]")},
                           {"[x]*/index.js", "x"},
                           {"[x]*/a.txt", "x"},
                           {"x/b.txt", "x"}});
  CHECK(texts(state.diagnostics).empty());
  CHECK(names_of(state) == "index.js a.txt ");
}

TEST_CASE("a module that several patterns match is uploaded once") {
  const auto state = load({{"w.yaml", manifest("w", "main: index.js, modules: [\"**/*.js\", \"*.js\", a.js]")},
                           {"index.js", "x"},
                           {"a.js", "x"}});
  CHECK(names_of(state) == "index.js a.js ");
}

TEST_CASE("a module may have 25 MiB and no byte more") {
  const std::size_t cap = 25UL * 1024 * 1024;
  const auto errors = [](std::size_t size) {
    return texts(load({{"w.yaml", manifest("w", "main: index.js, modules: [a.bin]")},
                       {"index.js", "x"},
                       {"a.bin", std::string(size, 'x')}})
                     .diagnostics);
  };
  CHECK(errors(cap).empty());
  CHECK(errors(cap + 1) == "w.yaml:4:34: error: \"a.bin\" has 26214401 bytes, at most 26214400 (25 MiB) are allowed\n");
}

TEST_CASE("a manifest may have 1 MiB, larger files of others do not matter") {
  const std::string filler(1024UL * 1024, ' ');
  CHECK(texts(load({{"w.yaml", manifest("w") + filler}, {"index.js", "x"}}).diagnostics) ==
        "w.yaml: error: the file is larger than 1048576 bytes; split it into several files\n");
  CHECK(texts(load({{"lock.json", "{" + filler + "}"}}).diagnostics).empty());
}

TEST_CASE("a source beyond its limits is an error and no Worker of it is used") {
  const std::map<std::string, std::string> files{
      {"a.yaml", manifest("a")}, {"b.yaml", manifest("b")}, {"index.js", "x"}};
  const auto state_with = [&](TreeLimits limits) {
    return load_manifests(std::make_shared<FakeTree>(files, FakeTree::Ids::none, limits), {});
  };
  CHECK(state_with({.files = 3}).diagnostics.empty());
  CHECK(state_with({.files = 3}).workers.size() == 2);
  CHECK(texts(state_with({.files = 1}).diagnostics) ==
        "error: the source has more than 1 manifests and files that they name; split the source, "
        "narrow its path, or raise its limits\n");
  CHECK(state_with({.files = 1}).workers.empty());
  const auto too_long = state_with({.bytes = 100});
  CHECK(texts(too_long.diagnostics) ==
        "error: the source has more than 100 B of manifests and files that they name; split the "
        "source, narrow its path, or raise its limits\n");
  CHECK(too_long.workers.empty());
}

TEST_CASE("the limit holds for modules as well and is the same with a warm cache") {
  ParseCache cache;
  const auto tree = std::make_shared<FakeTree>(
      std::map<std::string, std::string>{{"a.yaml", manifest("a")}, {"index.js", std::string(1000, 'x')}},
      FakeTree::Ids::by_content, TreeLimits{.bytes = 500});
  for (int load = 0; load < 3; ++load) {
    const auto state = load_manifests(tree, {.cache = &cache});
    CHECK(state.diagnostics.size() == 1);
    CHECK(state.workers.empty());
    CHECK(state.broken_names == std::vector<std::string>{"a"});
  }
}

TEST_CASE("a file whose id did not change is neither read nor parsed nor digested again") {
  ParseCache cache;
  std::map<std::string, std::string> files{
      {"a.yaml", manifest("a")}, {"b.yaml", manifest("b")}, {"other.json", "{}"}, {"index.js", "x"}};
  const auto load_again = [&] {
    const auto tree = std::make_shared<FakeTree>(files, FakeTree::Ids::by_content);
    const auto state = load_manifests(tree, {.cache = &cache});
    CHECK(state.workers.size() == 2);
    CHECK(state.workers[1].modules.at(0).sha256 == sha256_hex(files.at("index.js")));
    return tree->reads();
  };
  CHECK(load_again() == 4);
  CHECK(load_again() == 0);
  files["b.yaml"] += "# changed\n";
  CHECK(load_again() == 1);
  CHECK(cache.counters().parsed == 3);
  CHECK(cache.counters().digested == 1);
  files["index.js"] = "y";
  CHECK(load_again() == 1);
  CHECK(cache.counters().digested == 2);
}

TEST_CASE("a cached file with an error reports it at every load") {
  ParseCache cache;
  const auto tree = std::make_shared<FakeTree>(
      std::map<std::string, std::string>{{"a.yaml", manifest("a", "nonsense: 1")}}, FakeTree::Ids::by_content);
  const auto first = texts(load_manifests(tree, {.cache = &cache}).diagnostics);
  CHECK_FALSE(first.empty());
  CHECK(texts(load_manifests(tree, {.cache = &cache}).diagnostics) == first);
  CHECK(cache.counters().parsed == 1);
}

TEST_CASE("what a folder gives has no id and is read anew") {
  ParseCache cache;
  const auto tree =
      std::make_shared<FakeTree>(std::map<std::string, std::string>{{"a.yaml", manifest("a")}, {"index.js", "x"}});
  CHECK(load_manifests(tree, {.cache = &cache}).workers.size() == 1);
  CHECK(load_manifests(tree, {.cache = &cache}).workers.size() == 1);
  CHECK(cache.counters().parsed == 2);
}

TEST_CASE("a module of a folder that several Workers name is read once in a load") {
  const auto tree = std::make_shared<FakeTree>(std::map<std::string, std::string>{
      {"a.yaml", manifest("a")}, {"b.yaml", manifest("b")}, {"c.yaml", manifest("c")}, {"index.js", "x"}});
  const auto state = load_manifests(tree, {});
  REQUIRE(state.workers.size() == 3);
  for (const auto& worker : state.workers) CHECK(worker.modules.at(0).sha256 == sha256_hex("x"));
  CHECK(tree->reads() == 4);
}

TEST_CASE("a default key that is no key of a store is an error") {
  const auto state = load({{"w.yaml", manifest("w", "main: index.js, secrets: {A$B: {}}")}, {"index.js", "x"}});
  CHECK(texts(state.diagnostics) ==
        "w.yaml:4:34: error: the default key of the secret \"A$B\" is not a valid key in a secret store; write the key "
        "in the manifest\n");
}

TEST_CASE("the bytes of a module are checked against its digest") {
  const FakeTree tree({{"a.js", "x"}});
  ModuleFile module{.name = "a.js", .path = "a.js", .sha256 = sha256_hex("x"), .size = 1};
  CHECK(read_module(tree, module).value() == "x");
  module.sha256 = sha256_hex("y");
  CHECK(read_module(tree, module).error().message == "\"a.js\" has changed since the manifests were read");
}

}  // namespace plumbline::manifests
