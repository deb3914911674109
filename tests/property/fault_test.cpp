#include <doctest/doctest.h>

#include <algorithm>
#include <array>

#include "base/digest.h"
#include "exposure.h"
#include "rig.h"
#include "share.h"
#include "zone_workers.h"

using namespace plumbline;
using namespace plumbline::property;

namespace {

struct Operation {
  const char* method;
  const char* path;
};

// Every call that a reconcile makes.
constexpr std::array kOperations{Operation{"GET", "/workers/scripts$"},
                                 Operation{"GET", "/workers/workers$"},
                                 Operation{"GET", "/settings$"},
                                 Operation{"GET", "/deployments$"},
                                 Operation{"GET", "/versions/"},
                                 Operation{"GET", "/content/v2$"},
                                 Operation{"PUT", "/workers/scripts/"},
                                 Operation{"PATCH", "/settings$"},
                                 Operation{"PATCH", "/script-settings$"},
                                 Operation{"POST", "/subdomain$"},
                                 Operation{"GET", "/schedules$"},
                                 Operation{"PUT", "/schedules$"},
                                 Operation{"DELETE", "/workers/scripts/"},
                                 Operation{"GET", "/d1/database$"},
                                 Operation{"GET", "/zones$"},
                                 Operation{"GET", "/workers/routes$"},
                                 Operation{"POST", "/workers/routes$"},
                                 Operation{"PUT", "/workers/routes/"},
                                 Operation{"DELETE", "/workers/routes/"},
                                 Operation{"GET", "/workers/domains$"},
                                 Operation{"PUT", "/workers/domains$"},
                                 Operation{"DELETE", "/workers/domains/"},
                                 Operation{"POST", "/assets-upload-session$"},
                                 Operation{"POST", "/assets/upload$"},
                                 Operation{"GET", "/queues$"},
                                 Operation{"POST", "/consumers$"},
                                 Operation{"PUT", "/consumers/"},
                                 Operation{"DELETE", "/consumers/"},
                                 Operation{"GET", "/workflows$"},
                                 Operation{"PUT", "/workflows/"}};

// Those of ZoneWorkers, whose story is told apart from that of all others: a small one is soon told.
constexpr std::array kZoneOperations{Operation{"GET", "/zones$"},
                                     Operation{"GET", "/workers/script$"},
                                     Operation{"PUT", "/workers/script$"},
                                     Operation{"GET", "/workers/filters$"},
                                     Operation{"POST", "/workers/filters$"},
                                     Operation{"PUT", "/workers/filters/"},
                                     Operation{"DELETE", "/workers/filters/"},
                                     Operation{"GET", "/workers/routes$"},
                                     Operation{"PUT", "/workers/routes/"}};

constexpr std::array kFaults{R"({"fault": "status", "status": 500, "code": 10013})",
                             R"({"fault": "status", "status": 429, "code": 971, "headers": {"Retry-After": "0"}})",
                             R"({"fault": "status", "status": 403, "code": 10000})",
                             R"({"fault": "status", "status": 409, "code": 10035})",
                             R"({"fault": "status", "status": 404, "code": 7003})",
                             R"({"fault": "html", "status": 200})",
                             R"({"fault": "html", "status": 503})",
                             R"({"fault": "reset-before"})",
                             R"({"fault": "reset-after"})",
                             R"({"fault": "truncate"})",
                             R"({"fault": "stall"})"};

// A pass that is struck makes the calls of one that is not, and repeats few of them: an outage never eats the budget.
constexpr std::size_t kPasses = 5;
constexpr std::size_t kRepetitions = 10;

struct Story : Commits {
  std::span<const Operation> operations;
  std::size_t calls = 0;  ///< of the second commit's apply where nothing goes wrong
};

Story counted(Commits commits, std::span<const Operation> operations) {
  Rig rig;
  REQUIRE_FALSE(rig.apply(commits.first, {}).report.failed());
  const auto calls = rig.apply(commits.second, {}).calls;
  return {std::move(commits), operations, calls};
}

Story of_zone_workers() {
  return counted(zone_commits(), kZoneOperations);
}

Story of_workers() {
  Random random(7);
  Commits out;
  const auto has_code = [](const auto& worker) { return !worker.modules.empty(); };
  while (out.first.workers.size() < 4 || !std::ranges::all_of(out.first.workers, has_code)) {
    out.first = random_repository(random);
  }
  for (auto& worker : out.first.workers) {
    worker.prune = true;
    worker.subdomain = JsonObject{{"enabled", true}};
    worker.schedules = {"*/5 * * * *"};
    worker.settings["logpush"] = false;
  }
  out.first.workers[0].settings["bindings"] = JsonObject{{"DB", JsonObject{{"type", "d1"}, {"database_name", "shop"}}}};
  auto& before = out.first.workers;
  for (auto& worker : before) {
    worker.routes.emplace();
    worker.domains.emplace();
  }
  before[0].routes = {{.pattern = "a.example.com/*", .zone = "example.com"}, {.pattern = "b.example.com/*"}};
  before[0].domains = {{.hostname = "a.example.com"}};
  before.back().routes = {{.pattern = "z.example.com/*"}, {.pattern = "y.example.com/*"}};
  before.back().domains = {{.hostname = "z.example.com"}};
  auto& site = out.first.workers[2];
  site.assets = manifests::DesiredAssets{.directory = site.name + "/site", .binding = {}, .config = {}, .where = {}};
  const auto page = site.name + "/site/page.html";
  out.first.files[page] = "a page";
  for (auto& worker : out.first.workers) {
    worker.queue_consumers.emplace();
    worker.workflows.emplace();
  }
  out.first.workers[0].queue_consumers = {{.queue = "mail"}};
  out.first.workers[1].queue_consumers = {{.queue = "jobs"}};
  out.second = out.first;
  out.second.files[page] = "a new page";
  auto& workers = out.second.workers;
  workers.pop_back();
  // Of the routes and domains one stays, some go, some move, some are new.
  workers[0].routes->pop_back();
  workers[0].domains->clear();
  workers[1].routes = {{.pattern = "b.example.com/*"}, {.pattern = "y.example.com/*"}, {.pattern = "n.example.net/*"}};
  workers[2].domains = {{.hostname = "z.example.com"}, {.hostname = "n.example.net"}};
  workers[0].settings["logpush"] = true;
  workers[1].settings["compatibility_date"] = "2025-05-05";
  workers[1].subdomain = JsonObject{{"enabled", false}};
  workers[1].schedules = {"0 0 * * *"};
  workers[0].queue_consumers = {{.queue = "mail", .settings = {{"batch_size", 5}}}, {.queue = "jobs"}};
  workers[1].queue_consumers = std::vector<manifests::DesiredQueueConsumer>();
  workers[2].workflows = {{.name = "fulfil", .class_name = "Fulfil"}};
  auto& module = workers[2].modules.front();
  auto& bytes = out.second.files[module.path];
  bytes += "// changed\n";
  module.sha256 = sha256_hex(bytes);
  module.size = bytes.size();
  return counted(std::move(out), kOperations);
}

ZoneStates zones(Rig& rig) {
  return zones_of(rig.state());
}

std::size_t live_workers(Rig& rig) {
  return rig.state().at("workers").as_object().size();
}

// What leads where after the second commit.
JsonArray wanted_exposure(const Repository& repository) {
  std::vector<std::string> lines;
  for (const auto& worker : repository.workers) {
    for (const auto& route : *worker.routes) lines.push_back(route.pattern + " -> " + worker.name);
    for (const auto& domain : *worker.domains) lines.push_back(domain.hostname + " -> " + worker.name);
  }
  std::ranges::sort(lines);
  return JsonArray(lines.begin(), lines.end());
}

// One fault at one operation; afterwards it is over.
void strike(const simulator::Semantics& semantics, const Story& story, const Operation& operation, const char* kind,
            int times) {
  CAPTURE(operation.method);
  CAPTURE(operation.path);
  CAPTURE(kind);
  CAPTURE(times);
  Rig rig(semantics);
  REQUIRE_FALSE(rig.apply(story.first, {}).report.failed());
  if (!story.first.zone_workers.empty()) REQUIRE(rig.edit({"example.com", "set-filter", kForeignFilter, true}));
  const auto before = live_workers(rig);
  const auto expected = expected_zones(zones(rig), &story.first, story.second);
  // A stranger's filter, and one that is as both commits ask for it.
  auto lasting = zones(rig).at("example.com").filters;
  std::erase_if(lasting,
                [&](const auto& filter) { return !expected.at("example.com").filters.contains(filter.first); });
  auto fault = parse_json(kind).value().as_object();
  fault["match"] = JsonObject{{"method", operation.method}, {"path", operation.path}};
  fault["times"] = times;
  REQUIRE(rig.control("POST", "faults", fault).is_object());

  const auto struck = rig.apply(story.second, {});
  CHECK(struck.calls <= kPasses * (story.calls + kRepetitions));
  // Only the Worker without a manifest may be gone.
  CHECK(live_workers(rig) >= before - 1);
  CHECK(live_workers(rig) >= story.second.workers.size());
  if (struck.plan) CHECK(struck.plan->workers.size() >= story.second.workers.size());
  for (const auto& filter : lasting) CHECK(zones(rig).at("example.com").filters.contains(filter.first));

  rig.control("DELETE", "faults", JsonObject());
  const auto healed = rig.apply(story.second, {});
  REQUIRE(healed.plan);
  CHECK_FALSE(healed.report.failed());
  const auto last = rig.plan(story.second, {});
  REQUIRE(last.plan);
  CHECK_MESSAGE(!last.plan->has_changes(), plan_text(last));
  CHECK(live_workers(rig) == story.second.workers.size());
  CHECK(exposure_of(rig.state()) == wanted_exposure(story.second));
  CHECK(describe(zones(rig)) == describe(expected));
}

}  // namespace

TEST_SUITE("faults") {
  TEST_CASE("every fault at every call, once or for ever: it converges or reports, and deletes nothing by mistake") {
    for (const auto& story : {of_workers(), of_zone_workers()}) {
      for (const auto& operation : story.operations) {
        for (const auto* kind : kFaults) {
          for (const int times : {1, 0}) strike({}, story, operation, kind, times);
        }
      }
    }
  }

  TEST_CASE("so it does under every other semantics of the service, each alone and all together") {
    std::size_t turn = 0;
    for (const auto& story : {of_workers(), of_zone_workers()}) {
      for (const auto& [name, semantics] : other_semantics()) {
        CAPTURE(name);
        // Every fault meets every operation, and every switch every fault: not each of them all others.
        for (const auto& operation : story.operations) {
          for (std::size_t i = 0; i < cases(3); ++i) {
            strike(semantics, story, operation, kFaults.at(turn++ % kFaults.size()), static_cast<int>(i % 2));
          }
        }
      }
    }
  }
}
