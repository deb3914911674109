#include "reconciler/model/live.h"

#include <doctest/doctest.h>

#include <memory>

#include "reconciler/model/live_settings.h"

namespace plumbline::reconciler {
namespace {

LiveWorker remembered() {
  Observation memory;
  memory.version_id = "v1";
  memory.version_since = "2026-11-01T10:00:00Z";
  memory.author = Author{"0123456789abcdef", "main@sha1:aaaa"};
  LiveWorker live;
  live.memory = std::make_shared<const Observation>(std::move(memory));
  live.clean = true;
  return live;
}

const ActiveVersion kRemembered{"v1", "2026-11-01T10:00:00Z", "main@sha1:aaaa"};

TEST_CASE("the active version is known from a clean memory, and from no other one") {
  auto live = remembered();
  CHECK(known_active(live) == kRemembered);
  live.clean = false;
  CHECK(known_active(live) == ActiveVersion());
}

TEST_CASE("the deployment that was read tells the version, and the memory its revision only if it is of that version") {
  auto live = remembered();
  live.clean = false;
  live.deployment = Known<Deployment>::known({.versions = {{"v2", 100}}, .created_on = "2026-11-02T10:00:00Z"});
  CHECK(known_active(live) == ActiveVersion{"v2", "2026-11-02T10:00:00Z", ""});
}

TEST_CASE("the revision of the newest version is not that of an older one that is active again") {
  auto live = remembered();
  live.settings = Known<JsonObject>::known({{"annotations", JsonObject()}});
  live.deployment =
      Known<Deployment>::known({.versions = {{"v1", 100}}, .created_on = "2026-11-03T10:00:00Z", .redeployed = true});
  live.versions = Known<Versions>::known({{.id = "v2"}, {.id = "v1"}});
  CHECK(known_active(live) == ActiveVersion{"v1", "2026-11-03T10:00:00Z", ""});
}

TEST_CASE("of a deployment over two versions none is the active one") {
  auto live = remembered();
  live.deployment = Known<Deployment>::known({.versions = {{"v1", 50}, {"v2", 50}}});
  CHECK(known_active(live) == ActiveVersion());
}

JsonObject settings_of(std::string_view text) {
  return parse_json(text).value().get_object();
}

// What is looked up one by one is what a copy holds.
JsonObject looked_up(const LiveWorker& live) {
  const LiveSettings settings(live);
  const auto all = known_settings(live);
  REQUIRE(settings.is_known() == all.is_known());
  if (!all.is_known()) return {};
  for (const auto* name : {"bindings", "logpush", "exports", "tags", "compatibility_date", "nowhere"}) {
    CAPTURE(name);
    const auto* one = settings.find(name);
    const auto* other = member(*all, name);
    REQUIRE((one == nullptr) == (other == nullptr));
    if (one != nullptr) CHECK(*one == *other);
  }
  return *all;
}

TEST_CASE("settings are those of the memory, under what the list is sure to tell, as long as nothing was read") {
  auto live = remembered();
  auto memory = *live.memory;
  memory.settings = settings_of(R"({"logpush": false, "compatibility_date": "2026-01-01"})");
  live.memory = std::make_shared<const Observation>(std::move(memory));
  live.entry = settings_of(R"({"logpush": true, "compatibility_date": "2020-01-01", "exports": {"A": {}}})");
  CHECK(looked_up(live) ==
        settings_of(R"({"logpush": true, "compatibility_date": "2026-01-01", "exports": {"A": {}}})"));
  live.clean = false;
  CHECK(looked_up(live).empty());
  live.settings = Known<JsonObject>::known(settings_of(R"({"logpush": false, "exports": {}})"));
  CHECK(looked_up(live) == settings_of(R"({"logpush": false, "exports": {}})"));
  live.settings = Known<JsonObject>::absent();
  live.clean = true;
  CHECK(known_settings(live).is_absent());
  CHECK_FALSE(LiveSettings(live).is_known());
}

TEST_CASE("after a rollback the bindings of the newest version count") {
  auto live = remembered();
  live.settings = Known<JsonObject>::known(settings_of(R"({"bindings": [], "tags": []})"));
  live.deployment = Known<Deployment>::known({.versions = {{"v1", 100}}, .redeployed = true});
  live.versions =
      Known<Versions>::known({{.id = "v2", .settings = settings_of(R"({"bindings": [{"name": "A"}]})")}, {.id = "v1"}});
  CHECK(looked_up(live) == settings_of(R"({"bindings": [{"name": "A"}], "tags": []})"));
}

}  // namespace
}  // namespace plumbline::reconciler
