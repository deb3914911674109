#include <doctest/doctest.h>

#include "harness.h"
#include "simulator/base64.h"

namespace plumbline::simulator {

TEST_SUITE("resources") {
  TEST_CASE("namespaces and databases are made once and found by name or id") {
    Sim sim;
    const auto kv = sim.call("POST", "/storage/kv/namespaces", R"({"title":"cache"})");
    REQUIRE(kv.status == 200);
    CHECK(sim.call("POST", "/storage/kv/namespaces", R"({"title":"cache"})").code() == 10014);
    CHECK(sim.call("GET", "/storage/kv/namespaces").result().as_array().size() == 1);
    CHECK(sim.call("GET", "/storage/kv/namespaces/" + text(kv.result(), "id")).status == 200);
    CHECK(sim.call("GET", "/storage/kv/namespaces/0").code() == 10013);
    const auto d1 = sim.call("POST", "/d1/database", R"({"name":"db"})");
    CHECK(text(d1.result(), "uuid").size() == 36);
    CHECK(sim.call("GET", "/d1/database?name=db").result().as_array().size() == 1);
    CHECK(sim.call("GET", "/d1/database?name=other").result().as_array().empty());
    CHECK(sim.call("GET", "/d1/database/db").status == 200);
    CHECK(sim.call("GET", "/d1/database/none").code() == 7404);
    sim.call("POST", "/r2/buckets", R"({"name":"files"})");
    CHECK(sim.call("GET", "/r2/buckets").result().at("buckets").as_array().size() == 1);
    CHECK(sim.call("GET", "/r2/buckets/none").code() == 10006);
    CHECK(sim.call("DELETE", "/r2/buckets/files").status == 200);
    CHECK(sim.call("GET", "/workers/dispatch/namespaces/none").code() == 100119);
  }

  TEST_CASE("namespaces of agents' memories are made and found, and containers are refused") {
    Sim sim;
    const std::string path = "/agent-memory/namespaces";
    CHECK(sim.call("GET", path + "/support").code() == 1003);
    const auto made = sim.call("POST", path, R"({"name":"support"})");
    REQUIRE(made.status == 200);
    CHECK(text(sim.call("GET", path + "/support").result(), "id") == text(made.result(), "id"));
    CHECK(sim.call("GET", path).result().as_array().size() == 1);
    CHECK(sim.call("DELETE", path + "/support").status == 200);
    const auto refused = sim.call("POST", "/containers/applications", R"({"name":"c"})");
    CHECK(refused.status == 400);  // of which wrangler shows the message
    CHECK(refused.code() == 10067);
    CHECK(sim.call("GET", "/containers/applications").result().as_array().empty());
    CHECK(sim.call("GET", "/containers/dash/applications").result().as_array().empty());
  }

  TEST_CASE("Hyperdrive never shows its password") {
    Sim sim;
    const auto made = sim.call("POST", "/hyperdrive/configs",
                               R"({"name":"pg","origin":{"host":"h","user":"u","password":"hunter2"}})");
    REQUIRE(made.status == 200);
    CHECK((made.body + sim.control("GET", "state").body).find("hunter2") == std::string::npos);
    CHECK(sim.call("GET", "/hyperdrive/configs/none").code() == 2006);
  }

  TEST_CASE("a queue has one consumer, which holds its Worker") {
    Sim sim;
    sim.put("a");
    const auto queue = sim.call("POST", "/queues", R"({"queue_name":"orders"})");
    REQUIRE(queue.status == 200);
    CHECK(sim.call("POST", "/queues", R"({"queue_name":"orders"})").code() == 11009);
    CHECK(sim.call("POST", "/queues", R"({"queue_name":"Or ders"})").code() == 11003);
    CHECK(sim.call("GET", "/queues?page=1&name=x&name=orders").result().as_array().size() == 1);
    const auto path = "/queues/" + text(queue.result(), "queue_id") + "/consumers";
    const std::string body = R"({"type":"worker","script_name":"a","settings":{"batch_size":5}})";
    const auto made = sim.call("POST", path, body, {{"Content-Type", "text/plain;charset=UTF-8"}});
    REQUIRE(made.status == 200);
    CHECK(sim.call("POST", path, body).status == 409);
    CHECK(sim.call("DELETE", "/workers/scripts/a?force=true").code() == 10064);
    const auto references = sim.call("GET", "/workers/workers/a").result().at("references");
    CHECK(text(references.at("queues").as_array().front(), "queue_name") == "orders");
    const auto consumer = path + "/" + text(made.result(), "consumer_id");
    CHECK(sim.call("PUT", consumer, R"({"type":"worker","script_name":"a","settings":{"batch_size":9}})")
              .result()
              .at("settings")
              .at("batch_size") == 9);
    CHECK(sim.call("GET", path).result().as_array().size() == 1);
    const auto read = sim.call("GET", consumer).result();
    CHECK(read.at("settings").at("batch_size") == 9);
    CHECK(read.at("settings").at("max_retries") == 3);
    CHECK(text(read, "dead_letter_queue").empty());
    CHECK(sim.call("DELETE", consumer).status == 200);
    CHECK(sim.call("GET", consumer).status == 404);
    CHECK(sim.call("DELETE", "/workers/scripts/a").status == 200);
    CHECK(sim.call("GET", "/queues/none/consumers").code() == 11000);
  }

  TEST_CASE("PUT of a queue replaces its settings and PATCH merges them") {
    Sim sim;
    sim.call("POST", "/queues", R"({"queue_name":"taken"})");
    const auto made =
        sim.call("POST", "/queues", R"({"queue_name":"orders","settings":{"delivery_delay":5}})").result();
    const auto path = "/queues/" + text(made, "queue_id");
    const auto patched = sim.call("PATCH", path, R"({"settings":{"delivery_paused":true}})").result();
    CHECK(patched.at("settings").at("delivery_delay") == 5);
    CHECK(patched.at("settings").at("delivery_paused") == true);
    const auto replaced =
        sim.call("PUT", path, R"({"queue_name":"renamed","settings":{"delivery_paused":true}})").result();
    CHECK(text(replaced, "queue_name") == "renamed");
    CHECK(replaced.at("settings").at("delivery_delay") == 0);
    CHECK(sim.call("PUT", path, R"({"queue_name":"renamed"})").status == 200);
    CHECK(sim.call("PUT", path, R"({"queue_name":"taken"})").code() == 11009);
    CHECK(sim.call("PATCH", path, R"({"queue_name":"Or ders"})").code() == 11003);
    CHECK(sim.call("PUT", "/queues/none", "{}").code() == 11000);
  }

  TEST_CASE("a workflow is put and found") {
    Sim sim;
    sim.put("a");
    CHECK(sim.call("GET", "/workflows/fulfil").code() == 10200);
    CHECK(sim.call("PUT", "/workflows/fulfil", R"({"script_name":"x","class_name":"F"})").code() == 10007);
    const auto put = sim.call("PUT", "/workflows/fulfil",
                              R"({"script_name":"a","class_name":"F","limits":{"steps":5},)"
                              R"("concurrency":{"limit":2},"default_retention":{"success_retention":"1d"}})");
    REQUIRE(put.status == 200);
    CHECK(put.result().at("limits").at("steps") == 5);
    CHECK(put.result().at("concurrency").at("limit") == 2);
    CHECK(put.result().at("default_retention").at("success_retention") == "1d");
    const auto shown = sim.call("GET", "/workflows/fulfil").result();
    CHECK(text(shown, "id") == text(put.result(), "id"));
    CHECK(text(shown, "script_name") == "a");
    CHECK(text(shown, "class_name") == "F");
    CHECK_FALSE(shown.as_object().contains("limits"));
    CHECK(sim.call("GET", "/workflows").result().as_array().size() == 1);
    // Where it is stored is decided once.
    const auto eu = R"({"script_name":"a","class_name":"F","jurisdiction":"eu"})";
    CHECK(sim.call("PUT", "/workflows/fulfil", eu).code() == 10209);
    CHECK(sim.call("PUT", "/workflows/stored", eu).status == 200);
    CHECK(sim.call("PUT", "/workflows/stored", eu).status == 200);
    CHECK(sim.call("DELETE", "/workflows/stored").status == 200);
    CHECK(sim.call("DELETE", "/workflows/fulfil").status == 200);
  }
}

namespace {

constexpr std::string_view kHash = "0123456789abcdef0123456789abcdef";
constexpr std::string_view kOther = "fedcba9876543210fedcba9876543210";

Reply begin(Sim& sim) {
  const JsonObject manifest{{"/index.html", JsonObject{{"hash", kHash}, {"size", 2}}},
                            {"/copy.html", JsonObject{{"hash", kHash}, {"size", 2}}},
                            {"/a.css", JsonObject{{"hash", kOther}, {"size", 2}}}};
  return sim.call("POST", "/workers/scripts/site/assets-upload-session", to_text(JsonObject{{"manifest", manifest}}));
}

Reply upload(Sim& sim, const std::string& jwt, std::string_view hash, std::string_view body = "aGk=") {
  return sim.form("POST", "/workers/assets/upload?base64=true", {{hash, hash, "text/html", body}},
                  {{"Authorization", "Bearer " + jwt}});
}

}  // namespace

TEST_SUITE("assets") {
  TEST_CASE("a session asks for what is missing and its last file earns the token") {
    Sim sim;
    const auto session = begin(sim);
    REQUIRE(session.status == 200);
    const auto jwt = text(session.result(), "jwt");
    REQUIRE(session.result().at("buckets").as_array().size() == 1);
    CHECK(session.result().at("buckets").as_array()[0].as_array().size() == 2);
    CHECK(upload(sim, "wrong", kHash).status == 401);
    CHECK(upload(sim, jwt, std::string(32, '0')).status == 400);
    CHECK(upload(sim, jwt, kHash, "!").status == 400);
    const auto first = upload(sim, jwt, kHash);
    CHECK(first.status == 202);
    CHECK(first.result().at("jwt").is_null());
    const auto last = upload(sim, jwt, kOther);
    CHECK(last.status == 201);
    const auto completion = text(last.result(), "jwt");
    const auto put = sim.form("PUT", "/workers/scripts/site",
                              {{"metadata", "", "", to_text(JsonObject{{"assets", JsonObject{{"jwt", completion}}}})}});
    REQUIRE(put.status == 200);
    CHECK(put.result().at("has_assets") == true);
    CHECK(sim.item("site").at("has_modules") == false);
    CHECK(sim.call("GET", "/workers/scripts/site/content/v2").status == 204);
    CHECK(begin(sim).result().at("buckets").as_array().empty());
  }

  TEST_CASE("a token is three pieces of base64url with an expiry") {
    Sim sim;
    const auto jwt = text(begin(sim).result(), "jwt");
    const auto first = jwt.find('.');
    const auto second = jwt.find('.', first + 1);
    REQUIRE(second != std::string::npos);
    auto claims = jwt.substr(first + 1, second - first - 1);
    CHECK(claims.find('=') == std::string::npos);
    while (claims.size() % 4 != 0) claims += '=';
    const auto json = parse_json(from_base64(claims).value());
    REQUIRE(json);
    CHECK(json->at("exp").as_int64() == json->at("iat").as_int64() + 3600);
  }

  TEST_CASE("a made-up completion token is refused, and keep_assets needs none") {
    Sim sim;
    CHECK(sim.put("site", {{"assets", JsonObject{{"jwt", "a.b.c"}}}}).code() == 10021);
    const auto jwt = text(begin(sim).result(), "jwt");
    upload(sim, jwt, kHash);
    const auto completion = text(upload(sim, jwt, kOther).result(), "jwt");
    CHECK(sim.put("site", {{"assets", JsonObject{{"jwt", completion}}}}).result().at("has_assets") == true);
    CHECK(sim.put("site", {{"keep_assets", true}}).result().at("has_assets") == true);
    CHECK(sim.put("site").result().at("has_assets") == false);
  }

  TEST_CASE("tokens end after an hour") {
    Sim sim;
    const auto jwt = text(begin(sim).result(), "jwt");
    REQUIRE(upload(sim, jwt, kHash).status == 202);
    const auto completion = text(upload(sim, jwt, kOther).result(), "jwt");
    sim.advance(std::chrono::hours(1));
    CHECK(sim.put("site", {{"assets", JsonObject{{"jwt", completion}}}}).code() == 10021);
    CHECK(upload(sim, jwt, kHash).status == 401);
  }

  TEST_CASE("manifests that make no sense are refused") {
    Sim sim;
    const auto post = [&](std::string_view path, std::string_view hash, int size) {
      const JsonObject manifest{{path, JsonObject{{"hash", hash}, {"size", size}}}};
      return sim
          .call("POST", "/workers/scripts/site/assets-upload-session", to_text(JsonObject{{"manifest", manifest}}))
          .status;
    };
    CHECK(post("/a", kHash, 1) == 200);
    CHECK(post("a", kHash, 1) == 400);
    CHECK(post("/a", "short", 1) == 400);
    CHECK(post("/a", kHash, 26'214'401) == 400);
    CHECK(post("/a", kHash, -1) == 400);
  }
}

TEST_SUITE("what wrangler asks") {
  TEST_CASE("a service shows its script with tag and tags, or is 10090") {
    Sim sim;
    CHECK(sim.call("GET", "/workers/services/a").code() == 10090);
    sim.put("a", {{"tags", JsonArray{"cf:environment=x"}}, {"limits", JsonObject{{"cpu_ms", 5}}}});
    const auto service = sim.call("GET", "/workers/services/a").result().at("default_environment");
    CHECK(text(service, "environment") == "production");
    CHECK(text(service.at("script"), "tag") == text(sim.item("a"), "tag"));
    CHECK(service.at("script").at("tags") == JsonArray{"cf:environment=x"});
    CHECK(service.at("script").at("limits").at("cpu_ms") == 5);
    CHECK(text(service.at("script"), "last_deployed_from") == "api");
    CHECK(sim.call("GET", "/workers/services/a/environments/production").status == 200);
    CHECK(sim.call("GET", "/workers/services/a/environments/other").code() == 10092);
    CHECK(sim.call("GET", "/workers/services/a/environments/production/bindings").result().as_array().empty());
    CHECK(sim.call("GET", "/workers/services/a/environments/production/subdomain").status == 200);
  }

  TEST_CASE("routes of a Worker are replaced in all zones, or not at all") {
    Sim sim({.zones = {*parse_zone("example.com"), *parse_zone("example.org")}});
    sim.put("a");
    const std::string path = "/workers/scripts/a/routes";
    const auto put = sim.call(
        "PUT", path, R"([{"pattern":"example.com/api/*","zone_name":"example.com"},{"pattern":"www.example.org/*"}])");
    REQUIRE(put.status == 200);
    const auto routes = sim.call("GET", "/workers/services/a/environments/production/routes?show_zonename=true");
    REQUIRE(routes.result().as_array().size() == 2);
    CHECK(text(routes.result().as_array()[1], "zone_name") == "example.org");
    CHECK(sim.call("PUT", path, R"([{"pattern":"example.com/new"},{"pattern":"example.net/*"}])").code() == 10022);
    CHECK(sim.call("GET", "/workers/services/a/environments/production/routes").result() == routes.result());
    CHECK(sim.call("PUT", path, "[]").status == 200);
    CHECK(sim.call("GET", "/workers/services/a/environments/production/routes").result().as_array().empty());
  }

  TEST_CASE("domains of a Worker are compared and replaced") {
    Sim sim;
    sim.put("a");
    sim.put("b");
    sim.call("PUT", "/workers/domains", R"({"hostname":"old.example.com","service":"a"})");
    sim.call("PUT", "/workers/domains", R"({"hostname":"b.example.com","service":"b"})");
    const auto changes = sim.call("POST", "/workers/scripts/a/domains/changeset?replace_state=true",
                                  R"([{"hostname":"new.example.com"},{"hostname":"b.example.com"}])")
                             .result();
    CHECK(text(changes.at("added").as_array().front(), "hostname") == "new.example.com");
    CHECK(changes.at("updated").as_array().front().at("modified") == true);
    CHECK(text(changes.at("removed").as_array().front(), "hostname") == "old.example.com");
    const auto put = sim.call("PUT", "/workers/scripts/a/domains/records",
                              R"({"override_scope":true,"override_existing_origin":true,)"
                              R"("origins":[{"hostname":"new.example.com"},{"hostname":"b.example.com"}]})");
    REQUIRE(put.status == 200);
    sim.call("PUT", "/workers/scripts/b/domains/records",
             R"({"origins":[{"hostname":"off.example.com","enabled":false,"previews_enabled":true}]})");
    const auto off = sim.call("GET", "/workers/domains?hostname=off.example.com").result().as_array().front();
    CHECK(off.at("enabled") == false);
    CHECK(off.at("previews_enabled") == true);
    const auto mine = sim.call("GET", "/workers/domains/records?page=0&per_page=5&service=a&environment=production");
    CHECK(mine.result().as_array().size() == 2);
    CHECK(sim.call("GET", "/workers/domains").result().as_array().size() == 3);
  }

  TEST_CASE("references, tails and namespaces are found") {
    Sim sim;
    sim.put("a", {{"migrations", JsonObject{{"new_tag", "v1"}, {"new_classes", JsonArray{"Cart"}}}}});
    sim.put("b", {{"bindings", JsonArray{JsonObject{{"name", "A"}, {"type", "service"}, {"service", "a"}}}},
                  {"tail_consumers", JsonArray{JsonObject{{"service", "a"}}}}});
    const auto references = sim.call("GET", "/workers/scripts/a/references").result();
    CHECK(text(references.at("services").at("incoming").as_array().front(), "service") == "b");
    CHECK(references.at("durable_objects").as_array().empty());
    const auto tails = sim.call("GET", "/workers/tails/by-consumer/a").result();
    CHECK(text(tails.as_array().front().at("producer"), "service") == "b");
    const auto namespaces = sim.call("GET", "/workers/durable_objects/namespaces?per_page=1000&page=1").result();
    CHECK(text(namespaces.as_array().front(), "class") == "Cart");
    CHECK(sim.call("DELETE", "/workers/services/a?force=false").code() == 10142);
    CHECK(sim.call("DELETE", "/workers/services/a?force=true").status == 200);
  }

  TEST_CASE("the account is found through memberships") {
    Sim sim;
    const auto memberships = sim.api("GET", "/memberships?page=1");
    CHECK(text(memberships.result().as_array().front().at("account"), "id") ==
          sim.service().world().options.account_id);
    CHECK(sim.api("GET", "/memberships?page=2").result().as_array().empty());
    CHECK(sim.api("GET", "/accounts?page=1").result().as_array().size() == 1);
  }
}

}  // namespace plumbline::simulator
