#include <doctest/doctest.h>

#include <algorithm>
#include <array>

#include "base/digest.h"
#include "reconciler/plan/render.h"
#include "rig.h"
#include "share.h"

/// Whatever can destroy data passes one gate, by whichever road it comes: random commits declare classes, delete,
/// rename, hand over and leave them out, by `exports` and by `migrations`, drop queues and workflows, and Workers;
/// after each apply nothing is gone that nobody allowed to go.
using namespace plumbline;
using namespace plumbline::property;

namespace {

constexpr std::array<std::string_view, 3> kClasses{"Alpha", "Beta", "Gamma"};
constexpr std::array<std::string_view, 2> kQueues{"jobs", "mail"};
constexpr std::array<std::string_view, 2> kWorkers{"api", "web"};

/// What an account has that cannot be brought back.
struct Data {
  struct Class {
    std::string worker;
    std::string name;
  };
  std::map<std::string, Class> classes;          ///< by the id of the namespace
  std::map<std::string, std::string> consumers;  ///< Worker by queue
  std::map<std::string, std::string> workflows;  ///< Worker by name, as long as it is there
};

Data data_of(Rig& rig) {
  Data data;
  const auto workers = rig.state().at("workers");
  const auto namespaces = rig.call("GET", "workers/durable_objects/namespaces?per_page=1000");
  for (const auto& item : namespaces.as_array()) {
    data.classes[std::string(string_member(item, "id"))] = {std::string(string_member(item, "script")),
                                                            std::string(string_member(item, "class"))};
  }
  for (const auto& queue : rig.call("GET", "queues").as_array()) {
    for (const auto& consumer : queue.at("consumers").as_array()) {
      data.consumers[std::string(string_member(queue, "queue_name"))] = string_member(consumer, "script_name");
    }
  }
  for (const auto& workflow : rig.call("GET", "workflows").as_array()) {
    const auto worker = string_member(workflow, "script_name");
    if (workers.as_object().contains(worker)) data.workflows[std::string(string_member(workflow, "name"))] = worker;
  }
  return data;
}

struct Commit {
  Repository repository;
  std::set<std::string> allowed;  ///< Workers, by the source
};

struct Story {
  std::vector<Commit> commits;
};

std::string_view other_than(std::string_view name) {
  return name == kWorkers[0] ? kWorkers[1] : kWorkers[0];
}

JsonObject random_exports(std::string_view worker, Random& random) {
  JsonObject exports;
  for (const auto name : kClasses) {
    JsonObject entry{{"type", "durable-object"}};
    switch (random.below(9)) {
      case 0:
      case 1:
        continue;
      case 2:
        entry["state"] = "deleted";
        break;
      case 3: {
        const auto to = random.pick(kClasses);
        entry["state"] = "renamed";
        entry["renamed_to"] = to;
        break;
      }
      case 4:
        entry["state"] = "transferred";
        entry["transferred_to"] = other_than(worker);
        break;
      case 5:
        entry["state"] = "expecting-transfer";
        entry["storage"] = "sqlite";
        entry["transfer_from"] = other_than(worker);
        break;
      default:
        entry["storage"] = "sqlite";
        break;
    }
    exports[name] = std::move(entry);
  }
  if (random.chance(20)) exports["Api"] = JsonObject{{"type", "worker"}};
  return exports;
}

JsonObject random_step(std::string_view worker, Random& random) {
  const auto name = random.pick(kClasses);
  switch (random.below(5)) {
    case 0:
      return {{"deleted_classes", JsonArray{name}}};
    case 1:
      return {{"renamed_classes", JsonArray{JsonObject{{"from", name}, {"to", random.pick(kClasses)}}}}};
    case 2:
      return {
          {"transferred_classes",
           JsonArray{JsonObject{{"from", name}, {"from_script", other_than(worker)}, {"to", random.pick(kClasses)}}}}};
    default:
      return {{"new_sqlite_classes", JsonArray{name}}};
  }
}

// What may end by the word of the manifest: seldom the right thing.
void allow_some(manifests::DesiredWorker& worker, Random& random) {
  for (const auto name : kClasses) {
    if (random.chance(15)) worker.allow_data_loss.emplace_back(name);
  }
  for (const auto name : kQueues) {
    if (random.chance(20)) worker.allow_data_loss.emplace_back(name);
  }
  for (const auto& migration : worker.migrations.value_or(std::vector<manifests::DesiredMigration>())) {
    if (random.chance(20)) worker.allow_data_loss.push_back(migration.tag);
  }
}

manifests::DesiredWorker random_worker(Repository& repository, const Repository& before, std::string_view name,
                                       Random& random) {
  manifests::DesiredWorker worker;
  worker.name = name;
  worker.where = {std::string(name) + "/worker.yaml", 4, 9};
  const std::string path = worker.name + "/index.js";
  std::string code =
      "export default { fetch() { return new Response('" + std::to_string(random.below(3)) + "'); } };\n";
  worker.modules = {{"index.js", path, "application/javascript+module", sha256_hex(code), code.size()}};
  repository.files[path] = std::move(code);
  const auto last = std::ranges::find(before.workers, name, &manifests::DesiredWorker::name);
  const bool by_migrations = last != before.workers.end() && last->migrations && random.chance(80);
  if (by_migrations || random.chance(25)) {
    worker.migrations = by_migrations ? *last->migrations : std::vector<manifests::DesiredMigration>();
    for (std::size_t i = random.below(3); i > 0; --i) {
      worker.migrations->push_back(
          {"v" + std::to_string(worker.migrations->size() + 1), random_step(name, random), {}});
    }
  } else if (random.chance(80)) {
    worker.settings["exports"] = random_exports(name, random);
  }
  if (random.chance(30)) worker.settings["logpush"] = random.chance(50);
  allow_some(worker, random);
  return worker;
}

// A queue and a workflow belong to one of the Workers, or to none.
void add_triggers(Repository& repository, Random& random) {
  for (auto& worker : repository.workers) {
    if (random.chance(70)) worker.queue_consumers.emplace();
    if (random.chance(70)) worker.workflows.emplace();
  }
  for (const auto queue : kQueues) {
    auto& worker = repository.workers[random.below(repository.workers.size())];
    if (!worker.queue_consumers || random.chance(40)) continue;
    worker.queue_consumers->push_back({.queue = std::string(queue), .dead_letter_queue = {}, .settings = {}});
  }
  auto& holder = repository.workers[random.below(repository.workers.size())];
  if (holder.workflows) holder.workflows->push_back({.name = "fulfil", .class_name = "Fulfil"});
}

Story random_story(std::uint64_t seed) {
  Random random(seed);
  Story story;
  Repository before;
  for (std::size_t i = 0; i < 5; ++i) {
    Commit commit;
    commit.repository.revision = "main@sha1:" + std::string(40, static_cast<char>('0' + i));
    for (const auto name : kWorkers) {
      if (random.chance(85)) {
        auto worker = random_worker(commit.repository, before, name, random);
        commit.repository.workers.push_back(std::move(worker));
      }
      if (random.chance(10)) commit.allowed.emplace(name);
    }
    if (commit.repository.workers.empty()) continue;
    add_triggers(commit.repository, random);
    before = commit.repository;
    story.commits.push_back(std::move(commit));
  }
  return story;
}

const manifests::DesiredWorker* find(const Commit& commit, std::string_view name) {
  const auto& workers = commit.repository.workers;
  const auto found = std::ranges::find(workers, name, &manifests::DesiredWorker::name);
  return found == workers.end() ? nullptr : &*found;
}

bool names(const manifests::DesiredWorker* worker, const std::string& name) {
  return worker != nullptr && std::ranges::find(worker->allow_data_loss, name) != worker->allow_data_loss.end();
}

// A class goes by a migration under the name that it has by then.
bool allows_by_migration(const manifests::DesiredWorker* worker) {
  if (worker == nullptr || !worker->migrations) return false;
  return std::ranges::any_of(*worker->migrations, [worker](const auto& migration) {
    const auto* deleted = member(migration.steps, "deleted_classes");
    return deleted != nullptr &&
           (names(worker, migration.tag) || names(worker, std::string(view(deleted->at(0).as_string()))));
  });
}

// Empty if nothing is gone that was not meant to.
std::string lost(const Data& before, const Data& after, const Commit& commit) {
  std::string out;
  for (const auto& [id, held] : before.classes) {
    const auto* worker = find(commit, held.worker);
    const bool allowed =
        commit.allowed.contains(held.worker) || names(worker, held.name) || allows_by_migration(worker);
    if (!after.classes.contains(id) && !allowed) out += "class " + held.name + " of " + held.worker + " is gone\n";
  }
  for (const auto& [queue, worker] : before.consumers) {
    const bool allowed = commit.allowed.contains(worker) || names(find(commit, worker), queue);
    if (!after.consumers.contains(queue) && !allowed) out += "queue " + queue + " lost its consumer\n";
  }
  for (const auto& [name, worker] : before.workflows) {
    if (!after.workflows.contains(name) && !commit.allowed.contains(worker)) out += "workflow " + name + " is gone\n";
  }
  return out;
}

std::string tell(const Story& story, const simulator::Semantics& semantics, std::size_t& ended) {
  Rig rig(semantics);
  for (const auto& commit : story.commits) {
    const auto before = data_of(rig);
    const auto outcome = rig.apply(commit.repository, {.allow_data_loss = commit.allowed});
    const auto after = data_of(rig);
    ended += static_cast<std::size_t>(
        std::ranges::count_if(before.classes, [&](const auto& held) { return !after.classes.contains(held.first); }));
    auto wrong = lost(before, after, commit);
    if (wrong.empty()) continue;
    for (const auto& worker : commit.repository.workers) {
      wrong += worker.name + " " + to_text(worker.settings) + "\n";
    }
    return wrong + (outcome.plan ? render_text(*outcome.plan, reconciler::Colour::off) : "");
  }
  return {};
}

}  // namespace

TEST_CASE("no plan ends a class, a workflow or a consumer that nobody allowed to end") {
  for (const auto* omitted : {"refuse", "delete"}) {
    CAPTURE(omitted);
    simulator::Semantics semantics;
    REQUIRE(simulator::set_semantic(semantics, "exports_omitted", omitted));
    std::size_t ended = 0;
    for (std::uint64_t seed = 1; seed <= cases(400); ++seed) {
      CAPTURE(seed);
      const auto wrong = tell(random_story(seed), semantics, ended);
      if (!wrong.empty()) FAIL(wrong);
    }
    // What is allowed does end: the gate is no wall.
    CHECK(ended > cases(400) / 20);
  }
}
