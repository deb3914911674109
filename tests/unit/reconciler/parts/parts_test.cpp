#include "reconciler/parts/parts.h"

#include <doctest/doctest.h>

#include <set>

#include "reconciler/plan/after_calls.h"
#include "tests/unit/reconciler/fixtures.h"

using namespace plumbline;
using namespace plumbline::reconciler;
using namespace plumbline::reconciler::test;

namespace {

const Json kOff{{"enabled", false}, {"previews_enabled", false}};

// Ours, as its manifest says, and not asked for its parts.
LiveWorker unread() {
  auto live = remembered_as(target_of(manifest("a")));
  memory_of(live).parts.clear();
  return live;
}

}  // namespace

TEST_SUITE("parts") {
  TEST_CASE("each part has a name of its own, by which it is found") {
    std::set<std::string_view> names;
    for (const auto* part : parts()) {
      names.insert(part->name());
      CHECK(find_part(part->name()) == part);
    }
    CHECK(names.size() == parts().size());
    CHECK(find_part("weather") == nullptr);
  }

  TEST_CASE("what a call of its own has read is news until it is remembered, also that it is off") {
    auto live = unread();
    CHECK_FALSE(has_read_news(live));
    live.parts["subdomain"] = kOff;
    CHECK(has_read_news(live));
    remember_known_parts(live, memory_of(live));
    CHECK(live.memory->parts.at("subdomain") == kOff);
    CHECK_FALSE(has_read_news(live));
    live.parts["subdomain"] = object(R"({"enabled": true, "previews_enabled": false})");
    CHECK(has_read_news(live));
  }

  TEST_CASE("a list of the account is news for those alone that it tells something of") {
    auto live = unread();
    live.parts["queue_consumers"] = JsonObject();
    CHECK_FALSE(has_read_news(live));
    live.parts["queue_consumers"] = object(R"({"orders": {}})");
    CHECK(has_read_news(live));
  }

  TEST_CASE("of a Worker that has moved nothing is remembered that was not read, but for what lists tell") {
    auto live = unread();
    memory_of(live).parts = {{"subdomain", kOff}, {"workflows", object(R"({"w": {"limits": {"steps": 5}}})")}};
    live.clean = false;
    auto memory = *live.memory;
    remember_known_parts(live, memory);
    CHECK_FALSE(memory.parts.contains("subdomain"));
    CHECK(memory.parts.contains("workflows"));
    live.clean = true;
    memory = *live.memory;
    remember_known_parts(live, memory);
    CHECK(memory.parts.at("subdomain") == kOff);
  }

  TEST_CASE("after a write the parts that were read are remembered as well as those that were written") {
    auto worker = manifest("a", R"({"compatibility_date": "2026-01-01"})");
    worker.subdomain = kOff.get_object();
    auto live = live_as(target_of(worker));
    memory_of(live).parts = {{"subdomain", object(R"({"enabled": true})")}};
    worker.settings["compatibility_date"] = "2026-10-01";
    const auto memory = after_calls(written(target_of(worker), &live), nullptr, TimePoint());
    CHECK(memory.parts.at("subdomain") == kOff);
  }
}
