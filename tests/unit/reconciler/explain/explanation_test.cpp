#include "reconciler/explain/explanation.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "reconciler/explain/version_history.h"
#include "tests/unit/reconciler/explain/account.h"

using namespace plumbline;
using namespace plumbline::reconciler;
using namespace plumbline::reconciler::test;

namespace {

// auth is bound by checkout, which is a Worker with all that can be told of one.
ExposedAccount shop_with_bindings() {
  ExposedAccount account;
  account.serve("auth", {});
  auto checkout = manifest("checkout", R"({"compatibility_date": "2026-10-01",
    "bindings": {"AUTH": {"type": "service", "service": "auth"},
                 "ORDERS": {"type": "queue", "queue_name": "orders"},
                 "CART": {"type": "durable_object_namespace", "class_name": "Cart", "script_name": "carts"},
                 "PASSWORD": {"type": "plain_text", "text": "canary"}},
    "tail_consumers": [{"service": "logs"}]})");
  checkout.depends_on = {"auth"};
  checkout.routes = {
      {.pattern = "shop.example.com/*", .zone = "example.com", .where = {"workers/checkout.yaml", 9, 5}}};
  account.want(target_of(checkout));
  account.have(live_as(account.targets.back()));
  sign(account.live.workers.at("checkout"));
  account.have_route("shop.example.com/*", "checkout");
  auto packer = manifest("packer");
  packer.queue_consumers.emplace();
  packer.queue_consumers->push_back({.queue = "orders", .dead_letter_queue = {}, .settings = {}, .where = {}});
  account.want(target_of(packer));
  account.have(live_as(account.targets.back()));
  return account;
}

std::vector<std::string> places(const std::vector<BoundWorker>& all) {
  std::vector<std::string> out;
  out.reserve(all.size());
  for (const auto& one : all) out.push_back(one.worker + one.queue + " " + one.place);
  std::ranges::sort(out);
  return out;
}

}  // namespace

TEST_CASE("a Worker is explained by its manifest, its version and all that it binds") {
  const auto account = shop_with_bindings();
  const auto plan = account.plan();
  const auto of = explain_worker(plan, "worker.checkout").value();
  CHECK(of.is_live);
  CHECK(of.owner == "edge/production");
  CHECK(of.file == "workers/checkout.yaml");
  CHECK(of.line == 4);
  CHECK(of.live_revision == "main@sha1:0123456789abcdef");
  CHECK(of.live_file == "workers/checkout.yaml");
  CHECK(of.version == "11111111-2222-3333-4444-555555555555");
  CHECK(places(of.binds) == std::vector<std::string>{"auth binding AUTH", "auth depends_on", "carts binding CART",
                                                     "logs tail_consumers", "orders binding ORDERS"});
  CHECK(of.exposure.front().address == "route.shop.example.com/*");
  CHECK(of.exposure.front().state == "leads to it");
}

TEST_CASE("who binds a Worker is told, through a queue as well") {
  const auto account = shop_with_bindings();
  const auto plan = account.plan();
  CHECK(places(explain_worker(plan, "auth")->bound_by) ==
        std::vector<std::string>{"checkout binding AUTH", "checkout depends_on"});
  const auto packer = explain_worker(plan, "packer").value();
  CHECK(packer.consumes == std::vector<std::string>{"orders"});
  CHECK(places(packer.bound_by) == std::vector<std::string>{"checkoutorders binding ORDERS"});
}

TEST_CASE("an explanation holds no value of a binding") {
  const auto account = shop_with_bindings();
  const auto plan = account.plan();
  const auto of = explain_worker(plan, "checkout").value();
  CHECK(!as_text(of).contains("canary"));
  CHECK(!to_text(to_json(of)).contains("canary"));
}

TEST_CASE("a Worker that waits says for whom, why and how to mend it") {
  World world;
  auto checkout = manifest("checkout", R"({"bindings": {"AUTH": {"type": "service", "service": "auth"}}})");
  world.want(target_of(checkout));
  auto auth = manifest("auth");
  world.want(target_of(auth, {}));
  auto plan = world.plan();
  const auto waits = explain_worker(plan, "checkout").value();
  CHECK_FALSE(waits.is_live);
  CHECK(waits.state == "is to be created");
  CHECK(std::ranges::find(waits.waits_for, "worker.auth") != waits.waits_for.end());
  CHECK_FALSE(waits.binds.front().is_live);

  auto foreign = live_as(target_of(manifest("auth")));
  foreign.entry["tags"] = JsonArray{"plumbline=edge/other"};
  set_live(foreign, "tags", R"(["plumbline=edge/other"])");
  world.have(foreign);
  plan = world.plan();
  const auto held = explain_worker(plan, "auth").value();
  REQUIRE(held.block);
  CHECK(held.block->reason == Reason::ownership_conflict);
  CHECK(as_text(held).contains("held back, OwnershipConflict"));
  CHECK(as_text(held).contains("mend"));
  CHECK(held.owner == "edge/other");
}

TEST_CASE("what differs is named without its values, and what is drift is said to be") {
  ExposedAccount account;
  account.want(target_of(manifest("web", R"({"compatibility_date": "2026-10-01"})")));
  auto live = live_as(account.targets.back());
  set_live(live, "compatibility_date", R"("2026-01-01")");
  edit_live(live, account.targets.back());
  account.have(live);
  const auto plan = account.plan();
  const auto of = explain_worker(plan, "web").value();
  CHECK(of.differences == std::vector<std::string>{"compatibility_date (drift)"});
  CHECK(of.maker.source == "dash");
  CHECK(as_text(of).contains("made by    jo@example.com with dash, 2026-10-01T00:00:00Z"));
}

TEST_CASE("a Worker of others is explained as far as it was read") {
  ExposedAccount account;
  account.have_others("theirs", "plumbline=edge/other");
  account.have_others("free", "");
  account.have_route("their.example.com/*", "theirs");
  const auto plan = account.plan();
  const auto theirs = explain_worker(plan, "theirs").value();
  CHECK(theirs.state == "has no manifest in this source, and belongs to edge/other");
  CHECK(theirs.file.empty());
  CHECK(theirs.exposure.front().address == "route.their.example.com/*");
  CHECK(explain_worker(plan, "free")->state.contains("nobody has claimed it"));
  CHECK_FALSE(explain_worker(plan, "nobody"));
}

TEST_CASE("Workers that nobody has read may bind any other") {
  ExposedAccount account;
  account.serve("auth", {});
  LiveWorker unread{.name = "unread", .entry = object(R"({"id": "unread", "tail_consumers": [{"service": "auth"}]})")};
  account.have(unread);
  const auto plan = account.plan();
  const auto of = explain_worker(plan, "auth").value();
  CHECK(places(of.bound_by) == std::vector<std::string>{"unread tail_consumers"});
  CHECK(std::ranges::any_of(of.unknown, [](const auto& one) { return one.contains("1 other Worker"); }));
}

TEST_CASE("a gradual rollout is told with its shares") {
  ExposedAccount account;
  account.serve("web", {});
  auto& live = account.live.workers.at("web");
  auto deployment = *live.deployment;
  deployment.versions = {{"one", 90}, {"two", 10}};
  live.deployment = Known<Deployment>::known(std::move(deployment));
  const auto plan = account.plan();
  CHECK(explain_worker(plan, "web")->split == std::vector<std::string>{"one 90 %", "two 10 %"});
}

TEST_CASE("versions alone tell the history of a Worker") {
  auto annotations =
      annotations_for({.key_id = "-", .modules = "-", .assets = "-", .secrets = "-"}, "main@sha1:abcdef", "w/a.yaml");
  JsonArray versions;
  versions.push_back({{"id", "v1"},
                      {"created_on", "2026-10-01T00:00:00Z"},
                      {"author_email", "bot@example.com"},
                      {"source", "api"},
                      {"annotations", annotations}});
  sign(annotations, "0123456789abcdef");
  versions.push_back({{"id", "v2"}, {"created_on", "2026-10-02T00:00:00Z"}, {"annotations", annotations}});
  versions.push_back({{"id", "v3"},
                      {"metadata", {{"created_on", "2026-10-03T00:00:00Z"}, {"author_email", "jo@example.com"}}},
                      {"annotations", {{"workers/message", "try this"}, {"workers/tag", "v1.2"}}}});
  versions.push_back({{"id", "v4"}, {"annotations", nullptr}});
  versions.push_back(nullptr);
  const auto history = history_of_versions(versions);
  REQUIRE(history.size() == 4);
  CHECK(history[0] == VersionEntry{.time = "2026-10-03T00:00:00Z",
                                   .author = "jo@example.com",
                                   .source = {},
                                   .version = "v3",
                                   .revision = {},
                                   .file = {},
                                   .message = "try this",
                                   .tag = "v1.2"});
  CHECK(history[1].revision == "main@sha1:abcdef");
  CHECK(history[1].file == "w/a.yaml");
  CHECK(history[2].version == "v1");
  CHECK(history[2].revision == "main@sha1:abcdef");
  CHECK(history[2].author == "bot@example.com");
  CHECK(history[2].message.empty());
  CHECK(to_json(history[3]).as_object().at("time").is_null());
}

TEST_CASE("an explanation reads as a person needs it at night") {
  const auto account = shop_with_bindings();
  const auto plan = account.plan();
  CHECK(as_text(explain_worker(plan, "checkout").value()) == R"(worker.checkout
  is as its manifest says
  manifest   workers/checkout.yaml:4
  owner      edge/production
  live from  main@sha1:0123456789abcdef, workers/checkout.yaml
  version    11111111-2222-3333-4444-555555555555
  reached by:
    route.shop.example.com/* leads to it
  binds:
    worker.auth, binding AUTH
    worker.carts, binding CART (it is not live)
    worker.logs, tail_consumers (it is not live)
    worker.auth, depends_on
    queue orders, binding ORDERS
  not known:
    routes in zones that no manifest of the source names
)");
}
