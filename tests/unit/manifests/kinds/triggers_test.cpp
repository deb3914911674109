#include <doctest/doctest.h>

#include <map>

#include "base/json.h"
#include "tests/unit/manifests/support.h"

// Routes, domains, schedules, queue consumers and workflows.
namespace plumbline::manifests {
namespace {

using test::errors_of_worker;
using test::load;
using test::read_worker;
using test::texts;
using test::worker;
using Files = std::map<std::string, std::string>;

}  // namespace

TEST_CASE("what a manifest states beside its settings is read, and what it does not is unmanaged") {
  const auto w = read_worker(R"(  routes:
    - {pattern: shop.example.com/checkout*, zone: example.com}
    - {pattern: "*/x", zone_id: 0123456789abcdef0123456789abcdef, adopt: true}
  domains: [shop.example.com, {hostname: a.b.example.com, override_existing_origin: true, override_existing_dns_record: true}]
  schedules: ["*/5 * * * *", 0 0 * * MON]
  queue_consumers: [{queue: orders, batch_size: 10, dead_letter_queue: dead}, {queue: more}]
  workflows: [{name: fulfil, class_name: Fulfil, limits: {steps: 5}}]
  assets: {directory: public, binding: ASSETS, config: {not_found_handling: 404-page}}
  migrations:
    - {tag: v1, new_sqlite_classes: [Cart], new_classes: [Old]}
    - {tag: v2, renamed_classes: [{from: Old, to: New}], deleted_classes: [Cart]}
)");
  REQUIRE(w.routes);
  REQUIRE(w.routes->size() == 2);
  CHECK(w.routes->at(0).pattern == "shop.example.com/checkout*");
  CHECK(w.routes->at(0).zone == "example.com");
  CHECK_FALSE(w.routes->at(0).adopt);
  CHECK(w.routes->at(0).where == SourceLocation{"a/w.yaml", 7, 7});
  CHECK(w.routes->at(1).zone_id == "0123456789abcdef0123456789abcdef");
  CHECK(w.routes->at(1).adopt);
  REQUIRE(w.domains);
  CHECK(w.domains->at(0).hostname == "shop.example.com");
  CHECK_FALSE(w.domains->at(0).override_existing_origin);
  CHECK(w.domains->at(1).hostname == "a.b.example.com");
  CHECK(w.domains->at(1).override_existing_origin);
  CHECK(w.domains->at(1).override_existing_dns_record);
  CHECK(w.schedules == std::vector<std::string>{"*/5 * * * *", "0 0 * * MON"});
  REQUIRE(w.queue_consumers);
  CHECK(w.queue_consumers->at(0).dead_letter_queue == "dead");
  CHECK(to_text(Json(w.queue_consumers->at(0).settings)) == R"({"batch_size":10})");
  CHECK(w.queue_consumers->at(1).queue == "more");
  REQUIRE(w.workflows);
  CHECK(w.workflows->at(0).name == "fulfil");
  CHECK(w.workflows->at(0).class_name == "Fulfil");
  CHECK(to_text(Json(w.workflows->at(0).settings)) == R"({"limits":{"steps":5}})");
  REQUIRE(w.assets);
  CHECK(w.assets->directory == "a/public");
  CHECK(w.assets->binding == "ASSETS");
  CHECK(to_text(Json(w.assets->config)) == R"({"not_found_handling":"404-page"})");
  REQUIRE(w.migrations);
  CHECK(w.migrations->at(1).tag == "v2");
  CHECK(to_text(Json(w.migrations->at(1).steps)) ==
        R"({"renamed_classes":[{"from":"Old","to":"New"}],"deleted_classes":["Cart"]})");
  CHECK(w.settings.empty());

  const auto none = read_worker("");
  CHECK_FALSE(none.routes);
  CHECK_FALSE(none.domains);
  CHECK_FALSE(none.schedules);
  CHECK_FALSE(none.queue_consumers);
  CHECK_FALSE(none.workflows);
  CHECK_FALSE(none.assets);
  CHECK_FALSE(none.migrations);
  const auto empty = read_worker("  routes: []\n  schedules: []\n");
  CHECK((empty.routes && empty.routes->empty()));
  CHECK((empty.schedules && empty.schedules->empty()));
}

TEST_CASE("patterns of routes have the form that the API takes and lie in their zone") {
  for (const char* good : {"example.com", "example.com/*", "*example.com/*", "*.example.com/*", "a.EXAMPLE.com/x",
                           "*/*", "https://a.example.com/*", "http://*.example.com/a*", "example.com*", "*.com/*"}) {
    CAPTURE(good);
    CHECK(errors_of_worker("  routes: [{pattern: \"" + std::string(good) + "\", zone: example.com}]\n").empty());
  }
  for (const char* bad : {"", "a.*.example.com/*", "example.com/*/x", "example.com/?a", "ftp://example.com/",
                          "example.com/a b", "example.com:8443/*", "/x", "bücher.example.com/*"}) {
    CAPTURE(bad);
    CHECK(errors_of_worker("  routes: [{pattern: \"" + std::string(bad) + "\", zone: example.com}]\n")
              .find("error: \"pattern\" ") != std::string::npos);
  }
  for (const char* elsewhere : {"example.org/*", "notexample.com", "*notexample.com/*", "example.com.evil"}) {
    CAPTURE(elsewhere);
    CHECK(errors_of_worker("  routes: [{pattern: \"" + std::string(elsewhere) + "\", zone: example.com}]\n") ==
          "w.yaml:6:22: warning: \"pattern\" is not in the zone \"example.com\"; such a route serves custom hostnames "
          "of Cloudflare for SaaS; else name the zone of its host\n");
  }
  CHECK(
      errors_of_worker(
          "  routes:\n  - a.example.com/*\n  - {pattern: example.com}\n  - {pattern: example.com, zone: example.com, "
          "zone_id: x}\n  - {pattern: example.com, zone: com, adopt: 1}\n") ==
      "w.yaml:7:5: error: expected a route such as {pattern: shop.example.com/*, zone: example.com} for \"routes[0]\", "
      "found a string\n"
      "w.yaml:8:5: error: \"routes[1]\" needs one of the fields zone, zone_id\n"
      "w.yaml:9:56: error: \"zone\" and \"zone_id\" exclude each other; give the name or the id\n"
      "w.yaml:9:56: error: \"zone_id\" must be 32 lower-case hex digits\n"
      "w.yaml:10:34: error: \"zone\" must be the name of a zone such as example.com\n"
      "w.yaml:10:46: error: expected true or false for \"adopt\", found a number\n");
}

TEST_CASE("domains are host names") {
  CHECK(
      errors_of_worker(
          "  domains: [a.example.com/x, \"*.example.com\", localhost, {hostname: https://a.b}, {}, 1]\n") ==
      "w.yaml:6:13: error: \"domains[0]\" must be a host name such as shop.example.com, without wildcard, scheme, port "
      "or path\n"
      "w.yaml:6:30: error: \"domains[1]\" must be a host name such as shop.example.com, without wildcard, scheme, port "
      "or path\n"
      "w.yaml:6:47: error: \"domains[2]\" must be a host name such as shop.example.com, without wildcard, scheme, port "
      "or path\n"
      "w.yaml:6:69: error: \"hostname\" must be a host name such as shop.example.com, without wildcard, scheme, port "
      "or "
      "path\n"
      "w.yaml:6:83: error: \"domains[4]\" lacks the field \"hostname\"; Hostname, whose zone is in the account\n"
      "w.yaml:6:87: error: expected a hostname, or {hostname, ...} for \"domains[5]\", found a number\n");
}

TEST_CASE("routes, domains and ZoneWorkers lie in the zones that the source may use") {
  const auto problems = [](std::string_view spec, const std::vector<std::string>& zones) {
    return texts(load({{"w.yaml", worker("w", spec)}, {"i.js", "x"}}, {.allow_zones = zones}).diagnostics);
  };
  constexpr std::string_view kSpec =
      "  routes: [{pattern: a.example.com/*, zone: Example.com},\n"
      "           {pattern: b.example.com/*, zone_id: 0123456789abcdef0123456789abcdef}]\n"
      "  domains: [shop.example.org]\n";
  CHECK(problems(kSpec, {"example.com", "0123456789abcdef0123456789abcdef", "example.org"}).empty());
  CHECK(problems(kSpec, {}) ==
        "w.yaml:6:12: error: the route \"a.example.com/*\" is not in a zone that this source may use; add the zone to "
        "allow.zones of the source, by the name or id that is written here\n"
        "w.yaml:7:12: error: the route \"b.example.com/*\" is not in a zone that this source may use; add the zone to "
        "allow.zones of the source, by the name or id that is written here\n"
        "w.yaml:8:13: error: the domain \"shop.example.org\" is not in a zone that this source may use; add the zone "
        "to allow.zones of the source, by the name or id that is written here\n");
  CHECK(problems("  domains: [badexample.com]\n", {"example.com"}).find("badexample.com") != std::string::npos);
  const Files files{{"z.yaml",
                     "apiVersion: plumbline.dev/v1beta1\nkind: ZoneWorker\nmetadata: {adopt: unowned}\n"
                     "spec: {zone: example.net, script: w.js}\n"},
                    {"w.js", "x"}};
  CHECK(load(files, {.allow_zones = {{"example.net"}}}).zone_workers.size() == 1);
  CHECK(load(files, {.allow_zones = {{"example.com"}}}).zone_workers.empty());
}

TEST_CASE("schedules are cron expressions of five fields") {
  for (const char* good : {"* * * * *", "*/5 0-4 1,15 JAN-MAR MON-FRI", "0 0 L * *", "59 23 LW * 6L", "0 0 * * 1#2"}) {
    CAPTURE(good);
    CHECK(errors_of_worker("  schedules: [\"" + std::string(good) + "\"]\n").empty());
  }
  for (const char* bad : {"", "* * * *", " * * * * *"}) {
    CAPTURE(bad);
    CHECK(errors_of_worker("  schedules: [\"" + std::string(bad) + "\"]\n") ==
          "w.yaml:6:15: error: \"schedules[0]\" must be a cron expression of five fields such as */5 * * * *\n");
  }
  CHECK(errors_of_worker("  schedules: [\"0 0 * * 0\"]\n") ==
        "w.yaml:6:15: error: \"schedules[0]\" has its day of the week out of range: 1 (Sunday) to 7, or SUN to SAT\n");
}

TEST_CASE("consumers and workflows have the API's fields, and wrangler's names are pointed out") {
  CHECK(errors_of_worker(
            "  queue_consumers: [{batch_size: 0, max_batch_size: 1, max_batch_timeout: 5}, {queue: ''}]\n") ==
        "w.yaml:6:21: error: \"queue_consumers[0]\" lacks the field \"queue\"; Name of the queue\n"
        "w.yaml:6:34: error: \"batch_size\" must be at least 1\n"
        "w.yaml:6:37: error: \"max_batch_size\" is not allowed here; write batch_size, as the API calls it\n"
        "w.yaml:6:56: error: \"max_batch_timeout\" is not allowed here; write max_wait_time_ms, which is in "
        "milliseconds\n"
        "w.yaml:6:87: error: \"queue\" may not be empty\n");
  CHECK(errors_of_worker(
            "  workflows: [{name: a}, {name: b, class_name: 1b}, {name: c, class_name: C, script_name: x}]\n") ==
        "w.yaml:6:15: error: \"workflows[0]\" lacks the field \"class_name\"; Exported class that implements it\n"
        "w.yaml:6:48: error: \"class_name\" must be the name of a class: it may hold letters, digits, _ and $, and may "
        "not begin with a digit\n"
        "w.yaml:6:78: error: \"script_name\" is not allowed here; a workflow is listed by the Worker that exports its "
        "class\n");
}

TEST_CASE("what one Worker states twice is an error at the second") {
  CHECK(errors_of_worker(
            "  routes: [{pattern: a.example.com, zone: example.com}, {pattern: a.example.com, zone: example.com}]\n"
            "  domains: [a.example.com, {hostname: A.example.com}]\n"
            "  schedules: [\"* * * * *\", \"* * * * *\"]\n"
            "  queue_consumers: [{queue: q}, {queue: q}]\n"
            "  workflows: [{name: w, class_name: A}, {name: w, class_name: B}]\n") ==
        "w.yaml:6:57: error: this route is already in the list; remove one of the two\n"
        "w.yaml:7:28: error: this hostname is already in the list; remove one of the two\n"
        "w.yaml:8:28: error: this schedule is already in the list; remove one of the two\n"
        "w.yaml:9:33: error: this queue is already in the list; remove one of the two\n"
        "w.yaml:10:41: error: this workflow is already in the list; remove one of the two\n");
}

TEST_CASE("what two Workers state is an error at both and neither is used") {
  const Files files{
      {"a.yaml", worker("a", "  routes: [{pattern: x.example.com, zone: example.com}]\n  domains: [d.example.com]\n")},
      {"b.yaml", worker("b", "  routes: [{pattern: x.example.com, zone: example.com}]\n  domains: [D.example.com]\n")},
      {"c.yaml", worker("c", "  routes: [{pattern: x.example.com/y, zone: example.com}]\n")},
      {"i.js", "x"}};
  const auto state = load(files);
  CHECK(texts(state.diagnostics) ==
        "a.yaml:6:12: error: the route \"x.example.com\" also belongs to the Worker \"b\", at "
        "b.yaml:6:12; it can belong to only one Worker; until one of the two is changed, neither is used\n"
        "a.yaml:7:13: error: the hostname \"d.example.com\" also belongs to the Worker \"b\", at b.yaml:7:13; it can "
        "belong to only one Worker; until one of the two is changed, neither is used\n"
        "b.yaml:6:12: error: the route \"x.example.com\" also belongs to the Worker \"a\", at "
        "a.yaml:6:12; it can belong to only one Worker; until one of the two is changed, neither is used\n"
        "b.yaml:7:13: error: the hostname \"d.example.com\" also belongs to the Worker \"a\", at a.yaml:7:13; it can "
        "belong to only one Worker; until one of the two is changed, neither is used\n");
  REQUIRE(state.workers.size() == 1);
  CHECK(state.workers[0].name == "c");
}

TEST_CASE("a pattern may stand in several zones, and in one of them for one Worker") {
  const auto rivals = [](std::string_view first, std::string_view second) {
    const auto route = [](std::string_view zone) {
      return "  routes: [{pattern: \"*/*\", " + std::string(zone) + "}]\n";
    };
    const auto state =
        load({{"a.yaml", worker("a", route(first))}, {"b.yaml", worker("b", route(second))}, {"i.js", "x"}});
    return state.workers.empty();
  };
  constexpr std::string_view kId = "zone_id: 0123456789abcdef0123456789abcdef";
  CHECK(rivals("zone: example.com", "zone: Example.com"));
  CHECK_FALSE(rivals("zone: example.com", "zone: example.org"));
  CHECK(rivals(kId, kId));
  CHECK_FALSE(rivals(kId, "zone_id: fedcba9876543210fedcba9876543210"));
  // Which zone an id is only the account can tell.
  CHECK(rivals("zone: example.com", kId));
}

TEST_CASE("a queue and a workflow have one Worker") {
  const auto state =
      load({{"a.yaml", worker("a", "  queue_consumers: [{queue: q}]\n  workflows: [{name: f, class_name: F}]\n")},
            {"b.yaml", worker("b", "  queue_consumers: [{queue: q}]\n  workflows: [{name: f, class_name: F}]\n")},
            {"i.js", "x"}});
  CHECK(state.diagnostics.size() == 4);
  CHECK(state.workers.empty());
}

}  // namespace plumbline::manifests
