#include "reconciler/model/ownership.h"

#include <doctest/doctest.h>

#include "tests/unit/reconciler/fixtures.h"

using namespace plumbline;
using namespace plumbline::reconciler;

namespace {
std::optional<Ownership> owned(std::string_view tags) {
  const auto json = parse_json(tags).value();
  return ownership_of(&json);
}
}  // namespace

TEST_SUITE("ownership") {
  TEST_CASE("the tag names instance and source and says whether the Worker is kept") {
    CHECK(ownership_tag({test::kOwner, false}) == "plumbline=edge/production");
    CHECK(ownership_tag({test::kOwner, true}) == "plumbline=edge/production;keep");
    const auto read = owned(R"(["team", "plumbline=edge/production;keep"])");
    REQUIRE(read);
    CHECK(read->owner == test::kOwner);
    CHECK(read->keep);
  }

  TEST_CASE("no tag, a broken tag and two tags own nothing, but the last two are claims") {
    for (const auto* tags : {R"([])", R"(null)", R"(["plumb"])", R"(["plumbline=edge"])", R"(["plumbline=/x"])",
                             R"(["plumbline=a/b/c"])", R"(["plumbline=a/b", "plumbline=a/c"])"}) {
      CHECK_FALSE(owned(tags));
    }
    CHECK_FALSE(ownership_of(nullptr));
    const auto two = parse_json(R"(["plumbline=a/b", "plumbline=a/c"])").value();
    CHECK(is_claimed(&two));
    const auto none = parse_json(R"(["team"])").value();
    CHECK_FALSE(is_claimed(&none));
  }
}
