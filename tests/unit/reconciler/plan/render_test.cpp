#include "reconciler/plan/render.h"

#include <doctest/doctest.h>

#include "tests/unit/reconciler/shop.h"

using namespace plumbline;
using namespace plumbline::reconciler;
using namespace plumbline::reconciler::test;

TEST_SUITE("render") {
  TEST_CASE("a plan for a terminal") {
    auto plan = shop().plan();
    const auto text = render_text(plan, Colour::off);
    const std::string expected =
        "  ~ worker.auth                  1 call: PATCH settings\n"
        "      ~ compatibility_date       \"2026-01-01\" -> \"2026-10-01\"\n"
        "  + worker.checkout              workers/checkout.yaml\n"
        "      + module index.js          (20 B)\n"
        "      + binding GREETING         plain_text \"hello\"\n"
        "      + secret API_KEY\n"
        "  - worker.old                   no manifest; owned by edge/production\n"
        "\n"
        "Symbols:  + create or add  - destroy or remove  ~ change\n"
        "\n"
        "Plan: 1 to add, 1 to change, 1 to destroy.\n"
        "3 API calls, about 1 s within the budget. Digest " +
        plan.digest + "\n";
    CHECK(text == expected);
  }

  TEST_CASE("nothing to do is one line") {
    World world;
    world.want(target_of(manifest("a")));
    world.have(live_as(world.targets.front()));
    CHECK(render_text(world.plan(), Colour::off) == "No changes. Your Workers match the manifests.\n");
  }

  TEST_CASE("the summary lines stand alone, for the tools that parse them") {
    auto world = shop();
    auto adopted = manifest("adopted");
    adopted.adopt.kind = manifests::AdoptRule::Kind::unowned;
    world.want(target_of(adopted));
    auto live = live_as(world.targets.back());
    live.entry["tags"] = nullptr;
    set_live(live, "tags", "null");
    world.have(live);
    const auto text = render_text(world.plan(), Colour::off);
    CHECK(text.find("\nPlan: 1 to import, 1 to add, 1 to change, 1 to destroy.\n") != std::string::npos);
  }

  TEST_CASE("drift is shown from what was applied to what is live, and by whom") {
    World world;
    const auto target =
        target_of(manifest("auth", R"({"bindings": {"GREETING": {"type": "plain_text", "text": "hello"}}})"));
    world.want(target);
    auto live = live_as(target);
    edit_live(live, target);
    set_live(live, "bindings", R"([{"name": "GREETING", "type": "plain_text", "text": "hi"}])");
    world.have(live);
    const auto text = render_text(world.plan(), Colour::off);
    CHECK(text.contains("Drift since the last apply:\n"));
    CHECK(
        text.contains("binding GREETING \"hello\" -> \"hi\" (edited in the dashboard by jo@example.com, "
                      "2026-10-01T00:00:00Z)\n  An apply overwrites these edits.\n"));
    CHECK_FALSE(render_markdown(world.plan()).contains("jo@example.com"));
    world.policy.drift = DriftAction::report;
    CHECK_FALSE(render_text(world.plan(), Colour::off).contains("overwrites"));
  }

  TEST_CASE("what is blocked says why and how to go on") {
    World world;
    world.want(target_of(manifest("a")));
    auto live = live_as(world.targets.front());
    live.entry["tags"] = JsonArray{"plumbline=edge/other"};
    set_live(live, "tags", R"(["plumbline=edge/other"])");
    world.have(live);
    const auto text = render_text(world.plan(), Colour::off);
    CHECK(text.find("blocked (OwnershipConflict): the live Worker belongs to edge/other") != std::string::npos);
    CHECK(text.find("to go on: write `adopt: edge/other`") != std::string::npos);
  }

  TEST_CASE("control characters of a manifest do not reach the terminal") {
    World world;
    world.want(target_of(manifest("a", R"({"bindings": {"X": {"type": "plain_text", "text": "\u001b[2Jgone"}}})")));
    const auto text = render_text(world.plan(), Colour::off);
    CHECK(text.find('\x1b') == std::string::npos);
    CHECK(render_text(world.plan(), Colour::on).find("\x1b[32m") != std::string::npos);
  }

  TEST_CASE("the JSON plan has Terraform's shape, a stable order and no secret") {
    const auto plan = shop().plan();
    const auto json = render_json(plan);
    CHECK(to_text(json) == to_text(render_json(shop().plan())));
    CHECK(string_member(json, "format_version") == "1.0");
    CHECK(bool_member(json, "applyable") == true);
    const auto& changes = json.at("resource_changes").as_array();
    REQUIRE(changes.size() == 5);
    CHECK(string_member(changes[0], "address") == "worker.auth");
    const auto& checkout = changes[1].at("change");
    CHECK(equal(checkout.at("actions"), JsonArray{"create"}));
    CHECK(checkout.at("before").is_null());
    CHECK(equal(checkout.at("after_sensitive"), object(R"({"secrets": {"API_KEY": true}})")));
    const auto& operation = changes[1].at("operations").at(0);
    CHECK(string_member(operation, "path") == "/accounts/acc/workers/scripts/checkout?bindings_inherit=strict");
    CHECK(to_text(json).find("canary-value") == std::string::npos);
    CHECK(render_text(plan, Colour::off).find("canary-value") == std::string::npos);
  }
}
