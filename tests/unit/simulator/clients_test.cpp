#include <doctest/doctest.h>

#include "harness.h"

/// What clients of 2018 to 2026 send and read, beside what all of them do.
namespace plumbline::simulator {

TEST_SUITE("clients old and new") {
  TEST_CASE("the headers of PUT content fill what the metadata leaves out") {
    Sim sim;
    sim.put("a");
    const auto put = [&](std::string_view metadata, net::Headers headers) {
      return sim.form("PUT", "/workers/scripts/a/content",
                      {{"metadata", "", "", metadata},
                       {"new.js", "new.js", "application/javascript+module", "export default {}"},
                       {"script", "sw.js", "application/javascript", "addEventListener('fetch', () => {})"}},
                      std::move(headers));
    };
    const auto module = put("{}", {{"CF-WORKER-MAIN-MODULE-PART", "new.js"}});
    REQUIRE(module.status == 200);
    CHECK(text(module.result(), "entry_point") == "new.js");
    const auto body = put("{}", {{"CF-WORKER-BODY-PART", "script"}});
    REQUIRE(body.status == 200);
    CHECK(body.result().at("has_modules") == false);
    // What the metadata says stands.
    const auto stated = put(R"({"main_module":"new.js"})", {{"CF-WORKER-BODY-PART", "script"}});
    REQUIRE(stated.status == 200);
    CHECK(text(stated.result(), "entry_point") == "new.js");
    CHECK(put("{}", {}).code() == 10021);
  }

  TEST_CASE("the body of a service worker is found by the name of its part, then by its file name") {
    Sim sim;
    const std::string_view source = "addEventListener('fetch', () => {})";
    const auto put = [&](std::string_view name, std::string_view file) {
      return sim.form("PUT", "/workers/scripts/old",
                      {{"metadata", "", "", R"({"body_part":"script"})"},
                       {"other", "script", "text/plain", "no script"},
                       {name, file, "application/javascript", source}});
    };
    REQUIRE(put("script", "").status == 200);
    CHECK(sim.call("GET", "/workers/scripts/old").body == source);
    REQUIRE(put("script", "sw.js").status == 200);
    CHECK(sim.call("GET", "/workers/scripts/old").body == source);
    CHECK(sim.form("PUT", "/workers/scripts/old",
                   {{"metadata", "", "", R"({"body_part":"sw.js"})"}, {"files", "sw.js", "", source}})
              .status == 200);
    CHECK(sim.form("PUT", "/workers/scripts/old",
                   {{"metadata", "", "", R"({"body_part":"gone"})"}, {"script", "sw.js", "", source}})
              .code() == 10021);
  }

  TEST_CASE("modules have one of ten types, and the entry is an ES module or Python") {
    Sim sim;
    const auto put = [&](std::string_view main_type, std::string_view type) {
      return sim.form("PUT", "/workers/scripts/a",
                      {{"metadata", "", "", R"({"main_module":"m.js"})"},
                       {"m.js", "m.js", main_type, "export default {}"},
                       {"other", "other", type, "x"}});
    };
    const auto* const module = "application/javascript+module";
    for (const auto* type :
         {"application/javascript+module", "text/javascript+module", "application/javascript", "text/javascript",
          "text/x-python", "text/x-python-requirement", "application/wasm", "text/plain", "Text/Plain; charset=utf-8",
          "application/octet-stream", "application/source-map", ""}) {
      CHECK_MESSAGE(put(module, type).status == 200, type);
    }
    for (const auto* type : {"application/json", "text/html", "text/plain+module"}) {
      CHECK_MESSAGE(put(module, type).code() == 10021, type);
    }
    for (const auto* type : {"application/javascript", "text/plain", "application/octet-stream"}) {
      CHECK_MESSAGE(put(type, "text/plain").code() == 10021, type);
    }
  }

  TEST_CASE("a script that is no form is JavaScript") {
    Sim sim;
    const std::string source = "addEventListener('fetch', () => {})";
    const auto put = [&](std::string type) {
      return sim.call("PUT", "/workers/scripts/a", source, {{"Content-Type", std::move(type)}});
    };
    CHECK(put("application/javascript").status == 200);
    CHECK(put("text/javascript; charset=utf-8").status == 200);
    CHECK(put("application/json").code() == 10001);
    CHECK(put("application/x-www-form-urlencoded").code() == 10001);
  }

  TEST_CASE("with names=2018 a letter comes first, and a letter or digit last") {
    Sim sim({.semantics = {.names_today = false}});
    for (const std::string name : {"404", "_x", "a-", "a_", "a.b"}) CHECK(sim.put(name).code() == 10016);
    for (const std::string name : {"A", "myApp", "a-1", "this-is_my_script-01"}) CHECK(sim.put(name).status == 200);
  }

  TEST_CASE("an upload of text shows the script and its size unless it is told not to") {
    Sim sim;
    const std::string source = "addEventListener('fetch', () => {})";
    const auto shown = sim.call("PUT", "/workers/scripts/a", source).result();
    CHECK(text(shown, "script") == source);
    CHECK(shown.at("size") == source.size());
    const auto bare = sim.call("PUT", "/workers/scripts/a?excludeScript=true", source).result();
    CHECK(member(bare, "script") == nullptr);
    CHECK(member(bare, "size") == nullptr);
    CHECK(member(sim.put("b").result(), "script") == nullptr);
  }

  TEST_CASE("an upload of bytes that are no text is answered by valid JSON all the same") {
    Sim sim;
    const auto answer = sim.call("PUT", "/workers/scripts/a", "addEventListener('fetch', () => {}) // \xff",
                                 {{"Content-Type", "application/javascript"}});
    CHECK(answer.status == 200);
    CHECK(string_member(answer.result(), "script").contains("\\xff"));
  }

  TEST_CASE("an upload and the list tell whether a Worker is on workers.dev where they are asked to") {
    Sim sim;
    const std::string query = "?include_subdomain_availability=";
    CHECK(sim.put("a", {}, "export default {}", query + "true").result().at("available_on_subdomain") == false);
    sim.put("b");
    sim.call("POST", "/workers/scripts/a/subdomain", R"({"enabled":true})");
    const auto list = sim.call("GET", "/workers/scripts" + query + "true").result().as_array();
    CHECK(list[0].at("available_on_subdomain") == true);
    CHECK(list[1].at("available_on_subdomain") == false);
    CHECK(member(sim.item("a"), "available_on_subdomain") == nullptr);
    CHECK(sim.call("GET", "/workers/scripts" + query + "banana").code() == 10006);
    CHECK(sim.put("c", {}, "export default {}", query + "banana").code() == 10006);
    CHECK(sim.item("c").is_null());
  }

  TEST_CASE("an upload and an upload of code tell the placement in its old form too") {
    Sim sim;
    sim.put("a", {{"placement", JsonObject{{"mode", "smart"}}}});
    const auto content = sim.form("PUT", "/workers/scripts/a/content",
                                  {{"metadata", "", "", R"({"main_module":"m.js"})"},
                                   {"m.js", "m.js", "application/javascript+module", "export default {}"}});
    for (const auto& shown :
         {content.result(), sim.put("a", {{"placement", JsonObject{{"mode", "smart"}}}}).result(), sim.item("a")}) {
      CHECK(text(shown, "placement_mode") == "smart");
      CHECK(text(shown, "placement_status") == "INSUFFICIENT_INVOCATIONS");
      CHECK(text(shown.at("placement"), "last_analyzed_at") == "2026-10-01T00:00:00.000000Z");
    }
  }

  TEST_CASE("bindings are listed by a call of their own, and one to a part of the upload has content") {
    Sim sim;
    const JsonArray bindings{JsonObject{{"name", "WASM"}, {"type", "wasm_module"}, {"part", "blob"}},
                             JsonObject{{"name", "S"}, {"type", "secret_text"}, {"text", "x"}}};
    REQUIRE(sim.form("PUT", "/workers/scripts/a",
                     {{"metadata", "", "", to_text(JsonObject{{"body_part", "script"}, {"bindings", bindings}})},
                      {"script", "", "application/javascript", "addEventListener('fetch', () => {})"},
                      {"blob", "", "application/wasm", "\1asm"}})
                .status == 200);
    const auto listed = sim.call("GET", "/workers/scripts/a/bindings");
    CHECK(listed.result() == sim.settings("a").at("bindings"));
    CHECK(listed.result().as_array().size() == 2);
    const auto content = sim.call("GET", "/workers/scripts/a/bindings/WASM/content");
    CHECK(content.body == "\1asm");
    CHECK(content.headers.get("content-type") == "application/wasm");
    CHECK(sim.call("GET", "/workers/scripts/a/bindings/S/content").code() == 10056);
    CHECK(sim.call("GET", "/workers/scripts/a/bindings/gone/content").code() == 10056);
    CHECK(sim.call("GET", "/workers/scripts/gone/bindings").code() == 10007);
  }

  TEST_CASE("the list shows no routes, or those of each Worker") {
    Sim sim;
    sim.put("a");
    sim.put("b");
    sim.control("POST", "edit", JsonObject{{"worker", "a"}, {"action", "add-route"}, {"value", "example.com/*"}});
    CHECK(sim.item("a").at("routes").is_null());
    sim.control("POST", "settings", JsonObject{{"list_routes", "filled"}});
    const auto routes = sim.item("a").at("routes").as_array();
    REQUIRE(routes.size() == 1);
    CHECK(text(routes.front(), "pattern") == "example.com/*");
    CHECK(text(routes.front(), "script") == "a");
    CHECK(text(routes.front(), "id").size() == 32);
    CHECK(sim.item("b").at("routes").as_array().empty());
    sim.control("POST", "edit", JsonObject{{"worker", "a"}, {"action", "delete-route"}, {"value", "example.com/*"}});
    CHECK(sim.item("a").at("routes").as_array().empty());
  }

  TEST_CASE("a search is sorted by name, by age or by change, and by nothing else") {
    Sim sim;
    for (const auto* name : {"b", "a", "c"}) {
      sim.put(name);
      sim.advance(std::chrono::seconds(1));
    }
    sim.put("b");
    const auto names = [&](std::string_view query) {
      std::string out;
      const auto found = sim.call("GET", "/workers/scripts-search" + std::string(query));
      for (const auto& item : found.result().as_array()) out += text(item, "script_name");
      return out;
    };
    CHECK(names("") == "abc");
    CHECK(names("?order_by=name") == "abc");
    CHECK(names("?order_by=created_on") == "bac");
    CHECK(names("?order_by=modified_on") == "acb");
    CHECK(sim.call("GET", "/workers/scripts-search?order_by=size").code() == 10006);
  }
}

}  // namespace plumbline::simulator
