#include "reconciler/parts/ignored.h"

#include <doctest/doctest.h>

#include "tests/unit/reconciler/fixtures.h"

namespace plumbline::reconciler {
namespace {

using namespace test;

constexpr auto kStated = R"({
  "logpush": true,
  "observability": {"enabled": true, "logs": {"enabled": true}},
  "bindings": {"LEVEL": {"type": "plain_text", "text": "info"}, "MODE": {"type": "plain_text", "text": "a"}}})";

// Of the service's defaults too: they are what is live.
constexpr auto kWithLiveLogs =
    R"({"enabled":true,"logs":{"enabled":false,"head_sampling_rate":1,"invocation_logs":true,"persist":true}})";

manifests::DesiredWorker ignoring(std::vector<std::string> pointers, std::string_view settings = kStated) {
  auto worker = manifest("a", settings);
  worker.ignore = std::move(pointers);
  return worker;
}

// The account has the Worker as `live` says; its manifest states kStated.
World world_of(std::vector<std::string> pointers, std::string_view live) {
  World world;
  world.want(target_of(ignoring(std::move(pointers))));
  world.have(live_as(target_of(manifest("a", live))));
  resolve_ignored(world.targets, world.live);
  return world;
}

bool is_left_alone(std::vector<std::string> pointers, std::string_view live) {
  return !world_of(std::move(pointers), live).plan().has_changes();
}

const Json* binding_of(const PlannedCall& call, std::string_view name) {
  for (const auto& binding : call.body.at("bindings").get_array()) {
    if (string_member(binding, "name") == name) return &binding;
  }
  return nullptr;
}

}  // namespace

TEST_SUITE("ignored settings") {
  TEST_CASE("what is ignored and was changed by others is no difference, and nothing beside it is ignored") {
    struct Edit {
      std::string pointer;
      std::string live;
    };
    const std::vector<Edit> edits{
        {"/logpush",
         R"({"logpush": false, "observability": {"enabled": true, "logs": {"enabled": true}},
             "bindings": {"LEVEL": {"type": "plain_text", "text": "info"}, "MODE": {"type": "plain_text", "text": "a"}}})"},
        {"/observability/logs",
         R"({"logpush": true, "observability": {"enabled": true, "logs": {"enabled": false}},
             "bindings": {"LEVEL": {"type": "plain_text", "text": "info"}, "MODE": {"type": "plain_text", "text": "a"}}})"},
        {"/bindings/LEVEL",
         R"({"logpush": true, "observability": {"enabled": true, "logs": {"enabled": true}},
             "bindings": {"LEVEL": {"type": "json", "json": {"a": 1}}, "MODE": {"type": "plain_text", "text": "a"}}})"},
        {"/bindings/LEVEL",
         R"({"logpush": true, "observability": {"enabled": true, "logs": {"enabled": true}},
             "bindings": {"MODE": {"type": "plain_text", "text": "a"}}})"},
        {"/bindings/LEVEL/text",
         R"({"logpush": true, "observability": {"enabled": true, "logs": {"enabled": true}},
             "bindings": {"LEVEL": {"type": "plain_text", "text": "debug"}, "MODE": {"type": "plain_text", "text": "a"}}})"},
        {"/bindings/EXTRA",
         R"({"logpush": true, "observability": {"enabled": true, "logs": {"enabled": true}},
             "bindings": {"LEVEL": {"type": "plain_text", "text": "info"}, "MODE": {"type": "plain_text", "text": "a"},
                          "EXTRA": {"type": "plain_text", "text": "by hand"}}})"},
        {"/bindings",
         R"({"logpush": true, "observability": {"enabled": true, "logs": {"enabled": true}}, "bindings": {}})"}};
    for (const auto& edit : edits) {
      CAPTURE(edit.pointer);
      CHECK(is_left_alone({edit.pointer}, edit.live));
      CHECK_FALSE(is_left_alone({}, edit.live));
      CHECK_FALSE(is_left_alone({"/bindings/MODE", "/limits"}, edit.live));
    }
  }

  TEST_CASE("a write that has to send what is ignored sends what is live") {
    auto world = world_of({"/observability/logs", "/bindings/LEVEL", "/bindings/EXTRA", "/bindings/MODE/text"},
                          R"({"logpush": true, "observability": {"enabled": false, "logs": {"enabled": false}},
                              "compatibility_date": "2026-01-01",
                              "bindings": {"LEVEL": {"type": "json", "json": {"a": 1}},
                                           "MODE": {"type": "plain_text", "text": "b"},
                                           "EXTRA": {"type": "plain_text", "text": "by hand"}}})");
    auto plan = world.plan();
    REQUIRE(change_of(plan, "a").calls.size() == 1);
    const auto& patch = change_of(plan, "a").calls.front();
    CHECK(patch.operation->method == "PATCH");
    CHECK(to_canonical_text(patch.body.at("observability")) == kWithLiveLogs);
    CHECK(member(patch.body, "bindings") == nullptr);

    auto worker = ignoring({"/observability/logs", "/bindings/LEVEL", "/bindings/EXTRA", "/bindings/MODE/text"});
    worker.modules.front().sha256 = sha256_hex("other code");
    world.targets = {target_of(worker)};
    resolve_ignored(world.targets, world.live);
    plan = world.plan();
    const auto& upload = change_of(plan, "a").calls.front();
    REQUIRE(upload.is("upload_script"));
    CHECK(to_canonical_text(upload.body.at("observability")) == kWithLiveLogs);
    CHECK(to_canonical_text(*binding_of(upload, "LEVEL")) == R"({"name":"LEVEL","type":"inherit"})");
    CHECK(to_canonical_text(*binding_of(upload, "EXTRA")) == R"({"name":"EXTRA","type":"inherit"})");
    CHECK(to_canonical_text(*binding_of(upload, "MODE")) == R"({"name":"MODE","text":"b","type":"plain_text"})");
  }

  TEST_CASE("what is not there yet is made as stated") {
    World world;
    world.want(target_of(ignoring({"/logpush", "/bindings/LEVEL", "/observability/logs"})));
    resolve_ignored(world.targets, world.live);
    auto plan = world.plan();
    const auto& upload = change_of(plan, "a").calls.front();
    CHECK(upload.body.at("logpush") == true);
    CHECK(string_member(*binding_of(upload, "LEVEL"), "text") == "info");

    world = world_of({"/bindings/LEVEL/text"}, R"({"logpush": true,
        "observability": {"enabled": true, "logs": {"enabled": true}},
        "bindings": {"MODE": {"type": "plain_text", "text": "a"}}})");
    plan = world.plan();
    CHECK(string_member(*binding_of(change_of(plan, "a").calls.front(), "LEVEL"), "text") == "info");

    world = world_of({"/bindings/LEVEL/text"}, R"({"logpush": true,
        "observability": {"enabled": true, "logs": {"enabled": true}},
        "bindings": {"LEVEL": {"type": "json", "json": {}}, "MODE": {"type": "plain_text", "text": "a"}}})");
    plan = world.plan();
    CHECK(string_member(*binding_of(change_of(plan, "a").calls.front(), "LEVEL"), "text") == "info");
  }

  TEST_CASE("more that is read later counts, as often as it is read") {
    World world;
    const auto target = target_of(ignoring({"/logpush", "/bindings/LEVEL/text", "/bindings/EXTRA"}));
    world.want(target);
    LiveWorker unread;
    unread.name = "a";
    world.have(unread);
    resolve_ignored(world.targets, world.live);
    CHECK(equal(world.targets.front().settings, target.settings));
    // What a read tells next need not hold what the one before did.
    world.have(live_as(target_of(manifest("a", R"({"logpush": true, "observability": {"enabled": false},
        "bindings": {"EXTRA": {"type": "plain_text", "text": "by hand"}}})"))));
    resolve_ignored(world.targets, world.live);
    for (const auto* level : {"debug", "error"}) {
      auto settings = object(kStated);
      settings["logpush"] = false;
      settings["bindings"].get_object()["LEVEL"].get_object()["text"] = level;
      world.have(live_as(target_of(manifest("a", to_text(settings)))));
      resolve_ignored(world.targets, world.live);
      CHECK_FALSE(world.plan().has_changes());
    }
    CHECK(world.targets.front().identity == target.identity);
  }

  TEST_CASE("what is ignored is not asked for: it makes no manifest another one") {
    const auto identity = [](std::string_view settings) {
      return target_of(ignoring({"/logpush", "/bindings/LEVEL/text"}, settings)).identity;
    };
    auto other = object(kStated);
    other["logpush"] = false;
    other["bindings"].get_object()["LEVEL"].get_object()["text"] = "debug";
    CHECK(identity(to_text(other)) == identity(kStated));
    other["bindings"].get_object()["MODE"].get_object()["text"] = "b";
    CHECK(identity(to_text(other)) != identity(kStated));
  }

  TEST_CASE("a binding that is ignored is not looked up by its name") {
    World world;
    auto worker = manifest("a", R"({"bindings": {"CACHE": {"type": "kv_namespace", "title": "cache"}}})");
    worker.ignore = {"/bindings/CACHE"};
    world.want(target_of(worker));
    REQUIRE(world.targets.front().names.size() == 1);
    world.have(live_as(
        target_of(manifest("a", R"({"bindings": {"CACHE": {"type": "kv_namespace", "namespace_id": "0f2a"}}})"))));
    resolve_ignored(world.targets, world.live);
    CHECK(world.targets.front().names.empty());
    CHECK_FALSE(world.plan().has_changes());
  }

  TEST_CASE("an object that is cleared is cleared as a whole, and bindings are kept one by one") {
    World world;
    auto worker = manifest("a", R"({"observability": {}, "limits": {}, "bindings": {}})");
    worker.ignore = {"/observability/head_sampling_rate", "/limits/cpu_ms", "/bindings/EXTRA"};
    world.want(target_of(worker));
    world.have(live_as(target_of(manifest("a", R"({"limits": {"cpu_ms": 50},
        "observability": {"enabled": true, "head_sampling_rate": 0.5},
        "bindings": {"EXTRA": {"type": "plain_text", "text": "by hand"}}})"))));
    resolve_ignored(world.targets, world.live);
    CHECK(to_canonical_text(world.targets.front().desired->settings) ==
          R"({"bindings":{"EXTRA":{"type":"inherit"}},"limits":{},"observability":{}})");
  }

  TEST_CASE("what others took away stays away, and what is beside it stays as it is") {
    const auto settings_with = [](std::string_view live) {
      World world;
      auto worker = manifest("a", R"({"limits": {"cpu_ms": 50}, "placement": {"mode": "smart"}})");
      worker.ignore = {"/limits/cpu_ms", "/placement/mode"};
      world.want(target_of(worker));
      world.have(live_as(target_of(manifest("a", live))));
      resolve_ignored(world.targets, world.live);
      CHECK_FALSE(world.plan().has_changes());
      return to_canonical_text(world.targets.front().desired->settings);
    };
    CHECK(settings_with("{}") == "{}");
    CHECK(settings_with(R"({"limits": {"subrequests": 20}})") == "{}");
    CHECK(settings_with(R"({"limits": {"cpu_ms": 10, "subrequests": 20}})") == R"({"limits":{"cpu_ms":10}})");
  }

  TEST_CASE("a field of a placement that is left to others leaves all of a live one of another shape to them") {
    World world;
    auto worker = manifest("a", R"({"placement": {"mode": "smart"}, "logpush": true})");
    worker.ignore = {"/placement/mode"};
    world.want(target_of(worker));
    world.have(live_as(target_of(manifest("a", R"({"placement": {"region": "aws:us-east-1"}, "logpush": false})"))));
    resolve_ignored(world.targets, world.live);
    CHECK(to_canonical_text(world.targets.front().desired->settings) == R"({"logpush":true})");
    world.have(live_as(target_of(manifest("a", R"({"placement": {"mode": "off"}, "logpush": true})"))));
    world.targets.clear();
    world.want(target_of(worker));
    resolve_ignored(world.targets, world.live);
    CHECK_FALSE(world.plan().has_changes());
  }

  TEST_CASE("a secret under an ignored name is not deleted") {
    for (const auto* pointer : {"/bindings/TOKEN", "/bindings"}) {
      World world;
      auto worker = manifest("a", R"({"bindings": {"TOKEN": {"type": "plain_text", "text": "x"}}})");
      worker.ignore = {pointer};
      worker.secrets_policy = manifests::SecretsPolicy::exact;
      world.want(target_of(worker));
      auto live = live_as(target_of(manifest("a")));
      set_live(live, "bindings",
               R"([{"name": "TOKEN", "type": "secret_text"}, {"name": "OTHER", "type": "secret_text"}])");
      world.have(live);
      resolve_ignored(world.targets, world.live);
      const auto plan = world.plan();
      std::vector<std::string> lines;
      for (const auto& line : change_of(plan, "a").lines) lines.push_back(line.what);
      const bool other_goes = std::string_view(pointer) != "/bindings";
      CHECK(lines == (other_goes ? std::vector<std::string>{"secret OTHER"} : std::vector<std::string>()));
    }
  }

  TEST_CASE("variables that a manifest does not name stay where it keeps them, and nothing else does") {
    World world;
    auto worker = manifest("a", R"({"bindings": {"A": {"type": "plain_text", "text": "1"}}})");
    worker.vars_policy = manifests::VarsPolicy::keep;
    world.want(target_of(worker));
    auto live = live_as(target_of(manifest("a")));
    set_live(live, "bindings",
             R"([{"name": "A", "type": "plain_text", "text": "0"}, {"name": "B", "type": "plain_text", "text": "b"},
                 {"name": "C", "type": "json", "json": {"x": 1}}, {"name": "D", "type": "kv_namespace", "namespace_id": "n"}])");
    world.have(live);
    resolve_ignored(world.targets, world.live);
    const auto plan = world.plan();
    std::vector<std::string> lines;
    for (const auto& line : change_of(plan, "a").lines) lines.push_back(line.symbol + (' ' + line.what));
    CHECK(lines == std::vector<std::string>{"~ binding A", "- binding D"});
    const auto& call = change_of(plan, "a").calls.front();
    for (const auto* kept : {"B", "C"}) {
      REQUIRE(binding_of(call, kept) != nullptr);
      CHECK(string_member(*binding_of(call, kept), "type") == "inherit");
    }
    CHECK(binding_of(call, "D") == nullptr);
  }

  TEST_CASE("kept variables are no difference, and the manifest asks for something else once they may go") {
    const auto of = [](manifests::VarsPolicy policy) {
      World world;
      auto worker = manifest("a", R"({"bindings": {"A": {"type": "plain_text", "text": "1"}}})");
      worker.vars_policy = policy;
      world.want(target_of(worker));
      auto live = live_as(target_of(manifest("a")));
      set_live(
          live, "bindings",
          R"([{"name": "A", "type": "plain_text", "text": "1"}, {"name": "B", "type": "plain_text", "text": "b"}])");
      world.have(live);
      resolve_ignored(world.targets, world.live);
      return std::pair(world.plan().has_changes(), world.targets.front().identity);
    };
    const auto kept = of(manifests::VarsPolicy::keep);
    const auto exact = of(manifests::VarsPolicy::exact);
    CHECK_FALSE(kept.first);
    CHECK(exact.first);
    CHECK(kept.second != exact.second);
  }

  TEST_CASE("an upload that keeps variables keeps their types as well, for those that are made meanwhile") {
    for (const auto policy : {manifests::VarsPolicy::keep, manifests::VarsPolicy::exact}) {
      World world;
      auto worker = manifest("a", R"({"bindings": {}})");
      worker.vars_policy = policy;
      world.want(target_of(worker));
      const auto types = to_text(change_of(world.plan(), "a").calls.front().body.at("keep_bindings"));
      CHECK(types == (policy == manifests::VarsPolicy::keep ? R"(["secret_text","secret_key","plain_text","json"])"
                                                            : R"(["secret_text","secret_key"])"));
    }
  }
}

}  // namespace plumbline::reconciler
