#include "reconciler/apply/claim.h"

#include <doctest/doctest.h>

#include "reconciler/plan/gates.h"
#include "tests/unit/reconciler/fixtures.h"

namespace plumbline::reconciler {
namespace {

using Kind = ClaimStep::Kind;

Json tags(std::string_view text) {
  return parse_json(text).value();
}

TEST_SUITE("claim") {
  TEST_CASE("all tags but those of ownership stay as they are") {
    const auto live = tags(R"(["a", "plumbline=x/y", "cf:b", "plumbline=nonsense"])");
    CHECK(to_text(Json(tags_with_owner(&live, Ownership{test::kOwner, true}))) ==
          R"(["a","cf:b","plumbline=edge/production;keep"])");
    CHECK(to_text(Json(tags_with_owner(&live, std::nullopt))) == R"(["a","cf:b"])");
    CHECK(to_text(Json(tags_with_owner(nullptr, Ownership{test::kOwner, false}))) ==
          R"(["plumbline=edge/production"])");
  }

  TEST_CASE("what an adoption means depends on who owns the Worker") {
    const auto kind = [](std::string_view text, std::optional<bool> keep = std::nullopt) {
      const auto live = tags(text);
      return adopt_step("w", &live, test::policy(), keep).kind;
    };
    CHECK(kind("null") == Kind::write);
    CHECK(kind(R"(["a"])") == Kind::write);
    CHECK(kind(R"(["plumbline=edge/production"])") == Kind::nothing);
    CHECK(kind(R"(["plumbline=edge/production;keep"])") == Kind::nothing);
    CHECK(kind(R"(["plumbline=edge/production;keep"])", true) == Kind::nothing);
    CHECK(kind(R"(["plumbline=edge/production"])", true) == Kind::write);
    CHECK(kind(R"(["plumbline=edge/production;keep"])", false) == Kind::write);
    CHECK(kind(R"(["plumbline=edge/other"])") == Kind::refused);
    CHECK(kind(R"(["plumbline=edge/production", "plumbline=edge/other"])") == Kind::refused);
  }

  TEST_CASE("what a release means depends on who owns the Worker") {
    const auto kind = [](std::string_view text) {
      const auto live = tags(text);
      return release_step("w", &live, test::policy()).kind;
    };
    CHECK(kind(R"(["a"])") == Kind::nothing);
    CHECK(kind(R"(["plumbline=edge/production"])") == Kind::write);
    CHECK(kind(R"(["plumbline=edge/production;keep"])") == Kind::write);
    CHECK(kind(R"(["plumbline=edge/other"])") == Kind::refused);
    CHECK(kind(R"(["plumbline=edge/production", "plumbline=edge/other"])") == Kind::refused);
  }

  TEST_CASE("a source that writes nothing, or not under this name, claims nothing") {
    auto policy = test::policy(Prune::report);
    CHECK(adopt_step("w", nullptr, policy, {}).kind == Kind::refused);
    CHECK(release_step("w", nullptr, policy).kind == Kind::refused);
    policy = test::policy();
    policy.allow_names = {"other-*"};
    CHECK(adopt_step("w", nullptr, policy, {}).kind == Kind::refused);
    CHECK(adopt_step("other-w", nullptr, policy, {}).kind == Kind::write);
  }

  TEST_CASE("the missing tag of a Worker that was released is not lost") {
    const auto target = test::target_of(test::manifest("w"));
    auto live = test::remembered_as(target);
    live.entry["tags"] = JsonArray{"a"};
    REQUIRE(has_lost_tag(target, live));
    test::memory_of(live).released = true;
    CHECK_FALSE(has_lost_tag(target, live));
  }
}

}  // namespace
}  // namespace plumbline::reconciler
