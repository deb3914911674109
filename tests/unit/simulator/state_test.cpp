#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "harness.h"
#include "simulator/state_file.h"
#include "tests/support/temporary_folder.h"

namespace plumbline::simulator {
namespace {

/// An account with a little of everything.
void fill(Sim& sim) {
  sim.put("a",
          {{"compatibility_date", "2026-01-01"},
           {"logpush", true},
           {"migrations", JsonObject{{"new_tag", "v1"}, {"new_classes", JsonArray{"Cart"}}}},
           {"bindings", JsonArray{JsonObject{{"name", "S"}, {"type", "secret_text"}, {"text", "value"}},
                                  JsonObject{{"name", "V"}, {"type", "plain_text"}, {"text", "v"}}}},
           {"annotations", JsonObject{{"workers/tag", "t"}}}},
          "export default { fetch() {} } // \x01 bytes");
  sim.put("a", {{"keep_bindings", JsonArray{"secret_text", "plain_text"}}});
  sim.call("PUT", "/workers/scripts/old", "addEventListener('fetch', () => {})");
  sim.call("POST", "/workers/scripts/a/subdomain", R"({"enabled":true})");
  sim.call("PUT", "/workers/scripts/a/schedules", R"([{"cron":"* * * * *"}])");
  sim.call("PUT", "/workers/domains", R"({"hostname":"a.example.com","service":"a"})");
  sim.call("POST", "/storage/kv/namespaces", R"({"title":"cache"})");
  sim.control("POST", "edit", JsonObject{{"worker", "a"}, {"action", "add-route"}, {"value", "example.com/*"}});
  sim.control("POST", "edit", JsonObject{{"worker", "a"}, {"action", "split"}, {"value", 12.5}});
}

}  // namespace

TEST_SUITE("state") {
  TEST_CASE("an account that is saved and loaded answers as before") {
    Sim first;
    fill(first);
    Sim second;
    const auto loaded = second.service().load(first.service().save());
    REQUIRE_MESSAGE(loaded, loaded.error().message);
    CHECK(second.service().save() == first.service().save());
    for (const std::string path :
         {"/workers/scripts", "/workers/scripts/a/settings", "/workers/scripts/a/deployments",
          "/workers/scripts/a/content/v2", "/workers/scripts/old", "/workers/scripts/a/subdomain",
          "/workers/scripts/a/schedules", "/workers/domains", "/storage/kv/namespaces", "/workers/workers/a",
          "/workers/durable_objects/namespaces"}) {
      const auto answer = second.call("GET", path);
      CHECK(answer.status == 200);
      CHECK(answer.body == first.call("GET", path).body);
    }
  }

  TEST_CASE("what is no state is refused and changes nothing") {
    Sim sim;
    fill(sim);
    const auto before = sim.service().save();
    CHECK_FALSE(sim.service().load(""));
    CHECK_FALSE(sim.service().load("{}"));
    CHECK_FALSE(sim.service().load(before.substr(0, before.size() / 2)));
    auto other = before;
    other.replace(other.find("023e105f"), 8, "ffffffff");
    CHECK_FALSE(sim.service().load(other));
    auto headless = parse_json(before).value();
    headless.at("workers").at("a").at("versions") = JsonArray();
    CHECK_FALSE(sim.service().load(to_text(headless)));
    auto codeless = parse_json(before).value();
    codeless.at("code") = JsonObject();
    CHECK_FALSE(sim.service().load(to_text(codeless)));
    CHECK(sim.service().save() == before);
  }

  TEST_CASE("reads leave the state as it was and writes move it") {
    Sim sim;
    const auto before = sim.service().changes();
    sim.call("GET", "/workers/scripts");
    sim.control("GET", "state");
    CHECK(sim.service().changes() == before);
    sim.put("a");
    CHECK(sim.service().changes() > before);
  }

  TEST_CASE("the state file is replaced as a whole") {
    const testing::TemporaryFolder folder;
    const auto path = folder.file("state.json");
    REQUIRE(write_state_file(path, "one"));
    REQUIRE(write_state_file(path, "two"));
    CHECK(read_file(path) == "two");
    CHECK_FALSE(std::filesystem::exists(path + ".new"));
    CHECK((std::filesystem::status(path).permissions() & std::filesystem::perms::others_all) ==
          std::filesystem::perms::none);
    CHECK_FALSE(write_state_file(folder.file("none/state.json"), "x"));
    CHECK_FALSE(read_file(folder.path().string()));
  }
}

}  // namespace plumbline::simulator
