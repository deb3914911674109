#include <doctest/doctest.h>

#include "harness.h"

namespace plumbline::simulator {
namespace {

std::string zone_path(Sim& sim, std::string_view rest) {
  return "/zones/" + sim.service().world().account.zones.front().id + std::string(rest);
}

Reply post_route(Sim& sim, std::string_view pattern, std::string_view script = "") {
  JsonObject body{{"pattern", pattern}};
  if (!script.empty()) body["script"] = script;
  return sim.api("POST", zone_path(sim, "/workers/routes"), to_text(body));
}

}  // namespace

TEST_SUITE("zones") {
  TEST_CASE("a zone is found by its name") {
    Sim sim({.zones = {*parse_zone("example.com"), *parse_zone("example.org")}});
    const auto found = sim.api("GET", "/zones?name=example.org&per_page=50");
    REQUIRE(found.result().as_array().size() == 1);
    CHECK(text(found.result().as_array().front(), "id") == parse_zone("example.org")->id);
    CHECK(sim.api("GET", "/zones?name=example.net").result().as_array().empty());
    CHECK(sim.api("GET", "/zones?account.id=other").result().as_array().empty());
    CHECK(sim.api("GET", "/zones").json.at("result_info").at("total_count") == 2);
    CHECK(sim.api("GET", zone_path(sim, "")).status == 200);
    CHECK(sim.api("GET", "/zones/ffffffffffffffffffffffffffffffff/workers/routes").code() == 7003);
  }

  TEST_CASE("routes are made, moved and removed") {
    Sim sim;
    sim.put("a");
    sim.put("b");
    const auto made = post_route(sim, "example.com/x*", "a");
    REQUIRE(made.status == 200);
    const auto path = zone_path(sim, "/workers/routes/" + text(made.result(), "id"));
    CHECK(sim.api("PUT", path, R"({"pattern":"example.com/x*","script":"b"})").status == 200);
    CHECK(text(sim.api("GET", path).result(), "script") == "b");
    const auto off = sim.api("PUT", path, R"({"pattern":"example.com/x*"})");
    CHECK(member(off.result(), "script") == nullptr);
    CHECK(sim.api("GET", zone_path(sim, "/workers/routes")).result().as_array().size() == 1);
    CHECK(sim.api("DELETE", path).status == 200);
    CHECK(sim.api("DELETE", path).code() == 10009);
    CHECK(sim.api("PUT", path, R"({"pattern":"example.com/x*"})").code() == 10009);
  }

  TEST_CASE("routes that cannot be are refused with their codes") {
    Sim sim;
    sim.put("a");
    REQUIRE(post_route(sim, "example.com/x*", "a").status == 200);
    const auto taken = post_route(sim, "example.com/x*");
    CHECK(taken.status == 409);
    CHECK(taken.code() == 10020);
    CHECK(post_route(sim, "example.com/y*", "missing").code() == 10019);
    for (const auto* pattern :
         {"", "example.org/*", "example.com/*/x", "ex*ample.com/*", "notexample.com/*", "example.com/x?y=*"}) {
      CHECK(post_route(sim, pattern).code() == 10022);
    }
    CHECK(post_route(sim, "*").code() == 10022);
    for (const auto* pattern :
         {"*example.com/*", "*.example.com/*", "https://shop.example.com/a", "example.com", "*/*", "https://*/*"}) {
      CHECK(post_route(sim, pattern).status == 200);
    }
  }

  TEST_CASE("a route to all hosts needs its zone") {
    Sim sim;
    sim.put("a");
    const std::string path = "/workers/scripts/a/routes";
    CHECK(sim.call("PUT", path, R"([{"pattern":"*/*"}])").code() == 10022);
    CHECK(sim.call("PUT", path, R"([{"pattern":"*/*","zone_name":"example.com"}])").status == 200);
  }

  TEST_CASE("a deleted Worker takes its routes and domains along") {
    Sim sim;
    sim.put("a");
    post_route(sim, "example.com/x*", "a");
    sim.call("PUT", "/workers/domains", R"({"hostname":"a.example.com","service":"a"})");
    sim.call("DELETE", "/workers/scripts/a");
    CHECK(sim.api("GET", zone_path(sim, "/workers/routes")).result().as_array().empty());
    CHECK(sim.call("GET", "/workers/domains").result().as_array().empty());
  }
}

namespace {

Reply put_domain(Sim& sim, std::string_view hostname, std::string_view service, bool takes_over = false) {
  return sim.call("PUT", "/workers/domains",
                  to_text(JsonObject{{"hostname", hostname},
                                     {"service", service},
                                     {"zone_name", "example.com"},
                                     {"override_existing_origin", takes_over}}));
}

}  // namespace

TEST_SUITE("custom domains") {
  TEST_CASE("a domain is made, found and removed") {
    Sim sim;
    sim.put("a");
    const auto made = put_domain(sim, "shop.example.com", "a");
    REQUIRE(made.status == 200);
    CHECK(text(made.result(), "environment") == "production");
    CHECK(text(made.result(), "zone_name") == "example.com");
    CHECK(text(put_domain(sim, "shop.example.com", "a").result(), "id") == text(made.result(), "id"));
    CHECK(sim.call("GET", "/workers/domains?service=a").result().as_array().size() == 1);
    CHECK(sim.call("GET", "/workers/domains?service=b").result().as_array().empty());
    const auto path = "/workers/domains/" + text(made.result(), "id");
    CHECK(sim.call("GET", path).status == 200);
    CHECK(sim.call("DELETE", path).status == 200);
    CHECK(sim.call("DELETE", path).code() == 100114);
  }

  TEST_CASE("a domain of another Worker is 100116 unless it is taken over") {
    Sim sim;
    sim.put("a");
    sim.put("b");
    put_domain(sim, "shop.example.com", "a");
    const auto refused = put_domain(sim, "shop.example.com", "b");
    CHECK(refused.status == 409);
    CHECK(refused.code() == 100116);
    CHECK(text(put_domain(sim, "shop.example.com", "b", true).result(), "service") == "b");
  }

  TEST_CASE("a foreign DNS record is 100117, and no override helps") {
    Sim sim;
    sim.put("a");
    sim.control("POST", "settings", JsonObject{{"dns_records", JsonArray{"shop.example.com"}}});
    CHECK(put_domain(sim, "shop.example.com", "a", true).code() == 100117);
    CHECK(put_domain(sim, "other.example.com", "a").status == 200);
  }

  TEST_CASE("a domain needs a zone and a Worker") {
    Sim sim;
    CHECK(put_domain(sim, "shop.example.org", "a").code() == 10001);
    CHECK(put_domain(sim, "shop.example.com", "a").code() == 10007);
  }
}

TEST_SUITE("the API of 2018") {
  TEST_CASE("a zone has one raw script") {
    Sim sim;
    const auto path = zone_path(sim, "/workers/script");
    CHECK(sim.api("GET", path).code() == 10007);
    const std::string source = "addEventListener('fetch', () => {})";
    const auto put = sim.api("PUT", path, source, {{"Content-Type", "application/javascript"}});
    REQUIRE(put.status == 200);
    CHECK(put.result().at("size") == source.size());
    CHECK(sim.api("GET", path).body == source);
    CHECK(sim.api("GET", path + "/bindings").result().as_array().empty());
    CHECK(sim.api("DELETE", path).status == 200);
    CHECK(sim.api("DELETE", path).code() == 10007);
  }

  TEST_CASE("a zone's script may be a form with bindings, which are shown, inherited and kept") {
    Sim sim;
    const std::string source = "addEventListener('fetch', () => {})";
    const std::string boundary = "----formdata-1";
    const auto put = [&](std::string_view metadata) {
      const std::vector<PartToWrite> parts{{"metadata", "", "application/json", metadata},
                                           {"script", "", "application/javascript", source}};
      return sim.api("PUT", zone_path(sim, "/workers/script"), write_multipart(parts, boundary),
                     {{"Content-Type", "multipart/form-data; boundary=" + boundary}});
    };
    const auto first = put(
        R"({"body_part":"script","bindings":[{"name":"V","type":"plain_text","text":"1"},{"name":"S","type":"secret_text","text":"s"}]})");
    REQUIRE(first.status == 200);
    CHECK(text(first.result(), "script") == source);
    CHECK(sim.api("GET", zone_path(sim, "/workers/script")).body == source);
    REQUIRE(put(R"({"body_part":"script","bindings":[{"name":"V","type":"inherit"}]})").status == 200);
    const auto shown = sim.api("GET", zone_path(sim, "/workers/script/bindings"));
    CHECK(shown.result() == Json(JsonArray{JsonObject{{"name", "V"}, {"type", "plain_text"}, {"text", "1"}}}));
    CHECK(put(R"({"body_part":"gone"})").code() == 10021);
    Sim second;
    REQUIRE(second.service().load(sim.service().save()));
    CHECK(second.api("GET", zone_path(sim, "/workers/script/bindings")).body == shown.body);
  }

  TEST_CASE("a filter needs a script to be on, and is off when the script goes") {
    Sim sim({.semantics = {.legacy_tokens = true}});
    const auto path = zone_path(sim, "/workers/filters");
    const std::string enabled = R"({"pattern":"example.com/*","enabled":true})";
    const auto refused = sim.api("POST", path, enabled);
    CHECK(refused.status == 400);
    CHECK(refused.code() == 10019);
    const auto off = sim.api("POST", path, R"({"pattern":"example.com/*","enabled":false})");
    REQUIRE(off.status == 200);
    const auto filter = path + "/" + text(off.result(), "id");
    CHECK(sim.api("PUT", filter, enabled).code() == 10019);
    sim.api("PUT", zone_path(sim, "/workers/script"), "addEventListener('fetch', () => {})");
    CHECK(sim.api("PUT", filter, enabled).status == 200);
    sim.api("DELETE", zone_path(sim, "/workers/script"));
    CHECK(sim.api("GET", path).result().as_array().front().at("enabled") == false);
    CHECK(member(sim.api("GET", zone_path(sim, "/workers/routes")).result().as_array().front(), "script") == nullptr);
  }

  TEST_CASE("filters take a global key, and no token unless legacy_tokens=yes") {
    const net::Headers key{{"Authorization", ""}, {"X-Auth-Key", "key"}, {"X-Auth-Email", "user@example.com"}};
    Sim sim;
    const auto path = zone_path(sim, "/workers/filters");
    for (const auto& [method, below] : {std::pair{"GET", ""}, {"POST", ""}, {"PUT", "/f"}, {"DELETE", "/f"}}) {
      const auto refused = sim.api(method, path + below);
      CHECK(refused.status == 403);
      CHECK(refused.code() == 10000);
    }
    CHECK(sim.api("GET", path, "", key).status == 200);
    // No source says so of the script.
    CHECK(sim.api("GET", zone_path(sim, "/workers/script")).code() == 10007);
    Sim lenient({.token = "right", .semantics = {.legacy_tokens = true}});
    CHECK(lenient.api("GET", path, "", {{"Authorization", "Bearer right"}}).status == 200);
    CHECK(lenient.api("GET", path, "", {{"Authorization", "Bearer wrong"}}).code() == 9109);
    Sim strict({.token = "right"});
    CHECK(strict.api("GET", path, "", {{"Authorization", "Bearer wrong"}}).code() == 9109);
    CHECK(strict.api("GET", path, "", key).code() == 9109);
  }

  TEST_CASE("filters are routes that are on or off") {
    Sim sim({.semantics = {.legacy_tokens = true}});
    sim.api("PUT", zone_path(sim, "/workers/script"), "addEventListener('fetch', () => {})");
    const auto path = zone_path(sim, "/workers/filters");
    const auto made = sim.api("POST", path, R"({"pattern":"example.com/*","enabled":true})");
    REQUIRE(made.status == 200);
    const auto id = text(made.result(), "id");
    CHECK(sim.api("POST", path, R"({"pattern":"example.com/*","enabled":false})").status == 409);
    CHECK(sim.api("POST", path, R"({"pattern":"elsewhere.org/*","enabled":false})").code() == 10022);
    CHECK(sim.api("PUT", path + "/" + id, R"({"pattern":"example.com/*","enabled":false})").status == 200);
    const auto list = sim.api("GET", path);
    CHECK(list.result().as_array().front().at("enabled") == false);
    CHECK(member(sim.api("GET", zone_path(sim, "/workers/routes")).result().as_array().front(), "script") == nullptr);
    CHECK(sim.api("DELETE", path + "/" + id).status == 200);
    CHECK(sim.api("DELETE", path + "/" + id).code() == 10009);
  }
}

}  // namespace plumbline::simulator
