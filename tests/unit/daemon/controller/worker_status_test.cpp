#include "daemon/controller/worker_status.h"

#include <doctest/doctest.h>

#include "api/reaction.h"
#include "tests/unit/daemon/passes.h"

namespace plumbline::daemon {
namespace {

using namespace std::chrono_literals;
using namespace test;
using reconciler::Block;
using reconciler::LiveWorker;
using reconciler::Reason;

constexpr const char* kVersion = "023e105f-4ecf-8ad9-ca31-a8372d0c3530";

// `shop: OutOfSync Unknown Drifted`
std::string in_short(const WorkerStatus& status) {
  auto text = status.name + ": " + std::string(to_string(status.sync)) + " " + std::string(to_string(status.health));
  return status.reason.empty() ? text : text + " " + status.reason;
}

// A Worker that one version serves, which the journal remembers.
LiveWorker remembered_live() {
  reconciler::Observation memory;
  memory.version_id = kVersion;
  memory.version_since = "2026-11-01T10:00:00.25Z";
  memory.author = reconciler::Author{"0123456789abcdef", "main@sha1:0000"};
  LiveWorker live;
  live.memory = std::make_shared<const reconciler::Observation>(std::move(memory));
  live.clean = true;
  return live;
}

WorkerChange of_live(std::string name, Action action, LiveWorker live) {
  auto out = change(std::move(name), action);
  out.live = std::make_shared<const LiveWorker>(std::move(live));
  return out;
}

PassReport seen_at(TimePoint when, std::vector<WorkerChange> changes) {
  auto report = observed(std::move(changes));
  report.plan->observed_at = when;
  return report;
}

TEST_CASE("Workers are synced, out of sync, missing or gone") {
  auto report = observed({change("same", Action::no_op), change("new", Action::create), change("old", Action::update),
                          change("gone", Action::remove), change("left", Action::forget)});
  report.applied.workers = {result("old", Action::update, Status::done), result("gone", Action::remove, Status::done)};
  const auto statuses = worker_statuses(report);
  REQUIRE(statuses.size() == 3);
  CHECK(in_short(statuses[0]) == "same: Synced Unknown");
  CHECK(in_short(statuses[1]) == "new: OutOfSync Missing Progressing");
  CHECK(in_short(statuses[2]) == "old: Synced Unknown");
}

TEST_CASE("ZoneWorkers have a status beside the Workers, under their address") {
  auto report = observed({change("same", Action::no_op)});
  auto& zones = report.plan->zone_workers;
  zones = {zone("same.example", Action::no_op), zone("new.example", Action::create),
           zone("old.example", Action::update), zone("held.example", Action::update),
           zone("dark.example", Action::no_op)};
  zones[3].block = reconciler::Block{reconciler::Reason::drifted, "only reported", ""};
  zones[4].block = reconciler::Block{reconciler::Reason::read_failed, "the zone could not be read", ""};
  zones[4].unread = true;
  report.applied.zone_workers = {{.address = "zone_worker.old.example", .action = Action::update}};
  const auto statuses = worker_statuses(report);
  REQUIRE(statuses.size() == 6);
  CHECK(in_short(statuses[1]) == "zone_worker.same.example: Synced Unknown");
  CHECK(in_short(statuses[2]) == "zone_worker.new.example: OutOfSync Missing Progressing");
  CHECK(in_short(statuses[3]) == "zone_worker.old.example: Synced Unknown");
  CHECK(in_short(statuses[4]) == "zone_worker.held.example: OutOfSync Unknown Drifted");
  CHECK(statuses[4].message == "only reported");
  CHECK(in_short(statuses[5]) == "zone_worker.dark.example: Unknown Unknown ReadFailed");
}

TEST_CASE("a ZoneWorker that a token may not write is mended by a key, unless a key was used") {
  auto report = observed({});
  report.plan->zone_workers = {zone("old.example", Action::update)};
  api::Error refused{.kind = api::ErrorKind::forbidden, .operation = "create_filter", .status = 403, .code = 10000};
  refused.by_token = true;
  report.applied.zone_workers = {{.address = "zone_worker.old.example",
                                  .action = Action::update,
                                  .status = Status::failed,
                                  .error = refused,
                                  .message = "refused"}};
  CHECK(worker_statuses(report).at(0).mend == api::kUseKey);
  report.applied.zone_workers[0].error->by_token = false;
  CHECK(worker_statuses(report).at(0).mend == "give the token of the account the permission that it lacks");
}

TEST_CASE("a Worker says which revision and version is live, since when, and as of when that is known") {
  const auto report = seen_at(TimePoint(900s), {of_live("shop", Action::no_op, remembered_live())});
  const auto json = json_of(worker_statuses(report).at(0));
  CHECK(string_member(json, "revision") == "main@sha1:0000");
  CHECK(string_member(json, "version") == kVersion);
  CHECK(string_member(json, "since") == "2026-11-01T10:00:00Z");
  CHECK(string_member(json, "read_at") == "1970-01-01T00:15:00Z");
  for (const auto* nothing : {"reason", "message", "mend", "changed_by"}) CHECK(json.at(nothing).is_null());
  CHECK(json.at("waits_for") == JsonArray());
}

TEST_CASE("a deployment that was read tells more than the memory, and a split one names no version") {
  auto live = remembered_live();
  reconciler::Deployment deployment{.versions = {{"b0b0", 100}}, .created_on = "2026-11-02T10:00:00Z"};
  live.deployment = reconciler::Known<reconciler::Deployment>::known(deployment);
  const auto one = worker_statuses(observed({of_live("shop", Action::no_op, live)})).at(0);
  CHECK(one.version == "b0b0");
  CHECK(one.since == parse_rfc3339("2026-11-02T10:00:00Z"));
  deployment.versions = {{"b0b0", 50}, {"c0c0", 50}};
  deployment.source = "wrangler";
  live.deployment = reconciler::Known<reconciler::Deployment>::known(deployment);
  auto held = of_live("shop", Action::update, live);
  held.block = Block{Reason::foreign_rollout, "somebody brings a version", "finish it"};
  const auto split = worker_statuses(observed({held})).at(0);
  CHECK(split.version.empty());
  CHECK(split.revision.empty());
  CHECK_FALSE(split.since);
  CHECK(split.changed_by == "wrangler");
  CHECK(split.mend == "finish it");
}

TEST_CASE("what nobody has read is null") {
  const auto json =
      json_of(worker_statuses(observed({blocked("a", Action::update, Reason::ownership_conflict)})).at(0));
  for (const auto* unknown : {"revision", "version", "since", "changed_by"}) CHECK(json.at(unknown).is_null());
}

TEST_CASE(
    "a Worker that is as asked and whose version names no revision is of the revision that it was compared with") {
  CHECK(worker_statuses(observed({change("a", Action::no_op)})).at(0).revision == "main@sha1:aaaa");
}

TEST_CASE("a Worker that was written tells the version that the write made, and is known as of its end") {
  auto written = of_live("shop", Action::update, remembered_live());
  written.calls.emplace_back();
  auto report = seen_at(TimePoint(900s), {written});
  report.applied.workers = {result("shop", Action::update, Status::done)};
  report.applied.workers[0].active = {
      .id = "023e105f4ecf8ad9ca31a8372d0c3531", .since = "2026-11-03T10:00:00Z", .revision = "main@sha1:aaaa"};
  const auto status = worker_statuses(report).at(0);
  CHECK(status.version == "023e105f-4ecf-8ad9-ca31-a8372d0c3531");
  CHECK(status.revision == "main@sha1:aaaa");
  CHECK(status.since == parse_rfc3339("2026-11-03T10:00:00Z"));
  CHECK(status.read_at == report.finished);
  // A write that failed leaves what was live.
  report.applied.workers[0] = result("shop", Action::update, Status::failed);
  report.applied.workers[0].own = Status::failed;
  CHECK(worker_statuses(report).at(0).version == kVersion);
  CHECK(worker_statuses(report).at(0).mend == "correct what the API refuses; every pass tries again");
}

TEST_CASE("who changed a Worker is told with the address and the client, as far as they are known") {
  auto edited = drifted("shop");
  CHECK(worker_statuses(observed({edited})).at(0).changed_by == "dash");
  edited.edit.email = "alice@example.com";
  CHECK(worker_statuses(observed({edited})).at(0).changed_by == "alice@example.com (dash)");
  // Once it is healed nobody has changed it.
  auto report = observed({edited});
  report.applied.workers = {result("shop", Action::update, Status::done)};
  CHECK(worker_statuses(report).at(0).changed_by.empty());
}

TEST_CASE("a Worker that is blocked waits for the Workers that its block names, and not for itself") {
  auto held = blocked("shop", Action::update, Reason::dependency_not_ready);
  held.block->waits_for = {"worker.auth", "worker.shop"};
  const auto json = json_of(worker_statuses(observed({held})).at(0));
  CHECK(json.at("waits_for") == JsonArray{"worker.auth"});
  CHECK(string_member(json, "mend") == "do this");
}

TEST_CASE("a Worker that was skipped waits for what it needs and is not done, also behind a route") {
  auto shop = change("shop", Action::update);
  shop.needs = {"worker.auth", "worker.cart", "route.shop.example.com/*"};
  auto old = change("old", Action::update);
  old.exposure.push_back({.name = "shop.example.com/*"});
  auto report = observed({change("auth", Action::create), change("cart", Action::create), old, shop});
  report.applied.workers = {
      result("auth", Action::create, Status::done), result("cart", Action::create, Status::failed),
      result("old", Action::update, Status::failed), result("shop", Action::update, Status::skipped)};
  const auto status = worker_statuses(report).at(3);
  CHECK(status.waits_for == std::vector<std::string>{"worker.cart", "worker.old"});
  CHECK(status.reason == "DependencyNotReady");
  CHECK(status.mend == "see what the status says about worker.cart and worker.old");
}

TEST_CASE("a Worker without a manifest that is to be kept waits for no other source") {
  const auto tagged = [](const char* tag) {
    LiveWorker live;
    live.entry = JsonObject{{"tags", JsonArray{tag}}};
    return of_live("old", Action::forget, live);
  };
  CHECK(is_leftover(tagged("plumbline=edge/production")));
  CHECK_FALSE(is_leftover(tagged("plumbline=edge/production;keep")));
  CHECK_FALSE(is_leftover(of_live("old", Action::no_op, remembered_live())));
}

TEST_CASE("under the policy report a Worker says why nothing is written") {
  auto report = observed({change("a", Action::update)});
  report.plan->policy = reconciler::Prune::report;
  const auto status = worker_statuses(report).at(0);
  CHECK(in_short(status) == "a: OutOfSync Unknown ReportOnly");
  CHECK(status.mend.contains("plumbline apply"));
}

TEST_CASE("what is live of a Worker with a broken manifest is told all the same") {
  auto report = seen_at(TimePoint(900s), {});
  report.plan->broken = {{.name = "b", .live = std::make_shared<const LiveWorker>(remembered_live())}, {.name = "c"}};
  const auto statuses = worker_statuses(report);
  CHECK(in_short(statuses.at(0)) == "b: Unknown Unknown SourceIncomplete");
  CHECK(statuses.at(0).version == kVersion);
  CHECK(statuses.at(0).read_at == TimePoint(900s));
  CHECK(in_short(statuses.at(1)) == "c: Unknown Missing SourceIncomplete");
  CHECK(statuses.at(1).version.empty());
}

}  // namespace
}  // namespace plumbline::daemon
