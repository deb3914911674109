#include <doctest/doctest.h>

#include "harness.h"

namespace plumbline::simulator {
namespace {

Reply upload_version(Sim& sim, std::string_view source, std::string_view metadata = R"({"main_module":"m.js"})") {
  return sim.form("POST", "/workers/scripts/a/versions?bindings_inherit=strict",
                  {{"metadata", "", "", metadata}, {"m.js", "m.js", "application/javascript+module", source}});
}

std::string deployment_of(std::string_view first, double share, std::string_view second = "") {
  JsonArray versions{JsonObject{{"version_id", first}, {"percentage", share}}};
  if (!second.empty()) {
    versions.push_back(JsonObject{{"version_id", second}, {"percentage", 100 - share}});
  }
  return to_text(JsonObject{{"strategy", "percentage"},
                            {"versions", std::move(versions)},
                            {"annotations", JsonObject{{"workers/message", "m"}}}});
}

std::string newest_version(Sim& sim) {
  const auto list = sim.call("GET", "/workers/scripts/a/versions");
  return text(list.result().at("items").as_array().front(), "id");
}

}  // namespace

TEST_SUITE("versions") {
  TEST_CASE("an uploaded version is not deployed and can be read") {
    Sim sim;
    sim.put("a");
    const auto deployed = newest_version(sim);
    const auto reply = upload_version(sim, "export default { queue() {} }");
    REQUIRE(reply.status == 200);
    const auto id = text(reply.result(), "id");
    CHECK(id.size() == 36);
    CHECK(reply.result().at("number") == 2);
    CHECK(reply.result().at("metadata").as_object().contains("has_preview"));
    const auto active = sim.call("GET", "/workers/scripts/a/deployments").result();
    CHECK(text(active.at("deployments").as_array().front().at("versions").as_array().front(), "version_id") ==
          deployed);
    const auto shown = sim.call("GET", "/workers/scripts/a/versions/" + id).result();
    CHECK(shown.at("resources").at("script").at("handlers").as_array().front() == "queue");
    CHECK(shown.at("resources").at("script_runtime").at("usage_model") == "standard");
    CHECK(text(shown.at("annotations"), "workers/triggered_by") == "version_upload");
    CHECK(sim.call("GET", "/workers/scripts/a/versions/" + deployed + "0").code() == 100146);
  }

  TEST_CASE("a version of a Worker that does not exist is 10007") {
    Sim sim;
    CHECK(upload_version(sim, "export default {}").code() == 10007);
  }

  TEST_CASE("a version takes no migrations") {
    Sim sim;
    sim.put("a");
    CHECK(upload_version(sim, "export default {}", R"({"main_module":"m.js","migrations":{"new_tag":"v1"}})").code() ==
          10211);
    CHECK(upload_version(sim, "export default {}",
                         R"({"main_module":"m.js","bindings":[{"name":"C","type":)"
                         R"("durable_object_namespace","class_name":"C"}]})")
              .code() == 10123);
  }

  TEST_CASE("pages of versions are newest first and deployable ignores them") {
    Sim sim;
    for (int i = 0; i < 12; ++i) sim.put("a");
    const auto first = sim.call("GET", "/workers/scripts/a/versions");
    CHECK(first.result().at("items").as_array().size() == 10);
    CHECK(first.result().at("items").as_array()[0].at("number") == 12);
    CHECK(first.json.at("result_info").at("total_count") == 12);
    const auto second = sim.call("GET", "/workers/scripts/a/versions?page=2");
    CHECK(second.result().at("items").as_array().size() == 2);
    const auto all = sim.call("GET", "/workers/scripts/a/versions?deployable=true&page=2");
    CHECK(all.result().at("items").as_array().size() == 12);
    CHECK(sim.call("GET", "/workers/scripts/a/versions?page=x").code() == 10006);
  }

  TEST_CASE("a deployment hands the traffic out") {
    Sim sim;
    sim.put("a");
    const auto old = newest_version(sim);
    const auto id = text(upload_version(sim, "export default {}").result(), "id");
    const auto split = sim.call("POST", "/workers/scripts/a/deployments", deployment_of(id, 10, old));
    REQUIRE(split.status == 200);
    CHECK(split.result().at("versions").as_array().size() == 2);
    CHECK(text(split.result().at("annotations"), "workers/message") == "m");
    const auto whole = sim.call("POST", "/workers/scripts/a/deployments", deployment_of(id, 100));
    CHECK(text(whole.result().at("annotations"), "workers/triggered_by") == "deployment");
    CHECK(sim.call("GET", "/workers/scripts/a/deployments").result().at("deployments").as_array()[0] == whole.result());
    const auto back = sim.call("POST", "/workers/scripts/a/deployments", deployment_of(old, 100));
    CHECK(text(back.result().at("annotations"), "workers/triggered_by") == "rollback");
  }

  TEST_CASE("deployments that make no sense are refused") {
    Sim sim;
    sim.put("a");
    const auto id = newest_version(sim);
    const auto post = [&](const std::string& body) {
      return sim.call("POST", "/workers/scripts/a/deployments", body).code();
    };
    CHECK(post(deployment_of(id, 99)) == 10001);
    CHECK(post(deployment_of(id, 50, id)) == 10001);
    CHECK(post(deployment_of("nope", 100)) == 100146);
    CHECK(post(R"({"strategy":"percentage","versions":[]})") == 10001);
    CHECK(post("{}") == 10001);
    CHECK(post("nonsense") == 10026);
  }

  TEST_CASE("going back behind a changed secret needs force") {
    Sim sim;
    sim.put("a");
    const auto old = newest_version(sim);
    sim.call("PUT", "/workers/scripts/a/secrets", R"({"name":"S","text":"v"})");
    const auto body = deployment_of(old, 100);
    CHECK(sim.call("POST", "/workers/scripts/a/deployments", body).code() == 10220);
    CHECK(sim.call("POST", "/workers/scripts/a/deployments?force=true", body).status == 200);
  }

  TEST_CASE("single deployments can be read, and deleted unless they are active") {
    Sim sim;
    sim.put("a");
    sim.put("a");
    const auto list = sim.call("GET", "/workers/scripts/a/deployments").result();
    const auto& all = list.at("deployments").as_array();
    const auto path = [&](std::size_t i) { return "/workers/scripts/a/deployments/" + text(all[i], "id"); };
    CHECK(sim.call("GET", path(1)).result() == all[1]);
    CHECK(sim.call("DELETE", path(0)).status == 400);
    CHECK(sim.call("DELETE", path(1)).status == 200);
    CHECK(sim.call("GET", path(1)).code() == 10336);
  }

  TEST_CASE("settings and the list show the latest version, or the deployed one where told to") {
    Sim sim;
    sim.put("a", {{"compatibility_date", "2026-01-01"}});
    const auto deployed = sim.item("a");
    upload_version(sim, "export default { tail() {} }", R"({"main_module":"m.js","compatibility_date":"2026-02-02"})");
    CHECK(sim.settings("a").at("compatibility_date") == "2026-02-02");
    CHECK(sim.item("a").at("etag") != deployed.at("etag"));
    sim.control("POST", "settings", JsonObject{{"settings_version", "deployed"}, {"list_etag", "deployed"}});
    CHECK(sim.settings("a").at("compatibility_date") == "2026-01-01");
    CHECK(sim.item("a").at("etag") == deployed.at("etag"));
  }

  TEST_CASE("settings_annotations=no hides annotations") {
    Sim sim({.semantics = {.settings_annotations = false}});
    sim.put("a");
    CHECK(member(sim.settings("a"), "annotations") == nullptr);
  }
}

TEST_SUITE("exposure") {
  TEST_CASE("a new Worker is not on workers.dev, and previews follow") {
    Sim sim;
    sim.put("a");
    const std::string path = "/workers/scripts/a/subdomain";
    CHECK(sim.call("GET", path).result() == JsonObject{{"enabled", false}, {"previews_enabled", false}});
    CHECK(sim.call("POST", path, R"({"enabled":true})").result().at("previews_enabled") == true);
    CHECK(sim.call("POST", path, R"({"enabled":true,"previews_enabled":false})").result().at("previews_enabled") ==
          false);
    CHECK(sim.call("POST", path, "{}").code() == 10001);
    CHECK(sim.call("DELETE", path).result().at("enabled") == false);
    CHECK(sim.call("GET", "/workers/scripts/x/subdomain").code() == 10007);
  }

  TEST_CASE("the newest tail is shown until it is deleted or over") {
    Sim sim;
    sim.put("a");
    CHECK(sim.call("GET", "/workers/scripts/a/tails").result().is_null());
    sim.call("POST", "/workers/scripts/a/tails");
    const auto made = sim.call("POST", "/workers/scripts/a/tails").result();
    CHECK(text(made, "url").starts_with("wss://"));
    CHECK(sim.call("GET", "/workers/scripts/a/tails").result() == made);
    const auto path = "/workers/scripts/a/tails/" + text(made, "id");
    CHECK(sim.call("DELETE", path).status == 200);
    CHECK(sim.call("DELETE", path).status == 404);
    CHECK(sim.call("GET", "/workers/scripts/a/tails").result().is_object());
    sim.advance(std::chrono::hours(7));
    CHECK(sim.call("GET", "/workers/scripts/a/tails").result().is_null());
  }

  TEST_CASE("a subdomain moves the list only where told to") {
    Sim sim;
    sim.put("a");
    const auto before = text(sim.item("a"), "modified_on");
    sim.call("POST", "/workers/scripts/a/subdomain", R"({"enabled":true})");
    CHECK(text(sim.item("a"), "modified_on") == before);
    sim.control("POST", "settings", JsonObject{{"subdomain_bumps", true}});
    sim.call("POST", "/workers/scripts/a/subdomain", R"({"enabled":true})");
    CHECK(text(sim.item("a"), "modified_on") > before);
  }

  TEST_CASE("the account's subdomain can be taken once") {
    Sim sim;
    CHECK(text(sim.call("GET", "/workers/subdomain").result(), "subdomain") == "simulator");
    CHECK(sim.call("PUT", "/workers/subdomain", R"({"subdomain":"other"})").code() == 10036);
    CHECK(sim.call("DELETE", "/workers/subdomain").status == 200);
    CHECK(sim.call("GET", "/workers/subdomain").code() == 10007);
    CHECK(sim.call("PUT", "/workers/subdomain", R"({"subdomain":"-"})").code() == 10032);
    CHECK(sim.call("PUT", "/workers/subdomain", R"({"subdomain":"other"})").status == 200);
  }

  TEST_CASE("schedules are replaced as a whole and keep their birth") {
    Sim sim;
    sim.put("a");
    const std::string path = "/workers/scripts/a/schedules";
    const auto first = sim.call("PUT", path, R"([{"cron":"*/5 * * * *"}])");
    REQUIRE(first.status == 200);
    sim.advance(std::chrono::seconds(5));
    const auto second = sim.call("PUT", path, R"([{"cron":"0 1 * * MON"},{"cron":"*/5 * * * *"}])");
    const auto& list = second.result().at("schedules").as_array();
    REQUIRE(list.size() == 2);
    CHECK(list[1].at("created_on") == first.result().at("schedules").as_array()[0].at("created_on"));
    CHECK(sim.call("PUT", path, R"({"schedules":[]})").code() == 10001);
    CHECK(sim.call("PUT", path, R"([{"cron":"often"}])").code() == 10100);
    CHECK(sim.call("PUT", path, "[]").result().at("schedules").as_array().empty());
  }

  TEST_CASE("the beta list has pages, subdomains and references") {
    Sim sim;
    sim.put("a");
    sim.put("b", {{"bindings", JsonArray{JsonObject{{"name", "A"}, {"type", "service"}, {"service", "a"}}}}});
    sim.call("POST", "/workers/scripts/a/subdomain", R"({"enabled":true})");
    const auto page = sim.call("GET", "/workers/workers?page=2&per_page=1");
    REQUIRE(page.result().as_array().size() == 1);
    CHECK(text(page.result().as_array()[0], "name") == "b");
    CHECK(page.json.at("result_info").at("total_pages") == 2);
    const auto worker = sim.call("GET", "/workers/workers/a").result();
    CHECK(worker.at("subdomain").at("enabled") == true);
    CHECK(text(worker.at("references").at("workers").as_array().front(), "name") == "b");
    const auto by_id = sim.call("GET", "/workers/workers/" + text(worker, "id"));
    CHECK(text(by_id.result(), "name") == "a");
    CHECK(sim.call("GET", "/workers/workers/x").code() == 10007);
    sim.control("POST", "settings", JsonObject{{"beta_workers", "no"}});
    CHECK(sim.call("GET", "/workers/workers").code() == 7003);
  }

  TEST_CASE("the beta API's versions show what no other read does") {
    Sim sim;
    sim.put("a", {{"containers", JsonArray{JsonObject{{"class_name", "C"}}}},
                  {"package_dependencies", JsonArray{JsonObject{{"name", "hono"}}}},
                  {"limits", JsonObject{{"cpu_ms", 50}}}});
    sim.put("a");
    const auto list = sim.call("GET", "/workers/workers/a/versions?per_page=1&page=2");
    REQUIRE(list.result().as_array().size() == 1);
    CHECK(list.json.at("result_info").at("total_count") == 2);
    const auto& first = list.result().as_array().front();
    CHECK(first.at("number") == 1);
    const auto path = "/workers/workers/a/versions/" + text(first, "id");
    const auto version = sim.call("GET", path).result();
    CHECK(version == first);
    CHECK(text(version.at("containers").as_array().front(), "class_name") == "C");
    CHECK(text(version.at("package_dependencies").as_array().front(), "name") == "hono");
    CHECK(version.at("limits").at("cpu_ms") == 50);
    CHECK(text(version, "main_module") == "index.js");
    CHECK_FALSE(version.as_object().contains("modules"));
    const auto with_code = sim.call("GET", path + "?include=modules").result();
    CHECK(with_code.at("modules").as_array().size() == 1);
    const auto newest = sim.call("GET", "/workers/workers/a/versions").result().as_array().front();
    CHECK_FALSE(newest.as_object().contains("containers"));
    CHECK_FALSE(sim.call("GET", "/workers/scripts/a/settings").result().as_object().contains("containers"));
    CHECK(sim.call("GET", "/workers/workers/a/versions/none").code() == 10071);
    CHECK(sim.call("GET", "/workers/workers/x/versions").code() == 10007);
    sim.control("POST", "settings", JsonObject{{"beta_workers", "no"}});
    CHECK(sim.call("GET", path).code() == 7003);
  }

  TEST_CASE("a patch of the settings leaves alone what only an upload takes") {
    Sim sim;
    sim.put("a", {{"containers", JsonArray{JsonObject{{"class_name", "C"}}}}});
    sim.patch_settings("a", {{"containers", JsonArray()}, {"package_dependencies", JsonArray{JsonObject()}}});
    const auto version = sim.call("GET", "/workers/workers/a/versions").result().as_array().front();
    CHECK(version.at("number") == 2);
    CHECK(version.at("containers").as_array().size() == 1);
    CHECK_FALSE(version.as_object().contains("package_dependencies"));
  }

  TEST_CASE("the beta API changes secrets in a version that is not deployed") {
    Sim sim;
    sim.put("a");
    const auto deployed = sim.call("GET", "/workers/scripts/a/deployments").result();
    const auto patched =
        sim.call("PATCH", "/workers/workers/a/versions/latest",
                 R"({"env":{"S":{"type":"secret_text","text":"x"}},"annotations":{"workers/tag":"t"}})");
    REQUIRE(patched.status == 200);
    CHECK(text(patched.result().at("annotations"), "workers/tag") == "t");
    CHECK(sim.call("GET", "/workers/scripts/a/secrets").result().as_array().size() == 1);
    CHECK(sim.call("GET", "/workers/scripts/a/deployments").result() == deployed);
    CHECK(sim.call("PUT", "/workers/scripts/a/secrets", R"({"name":"T","text":"v"})").code() == 10215);
  }
}

}  // namespace plumbline::simulator
