#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <random>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "manifests/desired_json.h"
#include "manifests/kinds/parse_cache.h"
#include "manifests/worker.h"
#include "support.h"

// A load that takes over what earlier ones have parsed and finished gives the same as one that begins with nothing.
namespace plumbline::manifests {
namespace {

using test::FakeTree;
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
  for (const auto& worker : state.workers) {
    out += fmt::format("{}:{}:{} {}\n", worker.where.file, worker.where.line, worker.where.column,
                       to_text(to_json(worker)));
  }
  for (const auto& name : state.broken_names) out += "broken " + name + "\n";
  return out + fmt::format("{} manifests\n", state.manifest_files);
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
      INFO("seed ", seed, ", step ", step);
      REQUIRE(shown(warm) == shown(cold));
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

}  // namespace
}  // namespace plumbline::manifests
