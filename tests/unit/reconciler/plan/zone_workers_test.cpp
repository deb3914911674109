#include "reconciler/plan/zone_workers.h"

#include <doctest/doctest.h>

#include "api/reaction.h"
#include "reconciler/model/plan_input.h"
#include "reconciler/parts/exposure.h"
#include "reconciler/plan/missing_zones.h"
#include "reconciler/plan/plan_exposure.h"
#include "reconciler/plan/render.h"
#include "tests/unit/reconciler/fixtures.h"

using namespace plumbline;
using namespace plumbline::reconciler;
using namespace plumbline::reconciler::test;

namespace {

const std::string kZone = "0123456789abcdef0123456789abcdef";
const std::string kSha = sha256_hex("code");

/// A manifest of one zone whose script and filters are live as it says, until a test changes something.
struct Zone : World {
  Zone() {
    manifests::DesiredZoneWorker worker{.zone = "example.com"};
    worker.script = {"worker.js", "legacy/worker.js", "application/javascript", kSha, 4};
    worker.filters = {{"example.com/api/*", true, {}}, {"example.com/api/health", false, {}}};
    worker.where = {"legacy/zone.yaml", 5, 9};
    desired.zone_workers.push_back(std::move(worker));
    live.zones.ids["example.com"] = Known<std::string>::known(kZone);
    live.zones.zones[kZone].routes = Known<std::vector<LiveRoute>>::known({});
    script(kSha);
    filters({{"f1", "example.com/api/*", true}, {"f2", "example.com/api/health", false}});
  }
  /// Somebody's route to a Worker, which the service lists among the filters as well.
  void route(const std::string& id, const std::string& pattern) {
    have({.name = "shop"});
    live.zones.zones[kZone].routes = Known<std::vector<LiveRoute>>::known({{id, pattern, "shop"}});
  }
  void script(const std::string& sha) { live.zones.zone_workers[kZone].script = Known<std::string>::known(sha); }
  void filters(std::vector<LiveFilter> list) {
    live.zones.zone_workers[kZone].filters = Known<std::vector<LiveFilter>>::known(std::move(list));
  }
  /// The journal knows all of it as applied.
  void applied() {
    for (const auto& [key, memory] : plan().zone_workers.at(0).memory) live.zones.memory[key] = *memory;
  }
  [[nodiscard]] ZoneWorkerChange change() const { return plan().zone_workers.at(0); }
  [[nodiscard]] std::vector<std::string> calls() const {
    std::vector<std::string> out;
    for (const auto& call : change().calls)
      out.push_back(std::string(call.operation->method) + " " + call.path().substr(7 + kZone.size()));
    return out;
  }
};

using Calls = std::vector<std::string>;

}  // namespace

TEST_SUITE("zone workers") {
  TEST_CASE("script and filters are read, each by one call, once the zone is known") {
    Zone zone;
    zone.live.zones = {};
    const auto missing = [&zone] { return missing_zones(zone.targets, zone.desired, zone.live, zone.policy); };
    CHECK(missing() == std::vector<ZoneRead>{{ZoneRead::Kind::zone, "example.com"}});
    zone.live.zones.ids["example.com"] = Known<std::string>::known(kZone);
    CHECK(missing() == std::vector<ZoneRead>{{ZoneRead::Kind::script, kZone}, {ZoneRead::Kind::filters, kZone}});
    zone.desired.zone_workers[0].filters.reset();
    CHECK(missing() == std::vector<ZoneRead>{{ZoneRead::Kind::script, kZone}});
    zone.policy.only = {"shop"};
    CHECK(missing().empty());
    CHECK(zone.plan().zone_workers.empty());
  }

  TEST_CASE("its zone is in scope for the routes of Workers, from the first pass on") {
    Zone zone;
    zone.live.zones.zones.clear();
    auto shop = manifest("shop");
    shop.routes = {{.pattern = "a.example.net/*", .zone_id = "fedcba9876543210fedcba9876543210"}};
    zone.want(target_of(shop));
    const auto missing = missing_zones(zone.targets, zone.desired, zone.live, zone.policy);
    CHECK(missing == std::vector<ZoneRead>{{ZoneRead::Kind::routes, kZone},
                                           {ZoneRead::Kind::routes, "fedcba9876543210fedcba9876543210"}});
    zone.policy.allow_zones = {{"example.net"}};
    CHECK(missing_zones(zone.targets, zone.desired, zone.live, zone.policy).size() == 1);
  }

  TEST_CASE("one that is as the manifest says needs nothing") {
    const Zone zone;
    CHECK(zone.calls().empty());
    CHECK(zone.change().action == Action::no_op);
    CHECK_FALSE(zone.plan().has_changes());
  }

  TEST_CASE("a zone without a script gets it before its filters") {
    Zone zone;
    zone.live.zones.zone_workers[kZone].script = Known<std::string>::absent();
    zone.filters({});
    CHECK(zone.calls() == Calls{"PUT /workers/script", "POST /workers/filters", "POST /workers/filters"});
    CHECK(zone.change().action == Action::create);
    CHECK(to_text(zone.change().calls[2].body) == R"({"pattern":"example.com/api/health","enabled":false})");
    CHECK(zone.plan().summary.add == 1);
    CHECK(zone.plan().summary.api_calls == 3);
  }

  TEST_CASE("a filter is switched on its id, and another script is uploaded, whoever wrote it") {
    Zone zone;
    zone.filters({{"f1", "example.com/api/*", false}, {"f2", "example.com/api/health", false}});
    CHECK(zone.calls() == Calls{"PUT /workers/filters/f1"});
    zone.script(sha256_hex("other"));
    CHECK(zone.calls() == Calls{"PUT /workers/script", "PUT /workers/filters/f1"});
    CHECK(zone.change().action == Action::update);
    const auto text = render_text(zone.plan(), Colour::off);
    CHECK(text.contains("  ~ zone_worker.example.com      legacy/zone.yaml\n"));
    CHECK(text.contains("      ~ filter example.com/api/* off -> on\n"));
  }

  TEST_CASE("a filter that is not in the manifest goes only if it was ours, under sync, without errors") {
    Zone zone;
    zone.applied();
    zone.desired.zone_workers[0].filters->pop_back();
    CHECK(zone.calls() == Calls{"DELETE /workers/filters/f2"});
    CHECK_FALSE(zone.change().drift);
    zone.policy.prune = Prune::upsert_only;
    CHECK(zone.calls().empty());
    CHECK(zone.change().lines.at(0).symbol == '.');
    zone.policy.prune = Prune::sync;
    zone.desired.diagnostics.push_back({.summary = "an error"});
    CHECK(zone.calls().empty());
    zone.desired.diagnostics.clear();
    zone.live.zones.memory.clear();
    CHECK(zone.calls().empty());
  }

  TEST_CASE("what leads to a Worker is no filter to switch or delete, whatever the journal knows") {
    Zone zone;
    zone.applied();
    zone.route("f2", "example.com/api/health");
    CHECK(zone.change().block->reason == Reason::ownership_conflict);
    CHECK(zone.change().block->message == "example.com/api/health leads to Worker shop");
    CHECK(zone.calls().empty());
    zone.desired.zone_workers[0].filters->pop_back();
    CHECK(zone.calls().empty());
    CHECK(zone.change().lines.empty());
    CHECK_FALSE(zone.change().block);
  }

  TEST_CASE("before a filter is switched or deleted the routes are read, which tell whether it leads to a Worker") {
    Zone zone;
    zone.applied();
    zone.live.zones.zones.clear();
    const auto missing = [&zone] { return missing_zones(zone.targets, zone.desired, zone.live, zone.policy); };
    CHECK(missing().empty());
    CHECK_FALSE(zone.change().block);
    zone.desired.zone_workers[0].filters->pop_back();
    CHECK(missing() == std::vector<ZoneRead>{{ZoneRead::Kind::routes, kZone}});
    CHECK(zone.change().unread);
    zone.live.zones.zones[kZone].failure = api::Error{.kind = api::ErrorKind::server, .message = "502"};
    CHECK(missing().empty());
    CHECK(zone.change().block->message.contains("502"));
    zone.policy.prune = Prune::upsert_only;
    CHECK_FALSE(zone.change().block);
    zone.desired.zone_workers[0].filters->front().enabled = false;
    CHECK(zone.change().unread);
  }

  TEST_CASE("a filter that a Worker asks for as a route is left to be taken over") {
    Zone zone;
    zone.applied();
    zone.desired.zone_workers[0].filters->pop_back();
    auto shop = manifest("shop");
    shop.routes = {{.pattern = "example.com/api/health", .zone = "example.com", .adopt = true}};
    zone.want(target_of(shop));
    CHECK(zone.calls().empty());
    CHECK(zone.change().lines.at(0).detail == "becomes a route of a Worker");
  }

  TEST_CASE("of two that mean the same zone, one by its name and one by its id, the second is held back") {
    Zone zone;
    auto second = zone.desired.zone_workers[0];
    second.zone.clear();
    second.zone_id = kZone;
    second.script.sha256 = sha256_hex("other");
    zone.desired.zone_workers.push_back(second);
    const auto changes = zone.plan().zone_workers;
    CHECK_FALSE(changes.at(0).block);
    CHECK(changes.at(1).block->message == "the ZoneWorker in legacy/zone.yaml already manages the same zone");
    CHECK_FALSE(changes.at(1).writes());
  }

  TEST_CASE("a zone that refuses under the id that is remembered is looked up once more") {
    Zone zone;
    zone.live.zones.zone_workers[kZone].failure = api::Error{.kind = api::ErrorKind::not_found};
    const auto missing = [&zone] { return missing_zones(zone.targets, zone.desired, zone.live, zone.policy); };
    CHECK(missing() == std::vector<ZoneRead>{{ZoneRead::Kind::zone, "example.com"}});
    zone.live.zones.asked.insert("example.com");
    CHECK(missing().empty());
  }

  TEST_CASE("a filter that we died about is ours, and no drift") {
    Zone zone;
    for (const auto& [key, memory] : zone.change().memory) zone.live.zones.memory[key] = {};
    zone.filters({{"f2", "example.com/api/health", false}});
    CHECK(zone.calls() == Calls{"POST /workers/filters"});
    CHECK_FALSE(zone.change().drift);
    zone.desired.zone_workers[0].filters->clear();
    CHECK(zone.calls() == Calls{"DELETE /workers/filters/f2"});
  }

  TEST_CASE("an edit by hand is drift, healed or told") {
    Zone zone;
    zone.applied();
    zone.script(sha256_hex("edited"));
    CHECK(zone.change().drift);
    CHECK(zone.change().writes());
    zone.policy.drift = DriftAction::report;
    CHECK(zone.change().block->reason == Reason::drifted);
    // A manifest that asks for something new is no drift.
    zone.desired.zone_workers[0].script.sha256 = sha256_hex("new");
    CHECK_FALSE(zone.change().drift);
    CHECK(zone.change().writes());
  }

  TEST_CASE("what cannot be read is not written") {
    Zone zone;
    zone.live.zones.zone_workers[kZone].failure = api::Error{.kind = api::ErrorKind::server, .message = "502"};
    CHECK(zone.change().block->reason == Reason::read_failed);
    CHECK(zone.change().unread);
    CHECK_FALSE(zone.plan().complete);
    zone.live.zones.zone_workers.clear();
    CHECK(zone.change().block->reason == Reason::read_failed);
    zone.live.zones.ids["example.com"] = Known<std::string>::absent();
    CHECK(zone.change().block->message == "the account has no zone example.com, or the token cannot see it");
    Zone refused;
    refused.script("x");
    refused.policy.allow_zones = {{"example.net"}};
    CHECK(refused.change().block->reason == Reason::ownership_conflict);
  }

  TEST_CASE("filters that take no token are told with what to use instead, and nothing is written") {
    Zone zone;
    zone.script("x");
    zone.live.zones.zone_workers[kZone].filters = {};
    auto& failure = zone.live.zones.zone_workers[kZone].failure;
    failure = api::Error{.kind = api::ErrorKind::forbidden, .operation = "list_filters", .status = 403, .code = 10000};
    failure->by_token = true;
    CHECK(zone.change().block->reason == Reason::read_failed);
    CHECK(zone.change().block->override_with == api::kUseKey);
    CHECK_FALSE(zone.change().writes());
    failure->by_token = false;
    CHECK(zone.change().block->override_with == "try again later");
    // Who states no filters has nothing to do with them.
    failure.reset();
    zone.desired.zone_workers[0].filters.reset();
    CHECK(zone.calls() == Calls{"PUT /workers/script"});
  }

  TEST_CASE("one that converged is remembered, and a note of it stays as long as the manifest does") {
    Zone zone;
    PlanInput input{.targets = &zone.targets, .desired = &zone.desired, .live = &zone.live};
    input.policy = zone.policy;
    CHECK(converged_exposure(input, zone.plan()).size() == 3);
    zone.applied();
    CHECK(converged_exposure(input, zone.plan()).empty());
    zone.desired.zone_workers.clear();
    CHECK(converged_exposure(input, zone.plan()).size() == 3);
  }
}
