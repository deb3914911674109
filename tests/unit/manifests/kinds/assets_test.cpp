#include <doctest/doctest.h>

#include "base/json.h"
#include "manifests/kinds/assets.h"
#include "tests/unit/manifests/support.h"

namespace plumbline::manifests {
namespace {

using test::errors_of_worker;
using test::load;
using test::read_worker;
using test::texts;

}  // namespace

TEST_CASE("the binding of assets stands among the bindings where those are managed") {
  CHECK(to_text(Json(
            read_worker("  bindings: {A: {type: ai}}\n  assets: {directory: ./public/, binding: FILES}\n").settings)) ==
        R"({"bindings":{"A":{"type":"ai"},"FILES":{"type":"assets"}}})");
  CHECK(read_worker("  assets: {directory: public, binding: FILES}\n").settings.empty());
  CHECK(errors_of_worker(
            "  bindings: {A: {type: ai}}\n  secrets: {B: {}}\n  assets: {directory: public, binding: A}\n") ==
        "w.yaml:8:40: error: \"A\" is named in \"bindings\" and as the binding of assets; use the name for one of the "
        "two\n");
  CHECK(errors_of_worker("  secrets: {B: {}}\n  assets: {directory: public, binding: B}\n") ==
        "w.yaml:7:40: error: \"B\" is named in \"secrets\" and as the binding of assets; use the name for one of the "
        "two\n");
}

TEST_CASE("a Worker of assets alone needs no code and can have no binding for them") {
  const std::string head = "apiVersion: plumbline.dev/v1beta1\nkind: Worker\nmetadata: {name: w}\nspec: {assets: ";
  const auto state = load({{"w.yaml", head + "{directory: .}}\n"}, {"index.html", "x"}});
  CHECK(texts(state.diagnostics).empty());
  REQUIRE(state.workers.size() == 1);
  CHECK(state.workers[0].modules.empty());
  CHECK(state.workers[0].syntax == Syntax::module);
  CHECK(state.workers[0].assets->directory.empty());
  CHECK(texts(load({{"w.yaml", head + "{directory: ., binding: A}}\n"}}).diagnostics) ==
        "w.yaml:4:40: error: a binding for assets needs code that uses it; add main, or remove the binding\n");
}

TEST_CASE("the configuration of assets is checked") {
  CHECK(
      errors_of_worker(
          "  assets: {directory: public, config: {html_handling: no, not_found_handling: 404, run_worker_first: [api, "
          "'!/x'], _headers: x, new: 1}}\n") ==
      "w.yaml:6:55: error: \"html_handling\" must be one of auto-trailing-slash, force-trailing-slash, "
      "drop-trailing-slash, none\n"
      "w.yaml:6:79: error: expected a string for \"not_found_handling\", found a number; put it in quotes\n"
      "w.yaml:6:103: error: \"run_worker_first[0]\" must be a path such as /api/*, or ! and a path\n"
      "w.yaml:6:116: error: \"_headers\" is not allowed here; write them into a file _headers in the directory\n");
  CHECK(errors_of_worker("  assets: {directory: ../public}\n") == "w.yaml:6:23: error: the path leaves the source\n");
  CHECK(errors_of_worker("  assets: {directory: /public}\n") ==
        "w.yaml:6:23: error: the path must be relative to this file\n");
  CHECK(errors_of_worker("  assets: {directory: gone}\n") ==
        "w.yaml:6:23: error: there is no file in \"gone\"; build the files and commit them, or correct the path, which "
        "is "
        "relative to this manifest\n");
  CHECK(errors_of_worker("  assets: {}\n") ==
        "w.yaml:6:11: error: \"assets\" lacks the field \"directory\"; Folder of the files, relative to this file\n");
}

TEST_CASE("assets are the files of the directory but for what is about them or ignored") {
  const test::FakeTree tree({{"site/index.html", "x"},
                             {"site/a/_headers", "x"},
                             {"site/_headers", "x"},
                             {"site/_redirects", "x"},
                             {"site/.assetsignore", "*.map\n!keep.map\n/secret/\n"},
                             {"site/a/x.map", "x"},
                             {"site/keep.map", "x"},
                             {"site/secret/x.txt", "x"},
                             {"site2/other.html", "x"},
                             {"other.html", "x"}});
  const auto paths = [&](const std::string& directory) {
    const auto files = list_assets(tree, {.directory = directory});
    if (!files) return files.error().message;
    std::string out;
    for (const TreeEntry* entry : *files) out += entry->path + '\n';
    return out;
  };
  CHECK(paths("site") == "site/a/_headers\nsite/index.html\nsite/keep.map\n");
  CHECK(paths("site2") == "site2/other.html\n");
  CHECK(paths("none") == "there is no file in \"none\"");
  CHECK(paths("").ends_with("site2/other.html\n"));
}

}  // namespace plumbline::manifests
