#include <doctest/doctest.h>

#include <memory>

#include "manifests/kinds/assets.h"
#include "manifests/worker.h"
#include "tests/unit/manifests/support.h"

// A source may be a folder of its repository. People see paths of the repository; a configuration names paths from the
// source's root, and nothing outside of it belongs to the source.
namespace plumbline::manifests {
namespace {

using test::texts;
using Files = std::map<std::string, std::string>;

DesiredState load_below(const Files& files, const LoadOptions& options = {}) {
  const test::TempFolder folder;
  for (const auto& [name, text] : files) folder.write("apps/" + name, text);
  folder.write("outside.js", "x");
  return load_manifests(open_folder(folder.path("apps"), {}, {.prefix = "apps"}).value(), options);
}

const Files kOne{{"edge/w.yaml", test::worker_with("w", "main: dist/i.js")}, {"edge/dist/i.js", "x"}};

Files with(std::string_view members) {
  Files files = kOne;
  files["edge/w.yaml"] = test::worker_with("w", members);
  return files;
}

}  // namespace

TEST_CASE("Workers, their files and what is wrong with them have the paths of the repository") {
  const auto state = load_below(kOne);
  REQUIRE(state.workers.size() == 1);
  CHECK(state.workers[0].where.file == "apps/edge/w.yaml");
  CHECK(state.workers[0].modules.front().path == "apps/edge/dist/i.js");
  CHECK(state.workers[0].modules.front().name == "i.js");
  CHECK(state.manifest_paths == std::vector<std::string_view>{"apps/edge/w.yaml"});
  CHECK(texts(load_below(with("main: gone.js, logpush: yes please")).diagnostics) ==
        "apps/edge/w.yaml:4:14: error: there is no file \"apps/edge/gone.js\"; build it and commit it, or correct the "
        "path, which is relative to this manifest\n"
        "apps/edge/w.yaml:4:32: error: expected true or false for \"logpush\", found a string\n");
}

TEST_CASE("what lies outside of the source does not belong to it, though the repository holds it") {
  const std::string leaves = "the path leaves the source, which is the folder \"apps\" of its repository";
  for (const char* members :
       {"main: ../../outside.js", "main: dist/i.js, modules: [../../*.js]", "main: dist/i.js, modules: [\"../../**\"]",
        "main: dist/i.js, modules: [../../outside.js]", "main: dist/i.js, assets: {directory: ../..}"}) {
    CAPTURE(members);
    const auto state = load_below(with(members));
    CHECK(texts(state.diagnostics).contains(leaves));
    CHECK(state.workers.empty());
  }
  CHECK(texts(load_below(with("main: ../../../outside.js")).diagnostics).contains("the path leaves the source"));
  const auto within = load_below(with("main: ../../apps/edge/dist/i.js, assets: {directory: ..}"));
  REQUIRE(within.workers.size() == 1);
  CHECK(list_assets(*within.tree, *within.workers[0].assets).value().front()->path == "apps/edge/dist/i.js");
}

TEST_CASE("include, values_from and bundles are from the source's root") {
  Files files = with("main: dist/i.js, tags: [\"${A}\"]");
  files["values.yaml"] = "A: b\n";
  files["old/v.yaml"] = test::worker_with("v", "main: i.js");
  files["wrangler/wrangler.json"] = test::config_with(R"("minify": true)");
  files["wrangler/wrangler.json"].replace(files["wrangler/wrangler.json"].find("\"w\""), 3, "\"bundled\"");
  files["dist/wrangler/bundled/index.js"] = "export default {}";
  const auto state = load_below(
      files, {.values_from = {"values.yaml"}, .include = {"edge/*", "wrangler/*"}, .bundles = "dist/{folder}/{name}"});
  CHECK(texts(state.diagnostics).empty());
  REQUIRE(state.workers.size() == 2);
  CHECK(state.workers[0].modules.front().path == "apps/dist/wrangler/bundled/index.js");
  CHECK(state.workers[1].settings.at("tags") == Json(JsonArray{"b"}));
  CHECK(texts(load_below(kOne, {.values_from = {"gone.yaml"}}).diagnostics).starts_with("apps/gone.yaml: error: "));
}

TEST_CASE("rules of a .plumblineignore are anchored at its folder") {
  Files files = kOne;
  files[".plumblineignore"] = "/edge/v.yaml\n";
  files["edge/v.yaml"] = "kind: Worker\n";
  CHECK(load_below(files).workers.size() == 1);
  CHECK(texts(load_below(files).diagnostics).empty());
}

}  // namespace plumbline::manifests
