#include "reconciler/model/plan.h"

#include <doctest/doctest.h>

#include "reconciler/plan/order.h"
#include "reconciler/plan/render.h"
#include "tests/unit/reconciler/fixtures.h"

using namespace plumbline;
using namespace plumbline::reconciler;
using namespace plumbline::reconciler::test;

namespace {

LiveWorker owned_by(const std::string& name, const std::string& tag) {
  auto live = live_as(target_of(manifest(name)));
  const JsonArray tags = tag.empty() ? JsonArray() : JsonArray{tag};
  live.entry["tags"] = tags;
  set_live(live, "tags", to_text(tags));
  return live;
}

std::string_view reason_of(const Plan& plan, std::string_view name) {
  const auto& block = change_of(plan, name).block;
  return block ? to_string(block->reason) : "";
}

// `owned` live Workers of ours without a manifest, and `kept` that have one.
World orphans(std::size_t count, std::size_t kept) {
  World world;
  for (std::size_t i = 0; i < count; ++i) world.have(owned_by("old-" + std::to_string(i), kOurs));
  for (std::size_t i = 0; i < kept; ++i) {
    world.want(target_of(manifest("kept-" + std::to_string(i))));
    world.have(live_as(world.targets.back()));
  }
  return world;
}

}  // namespace

TEST_SUITE("plan") {
  TEST_CASE("the truth table of manifests and live Workers") {
    World world;
    for (const auto* name : {"create", "same", "unowned", "foreign"}) world.want(target_of(manifest(name)));
    world.have(owned_by("same", kOurs));
    world.have(owned_by("unowned", ""));
    world.have(owned_by("foreign", "plumbline=edge/other"));
    world.have(owned_by("orphan", kOurs));
    world.have(owned_by("stranger", ""));
    const auto plan = world.plan();
    CHECK(change_of(plan, "create").action == Action::create);
    CHECK(change_of(plan, "same").action == Action::no_op);
    CHECK(reason_of(plan, "unowned") == "OwnershipConflict");
    CHECK(reason_of(plan, "foreign") == "OwnershipConflict");
    CHECK(change_of(plan, "foreign").block->override_with.find("adopt: edge/other") != std::string::npos);
    CHECK(change_of(plan, "orphan").action == Action::remove);
    CHECK_THROWS_AS((void)change_of(plan, "stranger"), std::out_of_range);
    CHECK(plan.summary.add == 1);
    CHECK(plan.summary.destroy == 1);
    CHECK(plan.summary.unchanged == 1);
  }

  TEST_CASE("adopt takes over a Worker of nobody, and exactly the owner that it names") {
    using Kind = manifests::AdoptRule::Kind;
    World world;
    auto unowned = manifest("unowned");
    unowned.adopt.kind = Kind::unowned;
    auto transfer = manifest("transfer");
    transfer.adopt = {Kind::transfer, "edge/other"};
    auto wrong = manifest("wrong");
    wrong.adopt = {Kind::transfer, "edge/else"};
    auto claimed = manifest("claimed");
    claimed.adopt.kind = Kind::unowned;
    for (const auto& worker : {unowned, transfer, wrong, claimed}) world.want(target_of(worker));
    world.have(owned_by("unowned", ""));
    world.have(owned_by("transfer", "plumbline=edge/other"));
    world.have(owned_by("wrong", "plumbline=edge/other"));
    world.have(owned_by("claimed", "plumbline=edge/other"));
    const auto plan = world.plan();
    for (const auto* name : {"unowned", "transfer"}) {
      CHECK(change_of(plan, name).importing);
      REQUIRE(change_of(plan, name).calls.size() == 1);
      CHECK(change_of(plan, name).calls.front().is("patch_script_settings"));
    }
    CHECK(reason_of(plan, "wrong") == "OwnershipConflict");
    CHECK(reason_of(plan, "claimed") == "OwnershipConflict");
    CHECK(plan.summary.import == 2);
  }

  TEST_CASE("what an adoption would change is shown where it was read, and moves no digest") {
    World world;
    world.want(target_of(manifest("a", R"({"logpush": true})")));
    auto live = owned_by("a", "");
    world.have(live);
    const auto read = world.plan();
    CHECK(reason_of(read, "a") == "OwnershipConflict");
    CHECK(change_of(read, "a").lines.empty());
    const auto& lines = change_of(read, "a").once_adopted;
    CHECK(std::ranges::find(lines, "logpush", &ChangeLine::what) != lines.end());
    const auto text = render_text(read, Colour::off);
    CHECK(text.contains("      once it is adopted, an apply changes:\n        "));
    CHECK(text.contains(" logpush "));
    CHECK(render_markdown(read).contains("# once it is adopted, an apply changes:\n"));
    live.settings = {};
    world.have(live);
    CHECK(change_of(world.plan(), "a").once_adopted.empty());
    CHECK(world.plan().digest == read.digest);
  }

  TEST_CASE("how to take a Worker over is said in the words of the file that asks for it") {
    World world;
    auto of_wrangler = manifest("config");
    of_wrangler.written_as = manifests::WrittenAs::wrangler_config;
    auto claimed = manifest("claimed");
    claimed.written_as = manifests::WrittenAs::wrangler_config;
    for (const auto& worker : {of_wrangler, claimed, manifest("plain")}) world.want(target_of(worker));
    world.have(owned_by("config", ""));
    world.have(owned_by("claimed", "plumbline=edge/other"));
    world.have(owned_by("plain", ""));
    const auto plan = world.plan();
    CHECK(change_of(plan, "config").block->override_with ==
          "run `plumbline adopt config`, or plan and apply with `--adopt unowned` (`adopt: unowned` of the source)");
    CHECK(
        change_of(plan, "claimed").block->override_with ==
        "have its owner give it up (`plumbline release claimed`), or write a Plumbline manifest, which can say `adopt: "
        "edge/other`");
    CHECK(change_of(plan, "plain").block->override_with ==
          "write `adopt: unowned` under metadata to take it over, or run `plumbline adopt plain`");
  }

  TEST_CASE("nothing is deleted under upsert-only, under prune false, or when another source names it") {
    auto world = orphans(1, 3);
    world.policy.prune = Prune::upsert_only;
    CHECK(change_of(world.plan(), "old-0").action == Action::forget);

    world.policy.prune = Prune::sync;
    CHECK(change_of(world.plan(), "old-0").action == Action::remove);
    world.policy.named_elsewhere = {{"old-0", "other"}};
    CHECK(change_of(world.plan(), "old-0").action == Action::forget);

    world.policy.named_elsewhere.clear();
    world.have(owned_by("old-0", kOurs + ";keep"));
    CHECK(change_of(world.plan(), "old-0").action == Action::forget);
  }

  TEST_CASE("a Worker that could not be read is not deleted") {
    auto world = orphans(2, 3);
    auto unread = owned_by("old-0", kOurs);
    unread.failure = api::Error{};
    world.have(unread);
    const auto plan = world.plan();
    CHECK(reason_of(plan, "old-0") == "ReadFailed");
    // Nor is any other: the plan is not complete.
    CHECK(reason_of(plan, "old-1") == "ReadFailed");
    CHECK_FALSE(plan.complete);
  }

  TEST_CASE("a source with any error deletes nothing") {
    auto world = orphans(1, 3);
    world.desired.diagnostics.push_back({Severity::error, {"x.yaml", 1, 1}, "broken", ""});
    CHECK(reason_of(world.plan(), "old-0") == "SourceIncomplete");
    world.desired.diagnostics.front().severity = Severity::warning;
    CHECK(reason_of(world.plan(), "old-0").empty());
  }

  TEST_CASE("a manifest that cannot be read protects the Worker that it names") {
    auto world = orphans(1, 3);
    world.desired.broken_names = {"old-0"};
    CHECK_THROWS_AS((void)change_of(world.plan(), "old-0"), std::out_of_range);
  }

  TEST_CASE("a Worker that two sources name is made by neither, and stays with the one that has it") {
    World world;
    for (const auto* name : {"new", "ours", "theirs"}) {
      world.want(target_of(manifest(name)));
      world.policy.named_elsewhere.emplace(name, "other");
    }
    world.have(owned_by("ours", kOurs));
    world.have(owned_by("theirs", "plumbline=edge/other"));
    const auto plan = world.plan();
    REQUIRE(reason_of(plan, "new") == "OwnershipConflict");
    CHECK(change_of(plan, "new").block->message ==
          "sources " + plan.owner.source + " and other both have a manifest for it, so that neither makes it");
    CHECK(reason_of(plan, "ours").empty());
    CHECK(change_of(plan, "theirs").block->message == "the live Worker belongs to edge/other");
  }

  TEST_CASE("an empty source deletes nothing, not even one Worker") {
    const auto world = orphans(1, 0);
    CHECK(reason_of(world.plan(), "old-0") == "EmptyDesiredState");
    CHECK_FALSE(world.plan().has_writes());
  }

  TEST_CASE("more deletes than the bounds need the digest of the very plan") {
    CHECK(reason_of(orphans(1, 1).plan(), "old-0").empty());
    CHECK(reason_of(orphans(3, 10).plan(), "old-0").empty());
    CHECK(reason_of(orphans(4, 10).plan(), "old-0") == "ThresholdExceeded");
    CHECK(reason_of(orphans(3, 2).plan(), "old-0") == "ThresholdExceeded");

    auto world = orphans(4, 10);
    const auto plan = world.plan();
    CHECK(change_of(plan, "old-0").block->override_with.find(plan.digest) != std::string::npos);
    world.policy.approved.digest = plan.digest;
    CHECK(reason_of(world.plan(), "old-0").empty());
    world.have(owned_by("old-9", kOurs));
    CHECK(reason_of(world.plan(), "old-0") == "ThresholdExceeded");
  }

  TEST_CASE("a Worker that holds Durable Objects is deleted only where that is allowed") {
    auto world = orphans(1, 3);
    auto live = owned_by("old-0", kOurs);
    live.entry["migration_tag"] = "v1";
    world.have(live);
    CHECK(reason_of(world.plan(), "old-0") == "DataLoss");
    world.policy.allow_data_loss = {"old-0"};
    CHECK(reason_of(world.plan(), "old-0").empty());
  }

  TEST_CASE("a gradual rollout of somebody is not run over") {
    World world;
    world.want(target_of(manifest("a", R"({"logpush": true, "compatibility_date": "2026-10-01"})")));
    auto live = live_as(target_of(manifest("a", R"({"logpush": true})")));
    Deployment split;
    split.versions = {{"v1", 90}, {"v2", 10}};
    live.deployment = Known<Deployment>::known(split);
    world.have(live);
    CHECK(reason_of(world.plan(), "a") == "ForeignRollout");

    // A new commit is a decision of its own: no version holds what it asks for. What a journal says does not count.
    Version older{.id = "v1", .attestation = target_of(manifest("a")).attestation};
    older.settings = object(R"({"compatibility_date": "2026-01-01"})");
    live.versions = Known<Versions>::known({older});
    world.have(live);
    CHECK(change_of(world.plan(), "a").writes());
    older.settings = object(R"({"compatibility_date": "2026-10-01"})");
    live.versions = Known<Versions>::known({older});
    live.memory = remembered_as(target_of(manifest("a", R"({"logpush": true})"))).memory;
    world.have(live);
    CHECK(reason_of(world.plan(), "a") == "ForeignRollout");
  }

  TEST_CASE("a rollback of somebody stands until the manifest changes, whatever a journal remembers") {
    const auto target = target_of(manifest("a", R"({"compatibility_date": "2026-10-01"})"));
    World world;
    world.want(target);
    auto live = live_as(target);
    roll_back(live, {"another version", target.attestation, {}});
    world.have(live);
    CHECK(reason_of(world.plan(), "a") == "RolledBack");

    live.memory = remembered_as(target).memory;
    world.have(live);
    CHECK(reason_of(world.plan(), "a") == "RolledBack");
    // Somebody else applied what was gone back from.
    memory_of(live).applied = "something older";
    world.have(live);
    CHECK(reason_of(world.plan(), "a") == "RolledBack");
    // Before that, somebody edited it: the newest version is not the one that the manifest asks for.
    auto versions = *live.versions;
    versions.insert(versions.begin(), Version{.id = "an edit"});
    live.versions = Known<Versions>::known(versions);
    world.have(live);
    CHECK(reason_of(world.plan(), "a") == "RolledBack");

    memory_of(live).applied = target.identity;
    roll_back(live, {"another version", target_of(manifest("b")).attestation, {}});
    world.have(live);
    const auto plan = world.plan();
    REQUIRE(change_of(plan, "a").writes());
    CHECK(change_of(plan, "a").calls.front().is("upload_script"));
  }

  TEST_CASE("without a memory a rollback is over once the manifest asks for settings that the newest version lacks") {
    const auto rolled_back_from = [](const Target& target, std::string_view newest) {
      auto live = live_as(target);
      roll_back(live, {"another version", target.attestation, object(newest)});
      return live;
    };
    const auto target = target_of(manifest(
        "a", R"({"compatibility_date": "2026-10-01", "bindings": {"A": {"type": "plain_text", "text": "b"}}})"));
    World world;
    world.want(target);
    constexpr std::string_view kSame =
        R"({"compatibility_date": "2026-10-01", "bindings": [{"name": "A", "type": "plain_text", "text": "b"}]})";
    world.have(rolled_back_from(target, kSame));
    CHECK(reason_of(world.plan(), "a") == "RolledBack");
    for (const auto* other :
         {R"({"compatibility_date": "2026-01-01", "bindings": [{"name": "A", "type": "plain_text", "text": "b"}]})",
          R"({"compatibility_date": "2026-10-01", "bindings": [{"name": "A", "type": "plain_text", "text": "x"}]})",
          R"({"compatibility_date": "2026-10-01", "bindings": []})"}) {
      CAPTURE(other);
      world.have(rolled_back_from(target, other));
      CHECK(change_of(world.plan(), "a").writes());
    }
  }

  TEST_CASE("where the newest version is not deployed a change of settings is an upload") {
    World world;
    world.want(target_of(manifest("a", R"({"compatibility_date": "2026-10-01"})")));
    auto live = live_as(target_of(manifest("a", R"({"compatibility_date": "2026-01-01"})")));
    world.have(live);
    CHECK(change_of(world.plan(), "a").calls.front().is("patch_settings"));
    memory_of(live).newest_undeployed = true;
    world.have(live);
    CHECK(change_of(world.plan(), "a").calls.front().is("upload_script"));
  }

  TEST_CASE("a secret that its store does not have stops its Worker and no other") {
    World world;
    auto worker = manifest("a");
    worker.secrets["KEY"] = {"default", "a/KEY", {}};
    auto target = target_of(worker);
    target.secrets["KEY"] = {SecretTarget::State::missing, "", "no such file"};
    world.want(target);
    world.want(target_of(manifest("b")));
    const auto plan = world.plan();
    CHECK(reason_of(plan, "a") == "SecretMissing");
    CHECK(change_of(plan, "b").writes());
  }

  TEST_CASE("names that the source may not write are blocked") {
    World world;
    world.want(target_of(manifest("shop-a")));
    world.want(target_of(manifest("other")));
    world.policy.allow_names = {"shop-*"};
    const auto plan = world.plan();
    CHECK(change_of(plan, "shop-a").writes());
    CHECK(change_of(plan, "other").block.has_value());
  }

  TEST_CASE(
      "a Worker that lost its tag is still ours if the journal knows the script, or its version attests our key") {
    const auto untagged = [](LiveWorker live) {
      live.entry["tags"] = JsonArray();
      if (live.settings.is_known()) set_live(live, "tags", "[]");
      return live;
    };
    World world;
    auto worker = manifest("a");
    worker.secrets["KEY"] = {"default", "a/KEY", {}};
    const auto target = target_of(worker, {{"KEY", "value"}});
    world.want(target);
    auto remembered = untagged(remembered_as(target));
    remembered.deployment = live_as(target).deployment;
    for (const auto& live : {remembered, untagged(live_as(target))}) {
      world.have(live);
      const auto change = change_of(world.plan(), "a");
      REQUIRE(change.writes());
      CHECK_FALSE(change.importing);
      CHECK(change.calls.size() == 1);
      CHECK(change.calls.front().is("patch_script_settings"));
    }
    world.have(remembered);
    CHECK(change_of(world.plan(), "a").origin == Origin::drift);

    // The same name, but another script; another key; a claim of somebody else.
    auto other_script = remembered;
    other_script.entry["tag"] = "t2";
    world.have(other_script);
    CHECK(reason_of(world.plan(), "a") == "OwnershipConflict");
    auto other_key = target.attestation;
    other_key.key_id = "00000000";
    auto stranger = untagged(live_as(target));
    JsonObject settings = *stranger.settings;
    settings["annotations"] = annotations_for(other_key, "main@sha1:0123456789abcdef", "a.yaml");
    stranger.settings = Known<JsonObject>::known(settings);
    world.have(stranger);
    CHECK(reason_of(world.plan(), "a") == "OwnershipConflict");
    auto claimed = remembered;
    claimed.entry["tags"] = JsonArray{"plumbline=other/source"};
    world.have(claimed);
    CHECK(reason_of(world.plan(), "a") == "OwnershipConflict");
  }

  TEST_CASE("a Worker whose name the source may not write is not deleted either") {
    auto world = orphans(1, 3);
    CHECK(reason_of(world.plan(), "old-0").empty());
    world.policy.allow_names = {"kept-*"};
    CHECK(reason_of(world.plan(), "old-0") == "OwnershipConflict");
  }

  TEST_CASE("drift is told from a change: the manifest asks for what was applied before") {
    World world;
    const auto target = target_of(manifest("a", R"({"logpush": true})"));
    world.want(target);
    auto live = remembered_as(target);
    live.deployment = live_as(target).deployment;
    live.entry["logpush"] = false;
    live.entry["last_deployed_from"] = "dash";
    world.have(live);
    auto plan = world.plan();
    CHECK(change_of(plan, "a").origin == Origin::drift);
    CHECK(change_of(plan, "a").writes());
    CHECK(change_of(plan, "a").edit.source == "dash");

    world.policy.drift = DriftAction::report;
    CHECK(reason_of(world.plan(), "a") == "Drifted");

    // A new manifest for the same part is a change, and is applied.
    world.targets = {target_of(manifest("a", R"({"logpush": true, "compatibility_date": "2026-10-01"})"))};
    plan = world.plan();
    CHECK(change_of(plan, "a").origin != Origin::drift);
    CHECK(change_of(plan, "a").writes());
  }

  TEST_CASE("a difference that is there again after our own write is not written for ever") {
    World world;
    world.policy.brake = true;
    const auto target = target_of(manifest("a", R"({"observability": {"enabled": true, "head_sampling_rate": 0.3}})"));
    world.want(target);
    auto live = live_as(target);
    live.memory = remembered_as(target).memory;
    set_live(live, "observability", R"({"enabled": true, "head_sampling_rate": 1})");
    world.have(live);
    world.live.observed_at = TimePoint(std::chrono::hours(1000));
    const auto first = change_of(world.plan(), "a");
    REQUIRE(first.writes());

    memory_of(live).mendings = {{world.live.observed_at - std::chrono::minutes(5)}, lines_digest(first.lines)};
    world.have(live);
    CHECK(reason_of(world.plan(), "a") == "PerpetualDiff");
    CHECK(change_of(world.plan(), "a").block->override_with ==
          "state the value that is live, or leave it to others: `ignore: [/observability/head_sampling_rate]` under "
          "spec");

    // Another difference is somebody's doing, and so is a version that we did not make.
    auto other = live;
    set_live(other, "observability", R"({"enabled": true, "head_sampling_rate": 0.5})");
    world.have(other);
    CHECK(reason_of(world.plan(), "a").empty());
    set_live(live, "annotations", "{}");
    live.content = Known<LiveContent>::known({target.attestation.modules, {}});
    world.have(live);
    CHECK(reason_of(world.plan(), "a").empty());

    world.live.observed_at += std::chrono::hours(1);
    world.have(live);
    CHECK(change_of(world.plan(), "a").writes());
  }

  TEST_CASE("a Worker that is put right five times in half an hour is left alone for a while") {
    World world;
    world.policy.brake = true;
    const auto target = target_of(manifest("a", R"({"logpush": true})"));
    world.want(target);
    auto live = remembered_as(target);
    live.deployment = live_as(target).deployment;
    live.entry["logpush"] = false;
    Mendings mendings;
    mendings.what = "something else";
    const TimePoint start(std::chrono::hours(1000));
    for (int i = 0; i < 4; ++i) mendings.times.push_back(start + std::chrono::minutes(i));
    world.live.observed_at = start + std::chrono::minutes(10);
    memory_of(live).mendings = mendings;
    world.have(live);
    CHECK(change_of(world.plan(), "a").writes());
    memory_of(live).mendings.times.push_back(start + std::chrono::minutes(9));
    world.have(live);
    CHECK(reason_of(world.plan(), "a") == "Flapping");
    world.live.observed_at = start + std::chrono::minutes(31);
    CHECK(change_of(world.plan(), "a").writes());
    // A commit is no drift.
    world.live.observed_at = start + std::chrono::minutes(10);
    world.targets = {target_of(manifest("a", R"({"logpush": true, "compatibility_date": "2026-10-01"})"))};
    CHECK(change_of(world.plan(), "a").writes());
  }

  TEST_CASE("owners come before those that bind them, deletes last and the other way round") {
    World world;
    world.want(target_of(manifest("a", R"({"bindings": {"B": {"type": "service", "service": "b"}}})")));
    world.want(target_of(manifest("b", R"({"tail_consumers": [{"service": "c"}]})")));
    world.want(target_of(manifest("c")));
    for (const auto* name : {"x", "y"}) world.have(owned_by(name, kOurs));
    auto binder = owned_by("y", kOurs);
    set_live(binder, "bindings", R"([{"name": "X", "type": "service", "service": "x"}])");
    world.have(binder);
    world.policy.max_delete_percent = 100;
    const auto plan = world.plan();
    std::vector<std::string> order;
    order.reserve(plan.workers.size());
    for (const auto& change : plan.workers) order.push_back(change.name);
    CHECK(order == std::vector<std::string>{"c", "b", "a", "y", "x"});
    CHECK(change_of(plan, "a").after == std::vector<std::string>{"worker.b"});
    CHECK(change_of(plan, "x").after == std::vector<std::string>{"worker.y"});
  }

  TEST_CASE("a Worker that another one still binds is not deleted") {
    auto world = orphans(1, 3);
    auto binder = manifest("binder");  // its bindings are not managed
    world.want(target_of(binder));
    auto live = live_as(world.targets.back());
    set_live(live, "bindings", R"([{"name": "OLD", "type": "service", "service": "old-0"}])");
    world.have(live);
    CHECK(reason_of(world.plan(), "old-0") == "DependencyNotReady");
    CHECK(change_of(world.plan(), "old-0").block->message == "worker.binder still refers to it");
  }

  TEST_CASE("of new Workers that bind each other in a circle one is made first without what it binds of it") {
    World world;
    auto worker = manifest("a", R"({"bindings": {"B": {"type": "service", "service": "b"},
                                                 "TEXT": {"type": "plain_text", "text": "hi"}},
                                    "tail_consumers": [{"service": "b"}]})");
    worker.secrets["KEY"] = {"default", "a/KEY", {}};
    world.want(target_of(worker, {{"KEY", "value"}}));
    world.want(target_of(manifest("b", R"({"bindings": {"C": {"type": "service", "service": "c"}}})")));
    world.want(target_of(manifest("c", R"({"bindings": {"A": {"type": "service", "service": "a"}}})")));
    // Behind the circle, not on it.
    world.want(target_of(manifest("aa", R"({"bindings": {"A": {"type": "service", "service": "a"}}})")));
    const auto plan = world.plan();
    std::vector<std::string> bootstrapped;
    for (const auto& change : plan.workers) {
      if (change.bootstrap) bootstrapped.push_back(change.name);
    }
    CHECK(bootstrapped == std::vector<std::string>{"a"});
    const auto& calls = change_of(plan, "a").calls;
    REQUIRE(calls.size() == 2);
    CHECK(calls[0].is("upload_script"));
    CHECK(to_text(calls[0].body.at("bindings")) == R"([{"name":"TEXT","type":"plain_text","text":"hi"}])");
    CHECK(member(calls[0].body, "tail_consumers") == nullptr);
    CHECK(calls[0].secrets.empty());
    CHECK(calls[1].is("patch_settings"));
    CHECK(to_text(calls[1].body.at("bindings")) ==
          R"([{"name":"B","type":"service","service":"b"},{"type":"inherit","name":"TEXT"}])");
    CHECK(member(calls[1].body, "tail_consumers") != nullptr);
    CHECK(calls[1].secrets == std::vector<std::string>{"KEY"});
    CHECK(change_of(plan, "c").after == std::vector<std::string>{"worker.a"});
    CHECK(change_of(plan, "b").calls.size() == 1);
  }

  TEST_CASE("a circle begins with a Worker that leaves none of its bindings to others, if there is one") {
    // Interrupted, such a Worker would never get what its first upload left out.
    World world;
    auto a = manifest("a", R"({"bindings": {"B": {"type": "service", "service": "b"}}})");
    a.ignore = {"/bindings/B"};
    auto b = manifest("b", R"({"bindings": {"A": {"type": "service", "service": "a"}}})");
    world.want(target_of(a));
    world.want(target_of(b));
    CHECK(change_of(world.plan(), "b").bootstrap);
    CHECK_FALSE(change_of(world.plan(), "a").bootstrap);
    b.ignore = {"/bindings"};
    world.targets.replace(1, target_of(b));
    CHECK(change_of(world.plan(), "a").bootstrap);
  }

  TEST_CASE("so it does whichever list of tail consumers is left to others") {
    for (const std::string key : {"tail_consumers", "streaming_tail_consumers"}) {
      CAPTURE(key);
      World world;
      auto a = manifest("a", R"({")" + key + R"(": [{"service": "b"}]})");
      a.ignore = {"/" + key};
      world.want(target_of(a));
      world.want(target_of(manifest("b", R"({"bindings": {"A": {"type": "service", "service": "a"}}})")));
      CHECK(change_of(world.plan(), "b").bootstrap);
      CHECK_FALSE(change_of(world.plan(), "a").bootstrap);
    }
  }

  TEST_CASE("what stands in a namespace of Workers for Platforms is no Worker of the account") {
    CHECK(references(object(R"({
        "bindings": {"D": {"type": "durable_object_namespace", "script_name": "a", "dispatch_namespace": "customers"},
                     "E": {"type": "durable_object_namespace", "script_name": "b"}},
        "tail_consumers": [{"service": "c", "namespace": "customers"}, {"service": "d"}],
        "streaming_tail_consumers": [{"service": "e", "namespace": "customers"}, {"service": "f"}]})")) ==
          std::set<std::string>{"b", "d", "f"});
  }

  TEST_CASE("in a circle nobody waits for a Worker that is live") {
    World world;
    world.want(target_of(manifest("a", R"({"bindings": {"B": {"type": "service", "service": "b"}}})")));
    world.want(target_of(manifest("b", R"({"bindings": {"A": {"type": "service", "service": "a"}}})")));
    world.have(live_as(target_of(manifest("a"))));
    const auto plan = world.plan();
    CHECK_FALSE(change_of(plan, "b").bootstrap);
    CHECK(change_of(plan, "b").after.empty());
    CHECK(change_of(plan, "a").after == std::vector<std::string>{"worker.b"});
    CHECK(plan.workers.front().name == "b");
  }

  TEST_CASE("a failed read leaves its Worker alone and makes the plan incomplete, so that nothing is deleted") {
    auto world = orphans(1, 3);
    auto live = live_as(world.targets.front());
    live.failure = api::Error{.message = "boom"};
    world.have(live);
    const auto plan = world.plan();
    CHECK(reason_of(plan, "kept-0") == "ReadFailed");
    CHECK_FALSE(plan.complete);
    CHECK(reason_of(plan, "old-0") == "ReadFailed");
  }

  TEST_CASE("under policy report a plan shows everything and has nothing to write") {
    World world;
    world.want(target_of(manifest("a")));
    world.policy.prune = Prune::report;
    CHECK(world.plan().has_changes());
    CHECK_FALSE(world.plan().has_writes());
  }

  TEST_CASE("only leaves the other Workers out and makes the plan incomplete") {
    World world;
    for (const auto* name : {"a", "b"}) world.want(target_of(manifest(name)));
    world.policy.only = {"a"};
    const auto plan = world.plan();
    CHECK(plan.workers.size() == 1);
    CHECK_FALSE(plan.complete);
  }
}

TEST_SUITE("digest") {
  TEST_CASE("of a Worker that stays as it is, the digest knows where its secrets come from and nothing else") {
    const auto digest_of = [](const manifests::DesiredWorker& worker) {
      World world;
      const auto target = target_of(worker, {{"KEY", "v"}});
      world.want(target);
      world.have(live_as(target));
      REQUIRE_FALSE(world.plan().has_changes());
      return world.plan().digest;
    };
    auto worker = manifest("a", R"({"logpush": true})");
    worker.secrets["KEY"] = {"default", "key", {}};
    const auto digest = digest_of(worker);
    auto other_setting = worker;
    other_setting.settings["logpush"] = false;
    CHECK(digest_of(other_setting) == digest);
    auto other_place = worker;
    other_place.secrets["KEY"].key = "another key";
    CHECK(digest_of(other_place) != digest);
  }

  TEST_CASE("a plan of which something is stopped is another one than the plan that does it") {
    World world;
    world.want(target_of(manifest("a", R"({"logpush": true})")));
    auto live = live_as(target_of(manifest("a", R"({"logpush": false})")));
    live.entry["tags"] = JsonArray();
    set_live(live, "tags", "[]");
    world.have(live);
    const auto stopped = world.plan();
    REQUIRE(reason_of(stopped, "a") == "OwnershipConflict");
    auto adopting = manifest("a", R"({"logpush": true})");
    adopting.adopt.kind = manifests::AdoptRule::Kind::unowned;
    world.targets = {target_of(adopting)};
    const auto imported = world.plan();
    REQUIRE(change_of(imported, "a").writes());
    CHECK(imported.digest != stopped.digest);
  }

  TEST_CASE("the digest moves with what an apply does and with nothing else") {
    World world;
    world.want(target_of(manifest("a", R"({"logpush": true})")));
    const auto digest = world.plan().digest;
    CHECK(digest.starts_with("sha256:"));
    CHECK(digest == world.plan().digest);

    auto other_revision = world;
    other_revision.desired.revision = "main@sha1:ffff";
    auto moved = *world.targets.front().desired;
    moved.where.file = "elsewhere.yaml";
    other_revision.targets = {target_of(moved)};
    CHECK(digest == other_revision.plan().digest);

    auto other_setting = world;
    other_setting.targets = {target_of(manifest("a", R"({"logpush": false})"))};
    CHECK(digest != other_setting.plan().digest);

    auto worker = manifest("a", R"({"logpush": true})");
    worker.modules.front().sha256 = sha256_hex("new code");
    auto other_code = world;
    other_code.targets = {target_of(worker)};
    CHECK(digest != other_code.plan().digest);
  }

  TEST_CASE("a rotated secret does not move the digest, a new one does") {
    auto worker = manifest("a");
    worker.secrets["KEY"] = {"default", "key", {}};
    const auto before = target_of(worker, {{"KEY", "old"}});
    World same;
    same.want(before);
    same.have(live_as(before));
    World rotated;
    rotated.want(target_of(worker, {{"KEY", "new"}}));
    rotated.have(live_as(before));
    CHECK(rotated.plan().has_writes());
    CHECK(same.plan().digest == rotated.plan().digest);

    auto live = live_as(before);
    set_live(live, "bindings", "[]");
    World added;
    added.want(before);
    added.have(live);
    CHECK(same.plan().digest != added.plan().digest);
  }

  TEST_CASE("an upload that would drop what nobody can see says so before") {
    auto changed = manifest("a");
    changed.modules.front().sha256 = sha256_hex("new");
    const auto warnings = [&changed](LiveWorker live) {
      World world;
      world.want(target_of(changed));
      world.have(std::move(live));
      std::string out;
      for (const auto& diagnostic : world.plan().diagnostics) out += diagnostic.summary + '\n';
      return out;
    };
    auto live = live_as(target_of(manifest("a")));
    CHECK(warnings(live).ends_with("which Plumbline cannot see: containers, package_dependencies\n"));
    live.beta_version = Known<JsonObject>::absent();
    CHECK(warnings(live).contains("containers, package_dependencies"));
    live.beta_version = Known<JsonObject>::known({});
    CHECK(warnings(live).empty());
    // Made by somebody else: whatever it holds, no read shows all of it.
    set_live(live, "annotations", "{}");
    live.content = Known<LiveContent>::known({"0123456789abcdef0123456789abcdef", {}});
    CHECK(warnings(live).ends_with("which Plumbline cannot see: code_update_strategy, streaming_tail_consumers\n"));
    // Ours, with more than is stated now.
    live = live_as(target_of(manifest("a", R"({"streaming_tail_consumers": [{"service": "s"}]})")));
    live.beta_version = Known<JsonObject>::known({});
    CHECK(warnings(live).contains("streaming_tail_consumers"));
    changed.settings = object(R"({"streaming_tail_consumers": [{"service": "s"}]})");
    CHECK_FALSE(warnings(live).contains("cannot see"));
  }

  TEST_CASE("a change that needs no upload warns of nothing") {
    World world;
    world.have(live_as(target_of(manifest("a"))));
    world.want(target_of(manifest("a", R"({"compatibility_date": "2026-01-01"})")));
    CHECK(world.plan().diagnostics.empty());
  }
}
