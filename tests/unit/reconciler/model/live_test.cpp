#include "reconciler/model/live.h"

#include <doctest/doctest.h>

#include <memory>

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

}  // namespace
}  // namespace plumbline::reconciler
