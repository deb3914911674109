#include "manifests/sources/unread.h"

#include <doctest/doctest.h>

#include <memory>

#include "manifests/sources/glob.h"
#include "manifests/worker.h"
#include "tests/unit/manifests/support.h"

// A Worker is uploaded with all of its files or stays as it is, and so is what is governed by a file that nobody can
// read.
namespace plumbline::manifests {
namespace {

using test::FakeTree;
using test::texts;
using Files = std::map<std::string, std::string>;
using Kind = UnreadEntry::Kind;

std::string defaults(std::string_view spec) {
  return "apiVersion: plumbline.dev/v1beta1\nkind: Defaults\nspec: {" + std::string(spec) + "}\n";
}

DesiredState load_with(const Files& files, const std::vector<UnreadEntry>& unread, const LoadOptions& options = {}) {
  auto tree = std::make_shared<FakeTree>(files);
  for (const UnreadEntry& entry : unread) tree->add_unread(entry);
  return load_manifests(tree, options);
}

// Whether the Worker `w` is broken and nothing of it would be uploaded.
bool is_broken(const DesiredState& state) {
  const bool broken = std::ranges::find(state.broken_names, "w") != state.broken_names.end();
  for (const DesiredWorker& one : state.workers) CHECK_FALSE((broken && one.name == "w"));
  CHECK_MESSAGE(has_errors(state.diagnostics) == broken, texts(state.diagnostics));
  return broken;
}

UnreadEntry link(std::string path, std::string target = "/outside") {
  return {.path = std::move(path), .kind = Kind::link, .target = std::move(target)};
}

}  // namespace

TEST_CASE("a pattern reaches below a folder where something behind the folder may match") {
  CHECK(glob_reaches_below("**/*.js", "a"));
  CHECK(glob_reaches_below("**", "a/b"));
  CHECK(glob_reaches_below("a/*/c.js", "a"));
  CHECK(glob_reaches_below("a/*/c.js", "a/b"));
  CHECK(glob_reaches_below("a/**/d/*", "a/b/c"));
  CHECK_FALSE(glob_reaches_below("*.js", "a"));
  CHECK_FALSE(glob_reaches_below("a/*.js", "a/b.js"));
  CHECK_FALSE(glob_reaches_below("b/**", "a"));
  CHECK_FALSE(glob_reaches_below("a/*/c.js", "a/b/c"));
}

TEST_CASE("a Worker of which a module cannot be read is broken as a whole") {
  const Files files{{"w.yaml", test::worker_with("w", "main: dist/index.js, modules: [\"dist/**/*.js\"]")},
                    {"dist/index.js", "x"},
                    {"dist/lib/a.js", "x"},
                    {"other.md", "x"}};
  for (const UnreadEntry& entry :
       {link("dist/b.js"), link("dist/vendor"), link("dist/vendor", "../dist/lib"), link("dist/b.js", "index.js"),
        UnreadEntry{.path = "dist/module", .kind = Kind::submodule},
        UnreadEntry{.path = "dist/pipe.js", .kind = Kind::special},
        UnreadEntry{.path = "dist/b\xff.js", .kind = Kind::name},
        UnreadEntry{.path = "dist/lib/closed", .kind = Kind::unreadable, .reason = "Permission denied"}}) {
    CAPTURE(entry.path);
    const auto state = load_with(files, {entry});
    CHECK(is_broken(state));
    CHECK(
        texts(state.diagnostics).contains("A Worker is uploaded with all of its files; until then it stays as it is"));
  }
  // What the pattern cannot match is nobody's business.
  for (const UnreadEntry& entry : {link("docs"), link("dist/readme.md", "../other.md"), link("dist2/b.js"),
                                   UnreadEntry{.path = "vendor", .kind = Kind::submodule}}) {
    CAPTURE(entry.path);
    CHECK_FALSE(is_broken(load_with(files, {entry})));
  }
}

TEST_CASE("what .plumblineignore names is needed all the same where a Worker names it") {
  const Files files{{".plumblineignore", "dist/\n"},
                    {"w.yaml", test::worker_with("w", "main: dist/index.js, modules: [\"dist/*.js\"]")},
                    {"dist/index.js", "x"}};
  const auto state = load_with(files, {link("dist/b.js")});
  CHECK(is_broken(state));
  CHECK(texts(state.diagnostics) ==
        "w.yaml:4:39: error: \"dist/b.js\" is a symbolic link, which is never followed; replace it with the file "
        "itself. A Worker is uploaded with all of its files; until then it stays as it is\n");
}

TEST_CASE("an entry behind a link or in a submodule says so") {
  const Files files{{"w.yaml", test::worker_with("w", "main: app/index.js")}};
  CHECK(texts(load_with(files, {link("app")}).diagnostics)
            .contains("w.yaml:4:14: error: \"app\" is a symbolic link, which is never followed; replace it with"));
  CHECK(is_broken(load_with(files, {UnreadEntry{.path = "app", .kind = Kind::submodule}})));
  CHECK(is_broken(load_with(files, {link("app/index.js")})));
}

TEST_CASE("a Worker of which an asset cannot be read is broken, unless .assetsignore names it") {
  const Files files{
      {"w.yaml", test::worker_with("w", "assets: {directory: site}")}, {"site/index.html", "x"}, {"doc.txt", "x"}};
  for (const UnreadEntry& entry : {link("site/a.png"), link("site"), link("site/.assetsignore"), link("site/_headers"),
                                   link("site/_redirects"), UnreadEntry{.path = "site/docs", .kind = Kind::submodule},
                                   UnreadEntry{.path = "site/\x01", .kind = Kind::name}}) {
    CAPTURE(entry.path);
    CHECK(is_broken(load_with(files, {entry})));
  }
  Files ignored = files;
  ignored["site/.assetsignore"] = "*.png\nlinked/\n";
  CHECK_FALSE(is_broken(load_with(ignored, {link("site/a.png")})));
  CHECK(is_broken(load_with(ignored, {link("site/linked")})));
  CHECK_FALSE(is_broken(load_with(ignored, {UnreadEntry{.path = "site/linked", .kind = Kind::submodule}})));
  CHECK_FALSE(is_broken(load_with(files, {link("site2/a.png"), link("doc")})));
  ignored["site/.assetsignore"] = std::string("*\0.\0p\0", 6);
  CHECK(is_broken(load_with(ignored, {})));
  Files folder = files;
  folder["site/.assetsignore/x"] = "x";
  CHECK(is_broken(load_with(folder, {})));
}

TEST_CASE("a wrangler config of which a file cannot be read is broken") {
  const std::string module = "export default {}";
  const Files files{
      {"app/wrangler.json", test::config_with(R"("no_bundle": true)")}, {"app/index.js", module}, {"notes.md", "x"}};
  CHECK(is_broken(load_with(files, {link("app/a.txt")})));
  CHECK(is_broken(load_with(files, {UnreadEntry{.path = "app/vendor", .kind = Kind::submodule}})));
  // wrangler goes into no linked folder.
  CHECK_FALSE(is_broken(load_with(files, {link("app/AGENTS.md", "../notes.md"), link("app/linked")})));
  CHECK_FALSE(is_broken(load_with(files, {link("lib/a.txt")})));
  Files based = files;
  based["app/wrangler.json"] = test::config_with(R"("no_bundle": true, "base_dir": "lib")");
  CHECK(is_broken(load_with(based, {link("app/lib")})));

  const Files bundled{{"wrangler.json", test::config_with(R"("find_additional_modules": true)")},
                      {"dist/w/index.js", module}};
  const LoadOptions options{.bundles = "dist/{name}"};
  CHECK(is_broken(load_with(bundled, {link("dist/w/lib.js")}, options)));
  CHECK(is_broken(load_with({{"wrangler.json", test::config_with(R"("minify": true)")}}, {link("dist")}, options)));
  CHECK_FALSE(is_broken(load_with(bundled, {link("dist/w/README.md"), link("dist/other")}, options)));
  const Files python{{"wrangler.json", R"({"name": "w", "main": "entry.py", "compatibility_date": "2026-01-01",
                                           "compatibility_flags": ["python_workers"]})"},
                     {"entry.py", "x"}};
  CHECK(is_broken(load_with(python, {link("python_modules/a.so")})));
  CHECK_FALSE(is_broken(load_with(python, {link("python_modules/a.pyc")})));
}

TEST_CASE("a wrangler config, or a redirect to one, that is a link is an error, and what it hides is not taken") {
  const Files files{
      {"wrangler.toml", "name = \"w\"\nmain = \"i.js\"\nno_bundle = true\ncompatibility_date = \"2026-01-01\"\n"},
      {"i.js", "export default {}"}};
  for (const UnreadEntry& entry :
       {link("wrangler.json"), link(".wrangler/deploy/config.json"), link(".wrangler/deploy")}) {
    CAPTURE(entry.path);
    const auto state = load_with(files, {entry});
    CHECK(has_errors(state.diagnostics));
    CHECK(state.workers.empty());
  }
  CHECK(load_with(files, {link("a/wrangler.toml")}).workers.size() == 1);
  CHECK(has_errors(load_with(files, {link("a/wrangler.toml")}).diagnostics));
  Files preferred = files;
  preferred["wrangler.json"] = test::config_with(R"("no_bundle": true)");
  preferred["index.js"] = "export default {}";
  CHECK_FALSE(is_broken(load_with(preferred, {link("wrangler.jsonc")})));
}

TEST_CASE("a .plumblineignore that cannot be read breaks all below its folder") {
  const Files files{{"a/w.yaml", test::worker_with("w", "main: i.js")},
                    {"a/i.js", "x"},
                    {"b/v.yaml", test::worker_with("v", "main: ../a/i.js")}};
  CHECK(is_broken(load_with(files, {link("a/.plumblineignore")})));
  CHECK(is_broken(load_with(files, {link(".plumblineignore")})));
  CHECK(load_with(files, {link("a/.plumblineignore")}).workers.size() == 1);
  Files other = files;
  other["a/.plumblineignore"] = std::string("x\0.\0", 4);
  CHECK(is_broken(load_with(other, {})));
  other["a/.plumblineignore"] = "caf\xe9\n";
  CHECK(is_broken(load_with(other, {})));
  other.erase("a/.plumblineignore");
  other[".plumblineignore/rules"] = "x";
  CHECK(is_broken(load_with(other, {})));
  other.erase(".plumblineignore/rules");
  other[".plumblineignore"] = "vendor/\n";
  CHECK_FALSE(is_broken(load_with(other, {link("vendor/.plumblineignore")})));
}

TEST_CASE("a Defaults that cannot be read breaks the Workers below it") {
  const Files files{{"a/w.yaml", test::worker_with("w", "main: ../i.js")},
                    {"i.js", "x"},
                    {"b/v.yaml", test::worker_with("v", "main: ../i.js")}};
  CHECK(is_broken(load_with(files, {link("defaults.yaml")})));
  CHECK(is_broken(load_with(files, {link("a/Defaults.YML", "../../else.yml")})));
  CHECK(load_with(files, {link("a/defaults.yaml")}).workers.size() == 1);
  Files with_target = files;
  with_target["b/base.yaml"] = defaults("logpush: true");
  CHECK(is_broken(load_with(with_target, {link("a/base.yaml", "../b/base.yaml")})));
  CHECK_FALSE(is_broken(load_with(with_target, {link("a/w2.yaml", "../b/v.yaml"), link("a/x.yaml")})));
  for (const std::string text : {"apiVersion: plumbline.dev/v1beta1\nspec: {a: [\nkind: Defaults\n",
                                 "apiVersion: plumbline.dev/v1beta1\nkind: Defalts\n",
                                 "apiVersion: plumbline.dev/v1beta1\nkind: Defaults\nspec: {logpush: yes please}\n",
                                 "kind: Defaults\nspec: {}\n"}) {
    CAPTURE(text);
    Files broken = files;
    broken["a/base.yaml"] = text;
    CHECK(is_broken(load_with(broken, {})));
  }
}

TEST_CASE("a file of values that is gone, a link or no YAML breaks the Workers that hold a placeholder") {
  const Files files{{"w.yaml", test::worker_with("w", "main: i.js, tags: [\"${A:=a}\"]")},
                    {"v.yaml", test::worker_with("v", "main: i.js")},
                    {"i.js", "x"}};
  const LoadOptions options{.values_from = {"values.yaml"}};
  CHECK(is_broken(load_with(files, {}, options)));
  CHECK(is_broken(load_with(files, {link("values.yaml")}, options)));
  CHECK(texts(load_with(files, {link("values.yaml")}, options).diagnostics)
            .contains("values.yaml: error: \"values.yaml\" is a symbolic link"));
  CHECK(load_with(files, {}, options).workers.size() == 1);
  Files broken = files;
  broken["values.yaml"] = "A: [1]\n";
  CHECK(is_broken(load_with(broken, {}, options)));
  broken["values.yaml"] = "A: b\n";
  CHECK_FALSE(is_broken(load_with(broken, {}, options)));
}

}  // namespace plumbline::manifests
