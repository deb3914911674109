#include "reconciler/plan/missing.h"

#include <doctest/doctest.h>

#include "tests/unit/reconciler/fixtures.h"

using namespace plumbline;
using namespace plumbline::reconciler;
using namespace plumbline::reconciler::test;

namespace {

LiveWorker unread(const Target& target) {
  LiveWorker live = live_as(target);
  live.settings = {};
  live.parts.clear();
  live.deployment = {};
  return live;
}

}  // namespace

TEST_SUITE("missing") {
  TEST_CASE("a Worker that does not exist needs no read") {
    World world;
    world.want(target_of(manifest("a")));
    CHECK(reads(world, Refresh::full).empty());
  }

  TEST_CASE("a Worker that the list does not show is asked for by its name, several by the beta list") {
    World world;
    world.want(target_of(manifest("a")));
    world.live.doubtful = {"a"};
    CHECK(reads(world, Refresh::list) == std::vector<Read>{{Read::Kind::presence, "a"}});
    world.live.doubtful = {"a", "b"};
    CHECK(reads(world, Refresh::list) == std::vector<Read>{{Read::Kind::beta_list, ""}});
    world.live.beta_list = Known<bool>::absent();
    CHECK(reads(world, Refresh::list) == std::vector<Read>{{Read::Kind::presence, "a"}, {Read::Kind::presence, "b"}});
  }

  TEST_CASE("where the beta list has as many pages as names are asked for, each is asked for itself") {
    World world;
    for (int i = 0; i < 250; ++i) {
      LiveWorker live;
      live.name = "w" + std::to_string(i);
      world.have(live);
    }
    world.live.doubtful = {"a", "b", "c"};
    CHECK(reads(world, Refresh::list).size() == 3);
    world.live.doubtful.insert("d");
    CHECK(reads(world, Refresh::list) == std::vector<Read>{{Read::Kind::beta_list, ""}});
  }

  TEST_CASE("a clean Worker is taken from memory under refresh list and read under refresh full") {
    World world;
    auto worker = manifest("a");
    worker.subdomain = object(R"({"enabled": true})");
    world.want(target_of(worker));
    world.have(remembered_as(world.targets.front()));
    CHECK(reads(world, Refresh::list).empty());
    CHECK(reads(world, Refresh::full) == std::vector<Read>{{Read::Kind::settings, "a"}, {Read::Kind::beta_list, ""}});
  }

  TEST_CASE("a Worker without memory is proven by its settings and its deployment, two reads") {
    World world;
    world.want(target_of(manifest("a")));
    auto live = unread(world.targets.front());
    world.have(live);
    CHECK(reads(world, Refresh::list) == std::vector<Read>{{Read::Kind::settings, "a"}});
    live.settings = live_as(world.targets.front()).settings;
    world.have(live);
    CHECK(reads(world, Refresh::list) == std::vector<Read>{{Read::Kind::deployment, "a"}});
    live.deployment = live_as(world.targets.front()).deployment;
    world.have(live);
    CHECK(reads(world, Refresh::list).empty());
  }

  TEST_CASE("for people, a deployment is read of what differs alone") {
    World world;
    world.want(target_of(manifest("a", R"({"compatibility_date": "2026-10-01"})")));
    auto live = live_as(world.targets.front());
    live.deployment = {};
    world.have(live);
    const auto read = [&world] {
      return missing(world.targets, world.live, world.policy, Refresh::full, Audience::people).reads;
    };
    CHECK(read().empty());
    set_live(live, "compatibility_date", R"("2026-01-01")");
    world.have(live);
    CHECK(read() == std::vector<Read>{{Read::Kind::deployment, "a"}});
  }

  TEST_CASE("what a Worker that is not ours would become is read for people, and for nobody else") {
    World world;
    world.want(target_of(manifest("a")));
    auto live = live_as(target_of(manifest("a")));
    live.entry["tags"] = JsonArray{"plumbline=other/source"};
    live.settings = {};
    world.have(live);
    const auto read = [&world](Audience audience) {
      return missing(world.targets, world.live, world.policy, Refresh::full, audience).reads;
    };
    CHECK(read(Audience::watcher).empty());
    CHECK(read(Audience::people) == std::vector<Read>{{Read::Kind::settings, "a"}});
  }

  TEST_CASE("for people, the live code is read where it differs") {
    World world;
    auto changed = manifest("a");
    changed.modules.front().sha256 = sha256_hex("new code");
    world.want(target_of(changed));
    auto live = live_as(target_of(manifest("a")));
    live.beta_version = Known<JsonObject>::known({});
    world.have(live);
    const auto read = [&world](Audience audience) {
      return missing(world.targets, world.live, world.policy, Refresh::full, audience).reads;
    };
    CHECK(read(Audience::watcher).empty());
    CHECK(read(Audience::people) == std::vector<Read>{{Read::Kind::content, "a"}});
    live.content = Known<LiveContent>::absent();
    world.have(live);
    CHECK(read(Audience::people).empty());
  }

  TEST_CASE("where the active version attests nothing, a Worker that differs is asked for its versions") {
    World world;
    const auto target = target_of(manifest("a", R"({"compatibility_date": "2026-10-01"})"));
    world.want(target);
    auto live = live_as(target);
    edit_live(live, target);
    live.versions = {};
    world.have(live);
    CHECK(reads(world, Refresh::full).empty());
    set_live(live, "compatibility_date", R"("2026-01-01")");
    world.have(live);
    CHECK(reads(world, Refresh::full) == std::vector<Read>{{Read::Kind::versions, "a"}});
    // What no version holds is not looked for there.
    world.targets = {target_of(manifest("a", R"({"logpush": true})"))};
    CHECK(reads(world, Refresh::full).empty());
  }

  TEST_CASE("one beta list serves every Worker, and where there is none each is asked") {
    World world;
    for (const auto* name : {"a", "b"}) {
      auto worker = manifest(name);
      worker.subdomain = object(R"({"enabled": true})");
      world.want(target_of(worker));
      auto live = live_as(world.targets.back());
      live.parts.clear();
      world.have(live);
    }
    CHECK(reads(world, Refresh::full) == std::vector<Read>{{Read::Kind::beta_list, ""}});
    world.live.beta_list = Known<bool>::absent();
    CHECK(reads(world, Refresh::full) ==
          std::vector<Read>{{Read::Kind::own, "a", "subdomain"}, {Read::Kind::own, "b", "subdomain"}});
  }

  TEST_CASE("a clean Worker that is about to be written needs its deployment") {
    World world;
    const auto before = target_of(manifest("a", R"({"logpush": true})"));
    world.want(target_of(manifest("a", R"({"logpush": true, "compatibility_date": "2026-01-01"})")));
    world.have(remembered_as(before));
    CHECK(reads(world, Refresh::list) == std::vector<Read>{{Read::Kind::deployment, "a"}});
  }

  TEST_CASE("a version that our annotation is not on is looked at, and its code read back last") {
    World world;
    world.want(target_of(manifest("a")));
    auto live = live_as(world.targets.front());
    set_live(live, "annotations", R"({"workers/triggered_by": "upload"})");
    world.have(live);
    CHECK(reads(world, Refresh::full) == std::vector<Read>{{Read::Kind::version, "a"}});
    live.version = Known<JsonObject>::known(object(R"({"annotations": {}})"));
    world.have(live);
    CHECK(reads(world, Refresh::full) == std::vector<Read>{{Read::Kind::content, "a"}});
    live.content = Known<LiveContent>::known({world.targets.front().attestation.modules, {}});
    world.have(live);
    CHECK(reads(world, Refresh::full).empty());
  }

  TEST_CASE("cron triggers are read where a manifest names them and nothing clean remembers them") {
    World world;
    auto worker = manifest("a");
    worker.schedules = {"*/5 * * * *"};
    world.want(target_of(worker));
    world.want(target_of(manifest("b")));
    auto live = remembered_as(target_of(worker));
    memory_of(live).parts.erase("schedules");
    world.have(live);
    world.have(remembered_as(target_of(manifest("b"))));
    CHECK(reads(world, Refresh::list) == std::vector<Read>{{Read::Kind::own, "a", "schedules"}});
    world.have(remembered_as(target_of(worker)));
    CHECK(reads(world, Refresh::list).empty());
  }

  TEST_CASE("a version that was active before is looked at: is it the newest?") {
    World world;
    world.want(target_of(manifest("a")));
    auto live = live_as(world.targets.front());
    auto deployment = *live.deployment;
    deployment.redeployed = true;
    live.deployment = Known<Deployment>::known(deployment);
    world.have(live);
    CHECK(reads(world, Refresh::full) == std::vector<Read>{{Read::Kind::versions, "a"}});
    live.versions = Known<Versions>::known({Version{.id = deployment.versions.front().version_id}});
    world.have(live);
    CHECK(reads(world, Refresh::full).empty());
  }

  TEST_CASE("a Worker that is to be deleted is read first, one that stays is not") {
    World world;
    const auto orphan = unread(target_of(manifest("orphan")));
    world.have(orphan);
    world.policy.prune = Prune::sync;
    const std::vector<Read> expected{
        {Read::Kind::settings, "orphan"}, {Read::Kind::queues, ""}, {Read::Kind::workflows, ""}};
    CHECK(reads(world, Refresh::full) == expected);
    CHECK(reads(world, Refresh::list) == expected);
    world.policy.named_elsewhere = {{"orphan", "other"}};
    CHECK(reads(world, Refresh::full).empty());
    world.policy.named_elsewhere.clear();
    world.policy.prune = Prune::upsert_only;
    CHECK(reads(world, Refresh::full).empty());
  }

  TEST_CASE("what is not ours, out of scope or failed to be read is left alone") {
    World world;
    world.want(target_of(manifest("a")));
    auto live = unread(world.targets.front());
    live.entry["tags"] = JsonArray{"plumbline=other/source"};
    world.have(live);
    CHECK(reads(world, Refresh::full).empty());

    live = unread(world.targets.front());
    live.failure = api::Error{};
    world.have(live);
    CHECK(reads(world, Refresh::full).empty());

    world.have(unread(world.targets.front()));
    world.policy.only = {"b"};
    CHECK(reads(world, Refresh::full).empty());
  }

  TEST_CASE("stepping ends: with every read answered nothing is missing") {
    World world;
    auto worker = manifest("a", R"({"logpush": true})");
    worker.subdomain = object(R"({"enabled": true})");
    world.want(target_of(worker));
    world.have(live_as(world.targets.front()));
    CHECK(reads(world, Refresh::full).empty());
    CHECK(reads(world, Refresh::list).empty());
  }

  TEST_CASE("the version by the beta API is read before an upload alone, and one Worker asks whether there is any") {
    World world;
    for (const auto* name : {"a", "b"}) {
      auto worker = manifest(name);
      world.have(live_as(target_of(worker)));
      worker.modules.front().sha256 = sha256_hex("new");
      world.want(target_of(worker));
    }
    const std::vector<Read> both{{Read::Kind::beta_version, "a"}, {Read::Kind::beta_version, "b"}};
    CHECK(reads(world, Refresh::full) == std::vector<Read>{both.front()});
    world.live.beta_versions = Known<bool>::known(true);
    CHECK(reads(world, Refresh::full) == both);
    world.live.workers.at("a").beta_version = Known<JsonObject>::known({});
    CHECK(reads(world, Refresh::full) == std::vector<Read>{both.back()});
    world.live.beta_versions = Known<bool>::absent();
    CHECK(reads(world, Refresh::full).empty());
    world.live.beta_versions = {};
    world.live.beta_list = Known<bool>::absent();
    CHECK(reads(world, Refresh::full).empty());
  }

  TEST_CASE(
      "the version by the beta API is not read for a patch, nor where the manifest states all that it would tell") {
    World world;
    world.have(live_as(target_of(manifest("a"))));
    world.want(target_of(manifest("a", R"({"compatibility_date": "2026-01-01"})")));
    CHECK(reads(world, Refresh::full).empty());
    World stating;
    stating.have(live_as(target_of(manifest("a"))));
    stating.want(target_of(manifest("a", R"({"containers": [], "package_dependencies": []})")));
    CHECK(reads(stating, Refresh::full).empty());
  }
}
