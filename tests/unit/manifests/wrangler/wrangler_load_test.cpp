#include <doctest/doctest.h>

#include "base/digest.h"
#include "manifests/kinds/parse_cache.h"
#include "manifests/worker.h"
#include "manifests/wrangler/wrangler_config.h"
#include "tests/unit/manifests/support.h"

namespace plumbline::manifests {
namespace {

using test::FakeTree;
using test::load;
using test::texts;
using Files = std::map<std::string, std::string>;

constexpr std::string_view kModule = "export default {}";

std::string config(const std::string& more = {}, const std::string& name = "w") {
  return R"({"name": ")" + name + R"(", "main": "index.js", "compatibility_date": "2026-01-01")" +
         (more.empty() ? "" : ", " + more) + "}";
}

std::string no_bundle(const std::string& more = {}) {
  return config(R"("no_bundle": true)" + (more.empty() ? "" : ", " + more));
}

Files with(Files files, const Files& more) {
  files.insert(more.begin(), more.end());
  return files;
}

// The modules of the only Worker, `name type` a line.
std::string modules_of(const DesiredState& state) {
  REQUIRE_MESSAGE(state.workers.size() == 1, texts(state.diagnostics));
  std::string out;
  for (const ModuleFile& module : state.workers[0].modules) out += module.name + ' ' + module.content_type + '\n';
  return out;
}

DesiredState load_bundled(const Files& files, const std::string& bundles = "dist/{name}") {
  return load(files, {.bundles = bundles});
}

std::string digest() {
  return std::string(40, 'a');
}

}  // namespace

TEST_CASE("one config a folder is read, as wrangler chooses it") {
  const auto state = load({{"a/wrangler.json", no_bundle()},
                           {"a/wrangler.toml", "broken"},
                           {"a/wrangler.jsonc", "broken"},
                           {"a/index.js", std::string(kModule)}});
  CHECK(texts(state.diagnostics) ==
        "a/wrangler.jsonc: warning: this file is not read: wrangler prefers \"wrangler.json\" beside it; delete one of "
        "the two\n"
        "a/wrangler.toml: warning: this file is not read: wrangler prefers \"wrangler.json\" beside it; delete one of "
        "the two\n");
  CHECK(state.workers.size() == 1);
  CHECK(state.manifest_files == 1);
}

TEST_CASE("a config under another name is warned of, with what reads it, and examples and manifests are not") {
  const auto state = load({{"a/wrangler.production.toml", "name = \"w\"\ncompatibility_date = \"2026-01-01\""},
                           {"a/wrangler-staging.jsonc", no_bundle()},
                           {"a/wrangler.example.toml", "name = \"w\"\ncompatibility_date = \"2026-01-01\""},
                           {"a/wrangler-schema.json", R"({"name": 1, "compatibility_date": 2})"},
                           {"a/wrangler.json5", no_bundle()},
                           {"a/wrangler.lock.json", R"({"name": "no config"})"},
                           {"left/wrangler.old.toml", "name = \"w\"\ncompatibility_date = \"2026-01-01\""},
                           {".plumblineignore", "left"}});
  CHECK(texts(state.diagnostics) ==
        "a/wrangler-staging.jsonc: warning: this file is not read: wrangler reads a config of this name only with "
        "--config; if it is meant, give --wrangler-config a/wrangler-staging.jsonc, or name it in the configuration: "
        "wrangler: {configs: [a/wrangler-staging.jsonc]}. If it is not, name it in .plumblineignore\n"
        "a/wrangler.production.toml: warning: this file is not read: wrangler reads a config of this name only with "
        "--config; if it is meant, give --wrangler-config a/wrangler.production.toml, or name it in the configuration: "
        "wrangler: {configs: [a/wrangler.production.toml]}. If it is not, name it in .plumblineignore\n");
}

TEST_CASE("a manifest that is called as a config is a manifest") {
  const std::string manifest =
      "apiVersion: plumbline.dev/v1beta1\nkind: Worker\nmetadata: {name: w}\nspec: {main: index.js}\n";
  for (const auto* name : {"wrangler.prod.yaml", "wrangler.yml", "Wrangler.PROD.YAML"}) {
    CAPTURE(name);
    const auto state = load({{name, manifest}, {"index.js", std::string(kModule)}});
    CHECK(texts(state.diagnostics).empty());
    REQUIRE(state.workers.size() == 1);
    CHECK(state.workers[0].written_as == WrittenAs::manifest);
  }
}

TEST_CASE("the configs that a source names are read beside wrangler's own, each alone") {
  const Files files{
      {"a/wrangler.json", no_bundle()},
      {"a/wrangler.production.json",
       R"({"name": "p", "main": "index.js", "no_bundle": true, "compatibility_date": "2026-01-01"})"},
      {"a/eu.jsonc", R"({"name": "eu", "main": "index.js", "no_bundle": true, "compatibility_date": "2026-01-01"})"},
      {"a/index.js", std::string(kModule)}};
  const auto names = [&files](std::vector<std::string> configs) {
    const auto state = load(files, {.wrangler_configs = std::move(configs)});
    std::string out;
    for (const auto& worker : state.workers) {
      CHECK(worker.written_as == WrittenAs::wrangler_config);
      out += worker.name + ' ';
    }
    return out;
  };
  CHECK(names({"wrangler.production.json"}) == "p w ");
  CHECK(names({"a/*.json*"}) == "eu p w ");
  CHECK(names({"a/eu.jsonc", "a/wrangler.json"}) == "eu w ");
}

TEST_CASE("a redirect does not stand for a config that is named, nor is one that it points at told as unread") {
  const auto state =
      load({{"wrangler.production.json",
             R"({"name": "p", "main": "index.js", "no_bundle": true, "compatibility_date": "2026-01-01"})"},
            {".wrangler/deploy/config.json", R"({"configPath": "../../dist/wrangler.built.json"})"},
            {"dist/wrangler.built.json",
             R"({"name": "b", "main": "i.js", "no_bundle": true, "compatibility_date": "2026-01-01"})"},
            {"dist/i.js", std::string(kModule)},
            {"index.js", std::string(kModule)}},
           {.wrangler_configs = {"wrangler.production.json"}});
  CHECK(texts(state.diagnostics).empty());
  CHECK(state.workers.size() == 2);
}

TEST_CASE("a config that is named and not there is an error, and so is one that cannot be read") {
  const auto state = load({{"a/index.js", std::string(kModule)}}, {.wrangler_configs = {"wrangler.prod.toml"}});
  CHECK(
      texts(state.diagnostics)
          .starts_with("error: no file of the source is \"wrangler.prod.toml\", which is named as a wrangler config"));
}

TEST_CASE("an unbuilt project is told how it is built") {
  const auto told = [](Files files) {
    return texts(load(with(std::move(files), {{"app/wrangler.json", config()}})).diagnostics);
  };
  const auto vite = told({{"app/vite.config.ts", ""}, {"app/index.js", std::string(kModule)}});
  CHECK(vite ==
        "app/wrangler.json:1:23: error: this is a project of Vite that is not built; run `npx vite build` in \"app\" "
        "beforehand, and commit its output with .wrangler/deploy/config.json, which says what to deploy; or plan the "
        "folder in which it was built\n");
  CHECK(told({{"app/react-router.config.ts", ""}, {"app/vite.config.ts", ""}}).contains("npx react-router build"));
  CHECK(told({{"vite.config.ts", ""}}).contains("\"main\" needs bundling"));
  const auto astro = texts(load({{"wrangler.json", no_bundle()}, {"astro.config.mjs", ""}}).diagnostics);
  CHECK(astro.contains("build it (`npx astro build`) and commit it"));
}

TEST_CASE("what lies in node_modules is told to be never read") {
  const auto main = texts(
      load({{"wrangler.json", R"({"name": "w", "no_bundle": true, "main": "node_modules/x/i.js"})"}}).diagnostics);
  CHECK(main.contains("\"node_modules/x/i.js\" is in node_modules, which is never read"));
  const auto assets = texts(
      load({{"a/wrangler.json", R"({"name": "w", "assets": {"directory": "../node_modules/ui/dist"}})"}}).diagnostics);
  CHECK(assets.contains("\"node_modules/ui/dist\" is in node_modules, which is never read"));
}

TEST_CASE("a node_modules among the assets is told to be not served, unless it is left out anyway") {
  const test::TempFolder folder;
  folder.write("app/wrangler.json",
               R"({"name": "w", "compatibility_date": "2026-01-01", "assets": {"directory": "."}})");
  folder.write("app/index.html", "x");
  folder.write("app/lib/node_modules/a/i.js", "x");
  folder.write("node_modules/b/i.js", "x");
  const auto told = [&folder] {
    auto tree = open_folder(folder.path());
    REQUIRE(tree);
    return texts(load_manifests(*std::move(tree), {}).diagnostics);
  };
  CHECK(told() ==
        "app/wrangler.json:1:75: warning: \"app/lib/node_modules\" is never read, so it is not served; name it in "
        ".assetsignore; or, if it is to be served, have the build copy it to a folder of another name\n");
  folder.write("app/.assetsignore", "node_modules\n");
  CHECK(told().empty());
}

TEST_CASE("configs that .plumblineignore names are not read") {
  const auto state = load({{"wrangler.toml", "broken"}, {".plumblineignore", "wrangler.toml"}});
  CHECK(state.diagnostics.empty());
}

TEST_CASE("a manifest and a wrangler config may not ask for the same Worker") {
  const auto state = load(
      {{"wrangler.json", no_bundle()},
       {"index.js", std::string(kModule)},
       {"w.yaml", "apiVersion: plumbline.dev/v1beta1\nkind: Worker\nmetadata: {name: w}\nspec: {main: index.js}\n"}});
  CHECK(state.workers.empty());
  CHECK(texts(state.diagnostics).contains("the Worker \"w\" is also declared at"));
  CHECK(state.broken_names == std::vector<std::string>{"w"});
}

TEST_CASE("without bundling the files of the entry's folder are uploaded by wrangler's rules") {
  const auto state = load({{"app/wrangler.json", R"({"name": "w", "main": "src/index.js", "no_bundle": true,
                              "compatibility_date": "2026-01-01", "rules": [{"type": "ESModule", "globs": ["lib/*.js"]}]})"},
                           {"app/src/index.js", std::string(kModule)},
                           {"app/src/a.txt", "a"},
                           {"app/src/lib/b.js", "b"},
                           {"app/src/lib/c.wasm", "c"},
                           {"app/src/readme.md", "no"},
                           {"app/other.txt", "outside"}});
  CHECK(modules_of(state) ==
        "index.js application/javascript+module\n"
        "a.txt text/plain\n"
        "lib/b.js application/javascript+module\n"
        "lib/c.wasm application/wasm\n");
  CHECK(state.workers[0].syntax == Syntax::module);
  CHECK(state.workers[0].modules[1].sha256 == sha256_hex("a"));
}

TEST_CASE("the config itself is no module of its Worker") {
  const auto state = load({{"wrangler.json", no_bundle(R"("rules": [{"type": "Text", "globs": ["**/*.json"]}])")},
                           {"index.js", std::string(kModule)},
                           {"data.json", "{}"}});
  CHECK(modules_of(state) == "index.js application/javascript+module\ndata.json text/plain\n");
}

TEST_CASE("base_dir is the folder of modules, and the entry keeps its bare name") {
  const auto state = load({{"wrangler.json", R"({"name": "w", "main": "src/worker/index.js", "no_bundle": true,
                              "base_dir": "src", "compatibility_date": "2026-01-01"})"},
                           {"src/worker/index.js", std::string(kModule)},
                           {"src/worker/a.txt", "a"},
                           {"b.txt", "outside"}});
  CHECK(modules_of(state) == "index.js application/javascript+module\nworker/a.txt text/plain\n");
}

TEST_CASE("a file that an earlier rule hides is an error, as in wrangler") {
  const auto state = load({{"wrangler.json", no_bundle(R"("rules": [{"type": "Text", "globs": ["**/*.md"]}])")},
                           {"index.js", std::string(kModule)},
                           {"unseen.txt", "its pattern needs a folder"},
                           {"x/a.txt", "a"}});
  CHECK(texts(state.diagnostics) ==
        "wrangler.json:1:23: error: the file \"x/a.txt\" matches a module rule of type Text, which an earlier rule of "
        "that type hides; add fallthrough = true to the earlier rule, or narrow the patterns\n");
}

TEST_CASE("the files of a service worker are bindings under names that JavaScript can say") {
  const auto state = load({{"wrangler.json", no_bundle()},
                           {"index.js", "addEventListener('fetch', () => {})"},
                           {"lib/a b.txt", "a"},
                           {"c.wasm", "c"},
                           {"d.bin", "d"}});
  CHECK(modules_of(state) ==
        "index.js application/javascript\n"
        "c_wasm application/wasm\n"
        "d_bin application/octet-stream\n"
        "lib_a_b_txt text/plain\n");
  CHECK(state.workers[0].syntax == Syntax::service_worker);
  CHECK(to_text(state.workers[0].settings.at("bindings")) ==
        R"({"c_wasm":{"type":"wasm_module","part":"c_wasm"},"d_bin":{"type":"data_blob","part":"d_bin"},)"
        R"("lib_a_b_txt":{"type":"text_blob","part":"lib_a_b_txt"}})");
}

TEST_CASE("a service worker cannot have modules") {
  const auto state = load({{"wrangler.json", no_bundle(R"("rules": [{"type": "ESModule", "globs": ["*.js"]}])")},
                           {"index.js", "addEventListener('fetch', () => {})"},
                           {"lib.js", "x"}});
  CHECK(texts(state.diagnostics).contains("\"lib.js\" is a module, which only an ES module can import"));
}

TEST_CASE("named blobs belong to service workers alone") {
  const Files files{{"wrangler.json", no_bundle(R"("text_blobs": {"TXT": "a.md"})")}, {"a.md", "a"}};
  const auto script = load(with(files, {{"index.js", "addEventListener('fetch', () => {})"}}));
  CHECK(modules_of(script) == "index.js application/javascript\nTXT text/plain\n");
  CHECK(to_text(script.workers[0].settings.at("bindings")) == R"({"TXT":{"type":"text_blob","part":"TXT"}})");
  const auto module = load(with(files, {{"index.js", std::string(kModule)}}));
  CHECK(texts(module.diagnostics).contains("an ES module takes no \"wasm_modules\", \"text_blobs\" or \"data_blobs\""));
}

TEST_CASE("an entry that is not there is an error at main") {
  CHECK(texts(load({{"a/wrangler.json", no_bundle()}}).diagnostics) ==
        "a/wrangler.json:1:23: error: there is no file \"a/index.js\"; build it and commit it, or correct the path, "
        "which "
        "is "
        "relative to this file\n");
}

TEST_CASE("an entry that needs bundling is an error that says how to get the bundle") {
  const auto state = load({{"wrangler.json", config()}, {"index.js", std::string(kModule)}});
  CHECK(texts(state.diagnostics) ==
        "wrangler.json:1:23: error: \"main\" needs bundling, but nothing says where the bundle is; run `wrangler "
        "deploy "
        "--dry-run --outdir dist/w` in this folder beforehand, then say bundles: \"dist/{name}\" in the source's "
        "configuration or --bundles 'dist/{name}'; or let a build tool write .wrangler/deploy/config.json\n");
  CHECK(state.broken_names == std::vector<std::string>{"w"});
}

TEST_CASE("a bundle that is not there is an error that names the folder to build it into") {
  const Files files{{"packages/app/wrangler.json", config()}, {"packages/app/index.js", std::string(kModule)}};
  CHECK(texts(load_bundled(files).diagnostics) ==
        "packages/app/wrangler.json:1:23: error: \"main\" needs bundling, but there is no bundle \"dist/w/index.js\"; "
        "run "
        "`wrangler deploy --dry-run --outdir ../../dist/w` in \"packages/app\" beforehand; or let a build tool write "
        ".wrangler/deploy/config.json\n");
  CHECK(texts(load_bundled(files, "{folder}/out/{name}").diagnostics).contains("--outdir out/w` in \"packages/app\""));
}

TEST_CASE("the bundle of an environment is that of its Worker, and the mend names the environment") {
  const auto state = load({{"wrangler.json", config(R"("env": {"staging": {}})")}},
                          {.environment = "staging", .bundles = "dist/{name}"});
  CHECK(texts(state.diagnostics).contains("no bundle \"dist/w-staging/index.js\""));
  CHECK(texts(state.diagnostics).contains("--outdir dist/w-staging --env staging`"));
}

TEST_CASE("the bundle lies under the name that wrangler knows, whatever suffix the source has") {
  const auto state = load({{"wrangler.json", config()}, {"dist/w/index.js", std::string(kModule)}},
                          {.name_suffix = "-pr1", .bundles = "dist/{name}"});
  REQUIRE(state.workers.size() == 1);
  CHECK(state.workers[0].name == "w-pr1");
}

TEST_CASE("a build command is never run, but does not matter where the bundle is there") {
  const Files files{{"wrangler.json", config(R"("build": {"command": "npm run build"})")}};
  CHECK(
      texts(load_bundled(files).diagnostics)
          .starts_with("wrangler.json:1:92: error: \"build.command\" is not run: Plumbline never executes anything "
                       "from a repository; run `wrangler deploy --dry-run --outdir dist/w` in this folder beforehand"));
  CHECK(load_bundled(with(files, {{"dist/w/index.js", std::string(kModule)}})).diagnostics.empty());
  const auto plain =
      load({{"wrangler.json", no_bundle(R"("build": {"command": "make"})")}, {"index.js", std::string(kModule)}});
  CHECK(plain.diagnostics.empty());
}

TEST_CASE("a bundle is uploaded with its source map, and without its readme and what it does not import") {
  const std::string used = digest() + "-a.txt";
  const std::string stale = std::string(40, 'b') + "-a.txt";
  const Files files{{"wrangler.json", R"({"name": "w", "main": "src/index.ts", "compatibility_date": "2026-01-01"})"},
                    {"dist/w/index.js", "import a from \"./" + used + "\"; export { a as default };"},
                    {"dist/w/index.js.map", "{}"},
                    {"dist/w/README.md", "x"},
                    {"dist/w/" + used, "a"},
                    {"dist/w/" + stale, "old"},
                    {"dist/w/other.txt", "x"}};
  CHECK(modules_of(load_bundled(files)) ==
        "index.js application/javascript+module\n./" + used + " text/plain\nindex.js.map application/source-map\n");
}

TEST_CASE("the source map of a bundle is uploaded unless the config says no, and one without a bundle never") {
  const auto uploaded = [](const std::string& more) {
    return modules_of(load_bundled(
        {{"wrangler.json", config(more)}, {"dist/w/index.js", std::string(kModule)}, {"dist/w/index.js.map", "{}"}}));
  };
  CHECK(uploaded(R"("upload_source_maps": true)") ==
        "index.js application/javascript+module\nindex.js.map application/source-map\n");
  CHECK(uploaded(R"("upload_source_maps": false)") == "index.js application/javascript+module\n");
  const auto state = load({{"wrangler.json", no_bundle(R"("upload_source_maps": true)")},
                           {"index.js", std::string(kModule)},
                           {"index.js.map", "{}"}});
  CHECK(
      texts(state.diagnostics).contains("warning: source maps are uploaded only for bundles, not with \"no_bundle\""));
  CHECK(modules_of(state) == "index.js application/javascript+module\n");
}

TEST_CASE("additional modules of a bundle keep their names") {
  const auto state = load_bundled(
      {{"wrangler.json",
        config(R"("find_additional_modules": true, "rules": [{"type": "ESModule", "globs": ["**/*.mjs"]}])")},
       {"dist/w/index.js", std::string(kModule)},
       {"dist/w/lang/en.mjs", "x"},
       {"dist/w/notes.md", "x"}});
  CHECK(modules_of(state) == "index.js application/javascript+module\nlang/en.mjs application/javascript+module\n");
}

TEST_CASE("a build tool's redirect replaces the config beside it") {
  const Files files{{"app/wrangler.jsonc", config()},
                    {"app/.wrangler/deploy/config.json", R"({"configPath": "../../dist/wrangler.json"})"},
                    {"app/dist/wrangler.json", no_bundle(R"("vars": {"BUILT": "yes"})")},
                    {"app/dist/index.js", std::string(kModule)}};
  const auto state = load(files);
  CHECK(texts(state.diagnostics).empty());
  CHECK(modules_of(state) == "index.js application/javascript+module\n");
  CHECK(to_text(state.workers[0].settings.at("bindings")) == R"({"BUILT":{"type":"plain_text","text":"yes"}})");
  CHECK(state.workers[0].where.file == "app/dist/wrangler.json");
}

TEST_CASE("a redirect works without a config of the user's own") {
  const auto state = load({{".wrangler/deploy/config.json", R"({"configPath": "../../out.json"})"},
                           {"out.json", no_bundle()},
                           {"index.js", std::string(kModule)}});
  CHECK(modules_of(state) == "index.js application/javascript+module\n");
}

TEST_CASE("a redirect to nothing is an error, and the config beside it is not used instead") {
  const auto errors = [](const std::string& redirect) {
    return texts(load({{"wrangler.json", no_bundle()},
                       {"index.js", std::string(kModule)},
                       {".wrangler/deploy/config.json", redirect}})
                     .diagnostics);
  };
  const std::string head = ".wrangler/deploy/config.json: error: this file does not name a config to deploy: ";
  const std::string mend = "; build again with the tool that wrote it, or delete it\n";
  CHECK(errors(R"({"configPath": "../../dist/w.json"})") ==
        head + "it points at \"dist/w.json\", which is not there" + mend);
  CHECK(errors(R"({"configPath": "../../wrangler.json", "workers": [{"configPath": "b.json"}]})") ==
        head + "unknown field \"workers\"" + mend);
  CHECK(errors("{}") == head + "it has no \"configPath\"" + mend);
  CHECK(errors("{") == head + "the file ended where a key in double quotes or } should follow" + mend);
  CHECK(errors(R"({"configPath": "../../../x.json"})") == head + "the path leaves the source" + mend);
}

TEST_CASE("required secrets get the source's default key") {
  const auto state = load(
      {{"wrangler.json", no_bundle(R"("secrets": {"required": ["API_KEY"]})")}, {"index.js", std::string(kModule)}},
      {.default_store = "prod", .secret_key = "{worker}/{name}"});
  REQUIRE(state.workers.size() == 1);
  const auto& secret = state.workers[0].secrets.at("API_KEY");
  CHECK(secret.store == "prod");
  CHECK(secret.key == "w/API_KEY");
}

TEST_CASE("a config that has not changed is neither parsed nor read again") {
  const Files files{{"wrangler.json", no_bundle()}, {"index.js", std::string(kModule)}, {"a.txt", "a"}};
  ParseCache cache;
  const auto tree = std::make_shared<FakeTree>(files, FakeTree::Ids::by_content);
  CHECK(load_manifests(tree, {.cache = &cache}).workers.size() == 1);
  const int reads = tree->reads();
  CHECK(load_manifests(tree, {.cache = &cache}).workers.size() == 1);
  CHECK(tree->reads() == reads);
  CHECK(cache.counters().parsed == 1);
  // In another environment it is another Worker.
  CHECK(load_manifests(tree, {.environment = "s", .cache = &cache}).workers.at(0).name == "w-s");
  CHECK(cache.counters().parsed == 2);
}

}  // namespace plumbline::manifests
