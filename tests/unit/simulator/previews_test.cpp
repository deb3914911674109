#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "base/json.h"
#include "harness.h"

namespace plumbline::simulator {
namespace {

const std::string kPreviews = "/workers/workers/shop/previews";

/// A Worker on workers.dev with one preview, `Feature/One`.
struct Stage {
  Stage() {
    sim.put("shop");
    sim.call("POST", "/workers/scripts/shop/subdomain", R"({"enabled":true,"previews_enabled":true})");
    made = sim.call("POST", kPreviews, R"({"name":"Feature/One","logpush":true})").result();
  }

  [[nodiscard]] std::string path() const { return kPreviews + "/" + text(made, "id"); }

  Reply deploy(std::string_view env, std::string_view more = "") {
    const auto metadata = std::string(R"({"main_module":"index.js","compatibility_date":"2026-01-01","env":)") +
                          std::string(env) + std::string(more) + "}";
    return sim.form("POST", path() + "/deployments",
                    {{"metadata", "", "", metadata},
                     {"files", "index.js", "application/javascript+module", "export default { fetch() {} }"}});
  }

  Sim sim;
  Json made;
};

}  // namespace

TEST_SUITE("previews") {
  TEST_CASE("a deployment as JSON, with modules in base64, is the one that a form makes") {
    Stage stage;
    const auto deploy = [&](std::string_view base64) {
      const JsonObject module{
          {"name", "index.js"}, {"content_type", "application/javascript+module"}, {"content_base64", base64}};
      return stage.sim.call(
          "POST", stage.path() + "/deployments",
          to_text(JsonObject{{"main_module", "index.js"}, {"modules", JsonArray{module}}, {"env", JsonObject()}}),
          {{"Content-Type", "application/json"}});
    };
    REQUIRE(deploy("ZXhwb3J0IGRlZmF1bHQgeyBmZXRjaCgpIHt9IH0=").status == 200);
    REQUIRE(stage.deploy("{}").status == 200);
    const auto state = stage.sim.control("GET", "state").json;
    const auto& deployments = state.at("workers").at("shop").at("previews").at(0).at("deployments").as_array();
    REQUIRE(deployments.size() == 2);
    CHECK(text(deployments[0], "code") == text(deployments[1], "code"));
    CHECK(deploy("no base64!").code() == 10021);
  }

  TEST_CASE("what previews would begin with, and a Worker for them, is refused by name") {
    Stage stage;
    for (const std::string_view key : {"previews_base_config", "preview_defaults"}) {
      CAPTURE(key);
      const auto reply = stage.sim.call("PATCH", "/workers/workers/shop", to_text(JsonObject{{key, JsonObject()}}));
      CHECK(reply.code() == 10001);
      CHECK(reply.body.find(key) != std::string::npos);
    }
    CHECK(stage.sim.call("POST", "/workers/workers", R"({"name":"new"})").code() == 10001);
    CHECK(stage.sim.item("new").is_null());
  }

  TEST_CASE("a preview is made, found by its name and its id, changed and deleted") {
    Stage stage;
    auto& sim = stage.sim;
    CHECK(text(stage.made, "slug") == "feature-one");
    CHECK(stage.made.at("urls") == Json(JsonArray{"https://feature-one-shop.simulator.workers.dev"}));
    CHECK(stage.made.at("logpush") == true);
    for (const auto& path : {stage.path(), kPreviews + "/Feature%2FOne"}) {
      CHECK(sim.call("GET", path).result() == stage.made);
    }
    CHECK(sim.call("PATCH", stage.path(), R"({"logpush":null,"observability":{"enabled":true}})").status == 200);
    const auto changed = sim.call("GET", stage.path()).result();
    CHECK(member(changed, "logpush") == nullptr);
    CHECK(changed.at("observability").at("enabled") == true);
    CHECK(sim.call("PATCH", stage.path(), R"({"logpush":"yes"})").code() == 10001);
    CHECK(sim.call("POST", kPreviews, R"({"name":"Feature/One"})").status == 409);
    CHECK(sim.call("DELETE", stage.path()).status == 200);
    CHECK(sim.call("GET", stage.path()).code() == 10025);
    CHECK(sim.call("DELETE", stage.path()).code() == 10025);
  }

  TEST_CASE("a deployment of a preview shows what it states, keeps secrets that it inherits, and changes no Worker") {
    Stage stage;
    auto& sim = stage.sim;
    const auto before = sim.item("shop");
    CHECK(sim.call("GET", stage.path() + "/deployments/latest").code() == 10222);
    CHECK(sim.call("PATCH", stage.path() + "/deployments/latest", R"({"env":{}})").code() == 10032);
    const auto first =
        stage.deploy(R"({"TOKEN":{"type":"secret_text","text":"hidden"},"V":{"type":"plain_text","text":"1"}})",
                     R"(,"migrations":{"new_tag":"v1","steps":[]})");
    REQUIRE(first.status == 200);
    CHECK_FALSE(first.body.contains("hidden"));
    CHECK(text(first.result(), "preview_id") == text(stage.made, "id"));
    CHECK(text(first.result(), "migration_tag") == "v1");
    CHECK(text(first.result().at("env").at("V"), "text") == "1");
    const auto second = stage.deploy(R"({"TOKEN":{"type":"inherit"}})", R"(,"annotations":{"workers/tag":"t"})");
    REQUIRE(second.status == 200);
    CHECK(text(second.result().at("env").at("TOKEN"), "type") == "secret_text");
    CHECK(text(second.result().at("annotations"), "workers/tag") == "t");
    CHECK(text(second.result(), "migration_tag") == "v1");
    CHECK(sim.call("GET", stage.path() + "/deployments/latest").result() == second.result());
    CHECK(sim.call("GET", stage.path() + "/deployments/" + text(first.result(), "id")).result() == first.result());
    CHECK(stage.deploy(R"({"V":{}})").code() == 10021);
    CHECK(sim.item("shop") == before);
    CHECK(sim.settings("shop").at("bindings").as_array().empty());
  }

  TEST_CASE("a changed secret of a preview makes another deployment") {
    Stage stage;
    REQUIRE(stage.deploy(R"({"OLD":{"type":"secret_text","text":"x"}})").status == 200);
    const auto changed = stage.sim.call("PATCH", stage.path() + "/deployments/latest",
                                        R"({"env":{"OLD":null,"NEW":{"type":"secret_text","text":"y"}}})");
    REQUIRE(changed.status == 200);
    CHECK(member(changed.result().at("env"), "OLD") == nullptr);
    CHECK(text(changed.result().at("env").at("NEW"), "type") == "secret_text");
    CHECK(stage.sim.service().world().account.workers.at("shop").previews.at(0).deployments.size() == 2);
  }

  TEST_CASE("previews outlive a restart and go with their Worker") {
    Stage stage;
    REQUIRE(stage.deploy("{}").status == 200);
    const auto shown = stage.sim.call("GET", stage.path() + "/deployments/latest").body;
    Sim second;
    REQUIRE(second.service().load(stage.sim.service().save()));
    CHECK(second.call("GET", stage.path()).result() == stage.made);
    CHECK(second.call("GET", stage.path() + "/deployments/latest").body == shown);
    second.call("DELETE", "/workers/scripts/shop");
    CHECK(second.call("GET", stage.path()).code() == 10007);
    second.put("shop");
    CHECK(second.call("GET", stage.path()).code() == 10025);
  }

  TEST_CASE("what the simulator lacks of previews is refused by name") {
    Stage stage;
    auto& sim = stage.sim;
    const auto base = sim.call("PATCH", "/workers/workers/shop", R"({"previews_base_config":{"logpush":true}})");
    CHECK(base.status == 400);
    CHECK(base.body.contains("previews_base_config"));
    CHECK(sim.call("GET", kPreviews).status == 405);
    Sim without({.semantics = {.beta_workers = false}});
    without.put("shop");
    CHECK(without.call("POST", kPreviews, R"({"name":"p"})").code() == 7003);
  }
}

}  // namespace plumbline::simulator
