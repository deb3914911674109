#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

#include "exposure.h"
#include "rig.h"
#include "share.h"
#include "tests/support/essence.h"
#include "tests/support/temporary_folder.h"
#include "zone_workers.h"

using namespace plumbline;
using namespace plumbline::property;

namespace {

JsonObject consumers_of(const Json& state) {
  JsonObject out;
  for (const auto& queue : state.at("resources").at("queues").as_array()) {
    for (const auto& consumer : queue.at("consumers").as_array()) {
      out[string_member(queue, "queue_name")] =
          JsonArray{consumer.at("script_name"), consumer.at("settings"), consumer.at("dead_letter_queue")};
    }
  }
  return out;
}

JsonObject workflows_of(const Json& state) {
  JsonObject out;
  const auto* workflows = member(state.at("resources"), "workflows");
  if (workflows == nullptr) return out;
  for (const auto& workflow : workflows->as_array()) {
    out[string_member(workflow, "name")] =
        JsonArray{workflow.at("script_name"), workflow.at("class_name"), workflow.at("limits")};
  }
  return out;
}

// What of an account must be the same however often the process died on the way to it.
JsonObject essence(Rig& rig) {
  const auto state = rig.state();
  JsonObject out;
  out["exposure"] = exposure_of(state);
  out["zones"] = describe(zones_of(state));
  for (const auto& entry : state.at("workers").as_object()) {
    out[entry.key()] = testing::essence_of(entry.value());
  }
  out["queues"] = consumers_of(state);
  out["workflows"] = workflows_of(state);
  return out;
}

// Every kind of write: uploads, also of assets and for a migration, a settings patch with a rotated secret, a script
// setting, a subdomain, cron triggers, routes, domains, queue consumers, a workflow, deletes.
Repository before() {
  Random random(42);
  Repository repository;
  const auto is_module = [](const auto& worker) {
    return worker.syntax == manifests::Syntax::module && !worker.modules.empty();
  };
  while (repository.workers.size() < 5 || !std::ranges::all_of(repository.workers, is_module)) {
    repository = random_repository(random);
  }
  for (auto& worker : repository.workers) {
    worker.prune = true;
    worker.secrets_policy = manifests::SecretsPolicy::keep;
    const std::string key = worker.name + "/KEY";
    worker.secrets["KEY"] = {"default", key, {}};
    repository.secrets[key] = "old value";
    worker.subdomain = JsonObject{{"enabled", true}};
    worker.schedules = {"*/5 * * * *"};
    worker.settings["logpush"] = false;
    worker.settings["compatibility_date"] = "2026-01-01";
    worker.settings.erase("tail_consumers");
    worker.settings["bindings"] = JsonObject();
    worker.migrations = {{"v1", {{"new_sqlite_classes", JsonArray{"Cart"}}}, {}}};
    worker.assets =
        manifests::DesiredAssets{.directory = worker.name + "/public", .binding = {}, .config = {}, .where = {}};
    repository.files[worker.assets->directory + "/page.html"] = "a page of " + worker.name;
  }
  auto& workers = repository.workers;
  for (auto& worker : workers) worker.routes.emplace();
  workers[0].routes = {{.pattern = "a.example.com/*", .zone = "example.com"}, {.pattern = "b.example.com/*"}};
  workers[4].routes = {{.pattern = "e.example.com/*", .zone = "example.com"}, {.pattern = "f.example.net/*"}};
  for (auto& worker : workers) worker.domains.emplace();
  workers[2].domains = {{.hostname = "c.example.com"}, {.hostname = "d.example.com"}};
  workers[4].domains = {{.hostname = "e.example.com"}};
  for (auto& worker : repository.workers) {
    worker.queue_consumers.emplace();
    worker.workflows.emplace();
  }
  repository.workers[0].queue_consumers = {{.queue = "mail"}};
  repository.workers[1].queue_consumers = {{.queue = "jobs", .settings = {{"batch_size", 5}}}};
  repository.workers[1].workflows = {
      {.name = "fulfil", .class_name = "Fulfil", .settings = {{"limits", {{"steps", 5}}}}}};
  repository.workers[0].settings["bindings"] =
      JsonObject{{"CACHE", JsonObject{{"type", "kv_namespace"}, {"title", "cache"}}}};
  return repository;
}

Repository after() {
  auto repository = before();
  repository.revision = "main@sha1:2222222222222222222222222222222222222222";
  auto& workers = repository.workers;
  workers.pop_back();
  auto& code = workers[0].modules.front();
  code.sha256 = workers[1].modules.front().sha256;
  repository.files[code.path] = repository.files[workers[1].modules.front().path];
  code.size = repository.files[code.path].size();
  repository.files[workers[0].assets->directory + "/page.html"] = "a new page";
  workers[1].settings["compatibility_date"] = "2026-10-01";
  workers[1].subdomain = JsonObject{{"enabled", false}};
  workers[1].migrations->push_back({"v2", {{"new_classes", JsonArray{"Order"}}}, {}});
  workers[2].schedules = {"0 0 * * *"};
  repository.secrets[workers[2].name + "/KEY"] = "new value";
  workers[3].settings["logpush"] = true;
  // One route moves, one stays, one goes, one is new, and one leads away from the Worker that goes; so with domains.
  workers[0].routes->pop_back();
  workers[1].routes = {{.pattern = "b.example.com/*"}, {.pattern = "e.example.com/*", .zone = "example.com"}};
  workers[3].routes = {{.pattern = "n.example.net/*", .zone = "example.net"}};
  workers[2].domains->pop_back();
  workers[3].domains = {{.hostname = "e.example.com"}, {.hostname = "n.example.net"}};
  // A queue changes hands, one is consumed otherwise; a workflow changes hands.
  workers[0].queue_consumers = {{.queue = "mail", .dead_letter_queue = "dead"}, {.queue = "jobs"}};
  workers[1].queue_consumers = std::vector<manifests::DesiredQueueConsumer>();
  std::swap(workers[1].workflows, workers[2].workflows);
  return repository;
}

class JournalFile {
 public:
  void erase() const { std::filesystem::remove_all(folder_.path() / "state"); }
  [[nodiscard]] std::string path() const { return folder_.file("state/journal.db"); }

 private:
  testing::TemporaryFolder folder_;
};

Commits every_kind_of_write() {
  return {before(), after()};
}

struct Reference {
  JsonObject state;
  std::size_t calls = 0;
  bool killed = false;
};

enum class JournalIs { kept, lost };
enum class Commit { first, second };

// One account on which processes die. With `file` the journal is a real one; else it is in memory, where each of its
// transactions survives the process as it would on a disk.
struct Stage {
  simulator::Semantics semantics;
  const JournalFile* file = nullptr;
  JournalIs journal = JournalIs::kept;
  Commit dies_at = Commit::second;
};

// `killed` says at which call of an apply, counted from 1, the process dies. After it comes the second commit.
Reference play(const Stage& stage, const Commits& commits, KillPoint killed) {
  Rig rig(stage.semantics);
  const Rig::Run run{.journal = stage.file != nullptr ? stage.file->path() : ""};
  rig.edit({"example.com", "set-filter", kForeignFilter, false});
  if (stage.dies_at == Commit::second) REQUIRE_FALSE(rig.apply(commits.first, run).report.failed());
  auto dying = run;
  dying.kill = killed;
  const auto first = rig.apply(stage.dies_at == Commit::first ? commits.first : commits.second, dying);
  // How often a run looks again for what it wrote depends on the clock: the last calls of one may be missing in
  // another.
  CHECK(first.killed == (killed.call != 0 && first.calls >= killed.call));
  if (stage.journal == JournalIs::lost) {
    rig.forget();
    if (stage.file != nullptr) stage.file->erase();
  }
  const auto second = rig.apply(commits.second, run);
  REQUIRE(second.plan);
  CHECK_FALSE(second.report.failed());
  const auto last = rig.plan(commits.second, run);
  REQUIRE(last.plan);
  CHECK_MESSAGE(!last.plan->has_changes(), plan_text(last));
  // Nothing at a filter says whose it is: one that no journal knows stays, and it is a person who takes it away.
  if (stage.journal == JournalIs::lost) rig.edit({"example.com", "delete-filter", kDroppedFilter});
  const ZoneStates empty{{"example.com", {"", {{kForeignFilter, false}}}}, {"example.net", {}}};
  CHECK(describe(zones_of(rig.state())) == describe(expected_zones(empty, &commits.first, commits.second)));
  return {essence(rig), first.calls, first.killed};
}

void die_everywhere(const Stage& stage, const Commits& commits, std::size_t first_call = 1, std::size_t stride = 1) {
  if (stage.file != nullptr) stage.file->erase();
  auto undisturbed = stage;
  undisturbed.journal = JournalIs::kept;
  const auto reference = play(undisturbed, commits, {});
  REQUIRE(reference.calls > 8);
  std::size_t lives = 0;
  for (std::size_t call = first_call; call <= reference.calls; call += stride) {
    for (const bool after_effect : {false, true}) {
      CAPTURE(call);
      CAPTURE(after_effect);
      if (stage.file != nullptr) stage.file->erase();
      const auto ended = play(stage, commits, {call, after_effect});
      CHECK(to_canonical_text(ended.state) == to_canonical_text(reference.state));
      if (!ended.killed) ++lives;
    }
  }
  CHECK(lives <= 4);
}

}  // namespace

TEST_SUITE("crash") {
  TEST_CASE("killed at any call, before or after its effect, a restart ends in the same state with no version more") {
    const JournalFile file;
    die_everywhere({{}, &file, JournalIs::kept}, every_kind_of_write());
    die_everywhere({{}, &file, JournalIs::kept}, zone_commits());
  }

  TEST_CASE("so it does where the next commit is there already, and filters that it does not name are gone") {
    die_everywhere({.dies_at = Commit::first}, zone_commits());
  }

  TEST_CASE("so it does without the journal") {
    const JournalFile file;
    die_everywhere({{}, &file, JournalIs::lost}, every_kind_of_write());
    die_everywhere({{}, &file, JournalIs::lost}, zone_commits());
  }

  TEST_CASE("so it does under every other semantics of the service, each alone and all together") {
    // The calls are shared out among the switches.
    const auto every = stride(3);
    std::size_t turn = 0;
    for (const auto& [name, semantics] : other_semantics()) {
      CAPTURE(name);
      const auto first_call = 1 + turn++ % every;
      for (const auto journal : {JournalIs::kept, JournalIs::lost}) {
        CAPTURE(journal == JournalIs::kept);
        die_everywhere({semantics, nullptr, journal}, every_kind_of_write(), first_call, every);
        die_everywhere({semantics, nullptr, journal}, zone_commits(), first_call, every);
      }
    }
  }
}
