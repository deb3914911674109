#include <doctest/doctest.h>

#include "harness.h"

namespace plumbline::simulator {

TEST_SUITE("settings") {
  TEST_CASE("observability comes expanded and an upload echoes it with nulls") {
    Sim sim;
    const auto put = sim.put("a", {{"observability", JsonObject{{"enabled", true}}}});
    CHECK(put.result().at("observability").at("logs").is_null());
    for (const auto& shown : {sim.item("a").at("observability"), sim.settings("a").at("observability")}) {
      CHECK(shown.at("head_sampling_rate") == 1);
      CHECK(shown.at("logs").at("enabled") == true);
      CHECK(shown.at("logs").at("persist") == true);
      CHECK(shown.at("logs").at("invocation_logs") == true);
      CHECK(shown.at("traces").at("enabled") == false);
      CHECK(shown.at("redact_query_string") == false);
    }
  }

  TEST_CASE("what is not set shows as null in the list and as empty in the settings") {
    Sim sim;
    sim.put("a");
    const auto item = sim.item("a");
    CHECK(item.at("tags").is_null());
    CHECK(item.at("tail_consumers").is_null());
    CHECK(item.at("routes").is_null());
    CHECK(item.at("deployment_id") == "");
    const auto settings = sim.settings("a");
    CHECK(settings.at("tags").as_array().empty());
    CHECK(settings.at("placement").as_object().empty());
    CHECK(member(settings, "observability") == nullptr);
    CHECK(member(settings, "limits") == nullptr);
  }

  TEST_CASE("a PATCH of settings changes what it names, makes a version and drops annotations") {
    Sim sim;
    sim.put("a", {{"compatibility_date", "2026-01-01"},
                  {"limits", JsonObject{{"cpu_ms", 50}}},
                  {"annotations", JsonObject{{"workers/tag", "abc"}}}});
    const auto before = sim.item("a");
    const auto reply = sim.patch_settings("a", JsonObject{{"compatibility_date", "2026-02-02"}});
    REQUIRE(reply.status == 200);
    CHECK(reply.result().at("compatibility_date") == "2026-02-02");
    CHECK(reply.result().at("limits").at("cpu_ms") == 50);
    CHECK(member(reply.result().at("annotations"), "workers/tag") == nullptr);
    const auto after = sim.item("a");
    CHECK(after.at("etag") == before.at("etag"));
    CHECK(text(after, "modified_on") > text(before, "modified_on"));
    const auto versions = sim.call("GET", "/workers/scripts/a/versions");
    CHECK(versions.result().at("items").as_array().size() == 2);
    CHECK(versions.json.at("errors").is_null());
  }

  TEST_CASE("settings take the values of the schema alone") {
    Sim sim;
    REQUIRE(sim.put("a").status == 200);
    const auto both = [&](const JsonObject& settings) {
      const auto patched = sim.patch_settings("a", settings);
      const auto put = sim.put("a", settings);
      CHECK(put.code() == patched.code());
      return patched.code();
    };
    for (const auto* model : {"standard", "bundled", "unbound"}) CHECK(both({{"usage_model", model}}) == 0);
    CHECK(both({{"usage_model", "nonsense"}}) == 10001);
    CHECK(sim.call("PUT", "/workers/scripts/a/usage-model", R"({"usage_model":"nonsense"})").code() == 10001);
    CHECK(sim.call("PUT", "/workers/account-settings", R"({"default_usage_model":"nonsense"})").code() == 10001);
    for (const auto* placement :
         {R"({})", R"({"mode":"smart"})", R"({"mode":"smart","hint":"enam"})", R"({"region":"aws:us-east-1"})",
          R"({"hostname":"a.example"})", R"({"host":"a.example:1"})", R"({"mode":"targeted","region":"aws:us-east-1"})",
          R"({"mode":"targeted","target":[{"host":"a.example:1"}]})"}) {
      CHECK_MESSAGE(both({{"placement", parse_json(placement).value()}}) == 0, placement);
    }
    for (const auto* placement :
         {R"({"mode":"nonsense"})", R"({"mode":"off"})", R"({"mode":1})", R"({"mode":"targeted"})",
          R"({"mode":"targeted","target":[]})", R"({"target":[{"host":"a.example:1"}]})"}) {
      CHECK_MESSAGE(both({{"placement", parse_json(placement).value()}}) == 10001, placement);
    }
    CHECK(both({{"limits", JsonObject{{"cpu_ms", 0}}}}) == 10001);
    CHECK(both({{"limits", JsonObject{{"cpu_ms", "50"}}}}) == 10001);
    CHECK(both({{"observability", JsonObject{{"enabled", true}, {"logs", JsonObject{{"head_sampling_rate", 2}}}}}}) ==
          10001);
  }

  TEST_CASE("a JSON body is no PATCH of settings") {
    Sim sim;
    sim.put("a");
    const auto reply = sim.call("PATCH", "/workers/scripts/a/settings", "{}", {{"Content-Type", "application/json"}});
    CHECK(reply.status == 400);
    CHECK(reply.code() == 10001);
  }

  TEST_CASE("bindings in a PATCH replace the array, and name with type keeps") {
    Sim sim;
    sim.put("a", {{"bindings", JsonArray{JsonObject{{"name", "V"}, {"type", "plain_text"}, {"text", "1"}},
                                         JsonObject{{"name", "W"}, {"type", "plain_text"}, {"text", "2"}},
                                         JsonObject{{"name", "S"}, {"type", "secret_text"}, {"text", "s"}}}}});
    const auto keep = sim.patch_settings(
        "a", JsonObject{{"bindings", JsonArray{JsonObject{{"name", "V"}, {"type", "plain_text"}},
                                               JsonObject{{"name", "S"}, {"type", "secret_text"}},
                                               JsonObject{{"name", "N"}, {"type", "secret_text"}, {"text", "n"}}}}});
    REQUIRE(keep.status == 200);
    CHECK(text(binding(keep.result(), "V"), "text") == "1");
    CHECK(binding(keep.result(), "W").is_null());
    CHECK_FALSE(binding(keep.result(), "S").is_null());
    CHECK_FALSE(binding(keep.result(), "N").is_null());
    const auto unknown = sim.patch_settings(
        "a", JsonObject{{"bindings", JsonArray{JsonObject{{"name", "Q"}, {"type", "secret_text"}}}}});
    CHECK(unknown.code() == 10021);
  }

  TEST_CASE("null in a PATCH of settings clears") {
    Sim sim;
    sim.put("a", {{"limits", JsonObject{{"cpu_ms", 50}}}, {"tags", JsonArray{"t"}}});
    const auto reply = sim.patch_settings("a", JsonObject{{"limits", nullptr}, {"tags", nullptr}});
    CHECK(member(reply.result(), "limits") == nullptr);
    CHECK(reply.result().at("tags").as_array().empty());
  }

  TEST_CASE("settings are 10214 while the latest version is not deployed") {
    Sim sim;
    sim.put("a");
    REQUIRE(sim.form("POST", "/workers/scripts/a/versions",
                     {{"metadata", "", "", R"({"main_module":"m.js"})"},
                      {"m.js", "m.js", "application/javascript+module", "export default {}"}})
                .status == 200);
    CHECK(sim.patch_settings("a", JsonObject{{"logpush", true}}).code() == 10214);
    const auto script = sim.call("PATCH", "/workers/scripts/a/script-settings", R"({"logpush":true})");
    CHECK(script.status == 200);
  }

  TEST_CASE("script settings make no version, and null clears") {
    Sim sim;
    sim.put("a", {{"tail_consumers", JsonArray{JsonObject{{"service", "t"}}}}});
    const auto reply =
        sim.call("PATCH", "/workers/scripts/a/script-settings", R"({"tags":["x"],"tail_consumers":null})");
    REQUIRE(reply.status == 200);
    CHECK(reply.result().at("tags").as_array().front() == "x");
    CHECK(reply.result().at("tail_consumers").is_null());
    CHECK(reply.result().at("observability").at("enabled") == false);
    const auto versions = sim.call("GET", "/workers/scripts/a/versions");
    CHECK(versions.result().at("items").as_array().size() == 1);
  }

  TEST_CASE("the list moves with script settings unless told not to") {
    Sim sim;
    sim.put("a");
    const auto first = text(sim.item("a"), "modified_on");
    sim.call("PATCH", "/workers/scripts/a/script-settings", R"({"logpush":true})");
    const auto second = text(sim.item("a"), "modified_on");
    CHECK(second > first);
    sim.control("POST", "settings", JsonObject{{"script_settings_bumps", "no"}});
    sim.call("PATCH", "/workers/scripts/a/script-settings", R"({"logpush":false})");
    CHECK(text(sim.item("a"), "modified_on") == second);
    CHECK(sim.item("a").at("logpush") == false);
  }

  TEST_CASE("flags come back in the server's order") {
    Sim sim;
    sim.put("a", {{"compatibility_flags", JsonArray{"z_flag", "a_flag"}}});
    CHECK(sim.settings("a").at("compatibility_flags") == JsonArray{"a_flag", "z_flag"});
  }

  TEST_CASE("placement comes back with a status") {
    Sim sim;
    sim.put("a", {{"placement", JsonObject{{"mode", "smart"}}}});
    CHECK(sim.settings("a").at("placement").as_object().contains("status"));
    CHECK(sim.item("a").at("placement_mode") == "smart");
  }

  TEST_CASE("the usage model is an older way to the same settings") {
    Sim sim;
    sim.put("a");
    const auto reply =
        sim.call("PUT", "/workers/scripts/a/usage-model", R"({"usage_model":"standard","user_limits":{"cpu_ms":20}})");
    REQUIRE(reply.status == 200);
    CHECK(reply.result().at("user_limits").at("cpu_ms") == 20);
    CHECK(sim.settings("a").at("limits").at("cpu_ms") == 20);
  }

  TEST_CASE("settings of an unknown Worker are 10007") {
    Sim sim;
    CHECK(sim.call("GET", "/workers/scripts/x/settings").code() == 10007);
    CHECK(sim.patch_settings("x", JsonObject()).code() == 10007);
    CHECK(sim.call("GET", "/workers/scripts/x/script-settings").code() == 10007);
  }

  TEST_CASE("tags filter the list whole or by their beginning") {
    Sim sim;
    sim.put("a", {{"tags", JsonArray{"plumbline=edge/production;keep"}}});
    sim.put("b", {{"tags", JsonArray{"plumbline=edge/production"}}});
    sim.put("c");
    const auto count = [&](std::string_view query) {
      const auto reply = sim.call("GET", "/workers/scripts?tags=" + net::percent_encode(query));
      return reply.result().as_array().size();
    };
    CHECK(count("plumbline=edge/production:yes") == 1);
    CHECK(count("plumbline=edge/production:no") == 2);
    sim.control("POST", "settings", JsonObject{{"tags_filter", "loose"}});
    CHECK(count("plumbline=edge/production:yes") == 2);
    const auto unclear = sim.call("GET", "/workers/scripts?tags=" + net::percent_encode("keep:maybe"));
    CHECK(unclear.status == 400);
    CHECK(unclear.code() == 10006);
  }
}

TEST_SUITE("secrets") {
  TEST_CASE("a secret is listed by name and type") {
    Sim sim;
    sim.put("a");
    const auto put = sim.call("PUT", "/workers/scripts/a/secrets", R"({"name":"S","text":"v","type":"secret_text"})");
    REQUIRE(put.status == 200);
    CHECK(put.result() == JsonObject{{"name", "S"}, {"type", "secret_text"}});
    CHECK(sim.call("GET", "/workers/scripts/a/secrets").result().as_array().size() == 1);
    CHECK(sim.call("GET", "/workers/scripts/a/secrets/S?url_encoded=true").status == 200);
    CHECK(sim.call("DELETE", "/workers/scripts/a/secrets/S?url_encoded=true").status == 200);
    CHECK(sim.call("GET", "/workers/scripts/a/secrets/S").code() == 10056);
    CHECK(sim.call("DELETE", "/workers/scripts/a/secrets/S").code() == 10056);
  }

  TEST_CASE("secrets of an unknown Worker are 10007") {
    Sim sim;
    CHECK(sim.call("PUT", "/workers/scripts/x/secrets", R"({"name":"S","text":"v"})").code() == 10007);
  }

  TEST_CASE("a secret cannot take the name of a variable") {
    Sim sim;
    sim.put("a", {{"bindings", JsonArray{JsonObject{{"name", "V"}, {"type", "plain_text"}, {"text", "1"}}}}});
    CHECK(sim.call("PUT", "/workers/scripts/a/secrets", R"({"name":"V","text":"v"})").code() == 10053);
  }

  TEST_CASE("each secret is a version, and a bulk is one for all") {
    Sim sim;
    sim.put("a");
    const auto versions = [&] {
      return sim.call("GET", "/workers/scripts/a/versions").result().at("items").as_array().size();
    };
    sim.call("PUT", "/workers/scripts/a/secrets", R"({"name":"A","text":"v"})");
    CHECK(versions() == 2);
    const auto bulk = sim.call("PATCH", "/workers/scripts/a/secrets-bulk",
                               R"({"secrets":{"B":{"name":"B","text":"b","type":"secret_text"},)"
                               R"("C":{"text":"c","type":"secret_text"},"A":null,"X":null}})");
    REQUIRE(bulk.status == 200);
    CHECK(versions() == 3);
    const auto list = sim.call("GET", "/workers/scripts/a/secrets");
    REQUIRE(list.result().as_array().size() == 2);
    CHECK(text(list.result().as_array()[0], "name") == "B");
    CHECK(bulk.result() == Json(JsonObject{{"B", JsonObject{{"name", "B"}, {"type", "secret_text"}}},
                                           {"C", JsonObject{{"name", "C"}, {"type", "secret_text"}}}}));
  }

  TEST_CASE("secrets-bulk takes a hundred operations and no more") {
    Sim sim;
    sim.put("a");
    JsonObject secrets;
    for (int i = 0; i < 100; ++i) secrets["S" + std::to_string(i)] = JsonObject{{"text", "x"}, {"type", "secret_text"}};
    const std::string path = "/workers/scripts/a/secrets-bulk";
    const auto most = sim.call("PATCH", path, to_text(JsonObject{{"secrets", secrets}}));
    REQUIRE(most.status == 200);
    CHECK(most.result().as_object().size() == 100);
    secrets["ONE_MORE"] = nullptr;
    const auto refused = sim.call("PATCH", path, to_text(JsonObject{{"secrets", secrets}}));
    CHECK(refused.status == 400);
    CHECK(refused.code() == 10001);
  }

  TEST_CASE("secrets are 10215, in bulk 10214, while the latest version is not deployed") {
    Sim sim;
    sim.put("a");
    sim.form("POST", "/workers/scripts/a/versions",
             {{"metadata", "", "", R"({"main_module":"m.js"})"},
              {"m.js", "m.js", "application/javascript+module", "export default {}"}});
    CHECK(sim.call("PUT", "/workers/scripts/a/secrets", R"({"name":"A","text":"v"})").code() == 10215);
    CHECK(sim.call("PATCH", "/workers/scripts/a/secrets-bulk", R"({"secrets":{}})").code() == 10214);
  }

  TEST_CASE("with secret_bumps=no the list does not move") {
    Sim sim({.semantics = {.secret_bumps = false}});
    sim.put("a");
    const auto before = sim.item("a");
    sim.call("PUT", "/workers/scripts/a/secrets", R"({"name":"A","text":"v"})");
    CHECK(sim.item("a").at("modified_on") == before.at("modified_on"));
  }

  TEST_CASE("the state tells changed values apart by their digest") {
    Sim sim;
    const auto digest = [&](std::string_view value) {
      sim.put("a", {{"bindings", JsonArray{JsonObject{{"name", "S"}, {"type", "secret_text"}, {"text", value}}}}});
      const auto state = sim.control("GET", "state");
      const auto& secrets = state.json.at("workers").at("a").at("secrets").as_array();
      return text(secrets.front(), "sha256");
    };
    CHECK(digest("one") == "7692c3ad3540bb80");  // printf one | sha256sum
    CHECK(digest("two") != digest("one"));
  }
}

}  // namespace plumbline::simulator
