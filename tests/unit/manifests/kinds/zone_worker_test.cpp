#include <doctest/doctest.h>

#include "tests/unit/manifests/support.h"

namespace plumbline::manifests {
namespace {

using test::load;
using test::texts;

std::string zone_worker(std::string_view spec, std::string_view metadata = "adopt: unowned") {
  return "apiVersion: plumbline.dev/v1beta1\nkind: ZoneWorker\nmetadata: {" + std::string(metadata) + "}\nspec: {" +
         std::string(spec) + "}\n";
}

constexpr std::string_view kDeprecated =
    "z.yaml:2:7: warning: the zone-level API of a ZoneWorker is deprecated; move the script to a kind: Worker with "
    "routes\n";

}  // namespace

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
        "z.yaml:3:25: error: \"prune\" is not allowed here; a ZoneWorker is never pruned\n");
  CHECK(wrong("script: w.js") == "z.yaml:4:7: error: \"spec\" needs one of the fields zone, zone_id\n");
  CHECK(wrong("zone: example.com, main: w.js") ==
        "z.yaml:4:7: error: \"spec\" lacks the field \"script\"; Code in service-worker syntax, relative to this file\n"
        "z.yaml:4:27: error: unknown field \"main\"; known here: zone, zone_id, script, filters\n");
  CHECK(wrong("zone: example.com, script: gone.js") ==
        "z.yaml:4:35: error: there is no file \"gone.js\"; build it and commit it, or correct the path, which is "
        "relative "
        "to "
        "this manifest\n");
  CHECK(wrong("zone: example.com, script: w.js, filters: [{pattern: a*b}, {pattern: a, enabled: true}, {pattern: a, "
              "enabled: true}]") ==
        "z.yaml:4:51: error: \"filters[0]\" lacks the field \"enabled\"; Whether the script runs there; false keeps it "
        "off\n"
        "z.yaml:4:61: error: \"pattern\" may hold * only before the host and at the end\n"
        "z.yaml:4:96: error: this pattern is already in the list; remove one of the two\n");
}

TEST_CASE("a zone has one ZoneWorker") {
  const auto state = load({{"y.yaml", zone_worker("zone: example.com, script: w.js")},
                           {"z.yaml", zone_worker("zone: example.com, script: w.js")},
                           {"w.js", "x"}});
  CHECK(texts(state.diagnostics)
            .find("z.yaml:4:14: error: another ZoneWorker already manages this zone; see y.yaml:4\n") !=
        std::string::npos);
}

}  // namespace plumbline::manifests
