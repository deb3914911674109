#include <doctest/doctest.h>

#include "harness.h"

namespace plumbline::simulator {
namespace {

JsonObject plain(std::string_view name, std::string_view text) {
  return {{"name", name}, {"type", "plain_text"}, {"text", text}};
}

JsonObject secret(std::string_view name, std::string_view text) {
  return {{"name", name}, {"type", "secret_text"}, {"text", text}};
}

JsonObject inherit(std::string_view name) {
  return {{"name", name}, {"type", "inherit"}};
}

JsonObject with(JsonArray bindings) {
  return {{"bindings", std::move(bindings)}};
}

}  // namespace

TEST_SUITE("bindings") {
  TEST_CASE("malformed bindings have their codes") {
    Sim sim;
    CHECK(sim.put("a", with({JsonObject{{"type", "ai"}}})).code() == 10052);
    CHECK(sim.put("a", with({plain("X", "1"), plain("X", "2")})).code() == 10053);
    CHECK(sim.put("a", with({JsonObject{{"name", "X"}, {"type", "plain_text"}}})).code() == 10021);
    CHECK(sim.put("a", with({JsonObject{{"name", "X"}, {"type", "secret_text"}, {"text", 1}}})).code() == 10021);
    CHECK(sim.put("a", with({JsonObject{{"name", "X"}, {"type", "kv_namespace"}}})).code() == 10021);
    CHECK(sim.put("a", with({plain("X", std::string(6000, 'x'))})).code() == 10054);
  }

  TEST_CASE("a type that nobody knows passes through") {
    Sim sim;
    sim.put("a", with({JsonObject{{"name", "X"}, {"type", "quantum"}, {"spin", 0.5}}}));
    CHECK(binding(sim.settings("a"), "X").at("spin") == 0.5);
  }

  TEST_CASE("reads fill in defaults and keep an order of their own") {
    Sim sim;
    sim.put("target");
    sim.put("a", with({JsonObject{{"name", "Z"}, {"type", "service"}, {"service", "target"}},
                       JsonObject{{"name", "D"}, {"type", "d1"}, {"database_id", "some-id"}}}));
    const auto settings = sim.settings("a");
    CHECK(text(binding(settings, "Z"), "environment") == "production");
    CHECK(text(binding(settings, "D"), "id") == "some-id");
    CHECK(text(binding(settings, "D"), "database_id") == "some-id");
    CHECK(text(settings.at("bindings").as_array().front(), "name") == "D");
  }

  TEST_CASE("a service binding needs its target") {
    Sim sim;
    const auto reply = sim.put("a", with({JsonObject{{"name", "S"}, {"type", "service"}, {"service", "missing"}}}));
    CHECK(reply.status == 400);
    CHECK(reply.code() == 10143);
    const auto itself = sim.put("a", with({JsonObject{{"name", "S"}, {"type", "service"}, {"service", "a"}}}));
    CHECK(itself.status == 200);
  }

  TEST_CASE("an upload replaces bindings and keeps secrets") {
    Sim sim;
    sim.put("a", with({plain("V", "1"), secret("S", "s")}));
    sim.put("a");
    CHECK(binding(sim.settings("a"), "V").is_null());
    CHECK(text(binding(sim.settings("a"), "S"), "type") == "secret_text");
  }

  TEST_CASE("with put_secrets=replace an upload drops secrets that nothing keeps") {
    Sim sim({.semantics = {.put_keeps_secrets = false}});
    sim.put("a", with({secret("S", "s"), secret("T", "t")}));
    sim.put("a", with({inherit("T")}));
    CHECK(binding(sim.settings("a"), "S").is_null());
    CHECK_FALSE(binding(sim.settings("a"), "T").is_null());
  }

  TEST_CASE("keep_bindings carries whole types over and states which") {
    Sim sim;
    sim.put("a", with({plain("V", "1"), plain("W", "2"), secret("S", "s")}));
    auto metadata = with({plain("W", "new")});
    metadata["keep_bindings"] = JsonArray{"plain_text"};
    sim.put("a", metadata);
    const auto settings = sim.settings("a");
    CHECK(text(binding(settings, "V"), "text") == "1");
    CHECK(text(binding(settings, "W"), "text") == "new");
    CHECK(binding(settings, "S").is_null());
  }

  TEST_CASE("inherit keeps a binding, also under a new name") {
    Sim sim;
    sim.put("a", with({plain("V", "1"), secret("S", "s")}));
    auto renamed = inherit("W");
    renamed["old_name"] = "V";
    sim.put("a", with({renamed, inherit("S")}), "export default {}", "?bindings_inherit=strict");
    const auto settings = sim.settings("a");
    CHECK(text(binding(settings, "W"), "text") == "1");
    CHECK(binding(settings, "V").is_null());
    CHECK_FALSE(binding(settings, "S").is_null());
  }

  TEST_CASE("what cannot be inherited is dropped, or 10057 each where strict") {
    Sim sim;
    sim.put("a");
    REQUIRE(sim.put("a", with({inherit("X"), inherit("Y")})).status == 200);
    CHECK(sim.settings("a").at("bindings").as_array().empty());
    const auto strict =
        sim.put("a", with({inherit("X"), inherit("Y")}), "export default {}", "?bindings_inherit=strict");
    CHECK(strict.status == 400);
    REQUIRE(strict.json.at("errors").as_array().size() == 2);
    CHECK(strict.json.at("errors").as_array()[1].at("code") == 10057);
    auto pinned = inherit("V");
    pinned["version_id"] = "0190";
    CHECK(sim.put("a", with({pinned}), "export default {}", "?bindings_inherit=strict").code() == 10057);
  }

  TEST_CASE("no answer ever holds the value of a secret") {
    Sim sim;
    const std::string value = "correct-horse-battery-staple";
    sim.put("a", with({secret("S", value), JsonObject{{"name", "K"},
                                                      {"type", "secret_key"},
                                                      {"algorithm", "HMAC"},
                                                      {"format", "raw"},
                                                      {"usages", JsonArray{"sign"}},
                                                      {"key_base64", value}}}));
    const auto versions = sim.call("GET", "/workers/scripts/a/versions");
    const auto id = text(versions.result().at("items").as_array().front(), "id");
    std::string all;
    for (const std::string path : {"/workers/scripts", "/workers/scripts/a/settings", "/workers/scripts/a/secrets",
                                   "/workers/scripts/a/secrets/S", "/workers/workers/a"}) {
      all += sim.call("GET", path).body;
    }
    all += sim.call("GET", "/workers/scripts/a/versions/" + id).body;
    all += sim.control("GET", "state").body + sim.control("GET", "requests").body;
    all += sim.service().save();
    CHECK(all.find(value) == std::string::npos);
    CHECK(all.find("\"usages\":[\"sign\"]") != std::string::npos);
  }

  TEST_CASE("a Worker that others bind to is not deleted without force") {
    Sim sim;
    sim.put("target");
    sim.put("a", with({JsonObject{{"name", "S"}, {"type", "service"}, {"service", "target"}}}));
    CHECK(sim.call("DELETE", "/workers/scripts/target").code() == 10142);
    CHECK(sim.call("DELETE", "/workers/scripts/target?force=true").status == 200);
  }

  TEST_CASE("whether others bind a Worker is known after each delete and each upload") {
    Sim sim;
    const auto binding = with({JsonObject{{"name", "S"}, {"type", "service"}, {"service", "target"}}});
    sim.put("target");
    sim.put("other");
    CHECK(sim.call("DELETE", "/workers/scripts/other").status == 200);
    sim.put("a", binding);
    sim.put("b", binding);
    CHECK(sim.call("DELETE", "/workers/scripts/target").code() == 10142);
    CHECK(sim.call("DELETE", "/workers/scripts/a").status == 200);
    CHECK(sim.call("DELETE", "/workers/scripts/target").code() == 10142);
    CHECK(sim.call("DELETE", "/workers/scripts/b").status == 200);
    CHECK(sim.call("DELETE", "/workers/scripts/target").status == 200);
  }
}

namespace {

JsonObject first_migration() {
  return {{"new_tag", "v1"}, {"new_sqlite_classes", JsonArray{"Cart"}}};
}

}  // namespace

TEST_SUITE("Durable Objects") {
  TEST_CASE("a migration sets the tag and makes the class bindable") {
    Sim sim;
    auto metadata = with({JsonObject{{"name", "CART"}, {"type", "durable_object_namespace"}, {"class_name", "Cart"}}});
    CHECK(sim.put("a", metadata).code() == 10061);
    metadata["migrations"] = first_migration();
    REQUIRE(sim.put("a", metadata).status == 200);
    CHECK(text(sim.item("a"), "migration_tag") == "v1");
    CHECK(text(binding(sim.settings("a"), "CART"), "namespace_id").size() == 32);
  }

  TEST_CASE("a wrong old_tag is 412 10079 and names the expected one") {
    Sim sim;
    sim.put("a", {{"migrations", first_migration()}});
    const auto again = sim.put("a", {{"migrations", first_migration()}});
    CHECK(again.status == 412);
    CHECK(again.code() == 10079);
    CHECK(again.body.find("when expected tag is 'v1'") != std::string::npos);
    const JsonObject second{
        {"old_tag", "v1"},
        {"new_tag", "v2"},
        {"steps", JsonArray{JsonObject{{"renamed_classes", JsonArray{JsonObject{{"from", "Cart"}, {"to", "Bag"}}}}}}}};
    CHECK(sim.put("a", {{"migrations", second}}).status == 200);
    CHECK(text(sim.item("a"), "migration_tag") == "v2");
  }

  TEST_CASE("empty migrations ask for nothing") {
    Sim sim;
    sim.put("a", {{"migrations", first_migration()}});
    const JsonObject empty{{"new_classes", JsonArray()}, {"deleted_classes", JsonArray()}};
    CHECK(sim.put("a", {{"migrations", empty}}).status == 200);
    CHECK(text(sim.item("a"), "migration_tag") == "v1");
  }

  TEST_CASE("a class cannot be made twice") {
    Sim sim;
    sim.put("a", {{"migrations", first_migration()}});
    const JsonObject again{{"old_tag", "v1"}, {"new_tag", "v2"}, {"new_classes", JsonArray{"Cart"}}};
    CHECK(sim.put("a", {{"migrations", again}}).code() == 10074);
  }

  TEST_CASE("a Worker whose class others use is not deleted even with force") {
    Sim sim;
    sim.put("owner", {{"migrations", first_migration()}});
    sim.put(
        "user",
        with({JsonObject{
            {"name", "C"}, {"type", "durable_object_namespace"}, {"class_name", "Cart"}, {"script_name", "owner"}}}));
    CHECK(sim.call("DELETE", "/workers/scripts/owner?force=true").code() == 10064);
  }
}

}  // namespace plumbline::simulator
