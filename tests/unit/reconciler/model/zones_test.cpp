#include "reconciler/model/zones.h"

#include <doctest/doctest.h>

#include "reconciler/journal/zone_memory.h"
#include "reconciler/model/plan_input.h"
#include "reconciler/plan/missing_zones.h"
#include "tests/unit/reconciler/fixtures.h"

using namespace plumbline;
using namespace plumbline::reconciler;
using namespace plumbline::reconciler::test;
using State = ZoneAnswer::State;

namespace {

const std::string kId = "0123456789abcdef0123456789abcdef";
const std::string kOther = "ffffffffffffffffffffffffffffffff";

using ZoneReads = std::vector<ZoneRead>;
using Kind = ZoneRead::Kind;

struct Case {
  World world;

  Case& route(std::string_view pattern, std::string_view zone = {}) {
    auto worker = manifest("w" + std::to_string(world.targets.size()));
    worker.routes = {{.pattern = std::string(pattern), .zone = std::string(zone)}};
    world.want(target_of(worker));
    return *this;
  }
  Case& known(const std::string& name, const std::string& id) {
    world.live.zones.ids[name] = Known<std::string>::known(id);
    return *this;
  }
  Case& none(const std::string& name) {
    world.live.zones.ids[name] = Known<std::string>::absent();
    return *this;
  }
  Case& read(const std::string& id) {
    world.live.zones.zones[id].routes = Known<std::vector<LiveRoute>>::known({});
    return *this;
  }
  Case& refused(const std::string& id, api::ErrorKind kind) {
    world.live.zones.zones[id].failure = api::Error{.kind = kind, .message = "no"};
    return *this;
  }
  [[nodiscard]] ZoneReads missing() const {
    return missing_zones(world.targets, world.desired, world.live, world.policy);
  }
};

}  // namespace

TEST_SUITE("zones") {
  TEST_CASE("a route without a zone lies in the zone with the longest name that its host ends with") {
    LiveZones live;
    const manifests::DesiredRoute route{.pattern = "*.a.b.Example.com/x*"};
    CHECK(zone_of(route, live).state == State::unknown);
    CHECK(zone_of(route, live).name == "a.b.example.com");
    live.ids["a.b.example.com"] = Known<std::string>::absent();
    CHECK(zone_of(route, live).name == "b.example.com");
    live.ids["example.com"] = Known<std::string>::known(kId);
    CHECK(zone_of(route, live).state == State::unknown);
    live.ids["b.example.com"] = Known<std::string>::known(kOther);
    CHECK(zone_of(route, live).state == State::known);
    CHECK(zone_of(route, live).id == kOther);
    live.ids["b.example.com"] = Known<std::string>::absent();
    CHECK(zone_of(route, live).id == kId);
    live.ids["example.com"] = Known<std::string>::absent();
    CHECK(zone_of(route, live).state == State::missing);
    CHECK(zone_of(manifests::DesiredRoute{.pattern = "*/x"}, live).state == State::missing);
  }

  TEST_CASE("a zone that is named is that zone, by name in any case or by id") {
    LiveZones live;
    live.ids["example.com"] = Known<std::string>::known(kId);
    CHECK(zone_of(manifests::DesiredRoute{.pattern = "a.example.com/*", .zone = "Example.COM"}, live).id == kId);
    const auto by_id = zone_of(manifests::DesiredRoute{.pattern = "a.example.com/*", .zone_id = kId}, live);
    CHECK(by_id.id == kId);
    CHECK(by_id.name == "example.com");
    CHECK(zone_of("example.com", live).id == kId);
    CHECK(zone_of(kOther, live).id == kOther);
    live.unreadable["example.net"] = api::Error{};
    CHECK(zone_of("example.net", live).state == State::unreadable);
  }

  TEST_CASE("allow.zones lets a zone through by name, by id, or by what lies in it") {
    auto policy = test::policy();
    CHECK(is_allowed_zone(kId, "example.com", "", policy));
    policy.allow_zones = {{"example.com", kOther}};
    CHECK(is_allowed_zone(kId, "Example.com", "", policy));
    CHECK(is_allowed_zone(kOther, "", "", policy));
    CHECK(is_allowed_zone("", "", "shop.example.com", policy));
    CHECK_FALSE(is_allowed_zone(kId, "example.net", "shop.example.com", policy));
    CHECK_FALSE(is_allowed_zone(kId, "", "", policy));
  }
}

TEST_SUITE("missing zones") {
  TEST_CASE("nothing is read where nobody manages routes or domains") {
    Case one;
    one.world.want(target_of(manifest("plain")));
    one.world.live.zones.scope = {"example.com", kId};
    CHECK(one.missing().empty());
  }

  TEST_CASE("a zone is looked up by its name once, then its routes are read, once for all that lies in it") {
    Case one;
    one.route("a.example.com/*", "example.com").route("b.example.com/*", "example.com");
    CHECK(one.missing() == ZoneReads{{Kind::zone, "example.com"}});
    one.known("example.com", kId);
    CHECK(one.missing() == ZoneReads{{Kind::routes, kId}});
    one.read(kId);
    CHECK(one.missing().empty());
  }

  TEST_CASE("a host is asked for from its full name upwards, and not beyond its zone") {
    Case one;
    one.route("a.b.example.com/*");
    CHECK(one.missing() == ZoneReads{{Kind::zone, "a.b.example.com"}});
    one.none("a.b.example.com");
    CHECK(one.missing() == ZoneReads{{Kind::zone, "b.example.com"}});
    one.known("b.example.com", kId).read(kId);
    CHECK(one.missing().empty());
  }

  TEST_CASE("zones of the configuration and of the journal are read along, those that the source may use") {
    Case one;
    one.route("a.example.com/*", "example.com").known("example.com", kId).read(kId);
    one.world.live.zones.scope = {"example.net", kOther};
    CHECK(one.missing() == ZoneReads{{Kind::zone, "example.net"}, {Kind::routes, kOther}});
    one.world.policy.allow_zones = {{"example.com"}};
    CHECK(one.missing().empty());
  }

  TEST_CASE("a delete needs the zones in scope and the domains, unless nothing is deleted") {
    Case one;
    auto orphan = live_as(target_of(manifest("orphan")));
    one.world.have(orphan);
    one.world.live.zones.scope = {kId};
    CHECK(one.missing() == ZoneReads{{Kind::routes, kId}, {Kind::domains, ""}});
    one.world.policy.prune = Prune::upsert_only;
    CHECK(one.missing().empty());
  }

  TEST_CASE("an id that the zone's own routes refuse is looked up anew, once") {
    Case one;
    one.route("a.example.com/*", "example.com").known("example.com", kId).refused(kId, api::ErrorKind::not_found);
    CHECK(one.missing() == ZoneReads{{Kind::zone, "example.com"}});
    one.world.live.zones.asked.insert("example.com");
    CHECK(one.missing().empty());
    one.known("example.com", kOther);
    CHECK(one.missing() == ZoneReads{{Kind::routes, kOther}});
  }

  TEST_CASE("a read that failed for a moment is not repeated in the same pass") {
    Case one;
    one.route("a.example.com/*", "example.com").known("example.com", kId).refused(kId, api::ErrorKind::server);
    CHECK(one.missing().empty());
    Case name;
    name.route("a.example.com/*", "example.com").world.live.zones.unreadable["example.com"] = api::Error{};
    CHECK(name.missing().empty());
  }
}

TEST_SUITE("zone memory") {
  TEST_CASE("what was found on the way to a zone is remembered, so that the next pass asks for nothing") {
    Case one;
    one.route("a.example.com/*").none("a.example.com").known("example.com", kId).read(kId);
    PlanInput input{.targets = &one.world.targets, .desired = &one.world.desired, .live = &one.world.live};
    input.policy = one.world.policy;
    const auto plan = one.world.plan();
    const auto changes = zone_note_changes({}, input, plan);
    CHECK(changes == NoteChanges{{"a.example.com", ""}, {"example.com", kId}});

    const Notes notes{{"a.example.com", ""}, {"example.com", kId}};
    CHECK(zone_note_changes(notes, input, plan).empty());
    Case next;
    next.route("a.example.com/*");
    next.world.live.zones = remembered_zones(notes, {}, {}, Refresh::list);
    CHECK(next.missing() == ZoneReads{{Kind::routes, kId}});
    // What was not there may be there now: a full look asks again.
    next.world.live.zones = remembered_zones(notes, {}, {}, Refresh::full);
    CHECK(next.missing() == ZoneReads{{Kind::zone, "a.example.com"}, {Kind::routes, kId}});
  }

  TEST_CASE("a zone that the account does not have is asked for each time") {
    Case one;
    one.route("a.example.com/*", "example.com").none("example.com");
    PlanInput input{.targets = &one.world.targets, .desired = &one.world.desired, .live = &one.world.live};
    CHECK(zone_note_changes({}, input, one.world.plan()).empty());
  }

  TEST_CASE("a zone without a name in the manifests is forgotten once nothing of ours lies there") {
    Case one;
    auto worker = manifest("shop");
    worker.routes.emplace();
    one.world.want(target_of(worker));
    one.world.have(live_as(one.world.targets.back()));
    auto& zone = one.world.live.zones.zones[kId];
    zone.routes = Known<std::vector<LiveRoute>>::known({{"r", "a.example.com/*", "shop"}});
    const Notes notes{{"example.com", kId}};
    PlanInput input{.targets = &one.world.targets, .desired = &one.world.desired, .live = &one.world.live};
    input.policy = one.world.policy;
    CHECK(zone_note_changes(notes, input, one.world.plan()).empty());
    zone.routes = Known<std::vector<LiveRoute>>::known({{"r", "a.example.com/*", "stranger"}});
    CHECK(zone_note_changes(notes, input, one.world.plan()) == NoteChanges{{"example.com", std::nullopt}});
    one.world.live.zones.configured = {"example.com"};
    one.known("example.com", kId);
    CHECK(zone_note_changes(notes, input, one.world.plan()).empty());
    one.world.live.zones.configured.clear();
    one.world.desired.diagnostics.push_back({.summary = "an error"});
    CHECK(zone_note_changes(notes, input, one.world.plan()).empty());
  }

  TEST_CASE("what is remembered of a resource comes back as it was") {
    const ExposureMemory memory{"r1", "shop", {TimePoint(std::chrono::seconds(7))}};
    const auto notes = exposure_note_changes({{"route z a/*", memory}, {"route z b/*", std::nullopt}});
    CHECK(notes.at("route z b/*") == std::nullopt);
    const auto live =
        remembered_zones({}, {{"route z a/*", *notes.at("route z a/*")}, {"bad", "{"}}, {}, Refresh::list);
    CHECK(live.memory == std::map<std::string, ExposureMemory>{{"route z a/*", memory}});
  }
}
