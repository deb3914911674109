#include "reconciler/parts/exposure.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "reconciler/model/plan_input.h"
#include "reconciler/parts/routes.h"
#include "reconciler/plan/plan_exposure.h"
#include "reconciler/plan/render.h"
#include "tests/unit/reconciler/fixtures.h"

using namespace plumbline;
using namespace plumbline::reconciler;
using namespace plumbline::reconciler::test;

namespace {

const std::string kZone = "0123456789abcdef0123456789abcdef";
const std::string kPattern = "shop.example.com/*";
const std::string kKey = "route " + kZone + " " + kPattern;

/// An account with one zone and its domains, all of it read.
struct Account : World {
  Account() {
    live.zones.ids["example.com"] = Known<std::string>::known(kZone);
    live.zones.zones[kZone].routes = Known<std::vector<LiveRoute>>::known({});
    live.zones.domains = Known<std::vector<LiveDomain>>::known({});
  }

  void want_routes(const std::string& name, const std::vector<std::string>& patterns, bool adopt = false) {
    auto worker = manifest(name);
    worker.routes.emplace();
    for (const auto& pattern : patterns) {
      worker.routes->push_back(
          {.pattern = pattern, .zone = "example.com", .adopt = adopt, .where = {"workers/" + name + ".yaml", 9, 5}});
    }
    want(target_of(worker));
  }
  void want_domain(const std::string& name, const manifests::DesiredDomain& domain) {
    auto worker = manifest(name);
    worker.domains = {domain};
    want(target_of(worker));
  }

  /// A live Worker as its manifest says, or with no manifest, with this ownership tag.
  void have_worker(const std::string& name, const std::string& tag = kOurs) {
    auto worker = live_as(target_of(manifest(name)));
    worker.entry["tags"] = tag.empty() ? JsonArray() : JsonArray{tag};
    set_live(worker, "tags", to_text(worker.entry["tags"]));
    have(std::move(worker));
  }
  void have_route(const std::string& pattern, const std::string& script, const std::string& id = "r1") {
    auto routes = *live.zones.zones[kZone].routes;
    routes.push_back({id, pattern, script});
    live.zones.zones[kZone].routes = Known<std::vector<LiveRoute>>::known(std::move(routes));
  }
  void have_domain(const std::string& hostname, const std::string& service) {
    live.zones.domains = Known<std::vector<LiveDomain>>::known({{"d1", hostname, service, kZone, "example.com"}});
  }
  void remember(const std::string& worker, const std::string& key = kKey, const std::string& id = "r1") {
    live.zones.memory[key] = {id, worker, {}};
  }
  /// The journal has seen the Worker with routes managed.
  void remember_worker(const std::string& name) { memory_of(live.workers.at(name)).managed = {"routes"}; }
};

const ExposureChange& resource_of(const Plan& plan, std::string_view worker, std::size_t index = 0) {
  return change_of(plan, worker).exposure.at(index);
}

std::string_view method_of(const ExposureChange& exposure) {
  return exposure.call ? exposure.call->operation->method : "";
}

std::string call_of(const ExposureChange& exposure) {
  return exposure.call ? std::string(method_of(exposure)) + " " + exposure.call->path() : "";
}

std::string_view reason_of(const ExposureChange& exposure) {
  return exposure.block ? to_string(exposure.block->reason) : "";
}

const std::string kRoutes = "/zones/" + kZone + "/workers/routes";

}  // namespace

TEST_SUITE("routes") {
  TEST_CASE("what a manifest says twice is planned once") {
    Account account;
    account.want_routes("shop", {"example.com/*", "EXAMPLE.com/*", "example.com/*"});
    const auto plan = account.plan();
    CHECK(change_of(plan, "shop").exposure.size() == 1);
    CHECK(plan.summary.add == 2);
  }

  TEST_CASE("the table of what is wanted and what is live") {
    struct Row {
      const char* live;  // script of the live route; null: there is no route
      const char* tag;   // of the Worker that it leads to; null: there is no such Worker
      bool adopt;
      const char* call;
      const char* reason;
    };
    const std::vector<Row> rows{
        {nullptr, nullptr, false, "POST", ""},
        {"shop", kOurs.c_str(), false, "", ""},
        {"other", kOurs.c_str(), false, "PUT", ""},
        {"other", "", false, "PUT", "OwnershipConflict"},
        {"other", "plumbline=edge/else", false, "PUT", "OwnershipConflict"},
        {"other", nullptr, false, "PUT", "OwnershipConflict"},
        {"", nullptr, false, "PUT", "OwnershipConflict"},
        {"other", "", true, "PUT", ""},
        {"other", "plumbline=edge/else", true, "PUT", ""},
        {"", nullptr, true, "PUT", ""},
    };
    for (const auto& row : rows) {
      CAPTURE(row.live);
      CAPTURE(row.tag);
      CAPTURE(row.adopt);
      Account account;
      account.policy.prune = Prune::upsert_only;
      account.want_routes("shop", {kPattern}, row.adopt);
      account.have_worker("shop");
      if (row.live != nullptr) account.have_route(kPattern, row.live);
      if (row.tag != nullptr && std::string_view(row.live) != "shop") account.have_worker(row.live, row.tag);
      const auto plan = account.plan();
      const auto& exposure = resource_of(plan, "shop");
      CHECK(method_of(exposure) == row.call);
      CHECK(reason_of(exposure) == row.reason);
      CHECK(change_of(plan, "shop").calls.empty());
      if (method_of(exposure) == "PUT") {
        CHECK(exposure.call->path() == kRoutes + "/r1");
        CHECK(exposure.importing == row.adopt);
      }
      if (exposure.call) CHECK(to_text(exposure.call->body) == R"({"pattern":"shop.example.com/*","script":"shop"})");
    }
  }

  TEST_CASE("a conflict says where to write what, and in a wrangler config what else to do") {
    Account account;
    account.want_routes("shop", {kPattern});
    account.have_worker("shop");
    account.have_route(kPattern, "stranger");
    account.have_worker("stranger", "");
    const auto plan = account.plan();
    CHECK(resource_of(plan, "shop").block->override_with ==
          "to take it over, write `adopt: true` in its entry, workers/shop.yaml:9");
    auto config = manifest("shop");
    config.written_as = manifests::WrittenAs::wrangler_config;
    CHECK(how_to_adopt(config, {"apps/shop/prod.toml", 3, 1}, "adopt: true").starts_with("remove it from there"));
  }

  TEST_CASE("routes that are not stated are unmanaged, and stated ones are all that lead to the Worker") {
    Account account;
    account.want(target_of(manifest("free")));
    account.want_routes("exact", {});
    account.have_worker("free");
    account.have_worker("exact");
    account.have_route("a.example.com/*", "free", "r1");
    account.have_route("b.example.com/*", "exact", "r2");
    const auto plan = account.plan();
    CHECK(change_of(plan, "free").exposure.empty());
    CHECK(call_of(resource_of(plan, "exact")) == "DELETE " + kRoutes + "/r2");
    CHECK_FALSE(resource_of(plan, "exact").drift);
    CHECK(plan.summary.destroy == 1);
    CHECK(plan.summary.api_calls == 1);
  }

  TEST_CASE("a route is never deleted under upsert-only, nor because of a source with errors") {
    Account account;
    account.want_routes("shop", {});
    account.have_worker("shop");
    account.have_route(kPattern, "shop");
    account.policy.prune = Prune::upsert_only;
    auto plan = account.plan();
    CHECK(resource_of(plan, "shop").action == Action::forget);
    CHECK_FALSE(resource_of(plan, "shop").call);
    CHECK_FALSE(plan.has_changes());

    account.policy.prune = Prune::sync;
    account.desired.diagnostics.push_back({.summary = "a manifest is broken"});
    plan = account.plan();
    CHECK(resource_of(plan, "shop").action == Action::remove);
    CHECK(reason_of(resource_of(plan, "shop")) == "SourceIncomplete");
    CHECK_FALSE(plan.has_writes());
  }

  TEST_CASE("a route that another Worker of ours wants is moved and not deleted") {
    Account account;
    account.want_routes("new", {kPattern});
    account.want_routes("old", {});
    account.have_worker("new");
    account.have_worker("old");
    account.have_route(kPattern, "old");
    const auto plan = account.plan();
    CHECK(call_of(resource_of(plan, "new")) == "PUT " + kRoutes + "/r1");
    CHECK(resource_of(plan, "new").detail == "old -> new");
    CHECK_FALSE(resource_of(plan, "new").drift);
    CHECK(change_of(plan, "old").exposure.empty());
  }

  TEST_CASE("a Worker's routes and domains go before it, and what leads elsewhere afterwards has to be moved first") {
    Account account;
    account.want_routes("new", {kPattern});
    account.have_worker("old");
    account.have_route(kPattern, "old", "r1");
    account.have_route("old.example.com/*", "old", "r2");
    account.have_domain("old.example.com", "old");
    auto plan = account.plan();
    const auto& deleted = change_of(plan, "old");
    REQUIRE(deleted.exposure.size() == 2);
    CHECK(call_of(deleted.exposure[0]) == "DELETE /accounts/{account_id}/workers/domains/d1");
    CHECK(call_of(deleted.exposure[1]) == "DELETE " + kRoutes + "/r2");
    CHECK(deleted.after == std::vector<std::string>{"route." + kPattern});
    CHECK(call_of(resource_of(plan, "new")) == "PUT " + kRoutes + "/r1");
    CHECK(plan.summary.destroy == 3);

    // If the move cannot be made, the old Worker stays, and what leads to it as well.
    account.policy.allow_names = {"old"};
    plan = account.plan();
    CHECK(change_of(plan, "old").block->reason == Reason::dependency_not_ready);
    for (const auto& exposure : change_of(plan, "old").exposure) CHECK(exposure.block);
  }

  TEST_CASE("what leads to a Worker that is not deleted after all stays") {
    Account account;
    account.want(target_of(manifest("kept")));
    account.have_worker("kept");
    for (int i = 0; i < 5; ++i) {
      const auto name = "old-" + std::to_string(i);
      account.have_worker(name);
      account.have_route(name + ".example.com/*", name, "r" + std::to_string(i));
    }
    const auto plan = account.plan();
    CHECK(change_of(plan, "old-0").block->reason == Reason::threshold_exceeded);
    CHECK(reason_of(resource_of(plan, "old-0")) == "ThresholdExceeded");
    CHECK(plan.summary.api_calls == 0);
  }

  TEST_CASE("a zone that cannot be read blocks what lies in it, and deletes of Workers, and nothing else") {
    Account account;
    account.want_routes("shop", {kPattern});
    account.want_domain("site", {.hostname = "www.example.com"});
    account.have_worker("shop");
    account.have_worker("site");
    account.have_worker("old");
    account.live.zones.zones[kZone] = {{}, api::Error{.kind = api::ErrorKind::server, .message = "502"}};
    auto changed = *account.targets.front().desired;
    changed.settings["logpush"] = true;
    account.targets.replace(0, target_of(changed));
    const auto plan = account.plan();
    CHECK(reason_of(resource_of(plan, "shop")) == "ReadFailed");
    CHECK(resource_of(plan, "shop").unread);
    CHECK(change_of(plan, "shop").writes());
    CHECK(resource_of(plan, "site").writes());
    CHECK(change_of(plan, "old").block->reason == Reason::read_failed);
    CHECK_FALSE(plan.complete);

    Account forbidden;
    forbidden.want_routes("shop", {kPattern});
    forbidden.have_worker("shop");
    forbidden.live.zones.zones[kZone] = {{}, api::Error{.kind = api::ErrorKind::forbidden, .message = "403"}};
    const auto refused = forbidden.plan();
    CHECK(resource_of(refused, "shop").block->override_with.contains("permission Workers Routes"));
  }

  TEST_CASE("a list that was not read is no empty list") {
    Account account;
    account.want_routes("shop", {kPattern});
    account.want_domain("site", {.hostname = "www.example.com"});
    account.have_worker("shop");
    account.have_worker("site");
    account.live.zones.zones.clear();
    account.live.zones.domains = {};
    const auto plan = account.plan();
    CHECK(reason_of(resource_of(plan, "shop")) == "ReadFailed");
    CHECK(reason_of(resource_of(plan, "site")) == "ReadFailed");
    CHECK_FALSE(plan.has_writes());
  }

  TEST_CASE("a zone that the account does not have, and a host that lies in none, are told") {
    Account account;
    auto worker = manifest("shop");
    worker.routes = {{.pattern = "a.example.net/*", .zone = "example.net"}, {.pattern = "a.example.org/*"}};
    account.want(target_of(worker));
    account.have_worker("shop");
    for (const auto* name : {"example.net", "a.example.org", "example.org"}) {
      account.live.zones.ids[name] = Known<std::string>::absent();
    }
    const auto plan = account.plan();
    CHECK(resource_of(plan, "shop", 0).block->message ==
          "the account has no zone example.net, or the token cannot see it");
    CHECK(resource_of(plan, "shop", 1).block->message ==
          "the host is not in a zone of the account that the token can see");
  }

  TEST_CASE("nothing leads to a Worker that is not written, unless it is there and ours") {
    Account account;
    auto missing = manifest("new");
    missing.routes = {{.pattern = kPattern, .zone = "example.com"}};
    missing.secrets["KEY"] = {"default", "new/KEY", {}};
    account.want(target_of(missing));
    account.want_routes("foreign", {"f.example.com/*"});
    account.have_worker("foreign", "");
    auto plan = account.plan();
    CHECK(change_of(plan, "new").block->reason == Reason::secret_missing);
    CHECK(reason_of(resource_of(plan, "new")) == "DependencyNotReady");
    CHECK(reason_of(resource_of(plan, "foreign")) == "DependencyNotReady");
    CHECK_FALSE(plan.has_writes());

    account.have_worker("new");
    plan = account.plan();
    CHECK(change_of(plan, "new").block->reason == Reason::secret_missing);
    CHECK(resource_of(plan, "new").writes());
    CHECK(plan.has_writes());
  }

  TEST_CASE("a source writes to no zone that it may not") {
    Account account;
    account.want_routes("shop", {kPattern});
    account.have_worker("shop");
    account.have_route("x.example.com/*", "shop");
    account.policy.allow_zones = {{"example.net"}};
    const auto plan = account.plan();
    REQUIRE(change_of(plan, "shop").exposure.size() == 1);
    CHECK(reason_of(resource_of(plan, "shop")) == "OwnershipConflict");
    CHECK_FALSE(plan.has_writes());
  }

  TEST_CASE("what somebody else did to a route that was applied is drift, and is healed or only told") {
    struct Row {
      const char* live;  // script of the live route; null: it is gone
      const char* tag;   // of that Worker
      bool drift;
      const char* reason;  // while drift is healed
    };
    const std::vector<Row> rows{
        {nullptr, nullptr, true, ""},
        {"other", kOurs.c_str(), true, ""},
        {"other", "", true, ""},
        {"", nullptr, true, ""},
        // Another source has taken it by its own manifest: the two have to settle it.
        {"other", "plumbline=edge/else", true, "OwnershipConflict"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.live);
      CAPTURE(row.tag);
      for (const auto action : {DriftAction::heal, DriftAction::report}) {
        Account account;
        account.policy.prune = Prune::upsert_only;
        account.policy.drift = action;
        account.want_routes("shop", {kPattern});
        account.have_worker("shop");
        account.remember("shop");
        if (row.live != nullptr) account.have_route(kPattern, row.live);
        if (row.tag != nullptr) account.have_worker(row.live, row.tag);
        const auto plan = account.plan();
        const auto& exposure = resource_of(plan, "shop");
        CHECK(exposure.drift == row.drift);
        const std::string healed = row.reason;
        CHECK(reason_of(exposure) == (action == DriftAction::heal || !healed.empty() ? healed : "Drifted"));
      }
    }
  }

  TEST_CASE("a route that somebody else made anew under the same pattern is not known as ours") {
    Account account;
    account.want_routes("shop", {kPattern});
    account.have_worker("shop");
    account.have_worker("stranger", "");
    account.remember("shop", kKey, "r0");
    account.have_route(kPattern, "stranger", "r1");
    const auto plan = account.plan();
    CHECK(reason_of(resource_of(plan, "shop")) == "OwnershipConflict");
  }

  TEST_CASE("a route that somebody added is drift, one that was dropped from the manifest is not") {
    Account account;
    account.want_routes("shop", {});
    account.have_worker("shop");
    account.remember_worker("shop");
    account.have_route(kPattern, "shop");
    CHECK(resource_of(account.plan(), "shop").drift);
    account.remember("shop");
    CHECK_FALSE(resource_of(account.plan(), "shop").drift);
    // Taken away before, and there again.
    account.remember("", kKey, "");
    CHECK(resource_of(account.plan(), "shop").drift);
  }

  TEST_CASE("a route that comes back each time is left alone after a while, where nobody asked") {
    Account account;
    account.policy.brake = true;
    account.live.observed_at = TimePoint(std::chrono::hours(1));
    account.want_routes("shop", {});
    account.have_worker("shop");
    account.remember_worker("shop");
    account.have_route(kPattern, "shop");
    ExposureMemory memory;
    const auto first = resource_of(account.plan(), "shop");
    for (std::size_t i = 0; i < kMostMendings; ++i) {
      memory = *memory_after(first, &memory, "", account.live.observed_at - std::chrono::minutes(20 - i));
    }
    account.live.zones.memory[kKey] = memory;
    CHECK(reason_of(resource_of(account.plan(), "shop")) == "Flapping");
    account.policy.brake = false;
    CHECK(reason_of(resource_of(account.plan(), "shop")).empty());
    account.policy.brake = true;
    account.live.observed_at += std::chrono::minutes(30);
    CHECK(reason_of(resource_of(account.plan(), "shop")).empty());
  }

  TEST_CASE("memory follows what was found and what was done") {
    Account account;
    account.want_routes("shop", {kPattern});
    account.have_worker("shop");
    account.have_route(kPattern, "shop");
    account.remember("shop", "route gone", "r9");
    PlanInput input{.targets = &account.targets, .desired = &account.desired, .live = &account.live};
    input.policy = account.policy;
    auto changes = converged_exposure(input, account.plan());
    CHECK(changes.at(kKey) == ExposureMemory{"r1", "shop", {}});
    CHECK(changes.at("route gone") == std::nullopt);
    account.live.zones.memory.erase("route gone");
    account.remember("shop");
    CHECK(converged_exposure(input, account.plan()).empty());

    ExposureChange created{.key = kKey, .action = Action::create, .worker = "shop"};
    CHECK(memory_after(created, nullptr, "r5", TimePoint()) == ExposureMemory{"r5", "shop", {}});
    ExposureChange removed{.key = kKey, .action = Action::remove, .id = "r1"};
    CHECK(memory_after(removed, nullptr, "", TimePoint()) == std::nullopt);
    removed.drift = true;
    CHECK(memory_after(removed, nullptr, "", TimePoint()) == ExposureMemory{"", "", {TimePoint()}});
  }

  TEST_CASE("the host of a pattern is compared in lower case, its path is not") {
    CHECK(route_key("z", "Shop.Example.com/A*") == "route z shop.example.com/A*");
    CHECK(route_key("z", "HTTPS://Shop.Example.com/A*") == "route z https://shop.example.com/A*");
    CHECK(route_key("z", "Example.com") == "route z example.com");
  }
}

TEST_SUITE("domains") {
  TEST_CASE("a domain is attached by its hostname, with the flags that the manifest says and no other") {
    Account account;
    account.want_domain("site", {.hostname = "WWW.example.com", .override_existing_dns_record = true});
    account.have_worker("site");
    const auto plan = account.plan();
    const auto& exposure = resource_of(plan, "site");
    CHECK(call_of(exposure) == "PUT /accounts/{account_id}/workers/domains");
    CHECK(to_canonical_text(exposure.call->body) ==
          R"({"hostname":"www.example.com","override_existing_dns_record":true,"service":"site"})");
    CHECK(plan.summary.add == 1);
  }

  TEST_CASE("a domain of another Worker of ours is moved by one call, anybody else's needs the manifest's word") {
    Account account;
    account.want_domain("site", {.hostname = "www.example.com"});
    account.have_worker("site");
    account.have_worker("old");
    account.have_domain("www.example.com", "old");
    account.policy.prune = Prune::upsert_only;
    auto plan = account.plan();
    CHECK(resource_of(plan, "site").writes());
    // The manifest states none: it is sent where the service asks for it.
    CHECK(member(resource_of(plan, "site").call->body, "override_existing_origin") == nullptr);
    account.have_worker("old", "");
    plan = account.plan();
    CHECK(reason_of(resource_of(plan, "site")) == "OwnershipConflict");
    CHECK(resource_of(plan, "site").block->override_with.contains("override_existing_origin: true"));

    Account taken;
    taken.want_domain("site", {.hostname = "www.example.com", .override_existing_origin = true});
    taken.have_worker("site");
    taken.have_worker("stranger", "");
    taken.have_domain("www.example.com", "stranger");
    plan = taken.plan();
    CHECK(resource_of(plan, "site").writes());
    CHECK(resource_of(plan, "site").importing);
    CHECK(plan.summary.import == 1);
  }

  TEST_CASE("stated domains are all that are the Worker's") {
    Account account;
    auto worker = manifest("site");
    worker.domains.emplace();
    account.want(target_of(worker));
    account.have_worker("site");
    account.have_domain("www.example.com", "site");
    CHECK(call_of(resource_of(account.plan(), "site")) == "DELETE /accounts/{account_id}/workers/domains/d1");
  }
}

TEST_SUITE("resources in a plan") {
  TEST_CASE("text and JSON show them under addresses of their own") {
    Account account;
    account.want_routes("shop", {kPattern, "moved.example.com/*", "taken.example.com/*"});
    account.have_worker("shop");
    account.have_worker("old");
    account.have_route("moved.example.com/*", "old", "r2");
    account.have_route("taken.example.com/*", "", "r3");
    account.have_route("extra.example.com/*", "shop", "r4");
    account.policy.max_delete_percent = 100;
    const auto plan = account.plan();
    const auto text = render_text(plan, Colour::off);
    CHECK(text.contains("  + route.shop.example.com/*     to shop\n"));
    CHECK(text.contains("  ~ route.moved.example.com/*    old -> shop\n"));
    CHECK(text.contains("  ~ route.taken.example.com/*    no Worker -> shop\n      blocked (OwnershipConflict): "));
    CHECK(text.contains("  - route.extra.example.com/*    to shop; not in the manifest\n"));
    CHECK(text.contains("Plan: 1 to add, 2 to change, 2 to destroy.\n"));
    CHECK(text.contains("1 change blocked"));

    const auto json = render_json(plan);
    const auto& changes = json.at("resource_changes").as_array();
    std::vector<std::string> addresses;
    for (const auto& change : changes) addresses.emplace_back(string_member(change, "address"));
    CHECK(std::ranges::is_sorted(addresses));
    CHECK(addresses.size() == 6);
    const auto created = std::ranges::find(addresses, "route." + kPattern) - addresses.begin();
    const auto& route = changes[static_cast<std::size_t>(created)];
    CHECK(string_member(route, "type") == "route");
    CHECK(route.at("change").at("actions") == Json(JsonArray{"create"}));
    CHECK(route.at("change").at("before").is_null());
    CHECK(string_member(route.at("change").at("after"), "script") == "shop");
    CHECK(string_member(route.at("operations").at(0), "path") == kRoutes);
    CHECK(string_member(json.at("blocked").at(0), "address") == "route.taken.example.com/*");
  }

  TEST_CASE("the digest tells what leads where") {
    Account account;
    account.want_routes("shop", {kPattern});
    account.have_worker("shop");
    const auto created = account.plan().digest;
    account.have_worker("old");
    account.policy.prune = Prune::upsert_only;
    const auto with_old = account.plan().digest;
    account.have_route(kPattern, "old");
    CHECK(account.plan().digest != with_old);
    CHECK(created != account.plan().digest);
  }
}
