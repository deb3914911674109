#include <doctest/doctest.h>

#include "base/json.h"
#include "manifests/assets.h"
#include "manifests/worker.h"
#include "support.h"

// Routes, domains, schedules, queue consumers, workflows, assets, migrations; and ZoneWorkers.
namespace plumbline::manifests {
namespace {

using test::load;
using test::texts;
using Files = std::map<std::string, std::string>;

std::string worker(std::string_view name, std::string_view spec, std::string_view metadata = {}) {
  return "apiVersion: plumbline.dev/v1beta1\nkind: Worker\nmetadata: {name: " + std::string(name) +
         std::string(metadata) + "}\nspec:\n  main: i.js\n" + std::string(spec);
}

// The Worker whose spec ends in `spec`, which must load without a diagnostic.
DesiredWorker read(std::string_view spec) {
  auto state = load({{"a/w.yaml", worker("w", spec)}, {"a/i.js", "x"}, {"a/public/index.html", "x"}});
  CHECK(texts(state.diagnostics).empty());
  REQUIRE(state.workers.size() == 1);
  return state.workers[0];
}

// What is wrong with a spec whose first line of its own is line 6.
std::string errors(std::string_view spec, std::string_view metadata = {}) {
  return texts(load({{"w.yaml", worker("w", spec, metadata)}, {"i.js", "x"}, {"public/index.html", "x"}}).diagnostics);
}

std::string zone_worker(std::string_view spec, std::string_view metadata = "adopt: unowned") {
  return "apiVersion: plumbline.dev/v1beta1\nkind: ZoneWorker\nmetadata: {" + std::string(metadata) + "}\nspec: {" +
         std::string(spec) + "}\n";
}

constexpr std::string_view kDeprecated =
    "z.yaml:2:7: warning: the zone-level API of a ZoneWorker is deprecated; move the script to a kind: Worker with "
    "routes\n";

}  // namespace

TEST_CASE("what a manifest states beside its settings is read, and what it does not is unmanaged") {
  const auto w = read(R"(  routes:
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

  const auto none = read("");
  CHECK_FALSE(none.routes);
  CHECK_FALSE(none.domains);
  CHECK_FALSE(none.schedules);
  CHECK_FALSE(none.queue_consumers);
  CHECK_FALSE(none.workflows);
  CHECK_FALSE(none.assets);
  CHECK_FALSE(none.migrations);
  const auto empty = read("  routes: []\n  schedules: []\n");
  CHECK((empty.routes && empty.routes->empty()));
  CHECK((empty.schedules && empty.schedules->empty()));
}

TEST_CASE("patterns of routes have the form that the API takes and lie in their zone") {
  for (const char* good : {"example.com", "example.com/*", "*example.com/*", "*.example.com/*", "a.EXAMPLE.com/x",
                           "*/*", "https://a.example.com/*", "http://*.example.com/a*", "example.com*", "*.com/*"}) {
    CAPTURE(good);
    CHECK(errors("  routes: [{pattern: \"" + std::string(good) + "\", zone: example.com}]\n").empty());
  }
  for (const char* bad :
       {"", "a.*.example.com/*", "example.com/*/x", "example.com/?a", "ftp://example.com/", "example.com/a b",
        "example.org/*", "notexample.com", "*notexample.com/*", "example.com.evil"}) {
    CAPTURE(bad);
    CHECK(errors("  routes: [{pattern: \"" + std::string(bad) + "\", zone: example.com}]\n")
              .find("error: \"pattern\" ") != std::string::npos);
  }
  CHECK(errors("  routes: [{pattern: a.example.org, zone: example.com}]\n") ==
        "w.yaml:6:22: error: \"pattern\" does not lie in the zone \"example.com\"; a route belongs to the zone of its "
        "host\n");
  CHECK(
      errors(
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
      errors("  domains: [a.example.com/x, \"*.example.com\", localhost, {hostname: https://a.b}, {}, 1]\n") ==
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
        "w.yaml:6:12: error: the route \"a.example.com/*\" lies in no zone that this source may use; add the zone to "
        "the source's allow.zones, under the name or the id that stands here\n"
        "w.yaml:7:12: error: the route \"b.example.com/*\" lies in no zone that this source may use; add the zone to "
        "the source's allow.zones, under the name or the id that stands here\n"
        "w.yaml:8:13: error: the domain \"shop.example.org\" lies in no zone that this source may use; add the zone to "
        "the source's allow.zones, under the name or the id that stands here\n");
  CHECK(problems("  domains: [badexample.com]\n", {"example.com"}).find("badexample.com") != std::string::npos);
  const Files files{{"z.yaml", zone_worker("zone: example.net, script: w.js")}, {"w.js", "x"}};
  CHECK(load(files, {.allow_zones = {{"example.net"}}}).zone_workers.size() == 1);
  CHECK(load(files, {.allow_zones = {{"example.com"}}}).zone_workers.empty());
}

TEST_CASE("schedules are cron expressions of five fields") {
  for (const char* good : {"* * * * *", "*/5 0-4 1,15 JAN-MAR MON-FRI", "0 0 L * *", "59 23 LW * 6L", "0 0 * * 1#2"}) {
    CAPTURE(good);
    CHECK(errors("  schedules: [\"" + std::string(good) + "\"]\n").empty());
  }
  for (const char* bad : {"", "* * * *", "* * * * * *", " * * * * *", "every minute please now ok!", "@daily"}) {
    CAPTURE(bad);
    CHECK(errors("  schedules: [\"" + std::string(bad) + "\"]\n") ==
          "w.yaml:6:15: error: \"schedules[0]\" must be a cron expression of five fields such as */5 * * * *\n");
  }
}

TEST_CASE("consumers and workflows have the API's fields, and wrangler's names are pointed out") {
  CHECK(
      errors("  queue_consumers: [{batch_size: 0, max_batch_size: 1, max_batch_timeout: 5}, {queue: ''}]\n") ==
      "w.yaml:6:21: error: \"queue_consumers[0]\" lacks the field \"queue\"; Name of the queue\n"
      "w.yaml:6:34: error: \"batch_size\" must be at least 1\n"
      "w.yaml:6:37: error: \"max_batch_size\" may not stand here; write batch_size, as the API calls it\n"
      "w.yaml:6:56: error: \"max_batch_timeout\" may not stand here; write max_wait_time_ms, which is in milliseconds\n"
      "w.yaml:6:87: error: \"queue\" may not be empty\n");
  CHECK(errors("  workflows: [{name: a}, {name: b, class_name: 1b}, {name: c, class_name: C, script_name: x}]\n") ==
        "w.yaml:6:15: error: \"workflows[0]\" lacks the field \"class_name\"; Exported class that implements it\n"
        "w.yaml:6:48: error: \"class_name\" must be the name of a class: letters, digits, _ and $, no digit first\n"
        "w.yaml:6:78: error: \"script_name\" may not stand here; a workflow is listed by the Worker that exports its "
        "class\n");
}

TEST_CASE("what one Worker states twice is an error at the second") {
  CHECK(errors("  routes: [{pattern: a.example.com, zone: example.com}, {pattern: a.example.com, zone: example.com}]\n"
               "  domains: [a.example.com, {hostname: A.example.com}]\n"
               "  schedules: [\"* * * * *\", \"* * * * *\"]\n"
               "  queue_consumers: [{queue: q}, {queue: q}]\n"
               "  workflows: [{name: w, class_name: A}, {name: w, class_name: B}]\n") ==
        "w.yaml:6:57: error: this route stands in the list already; remove one of the two\n"
        "w.yaml:7:28: error: this hostname stands in the list already; remove one of the two\n"
        "w.yaml:8:28: error: this schedule stands in the list already; remove one of the two\n"
        "w.yaml:9:33: error: this queue stands in the list already; remove one of the two\n"
        "w.yaml:10:41: error: this workflow stands in the list already; remove one of the two\n");
}

TEST_CASE("what two Workers state is an error at both and neither is used") {
  const Files files{
      {"a.yaml", worker("a", "  routes: [{pattern: x.example.com, zone: example.com}]\n  domains: [d.example.com]\n")},
      {"b.yaml", worker("b", "  routes: [{pattern: x.example.com, zone: example.com}]\n  domains: [D.example.com]\n")},
      {"c.yaml", worker("c", "  routes: [{pattern: x.example.com/y, zone: example.com}]\n")},
      {"i.js", "x"}};
  const auto state = load(files);
  CHECK(texts(state.diagnostics) ==
        "a.yaml:6:12: error: the route \"x.example.com\" is the Worker \"b\"'s as well, at "
        "b.yaml:6:12; it can have one Worker; neither is used\n"
        "a.yaml:7:13: error: the hostname \"d.example.com\" is the Worker \"b\"'s as well, at b.yaml:7:13; it can have "
        "one Worker; neither is used\n"
        "b.yaml:6:12: error: the route \"x.example.com\" is the Worker \"a\"'s as well, at "
        "a.yaml:6:12; it can have one Worker; neither is used\n"
        "b.yaml:7:13: error: the hostname \"d.example.com\" is the Worker \"a\"'s as well, at a.yaml:7:13; it can have "
        "one Worker; neither is used\n");
  REQUIRE(state.workers.size() == 1);
  CHECK(state.workers[0].name == "c");
}

TEST_CASE("a queue and a workflow have one Worker") {
  const auto state =
      load({{"a.yaml", worker("a", "  queue_consumers: [{queue: q}]\n  workflows: [{name: f, class_name: F}]\n")},
            {"b.yaml", worker("b", "  queue_consumers: [{queue: q}]\n  workflows: [{name: f, class_name: F}]\n")},
            {"i.js", "x"}});
  CHECK(state.diagnostics.size() == 4);
  CHECK(state.workers.empty());
}

TEST_CASE("migrations are a history in order") {
  const auto of = [](std::string_view list) { return errors("  migrations:\n" + std::string(list)); };
  CHECK(of("  - {tag: v1, new_classes: [A]}\n  - {tag: v2, deleted_classes: [A]}\n  - {tag: v3, new_sqlite_classes: "
           "[A]}\n")
            .empty());
  CHECK(of("  - {tag: v1, renamed_classes: [{from: Old, to: New}], deleted_classes: [Older]}\n").empty());
  CHECK(of("  - {tag: v1, transferred_classes: [{from: A, from_script: x, to: B}]}\n  - {tag: v2, deleted_classes: "
           "[B]}\n")
            .empty());
  CHECK(of("  - {tag: v1, new_classes: [A]}\n  - {tag: v1, new_classes: [B]}\n") ==
        "w.yaml:8:11: error: an earlier migration has this tag; a tag names one migration\n");
  CHECK(of("  - {tag: v1, new_classes: [A]}\n  - {tag: v2, new_sqlite_classes: [A]}\n") ==
        "w.yaml:8:36: error: the class \"A\" exists already, since migration \"v1\"\n");
  CHECK(of("  - {tag: v1, new_classes: [A, B]}\n  - {tag: v2, renamed_classes: [{from: A, to: B}]}\n") ==
        "w.yaml:8:47: error: the class \"B\" exists already, since migration \"v1\"\n");
  CHECK(of("  - {tag: v2, deleted_classes: [A]}\n  - {tag: v1, new_classes: [A]}\n") ==
        "w.yaml:7:33: error: the class \"A\" begins only in migration \"v1\"; migrations stand in the order in which "
        "they "
        "are applied\n");
  CHECK(of("  - {tag: v1, new_classes: [A]}\n  - {tag: v2, renamed_classes: [{from: A, to: B}]}\n  - {tag: v3, "
           "deleted_classes: [A]}\n") == "w.yaml:9:33: error: the class \"A\" ended in migration \"v2\"\n");
  CHECK(
      of("  - {new_classes: [A]}\n  - {tag: '', new_classes: [1A], steps: []}\n  - {tag: v3, renamed_classes: [{from: "
         "A}], "
         "transferred_classes: [{from: A, to: B}]}\n") ==
      "w.yaml:7:5: error: \"migrations[0]\" lacks the field \"tag\"; Name of this step, never changed once it is "
      "applied\n"
      "w.yaml:8:11: error: \"tag\" may not be empty\n"
      "w.yaml:8:29: error: \"new_classes[0]\" must be the name of a class: letters, digits, _ and $, no digit first\n"
      "w.yaml:8:34: error: unknown field \"steps\"; known here: tag, new_classes, new_sqlite_classes, renamed_classes, "
      "deleted_classes, transferred_classes\n"
      "w.yaml:9:33: error: \"renamed_classes[0]\" lacks the field \"to\"; Name after\n"
      "w.yaml:9:67: error: \"transferred_classes[0]\" lacks the field \"from_script\"; The other Worker\n");
}

TEST_CASE("a binding may not name a class that migrations have ended") {
  CHECK(errors("  bindings:\n    A: {type: durable_object_namespace, class_name: A}\n    B: {type: "
               "durable_object_namespace, "
               "class_name: B}\n    C: {type: durable_object_namespace, class_name: A, script_name: other}\n"
               "  migrations: [{tag: v1, new_classes: [A]}, {tag: v2, renamed_classes: [{from: A, to: B}]}]\n") ==
        "w.yaml:7:53: error: the class \"A\" ended in migration \"v2\"; bind the class that follows it, or remove the "
        "binding\n");
}

TEST_CASE("exports and migrations exclude each other") {
  CHECK(errors("  exports: {}\n  migrations: []\n") ==
        "w.yaml:7:15: error: \"exports\" and \"migrations\" exclude each other; exports says of each class what "
        "migrations "
        "say of its history\n");
}

TEST_CASE("data may be lost only in migrations that are there") {
  const auto state =
      load({{"w.yaml", worker("w", "  migrations: [{tag: v1, deleted_classes: [A]}]\n", ", allow_data_loss: [v1]")},
            {"i.js", "x"}});
  CHECK(texts(state.diagnostics).empty());
  CHECK(state.workers.at(0).allow_data_loss == std::vector<std::string>{"v1"});
  CHECK(errors("  migrations: [{tag: v1, deleted_classes: [A]}]\n", ", allow_data_loss: [v1, v2]") ==
        "w.yaml:3:43: error: no migration has this tag; \"allow_data_loss\" names tags of \"migrations\"\n");
  CHECK(errors("", ", allow_data_loss: [v1]") ==
        "w.yaml:3:39: error: no migration has this tag; \"allow_data_loss\" names tags of \"migrations\"\n");
}

TEST_CASE("a transfer follows the Worker that the class comes from") {
  auto state = load(
      {{"a.yaml", worker("a", "")},
       {"b.yaml", worker("b", "  migrations: [{tag: v1, transferred_classes: [{from: A, from_script: a, to: B}]}]\n")},
       {"i.js", "x"}},
      {.name_suffix = "-x"});
  CHECK(texts(state.diagnostics).empty());
  CHECK(to_text(Json(state.workers.at(1).migrations->at(0).steps)) ==
        R"({"transferred_classes":[{"from":"A","from_script":"a-x","to":"B"}]})");
}

TEST_CASE("the binding of assets stands among the bindings where those are managed") {
  CHECK(
      to_text(Json(read("  bindings: {A: {type: ai}}\n  assets: {directory: ./public/, binding: FILES}\n").settings)) ==
      R"({"bindings":{"A":{"type":"ai"},"FILES":{"type":"assets"}}})");
  CHECK(read("  assets: {directory: public, binding: FILES}\n").settings.empty());
  CHECK(errors("  bindings: {A: {type: ai}}\n  secrets: {B: {}}\n  assets: {directory: public, binding: A}\n") ==
        "w.yaml:8:40: error: \"A\" is named in \"bindings\" and as the binding of assets; a name can be one of the "
        "two\n");
  CHECK(
      errors("  secrets: {B: {}}\n  assets: {directory: public, binding: B}\n") ==
      "w.yaml:7:40: error: \"B\" is named in \"secrets\" and as the binding of assets; a name can be one of the two\n");
}

TEST_CASE("a Worker of assets alone needs no code and can have no binding for them") {
  const std::string head = "apiVersion: plumbline.dev/v1beta1\nkind: Worker\nmetadata: {name: w}\nspec: {assets: ";
  const auto state = load({{"w.yaml", head + "{directory: .}}\n"}, {"index.html", "x"}});
  CHECK(texts(state.diagnostics).empty());
  REQUIRE(state.workers.size() == 1);
  CHECK(state.workers[0].modules.empty());
  CHECK(state.workers[0].syntax == Syntax::module);
  CHECK(state.workers[0].assets->directory.empty());
  CHECK(texts(load({{"w.yaml", head + "{directory: ., binding: A}}\n"}}).diagnostics) ==
        "w.yaml:4:40: error: a binding for assets needs code that uses it; add main, or remove the binding\n");
}

TEST_CASE("the configuration of assets is checked") {
  CHECK(
      errors(
          "  assets: {directory: public, config: {html_handling: no, not_found_handling: 404, run_worker_first: [api, "
          "'!/x'], _headers: x, new: 1}}\n") ==
      "w.yaml:6:55: error: \"html_handling\" must be one of auto-trailing-slash, force-trailing-slash, "
      "drop-trailing-slash, none\n"
      "w.yaml:6:79: error: expected a string for \"not_found_handling\", found a number; put it in quotes\n"
      "w.yaml:6:103: error: \"run_worker_first[0]\" must be a path such as /api/*, or ! and a path\n"
      "w.yaml:6:116: error: \"_headers\" may not stand here; write them into a file _headers in the directory\n");
  CHECK(errors("  assets: {directory: ../public}\n") == "w.yaml:6:23: error: the path leaves the source\n");
  CHECK(errors("  assets: {directory: /public}\n") == "w.yaml:6:23: error: the path must be relative to this file\n");
  CHECK(errors("  assets: {directory: gone}\n") ==
        "w.yaml:6:23: error: there is no file in \"gone\"; build the files and commit them, or mend the path, which is "
        "relative to this manifest\n");
  CHECK(errors("  assets: {}\n") ==
        "w.yaml:6:11: error: \"assets\" lacks the field \"directory\"; Folder of the files, relative to this file\n");
}

TEST_CASE("assets are the files of the directory but for what is about them or ignored") {
  const test::FakeTree tree({{"site/index.html", "x"},
                             {"site/a/_headers", "x"},
                             {"site/_headers", "x"},
                             {"site/_redirects", "x"},
                             {"site/.assetsignore", "*.map\n!keep.map\n/secret/\n"},
                             {"site/a/x.map", "x"},
                             {"site/keep.map", "x"},
                             {"site/secret/x.txt", "x"},
                             {"site2/other.html", "x"},
                             {"other.html", "x"}});
  const auto paths = [&](const std::string& directory) {
    const auto files = list_assets(tree, {.directory = directory});
    if (!files) return files.error().message;
    std::string out;
    for (const TreeEntry* entry : *files) out += entry->path + '\n';
    return out;
  };
  CHECK(paths("site") == "site/a/_headers\nsite/index.html\nsite/keep.map\n");
  CHECK(paths("site2") == "site2/other.html\n");
  CHECK(paths("none") == "there is no file in \"none\"");
  CHECK(paths("").ends_with("site2/other.html\n"));
}

TEST_CASE("a ZoneWorker is the script of a zone and where it runs") {
  const auto state =
      load({{"z.yaml",
             zone_worker("zone: example.com, script: code/w.js, filters: [{pattern: example.com/*, enabled: true}, "
                         "{pattern: example.com/off, enabled: false}]")},
            {"code/w.js", "addEventListener('fetch', () => {})"}});
  CHECK(texts(state.diagnostics) == kDeprecated);
  REQUIRE(state.zone_workers.size() == 1);
  const auto& zone = state.zone_workers[0];
  CHECK(zone.zone == "example.com");
  CHECK(zone.where == SourceLocation{"z.yaml", 4, 14});
  CHECK(zone.script.path == "code/w.js");
  CHECK(zone.script.content_type == "application/javascript");
  REQUIRE(zone.filters);
  CHECK(zone.filters->at(0).pattern == "example.com/*");
  CHECK(zone.filters->at(0).enabled);
  CHECK_FALSE(zone.filters->at(1).enabled);
}

TEST_CASE("a ZoneWorker needs adopt, one zone and a script that is there") {
  const auto wrong = [](std::string_view spec, std::string_view metadata = "adopt: unowned") {
    const auto state = load({{"z.yaml", zone_worker(spec, metadata)}, {"w.js", "x"}});
    CHECK(state.zone_workers.empty());
    auto text = texts(state.diagnostics);
    if (const auto at = text.find(kDeprecated); at != std::string::npos) text.erase(at, kDeprecated.size());
    return text;
  };
  CHECK(wrong("zone: example.com, script: w.js", "") ==
        "z.yaml:3:11: error: \"metadata\" lacks the field \"adopt\"; unowned: a zone cannot say who owns its Worker\n");
  CHECK(wrong("zone: example.com, script: w.js", "adopt: none, prune: true") ==
        "z.yaml:3:19: error: \"adopt\" must be one of unowned\n"
        "z.yaml:3:25: error: \"prune\" may not stand here; a ZoneWorker is never pruned\n");
  CHECK(wrong("script: w.js") == "z.yaml:4:7: error: \"spec\" needs one of the fields zone, zone_id\n");
  CHECK(wrong("zone: example.com, main: w.js") ==
        "z.yaml:4:7: error: \"spec\" lacks the field \"script\"; Code in service-worker syntax, relative to this file\n"
        "z.yaml:4:27: error: unknown field \"main\"; known here: zone, zone_id, script, filters\n");
  CHECK(wrong("zone: example.com, script: gone.js") ==
        "z.yaml:4:35: error: there is no file \"gone.js\"; build it and commit it, or mend the path, which is relative "
        "to "
        "this manifest\n");
  CHECK(wrong("zone: example.com, script: w.js, filters: [{pattern: a*b}, {pattern: a, enabled: true}, {pattern: a, "
              "enabled: true}]") ==
        "z.yaml:4:51: error: \"filters[0]\" lacks the field \"enabled\"; Whether the script runs there; false keeps it "
        "off\n"
        "z.yaml:4:61: error: \"pattern\" may hold * only before the host and at the end\n"
        "z.yaml:4:96: error: this pattern stands in the list already; remove one of the two\n");
}

TEST_CASE("a zone has one ZoneWorker") {
  const auto state = load({{"y.yaml", zone_worker("zone: example.com, script: w.js")},
                           {"z.yaml", zone_worker("zone: example.com, script: w.js")},
                           {"w.js", "x"}});
  CHECK(texts(state.diagnostics)
            .find("z.yaml:4:14: error: another ZoneWorker stands for this zone already; see y.yaml:4\n") !=
        std::string::npos);
}

}  // namespace plumbline::manifests
