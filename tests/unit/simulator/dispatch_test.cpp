#include <doctest/doctest.h>

#include "harness.h"

namespace plumbline::simulator {
namespace {

constexpr std::string_view kScripts = "/workers/dispatch/namespaces/tenants/scripts";

std::string path(const std::string& end = "") {
  return std::string(kScripts) + end;
}

Reply put_tenant(Sim& sim, std::string_view name, std::string_view metadata = R"({"main_module":"m.js"})") {
  return sim.form("PUT", path("/" + std::string(name)),
                  {{"metadata", "", "", metadata},
                   {"m.js", "m.js", "application/javascript+module", "export default { fetch() {} }"}});
}

Sim with_namespace() {
  Sim sim;
  sim.call("POST", "/workers/dispatch/namespaces", R"({"name":"tenants"})");
  return sim;
}

}  // namespace

TEST_SUITE("simulator dispatch") {
  TEST_CASE("a namespace has Workers of its own") {
    auto sim = with_namespace();
    REQUIRE(put_tenant(sim, "a").status == 200);
    CHECK(text(put_tenant(sim, "a").result(), "id") == "a");
    CHECK(put_tenant(sim, "bad.name").code() == 10016);
    CHECK(sim.call("GET", path()).result().as_array().size() == 1);
    const auto shown = sim.call("GET", path("/a")).result();
    CHECK(text(shown, "dispatch_namespace") == "tenants");
    CHECK(text(shown.at("script"), "id") == "a");
    CHECK(sim.call("GET", "/workers/dispatch/namespaces/tenants").result().at("script_count") == 1);
    CHECK(sim.call("GET", "/workers/scripts").result().as_array().empty());
    CHECK(sim.call("GET", "/workers/scripts/a/settings").code() == 10007);
    CHECK(sim.call("DELETE", path("/a")).status == 200);
    CHECK(sim.call("GET", "/workers/dispatch/namespaces/tenants").result().at("script_count") == 0);
  }

  TEST_CASE("what is missing in a namespace is 10092, and a missing namespace 100119") {
    auto sim = with_namespace();
    for (const std::string_view part : {"", "/content", "/settings", "/bindings", "/secrets", "/tags"}) {
      const auto end = "/a" + std::string(part);
      CHECK(sim.call("GET", path(end)).code() == 10092);
      CHECK(sim.call("GET", "/workers/dispatch/namespaces/none/scripts" + end).code() == 100119);
    }
    CHECK(sim.call("DELETE", path("/a")).code() == 10092);
    CHECK(sim.call("GET", "/workers/dispatch/namespaces/none/scripts").code() == 100119);
  }

  TEST_CASE("Workers in a namespace have code, settings, bindings, secrets and tags") {
    auto sim = with_namespace();
    put_tenant(sim, "a", R"({"main_module":"m.js","bindings":[{"type":"plain_text","name":"A","text":"a"}]})");
    CHECK(sim.call("GET", path("/a/content")).body.find("export default") != std::string::npos);
    CHECK(sim.call("GET", path("/a/bindings")).result().as_array().size() == 1);
    CHECK(sim.call("PUT", path("/a/secrets"), R"({"name":"S","text":"x","type":"secret_text"})").status == 200);
    CHECK(text(sim.call("GET", path("/a/secrets/S")).result(), "type") == "secret_text");
    CHECK(sim.call("PATCH", path("/a/secrets-bulk"), R"({"secrets":{"S":null}})").status == 200);
    CHECK(sim.call("DELETE", path("/a/secrets/S")).code() == 10056);
    const auto patched =
        sim.form("PATCH", path("/a/settings"), {{"settings", "", "", R"({"compatibility_date":"2026-02-02"})"}});
    CHECK(text(patched.result(), "compatibility_date") == "2026-02-02");
    CHECK(text(sim.call("GET", path("/a")).result().at("script"), "compatibility_date") == "2026-02-02");
    CHECK(sim.call("PUT", path("/a/tags"), R"(["x","y"])").status == 200);
    CHECK(sim.call("PUT", path("/a/tags/z")).result().as_array().size() == 3);
    CHECK(sim.call("DELETE", path("/a/tags/x")).status == 200);
    CHECK(sim.call("GET", path("/a/tags")).result() == Json(JsonArray{"y", "z"}));
  }

  TEST_CASE("a namespace that is deleted takes its Workers along, and a state holds them") {
    auto sim = with_namespace();
    put_tenant(sim, "a");
    const auto saved = sim.service().save();
    sim.call("DELETE", "/workers/dispatch/namespaces/tenants");
    sim.call("POST", "/workers/dispatch/namespaces", R"({"name":"tenants"})");
    CHECK(sim.call("GET", path("/a")).code() == 10092);
    REQUIRE(sim.service().load(saved));
    CHECK(text(sim.call("GET", path("/a")).result().at("script"), "id") == "a");
    CHECK(sim.service().save() == saved);
  }
}

}  // namespace plumbline::simulator
