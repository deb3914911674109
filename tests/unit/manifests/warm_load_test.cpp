#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "manifests/desired_json.h"
#include "manifests/kinds/parse_cache.h"
#include "manifests/kinds/parse_store.h"
#include "manifests/worker.h"
#include "support.h"

// A load that takes over what earlier ones have parsed and finished gives the same as one that begins with nothing.
namespace plumbline::manifests {
namespace {

using test::FakeTree;
using test::TempFolder;
using test::texts;
using Files = std::map<std::string, std::string>;

std::string manifest_of(std::string_view name, std::string_view spec) {
  return fmt::format("apiVersion: plumbline.dev/v1beta1\nkind: Worker\nmetadata: {{name: {}}}\nspec:\n{}", name, spec);
}

std::string defaults_with(std::string_view spec) {
  return fmt::format("apiVersion: plumbline.dev/v1beta1\nkind: Defaults\nspec: {}\n", spec);
}

class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}
  std::size_t below(std::size_t bound) { return std::uniform_int_distribution<std::size_t>(0, bound - 1)(engine_); }
  bool one_in(std::size_t bound) { return below(bound) == 0; }
  std::string of(std::span<const std::string> choices) { return choices[below(choices.size())]; }

 private:
  std::mt19937 engine_;
};

// Each line is right alone; some contradict what others say, or what the source holds.
const std::vector<std::string> kLines{
    "  modules: [\"*.txt\"]\n",
    "  compatibility_date: \"${DAY:=2026-01-01}\"\n",
    "  bindings: {B: {type: service, service: one}}\n",
    "  depends_on: [two]\n",
    "  secrets: {KEY: key, OTHER: {}}\n",
    "  secrets: {THIRD: {store: other}}\n",
    "  routes: [{pattern: a.example.com/*, zone: example.com}]\n",
    "  routes: [{pattern: b.example.org/*, zone: example.org}]\n",
    "  assets: {directory: public}\n",
    "  schedules: [\"* * * * *\"]\n",
    "  environments: {staging: {name: renamed, logpush: true}}\n",
    "  environments: {staging: null}\n",
    "  nonsense: 1\n",
    "  logpush: [\n",
    "  # name: forgotten\n",
    "  ignore: [/placement]\n",
};

std::string random_worker(Random& random) {
  static const std::vector<std::string> names{"one", "two", "three", "four", "five", "six", "seven"};
  std::string spec = "  main: index.js\n";
  for (auto lines = random.below(3); lines > 0; --lines) {
    const std::string line = random.of(kLines);
    const auto field = line.substr(0, line.find(':'));
    if (!spec.contains(field + ':')) spec += line;
  }
  return manifest_of(random.of(names), spec);
}

std::string random_bytes(const std::string& path, Random& random) {
  static const std::vector<std::string> all_defaults{
      defaults_with("{logpush: true}"), defaults_with("{placement: {mode: smart}}"),
      defaults_with("{environments: {staging: {logpush: false}}}"), defaults_with("{nonsense: 1}")};
  static const std::vector<std::string> configs{R"({"name": "wrangled", "main": "index.js", "no_bundle": true})",
                                                R"({"name": "one", "main": "index.js", "no_bundle": true})"};
  static const std::vector<std::string> ignored{"b/\n", "*.txt\n", "public/\n", "a/w.yaml\n"};
  static const std::vector<std::string> values{"DAY: \"2026-02-02\"\n", "DAY: \"2026-03-03\"\n", "{}\n"};
  if (path.ends_with("defaults.yaml")) return random.of(all_defaults);
  if (path == "c/.wrangler/deploy/config.json") return R"({"configPath": "../../wrangler.json"})";
  if (path.ends_with("wrangler.json")) return random.of(configs);
  if (path == ".plumblineignore") return random.of(ignored);
  if (path == "values.yaml") return random.of(values);
  if (path.ends_with(".yaml")) return random_worker(random);
  return std::string(1 + random.below(3), 'x');
}

// Writes, or removes, one file.
void edit(Files& files, Random& random) {
  static const std::vector<std::string> paths{"a/w.yaml",         "a/v.yaml",
                                              "a/index.js",       "a/one.txt",
                                              "a/two.txt",        "b/w.yaml",
                                              "b/index.js",       "b/c/w.yaml",
                                              "b/c/index.js",     "b/public/index.html",
                                              "a/public/f",       "defaults.yaml",
                                              "b/defaults.yaml",  "c/wrangler.json",
                                              "c/index.js",       "c/.wrangler/deploy/config.json",
                                              ".plumblineignore", "values.yaml"};
  const std::string path = random.of(paths);
  if (random.one_in(4)) {
    files.erase(path);
  } else {
    files[path] = random_bytes(path, random);
  }
}

void edit(LoadOptions& options, Random& random) {
  switch (random.below(8)) {
    case 0:
      options.environment = options.environment.empty() ? "staging" : "";
      break;
    case 1:
      options.name_suffix = options.name_suffix.empty() ? "-pr1" : "";
      break;
    case 2:
      options.values = random.one_in(2) ? std::map<std::string, std::string>{{"DAY", "2026-04-04"}}
                                        : std::map<std::string, std::string>();
      break;
    case 3:
      options.values_from = random.one_in(2) ? std::vector<std::string>{"values.yaml"} : std::vector<std::string>();
      break;
    case 4:
      options.include =
          random.one_in(2) ? std::vector<std::string>{"a/**", "defaults.yaml"} : std::vector<std::string>{"**"};
      break;
    case 5:
      options.allow_zones = random.one_in(2) ? std::optional(std::vector<std::string>{"example.com"}) : std::nullopt;
      break;
    case 6:
      options.secret_key = random.one_in(2) ? "{worker}/{name}" : "all-{name}";
      break;
    default:
      options.default_store = random.one_in(2) ? "default" : "second";
  }
}

std::string shown(const DesiredState& state) {
  std::string out = texts(state.diagnostics);
  for (const auto& one : state.mentioned) out += fmt::format("mentioned {} {} {}\n", one.name, one.file, one.is_unread);
  for (const auto path : state.manifest_paths) out += fmt::format("manifest {}\n", path);
  for (const auto& worker : state.workers) {
    out += fmt::format("{}:{}:{} {}\n", worker.where.file, worker.where.line, worker.where.column,
                       to_text(to_json(worker)));
  }
  for (const auto& name : state.broken_names) out += "broken " + name + "\n";
  return out + fmt::format("{} manifests\n", state.manifest_files);
}

// As another process loads it, which knows what is on disk and nothing else; of a commit, or of a folder.
DesiredState load_from_disk(const TempFolder& folder, const Files& files, LoadOptions options, TreeLimits limits,
                            Random& random) {
  ParseStore store(folder.path("parsed/source"), "0.1");
  ParseCache cache;
  cache.use(&store);
  options.cache = &cache;
  const auto ids = random.one_in(2) ? FakeTree::Ids::by_content : FakeTree::Ids::none;
  auto state = load_manifests(std::make_shared<FakeTree>(files, ids, limits), options);
  REQUIRE(store.end_load());
  return state;
}

std::size_t count_shared(const DesiredState& before, const DesiredState& after) {
  std::set<const DesiredWorker*> known;
  for (const auto& worker : before.workers) known.insert(&worker);
  return static_cast<std::size_t>(
      std::ranges::count_if(after.workers, [&](const DesiredWorker& worker) { return known.contains(&worker); }));
}

TEST_CASE("a warm load gives what a cold one gives, whatever has been edited in between") {
  std::size_t shared = 0;
  std::size_t workers = 0;
  for (unsigned seed = 0; seed < 60; ++seed) {
    Random random(seed);
    const TempFolder folder;
    ParseCache cache;
    Files files;
    LoadOptions options;
    DesiredState before;
    for (int i = 0; i < 20; ++i) edit(files, random);
    for (int step = 0; step < 30; ++step) {
      edit(files, random);
      if (random.one_in(5)) edit(options, random);
      const auto tree = std::make_shared<FakeTree>(files, FakeTree::Ids::by_content,
                                                   TreeLimits{.files = random.one_in(10) ? 4U : 1000U});
      options.cache = nullptr;
      const auto cold = load_manifests(tree, options);
      options.cache = &cache;
      auto warm = load_manifests(tree, options);
      options.cache = nullptr;
      const auto stored = load_from_disk(folder, files, options, tree->limits(), random);
      INFO("seed ", seed, ", step ", step);
      REQUIRE(shown(warm) == shown(cold));
      REQUIRE(shown(stored) == shown(cold));
      workers += warm.workers.size();
      shared += count_shared(before, warm);
      before = std::move(warm);
    }
  }
  // Else the test would say nothing.
  CHECK(shared * 2 > workers);
}

TEST_CASE("a Worker that did not change is the same object in the next state") {
  ParseCache cache;
  Files files{{"a.yaml", manifest_of("a", "  main: i.js\n  modules: [\"*.txt\"]\n")},
              {"b.yaml", manifest_of("b", "  main: i.js\n")},
              {"i.js", "x"},
              {"t.txt", "t"}};
  const auto load_again = [&] {
    return load_manifests(std::make_shared<FakeTree>(files, FakeTree::Ids::by_content), {.cache = &cache});
  };
  const auto first = load_again();
  const auto second = load_again();
  CHECK(&first.workers[0] == &second.workers[0]);
  CHECK(&first.workers[1] == &second.workers[1]);
  // A new file that a pattern of the manifest matches.
  files["u.txt"] = "u";
  const auto third = load_again();
  CHECK(&third.workers[0] != &second.workers[0]);
  CHECK(third.workers[0].modules.size() == 3);
  CHECK(&third.workers[1] == &second.workers[1]);
  files["i.js"] = "y";
  const auto fourth = load_again();
  CHECK(&fourth.workers[1] != &third.workers[1]);
  CHECK(cache.counters().finished == 5);
}

TEST_CASE("a text that was parsed once is not even read by the next process") {
  const TempFolder folder;
  const Files files{{"a.yaml", manifest_of("a", "  main: i.js\n")},
                    {"b/defaults.yaml", defaults_with("{logpush: true}")},
                    {"b/w.yaml", manifest_of("b", "  main: ../i.js\n")},
                    {"package.json", "{\"name\": \"x\"}"},
                    {"i.js", "x"}};
  const auto load_as = [&](FakeTree::Ids ids, const LoadOptions& options) {
    ParseStore store(folder.path("parsed/source"), "0.1");
    ParseCache cache;
    cache.use(&store);
    auto with_store = options;
    with_store.cache = &cache;
    const auto tree = std::make_shared<FakeTree>(files, ids);
    const auto state = load_manifests(tree, with_store);
    REQUIRE(store.end_load());
    return std::pair(shown(state), tree->reads());
  };
  const auto cold = load_as(FakeTree::Ids::by_content, {});
  const auto warm = load_as(FakeTree::Ids::by_content, {});
  CHECK(warm.first == cold.first);
  CHECK(warm.second == 0);
  CHECK(cold.second == 5);
  // What is kept depends on no option of the source.
  const auto other = load_as(FakeTree::Ids::by_content, {.environment = "staging", .values = {{"A", "b"}}});
  CHECK(other.second == 0);
  CHECK(load_as(FakeTree::Ids::none, {}).first == cold.first);
}

TEST_CASE("what a person wrote by mistake, and what is somebody else's, is not kept on disk") {
  const TempFolder folder;
  const Files files{
      {"a.yaml", manifest_of("a", "  main: i.js\n  bindings: {S: {type: secret_text, text: by-mistake-1}}\n")},
      {"b.yaml", "apiVersion: v1\nkind: Secret\ndata: {key: of-others-2}\n---\n" + manifest_of("b", "  main: i.js\n")},
      {"c.yaml", manifest_of("c", "  main: i.js\n  secret: by-mistake-3\n")},
      {"d.json", R"({"kind": "Secret", "key": "of-others-4"})"},
      {"e.yaml", "apiVersion: plumbline.dev/v1beta1\nkind: Config\nkey: of-others-5\n"},
      {"i.js", "of-others-6"}};
  ParseStore store(folder.path("parsed/source"), "0.1");
  ParseCache cache;
  cache.use(&store);
  const auto state = load_manifests(std::make_shared<FakeTree>(files), {.cache = &cache});
  CHECK(state.workers.size() == 1);
  REQUIRE(store.end_load());
  std::ifstream in(folder.path("parsed/source.parsed"), std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  CHECK(bytes.contains("i.js"));
  CHECK_FALSE(bytes.contains("by-mistake"));
  CHECK_FALSE(bytes.contains("of-others"));
}

}  // namespace
}  // namespace plumbline::manifests
