// What it costs to read the manifests of a commit: a source of N Workers, each with a manifest and a module, cold,
// again, and after a commit that touched one manifest. `bench_manifests FOLDER [N]`; the folder is made and must not
// exist.
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "manifests/kinds/parse_cache.h"
#include "manifests/sources/source_tree.h"
#include "manifests/worker.h"

namespace {

namespace fs = std::filesystem;
using plumbline::manifests::ParseCache;
using Clock = std::chrono::steady_clock;

constexpr int kDefaultWorkers = 10'000;

std::string manifest(int number, const std::string& text) {
  return fmt::format(
      "apiVersion: plumbline.dev/v1beta1\nkind: Worker\nmetadata:\n  name: worker-{0}\nspec:\n  main: index.js\n"
      "  compatibility_date: 2026-10-01\n  compatibility_flags: [nodejs_compat]\n  bindings:\n"
      "    TEXT: {{type: plain_text, text: \"{1}\"}}\n    CACHE: {{type: kv_namespace, namespace_id: \"{0:032x}\"}}\n"
      "  secrets: {{API_KEY: key-{0}}}\n  observability: {{enabled: true}}\n",
      number, text);
}

// A commit as git-fast-import(1) takes it.
void write_commit(std::ofstream& out, int from, int to, const std::string& text) {
  out << "commit refs/heads/main\ncommitter Bench <bench@example.com> 1700000000 +0000\ndata 1\nx\n";
  for (int i = from; i < to; ++i) {
    const auto write = [&out, i](const char* name, const std::string& bytes) {
      out << fmt::format("M 100644 inline team-{}/worker-{}/{}\ndata {}\n{}\n", i % 100, i, name, bytes.size(), bytes);
    };
    write("worker.yaml", manifest(i, text));
    if (text == "one") write("index.js", fmt::format("export default {{ fetch: () => new Response('{}') }};\n", i));
  }
}

bool run(const std::string& command) {
  return std::system(command.c_str()) == 0;  // NOLINT(concurrency-mt-unsafe, bugprone-command-processor)
}

std::string commit_at(const fs::path& repository, const std::string& revision) {
  const auto file = repository / "commit";
  if (!run(fmt::format("git --git-dir='{}' rev-parse '{}' >'{}'", repository.string(), revision, file.string())))
    return {};
  std::string commit;
  std::ifstream(file) >> commit;
  return commit;
}

bool make_repository(const fs::path& repository, int workers) {
  fs::create_directories(repository);
  {
    std::ofstream out(repository / "import");
    write_commit(out, 0, workers, "one");
    write_commit(out, 0, 1, "two");
  }
  const auto git = fmt::format("git --git-dir='{}' ", repository.string());
  return run(git + "init --quiet --bare --initial-branch=main") &&
         run(git + "fast-import --quiet <'" + (repository / "import").string() + "'");
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double peak_mebibytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

using State = std::shared_ptr<plumbline::manifests::DesiredState>;

// One line of the table; the state is what the daemon would hold on to.
State measure(const char* name, const fs::path& repository, const std::string& commit, ParseCache& cache,
              const State& before) {
  const auto begin = Clock::now();
  const double cpu = cpu_seconds();
  const auto parsed = cache.counters().parsed;
  auto tree = plumbline::manifests::open_commit(repository.string(), commit, "", "main", {.files = 1'000'000},
                                                before ? before->tree.get() : nullptr);
  if (!tree) {
    fmt::print(stderr, "{}\n", tree.error().message);
    return nullptr;
  }
  const double opened = std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
  auto state = std::make_shared<plumbline::manifests::DesiredState>(
      plumbline::manifests::load_manifests(std::move(*tree), {.cache = &cache}));
  const double wall = std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
  fmt::print("| {:<18} | {:>7} | {:>7} | {:>7.1f} | {:>7.1f} | {:>7.1f} | {:>8.1f} |\n", name, state->workers.size(),
             cache.counters().parsed - parsed, opened, wall, (cpu_seconds() - cpu) * 1e3, peak_mebibytes());
  if (!state->diagnostics.empty()) {
    fmt::print(stderr, "{}\n", to_text(state->diagnostics.front()));
    return nullptr;
  }
  return state;
}

}  // namespace

int main(int argc, char** argv) {
  const fs::path repository = argc > 1 ? argv[1] : "";
  const int workers = argc > 2 ? std::atoi(argv[2]) : kDefaultWorkers;
  if (repository.empty() || fs::exists(repository) || workers < 1 || !make_repository(repository, workers)) {
    fmt::print(stderr, "usage: bench_manifests FOLDER [WORKERS]; the folder is made and must not exist\n");
    return 1;
  }
  const auto first = commit_at(repository, "main~1");
  const auto second = commit_at(repository, "main");
  ParseCache cache;
  fmt::print("| load               | Workers |  parsed | open ms | wall ms |  CPU ms | peak MiB |\n");
  fmt::print("|--------------------|---------|---------|---------|---------|---------|----------|\n");
  auto state = measure("cold", repository, first, cache, nullptr);
  for (int i = 0; state && i < 3; ++i) state = measure("nothing changed", repository, first, cache, state);
  for (int i = 0; state && i < 3; ++i)
    state = measure("one file changed", repository, i % 2 == 0 ? second : first, cache, state);
  return state ? 0 : 1;
}
