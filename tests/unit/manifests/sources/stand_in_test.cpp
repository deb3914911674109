#include "manifests/sources/stand_in.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/digest.h"
#include "manifests/files/asset_files.h"
#include "manifests/kinds/parse_cache.h"
#include "manifests/sources/secret_store.h"
#include "manifests/worker.h"
#include "tests/unit/manifests/support.h"

// Pointers and ciphertext that stand in the place of a file's content never go out as content.
namespace plumbline::manifests {
namespace {

using test::FakeTree;
using test::load;
using test::texts;
using Files = std::map<std::string, std::string>;

std::string lfs() {
  return "version https://git-lfs.github.com/spec/v1\noid sha256:" + std::string(64, 'a') + "\nsize 12345\n";
}

std::string crypt() {
  return std::string("\0GITCRYPT\0", 10) + "0123456789abcdef";
}

// What is said of a source in which one file is such a thing, and that the Worker `w` is not there.
std::string said_of(Files files, const std::string& path, const std::string& bytes, const LoadOptions& options = {}) {
  files[path] = bytes;
  const auto state = load(std::move(files), options);
  const bool there = std::ranges::any_of(state.workers, [](const DesiredWorker& one) { return one.name == "w"; });
  CHECK_FALSE(there);
  CHECK(has_errors(state.diagnostics));
  return texts(state.diagnostics);
}

}  // namespace

TEST_CASE("what stands in a file's place is known by how it begins") {
  CHECK(stand_in_of(lfs()) == "is a pointer of Git LFS, not the file itself");
  CHECK(stand_in_of("version https://hawser.github.com/spec/v1\n"));
  CHECK(stand_in_of("\xEF\xBB\xBF" + lfs()));
  CHECK(stand_in_of(crypt()) == "is encrypted by git-crypt");
  CHECK(stand_in_of(crypt() + std::string(100'000, 'x')));
  CHECK(stand_in_of("/annex/objects/SHA256E-s3--0\n"));
  CHECK_FALSE(stand_in_of(""));
  CHECK_FALSE(stand_in_of("// version https://git-lfs.github.com/spec/v1"));
  // A page about LFS is a page.
  CHECK_FALSE(stand_in_of(lfs() + std::string(2000, 'x')));
  CHECK_FALSE(stand_in_of("GITCRYPT"));
}

TEST_CASE("a Worker that takes such a file is broken, whichever way it takes it") {
  const std::string module = "export default {}";
  const Files files{{"w.yaml", test::worker_with("w", "main: index.js, modules: [\"lib/*.wasm\"]")},
                    {"v.yaml", test::worker_with("v", "main: index2.js")},
                    {"index.js", module},
                    {"index2.js", module},
                    {"lib/a.wasm", "x"}};
  for (const std::string& bytes : {lfs(), crypt()}) {
    const std::string what(*stand_in_of(bytes));
    for (const auto* path : {"index.js", "lib/a.wasm"}) {
      CAPTURE(path);
      CHECK(said_of(files, path, bytes).contains("\"" + std::string(path) + "\" " + what));
      Files hit = files;
      hit[path] = bytes;
      CHECK(load(hit).workers.size() == 1);
    }
    const Files assets{{"w.yaml", test::worker_with("w", "assets: {directory: site}")}, {"site/index.html", "x"}};
    for (const auto* path : {"site/logo.png", "site/.assetsignore"}) {
      CAPTURE(path);
      CHECK(said_of(assets, path, bytes).contains(path));
    }
    const Files wrangler{{"wrangler.json", test::config_with(R"("no_bundle": true)")}, {"index.js", module}};
    CHECK(said_of(wrangler, "index.js", bytes).contains("\"index.js\" " + what));
    CHECK(said_of(wrangler, "a.txt", bytes).contains("\"a.txt\" " + what));
    CHECK(said_of(wrangler, "wrangler.json", bytes).contains("wrangler.json: error: this config " + what));
    CHECK(said_of(wrangler, ".wrangler/deploy/config.json", bytes).contains("it " + what));
    const Files bundled{{"wrangler.json", test::config_with(R"("find_additional_modules": true)")},
                        {"dist/w/index.js", module}};
    CHECK(said_of(bundled, "dist/w/index.js", bytes, {.bundles = "dist/{name}"}).contains(what));
    CHECK(said_of(bundled, "dist/w/lib.txt", bytes, {.bundles = "dist/{name}"}).contains(what));
  }
}

TEST_CASE("what governs a Worker and is such a file breaks it") {
  const Files files{{"a/w.yaml", test::worker_with("w", "main: ../i.js, tags: [\"${A:=a}\"]")},
                    {"b/v.yaml", test::worker_with("v", "main: ../i.js")},
                    {"i.js", "x"}};
  for (const std::string& bytes : {lfs(), crypt()}) {
    const std::string what(*stand_in_of(bytes));
    CHECK(
        said_of(files, "values.yaml", bytes, {.values_from = {"values.yaml"}}).contains("this file of values " + what));
    CHECK(said_of(files, "a/defaults.yaml", bytes).contains("a/defaults.yaml: error: this file " + what));
    CHECK(said_of(files, ".plumblineignore", bytes)
              .contains("this file of rules cannot be read, so it is unknown which files it leaves out: it " + what));
  }
}

TEST_CASE("a manifest that is such a file, or is not UTF-8, is an error and not somebody else's file") {
  Files files{{"v.yaml", test::worker_with("v", "main: i.js")}, {"i.js", "x"}};
  files["w.yaml"] = test::worker_with("w", "main: i.js");
  CHECK(said_of(files, "w.yaml", lfs()).contains("w.yaml: error: this file is a pointer of Git LFS"));
  CHECK(said_of(files, "w.yaml", crypt()).contains("git-crypt unlock"));
  std::string wide = "\xff\xfe";
  for (const char c : test::worker_with("w", "main: i.js")) wide += std::string{c, '\0'};
  CHECK(said_of(files, "w.yaml", wide) == "w.yaml: error: this manifest is not UTF-8; save it as UTF-8\n");
  files[".plumblineignore"] = "w.yaml\n";
  files["w.yaml"] = lfs();
  CHECK(texts(load(files).diagnostics).empty());
  CHECK(load({{"w.yaml", "\xEF\xBB\xBF" + test::worker_with("w", "main: i.js")}, {"i.js", "x"}}).workers.size() == 1);
}

TEST_CASE("assets of any size are looked at when they are digested, and a second load says the same") {
  const FakeTree tree({{"site/index.html", "x"}, {"site/big.bin", crypt() + std::string(5000, 'x')}});
  CHECK(digest_assets(tree, {.directory = "site"}, nullptr)
            .error()
            .message.starts_with("\"site/big.bin\" is encrypted by git-crypt"));
  ParseCache cache;
  const auto again = std::make_shared<FakeTree>(
      Files{{"w.yaml", test::worker_with("w", "assets: {directory: site}")}, {"site/a", lfs()}, {"site/b", "x"}},
      FakeTree::Ids::by_content);
  const auto first = texts(load_manifests(again, {.cache = &cache}).diagnostics);
  CHECK(first.contains("\"site/a\" is a pointer of Git LFS"));
  CHECK(texts(load_manifests(again, {.cache = &cache}).diagnostics) == first);
}

TEST_CASE("a secret's file that git-crypt has encrypted is no secret") {
  const test::TempFolder folder;
  folder.write("key", crypt());
  const auto store = open_directory_store("prod", folder.path());
  REQUIRE(store);
  CHECK((*store)->read("key").error().message ==
        "secret store \"prod\", key \"key\": the file is encrypted by git-crypt");
}

}  // namespace plumbline::manifests
