#include <doctest/doctest.h>

#include <set>

#include "harness.h"

namespace plumbline::simulator {

TEST_SUITE("upload") {
  TEST_CASE("an upload answers with the fields that clients read") {
    Sim sim;
    const auto reply = sim.put("checkout", {{"compatibility_date", "2026-01-01"}});
    REQUIRE(reply.status == 200);
    const auto& result = reply.result();
    CHECK(text(result, "id") == "checkout");
    CHECK(text(result, "etag").size() == 64);
    CHECK(text(result, "tag").size() == 32);
    CHECK(text(result, "deployment_id").size() == 32);
    CHECK(text(result, "entry_point") == "index.js");
    CHECK(text(result, "modified_on") == "2026-10-01T00:00:00.000000Z");
    CHECK(result.at("handlers").as_array().front() == "fetch");
    CHECK(result.at("startup_time_ms").is_int64());
    CHECK(result.at("observability").is_null());
  }

  TEST_CASE("metadata may come last, with a file name and a type") {
    Sim sim;
    const auto reply = sim.form("PUT", "/workers/scripts/a",
                                {{"files", "m.js", "text/javascript+module", "export default {}"},
                                 {"metadata", "blob", "application/json", R"({"main_module":"m.js"})"}});
    CHECK(reply.status == 200);
  }

  TEST_CASE("modules are found by file name, and a part without one is not found") {
    Sim sim;
    const auto reply = sim.form("PUT", "/workers/scripts/a",
                                {{"metadata", "", "", R"({"main_module":"m.js"})"},
                                 {"m.js", "", "application/javascript+module", "export default {}"}});
    CHECK(reply.status == 400);
    CHECK(reply.code() == 10021);
  }

  TEST_CASE("a form without metadata is 10021 and a broken one 10026") {
    Sim sim;
    CHECK(sim.form("PUT", "/workers/scripts/a", {{"m.js", "m.js", "", "export default {}"}}).code() == 10021);
    const net::Headers type{{"Content-Type", "multipart/form-data; boundary=x"}};
    CHECK(sim.call("PUT", "/workers/scripts/a", "no form", type).code() == 10026);
  }

  TEST_CASE("raw JavaScript is a service worker") {
    Sim sim;
    const std::string source = "addEventListener('fetch', e => e.respondWith(new Response('hi')))";
    const net::Headers type{{"Content-Type", "application/javascript"}};
    REQUIRE(sim.call("PUT", "/workers/scripts/old", source, type).status == 200);
    const auto item = sim.item("old");
    CHECK(item.at("has_modules") == false);
    CHECK(item.at("handlers").as_array().front() == "fetch");
    CHECK(sim.call("GET", "/workers/scripts/old").body == source);
    const auto content = sim.call("GET", "/workers/scripts/old/content/v2");
    CHECK(content.headers.get("content-type") == "application/javascript");
    CHECK(content.body == source);
  }

  TEST_CASE("what plainly is no script is refused") {
    Sim sim;
    CHECK(sim.put("a", {}, "<!DOCTYPE html>").code() == 10021);
    CHECK(sim.put("a", {}, "console.log(1)").code() == 10068);
    // The typed call of one SDK labels a form as JavaScript.
    const net::Headers type{{"Content-Type", "application/javascript"}};
    const auto form =
        sim.call("PUT", "/workers/scripts/a", "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1", type);
    CHECK(form.code() == 10021);
    CHECK(sim.item("a").is_null());
  }

  TEST_CASE("content comes back as a form with its entry point") {
    Sim sim;
    REQUIRE(sim.put("a", {}, "export default { fetch() {} } // ü").status == 200);
    const auto content = sim.call("GET", "/workers/scripts/a/content/v2");
    CHECK(content.headers.get("cf-entrypoint") == "index.js");
    const auto boundary = boundary_of(content.headers.get("content-type"));
    REQUIRE(boundary);
    const auto parts = read_multipart(content.body, *boundary);
    REQUIRE(parts);
    REQUIRE(parts->size() == 1);
    CHECK(parts->front().filename == "index.js");
    CHECK(parts->front().content_type == "application/javascript+module");
    CHECK(parts->front().body == "export default { fetch() {} } // ü");
  }

  TEST_CASE("bad names are 10016") {
    Sim sim;
    for (const std::string name : {"A", "myApp", "-a", "a.b", "a%20b"}) CHECK(sim.put(name).code() == 10016);
    for (const std::string name : {"404", "1a", "_x", "a-", "a_b"}) CHECK(sim.put(name).status == 200);
    CHECK(sim.put(std::string(64, 'a')).code() == 10016);
    CHECK(sim.put(std::string(63, 'a')).status == 200);
  }

  TEST_CASE("each upload makes a version and a whole deployment") {
    Sim sim;
    const auto first = sim.put("a");
    const auto second = sim.put("a");
    CHECK(text(first.result(), "etag") == text(second.result(), "etag"));
    CHECK(text(first.result(), "tag") == text(second.result(), "tag"));
    CHECK(text(first.result(), "created_on") == text(second.result(), "created_on"));
    CHECK(text(first.result(), "deployment_id") != text(second.result(), "deployment_id"));
    CHECK(text(first.result(), "modified_on") < text(second.result(), "modified_on"));
    const auto deployments = sim.call("GET", "/workers/scripts/a/deployments");
    const auto& list = deployments.result().at("deployments").as_array();
    REQUIRE(list.size() == 2);
    CHECK(list[0].at("versions").as_array().size() == 1);
    CHECK(text(list[0].at("annotations"), "workers/triggered_by") == "upload");
  }

  TEST_CASE("the etag changes with content, names and types, and with nothing else") {
    Sim sim;
    const auto etag = [&](JsonObject metadata, std::string_view source) {
      return text(sim.put("a", std::move(metadata), source).result(), "etag");
    };
    const std::string source = "export default { fetch() {} }";
    const auto first = etag({}, source);
    CHECK(etag({{"logpush", true}, {"bindings", JsonArray()}}, source) == first);
    CHECK(etag({}, source + " ") != first);
  }

  TEST_CASE("what an upload leaves out is reset") {
    Sim sim;
    sim.put("a", {{"logpush", true},
                  {"tags", JsonArray{"t"}},
                  {"limits", JsonObject{{"cpu_ms", 50}}},
                  {"compatibility_flags", JsonArray{"nodejs_compat"}}});
    sim.put("a");
    const auto settings = sim.settings("a");
    CHECK(settings.at("logpush") == false);
    CHECK(settings.at("tags").as_array().empty());
    CHECK(settings.at("compatibility_flags").as_array().empty());
    CHECK(settings.at("compatibility_date") == "2021-11-02");
    CHECK(member(settings, "limits") == nullptr);
  }

  TEST_CASE("last_deployed_from follows the user agent") {
    Sim sim;
    sim.put("a");
    CHECK(text(sim.item("a"), "last_deployed_from") == "api");
    const auto source = "addEventListener('fetch', () => {})";
    sim.call("PUT", "/workers/scripts/a", source, {{"User-Agent", "wrangler/4.86.0"}});
    CHECK(text(sim.item("a"), "last_deployed_from") == "wrangler");
  }

  TEST_CASE("PUT content changes code and keeps everything else") {
    Sim sim;
    sim.put("a", {{"bindings", JsonArray{JsonObject{{"name", "S"}, {"type", "secret_text"}, {"text", "x"}}}},
                  {"compatibility_date", "2026-01-01"},
                  {"annotations", JsonObject{{"workers/tag", "t"}}}});
    const auto before = sim.item("a");
    const auto reply = sim.form("PUT", "/workers/scripts/a/content",
                                {{"metadata", "", "", R"({"main_module":"new.js"})"},
                                 {"new.js", "new.js", "application/javascript+module", "export default {}"}});
    REQUIRE(reply.status == 200);
    const auto settings = sim.settings("a");
    CHECK(settings.at("compatibility_date") == "2026-01-01");
    CHECK(text(binding(settings, "S"), "type") == "secret_text");
    CHECK(member(settings.at("annotations"), "workers/tag") == nullptr);
    CHECK(text(sim.item("a"), "etag") != text(before, "etag"));
  }

  TEST_CASE("PUT content takes the entry from a header") {
    Sim sim;
    sim.put("a");
    const auto reply = sim.form("PUT", "/workers/scripts/a/content",
                                {{"new.js", "new.js", "application/javascript+module", "export default {}"}},
                                {{"CF-WORKER-MAIN-MODULE-PART", "new.js"}});
    CHECK(reply.status == 200);
    CHECK(text(reply.result(), "entry_point") == "new.js");
  }

  TEST_CASE("annotations are limited and ride on the version") {
    Sim sim;
    const auto put = [&](std::string message, std::string tag) {
      return sim.put("a", {{"annotations", JsonObject{{"workers/message", message}, {"workers/tag", tag}}}});
    };
    CHECK(put(std::string(1001, 'm'), "t").code() == 10001);
    CHECK(put("m", std::string(101, 't')).code() == 10001);
    REQUIRE(put(std::string(1000, 'm'), std::string(100, 't')).status == 200);
    const auto annotations = sim.settings("a").at("annotations");
    CHECK(text(annotations, "workers/tag") == std::string(100, 't'));
    CHECK(text(annotations, "workers/triggered_by") == "upload");
  }

  TEST_CASE("settings of the wrong shape are refused") {
    Sim sim;
    CHECK(sim.put("a", {{"compatibility_date", "yesterday"}}).code() == 10021);
    CHECK(sim.put("a", {{"tags", JsonArray{1}}}).code() == 10001);
    CHECK(sim.put("a", {{"observability", JsonObject{{"head_sampling_rate", 1}}}}).code() == 10001);
    JsonArray tags;
    for (int i = 0; i < 11; ++i) tags.emplace_back("t" + std::to_string(i));
    CHECK(sim.put("a", {{"tags", std::move(tags)}}).code() == 10001);
  }

  TEST_CASE("a compatibility date may be today and not tomorrow") {
    Sim sim;  // its clock shows 2026-10-01
    CHECK(sim.put("a", {{"compatibility_date", "2026-10-01"}}).status == 200);
    CHECK(sim.put("a", {{"compatibility_date", "2026-10-02"}}).code() == 10021);
    CHECK(sim.put("a", {{"compatibility_date", "2026-02-30"}}).code() == 10021);
    CHECK(sim.patch_settings("a", JsonObject{{"compatibility_date", "2026-10-02"}}).code() == 10021);
    sim.advance(std::chrono::hours(24));
    CHECK(sim.patch_settings("a", JsonObject{{"compatibility_date", "2026-10-02"}}).status == 200);
  }

  TEST_CASE("deleting answers and a second time is 10007") {
    Sim sim;
    sim.put("a");
    CHECK(sim.call("DELETE", "/workers/scripts/a").status == 200);
    const auto again = sim.call("DELETE", "/workers/scripts/a");
    CHECK(again.status == 404);
    CHECK(again.code() == 10007);
    CHECK(sim.item("a").is_null());
  }

  TEST_CASE("If-None-Match is ignored, or honoured where asked to") {
    Sim sim;
    const std::string source = "addEventListener('fetch', () => {})";
    const auto etag = text(sim.call("PUT", "/workers/scripts/a", source).result(), "etag");
    const net::Headers condition{{"If-None-Match", etag}};
    CHECK(sim.call("PUT", "/workers/scripts/a", source, condition).status == 200);
    sim.control("POST", "settings", JsonObject{{"if_none_match", "honour"}});
    const auto refused = sim.call("PUT", "/workers/scripts/a", source, condition);
    CHECK(refused.status == 412);
    CHECK(refused.code() == 10018);
    CHECK(sim.call("PUT", "/workers/scripts/a", source, {{"If-None-Match", "*"}}).code() == 10018);
    CHECK(sim.call("PUT", "/workers/scripts/b", source, {{"If-None-Match", "*"}}).status == 200);
    CHECK(sim.call("PUT", "/workers/scripts/a", source, {{"If-None-Match", '"' + etag + '"'}}).code() == 10018);
    CHECK(sim.call("PUT", "/workers/scripts/a", source, {{"If-None-Match", std::string(64, '0')}}).status == 200);
    CHECK(sim.call("PUT", "/workers/scripts/a", source, {{"If-None-Match", "no etag"}}).code() == 10029);
  }

  TEST_CASE("an account that is full takes no Worker more and changes those that it has") {
    Sim sim;
    sim.put("a");
    sim.control("POST", "settings", JsonObject{{"worker_limit", 1}});
    const auto refused = sim.put("b");
    CHECK(refused.status == 403);
    CHECK(refused.code() == 10037);
    CHECK(sim.put("a").status == 200);
    sim.control("POST", "settings", JsonObject{{"worker_limit", nullptr}});
    CHECK(sim.put("b").status == 200);
    CHECK(sim.control("POST", "settings", JsonObject{{"worker_limit", "many"}}).status == 400);
  }

  TEST_CASE("code beyond 64 MiB is 413 10027") {
    Sim sim;
    const auto reply = sim.put("a", {}, "export default {}; //" + std::string(64UL * 1024 * 1024, 'x'));
    CHECK(reply.status == 413);
    CHECK(reply.code() == 10027);
    sim.control("POST", "settings", JsonObject{{"errors", "2018"}});
    const auto before = sim.put("a", {}, "export default {}; //" + std::string(64UL * 1024 * 1024, 'x'));
    CHECK(before.status == 400);
    CHECK(before.code() == 10027);
  }
}

}  // namespace plumbline::simulator
