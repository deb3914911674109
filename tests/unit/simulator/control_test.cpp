#include <doctest/doctest.h>

#include "harness.h"

namespace plumbline::simulator {
namespace {

JsonObject fault(std::string_view kind, std::string_view method = "PUT",
                 std::string_view path = "/workers/scripts/a$") {
  return {{"match", JsonObject{{"method", method}, {"path", path}}}, {"fault", kind}};
}

}  // namespace

TEST_SUITE("faults") {
  TEST_CASE("a status fault strikes as often as it says, before any effect") {
    Sim sim;
    auto stated = fault("status");
    stated["times"] = 2;
    stated["status"] = 503;
    stated["code"] = 10002;
    stated["message"] = "later";
    stated["headers"] = JsonObject{{"Retry-After", "7"}};
    REQUIRE(sim.control("POST", "faults", stated).status == 200);
    for (int i = 0; i < 2; ++i) {
      const auto reply = sim.put("a");
      CHECK(reply.status == 503);
      CHECK(reply.code() == 10002);
      CHECK(reply.headers.get("retry-after") == "7");
    }
    CHECK(sim.item("a").is_null());
    CHECK(sim.put("a").status == 200);
  }

  TEST_CASE("faults match method and path alone") {
    Sim sim;
    sim.control("POST", "faults", fault("status"));
    CHECK(sim.put("b").status == 200);
    CHECK(sim.call("GET", "/workers/scripts/a").code() == 10007);
    CHECK(sim.put("a").status == 500);
  }

  TEST_CASE("html is no envelope") {
    Sim sim;
    sim.control("POST", "faults", fault("html"));
    const auto reply = sim.put("a");
    CHECK(reply.status == 502);
    CHECK(reply.headers.get("content-type").starts_with("text/html"));
    CHECK(reply.body.starts_with("<!DOCTYPE html>"));
    CHECK(sim.item("a").is_null());
  }

  TEST_CASE("a reset comes before the effect or after it") {
    Sim sim;
    sim.control("POST", "faults", fault("reset-before"));
    CHECK(sim.put("a").delivery == net::Delivery::reset);
    CHECK(sim.item("a").is_null());
    sim.control("POST", "faults", fault("reset-after"));
    CHECK(sim.put("a").delivery == net::Delivery::reset);
    CHECK_FALSE(sim.item("a").is_null());
  }

  TEST_CASE("an answer fault has the effect, and says of it what it was told to") {
    Sim sim;
    auto stated = fault("answer");
    stated["status"] = 203;
    sim.control("POST", "faults", stated);
    const auto own = sim.put("a");
    CHECK(own.status == 203);
    CHECK(own.json.at("success") == true);
    CHECK_FALSE(sim.item("a").is_null());
    stated = fault("answer", "DELETE");
    stated["body"] = "";
    stated["headers"] = JsonObject{{"Content-Type", "text/plain"}};
    sim.control("POST", "faults", stated);
    const auto empty = sim.call("DELETE", "/workers/scripts/a");
    CHECK(empty.status == 200);
    CHECK(empty.body.empty());
    CHECK(empty.headers.get("content-type") == "text/plain");
    CHECK(sim.item("a").is_null());
    stated["body"] = 7;
    CHECK(sim.control("POST", "faults", stated).status == 400);
  }

  TEST_CASE("truncate, slow and stall deliver what happened badly") {
    Sim sim;
    auto slow = fault("slow");
    slow["delay_ms"] = 30;
    sim.control("POST", "faults", JsonArray{fault("truncate"), slow, fault("stall")});
    CHECK(sim.put("a").delivery == net::Delivery::truncate);
    const auto reply = sim.put("a");
    CHECK(reply.delivery == net::Delivery::slow);
    CHECK(reply.pause == std::chrono::milliseconds(30));
    CHECK(sim.put("a").delivery == net::Delivery::stall);
    CHECK(sim.put("a").delivery == net::Delivery::whole);
  }

  TEST_CASE("a fault lets the calls pass that it was told to skip, and stalls with or without an effect") {
    Sim sim;
    auto stall = fault("stall", "PUT", "");
    auto dead = fault("stall-before", "PUT", "");
    stall["skip"] = 1;
    dead["skip"] = 1;
    dead["times"] = 0;
    sim.control("POST", "faults", JsonArray{stall, dead});
    CHECK(sim.put("a").delivery == net::Delivery::whole);
    CHECK(sim.put("b").delivery == net::Delivery::stall);
    CHECK(sim.put("c").delivery == net::Delivery::stall);
    CHECK_FALSE(sim.item("b").is_null());
    CHECK(sim.item("c").is_null());
  }

  TEST_CASE("a list lacks an entry, holds one twice, or one that is not whole, and counts as it was told to") {
    Sim sim;
    for (const auto* name : {"a", "b"}) sim.put(name);
    const JsonObject match{{"method", "GET"}, {"path", "/workers/(scripts|workers)$"}};
    const auto list = [&sim](const JsonObject& fault, const char* path) {
      sim.control("POST", "faults", fault);
      return sim.call("GET", path).json;
    };
    const auto ids = [](const Json& answer) {
      std::string out;
      for (const auto& item : answer.at("result").as_array()) out += std::string(string_member(item, "id")) + ",";
      return out;
    };
    CHECK(ids(list({{"match", match}, {"fault", "drop-entry"}, {"entry", "b"}}, "/workers/scripts")) == "a,");
    CHECK(ids(list({{"match", match}, {"fault", "drop-entry"}, {"entry", "x"}}, "/workers/scripts")) == "a,b,");
    CHECK(ids(list({{"match", match}, {"fault", "repeat-entry"}}, "/workers/scripts")) == "a,a,b,");
    CHECK(ids(list({{"match", match}, {"fault", "maim-entry"}, {"key", "id"}}, "/workers/scripts")) == ",b,");
    CHECK(ids(list({{"match", match}, {"fault", "maim-entry"}, {"key", "id"}, {"value", "c"}}, "/workers/scripts")) ==
          "c,b,");
    const JsonObject drop{{"match", match}, {"fault", "drop-entry"}, {"entry", "b"}};
    CHECK(list(drop, "/workers/workers").at("result_info").at("total_count") == 2);
    auto counted = drop;
    counted["recount"] = true;
    CHECK(list(counted, "/workers/workers").at("result_info").at("total_count") == 1);
    CHECK(ids(sim.call("GET", "/workers/scripts").json) == "a,b,");
    CHECK(sim.control("POST", "faults", JsonObject{{"fault", "maim-entry"}}).status == 400);
  }

  TEST_CASE("zero times is for ever, until faults are deleted") {
    Sim sim;
    auto stated = fault("status", "GET", "");
    stated["times"] = 0;
    sim.control("POST", "faults", stated);
    for (int i = 0; i < 5; ++i) CHECK(sim.call("GET", "/workers/scripts").status == 500);
    CHECK(sim.control("GET", "faults").json.as_array().size() == 1);
    CHECK(sim.control("DELETE", "faults").status == 200);
    CHECK(sim.call("GET", "/workers/scripts").status == 200);
  }

  TEST_CASE("faults that make no sense are refused, and none of a list is taken") {
    Sim sim;
    CHECK(sim.control("POST", "faults", fault("explode")).status == 400);
    CHECK(sim.control("POST", "faults", fault("status", "PUT", "(")).status == 400);
    CHECK(sim.control("POST", "faults", fault("status", "PUT", std::string(257, 'a'))).status == 400);
    auto unknown = fault("status");
    unknown["delay"] = 1;
    CHECK(sim.control("POST", "faults", JsonArray{fault("html"), unknown}).status == 400);
    CHECK(sim.control("GET", "faults").json.as_array().empty());
  }

  TEST_CASE("an expression that takes for ever matches nothing") {
    Sim sim;
    sim.control("POST", "faults", fault("status", "GET", "(a+)+(a+)+(a+)+$"));
    const auto reply = sim.call("GET", "/workers/scripts/" + std::string(60, 'a') + "!");
    CHECK(reply.code() == 10007);
  }
}

TEST_SUITE("limits") {
  TEST_CASE("one call too many blocks the token for a whole window") {
    Sim sim({.rate_limit = RateLimit{3, std::chrono::seconds(300)}});
    for (int i = 0; i < 3; ++i) {
      const auto reply = sim.call("GET", "/workers/scripts");
      CHECK(reply.status == 200);
      CHECK(reply.headers.get("ratelimit-policy") == "\"default\";q=3;w=300");
      sim.advance(std::chrono::seconds(10));
    }
    const auto refused = sim.call("GET", "/workers/scripts");
    CHECK(refused.status == 429);
    CHECK(refused.code() == 971);
    CHECK(refused.headers.get("retry-after") == "300");
    sim.advance(std::chrono::seconds(299));
    CHECK(sim.call("GET", "/workers/scripts").headers.get("retry-after") == "1");
    sim.advance(std::chrono::seconds(1));
    CHECK(sim.call("GET", "/workers/scripts").status == 200);
  }

  TEST_CASE("the window slides, and each token has its own") {
    Sim sim({.rate_limit = RateLimit{2, std::chrono::seconds(10)}});
    CHECK(sim.call("GET", "/workers/scripts").status == 200);
    sim.advance(std::chrono::seconds(6));
    CHECK(sim.call("GET", "/workers/scripts").status == 200);
    sim.advance(std::chrono::seconds(4));
    CHECK(sim.call("GET", "/workers/scripts").status == 200);
    CHECK(sim.call("GET", "/workers/scripts").status == 429);
    CHECK(sim.call("GET", "/workers/scripts", "", {{"Authorization", "Bearer other"}}).status == 200);
  }

  TEST_CASE("control calls are neither counted nor logged") {
    Sim sim({.rate_limit = RateLimit{1, std::chrono::seconds(10)}});
    for (int i = 0; i < 5; ++i) CHECK(sim.control("GET", "state").status == 200);
    CHECK(sim.call("GET", "/workers/scripts").status == 200);
    CHECK(sim.control("GET", "requests").json.as_array().size() == 1);
  }

  TEST_CASE("latency lies around its mean") {
    Sim sim({.latency = {std::chrono::milliseconds(50), std::chrono::milliseconds(20)}});
    std::chrono::milliseconds least{1000};
    std::chrono::milliseconds most{0};
    for (int i = 0; i < 200; ++i) {
      const auto pause = sim.call("GET", "/workers/scripts").pause;
      least = std::min(least, pause);
      most = std::max(most, pause);
    }
    CHECK(least >= std::chrono::milliseconds(30));
    CHECK(least < std::chrono::milliseconds(40));
    CHECK(most <= std::chrono::milliseconds(70));
    CHECK(most > std::chrono::milliseconds(60));
    sim.control("POST", "settings", JsonObject{{"latency_ms", 0}});
    CHECK(sim.call("GET", "/workers/scripts").pause.count() == 0);
  }
}

TEST_SUITE("control") {
  TEST_CASE("requests are logged with sizes and the type of the body") {
    Sim sim;
    sim.call("GET", "/workers/scripts?tags=a:yes");
    sim.put("a");
    const auto log = sim.control("GET", "requests");
    const auto& entries = log.json.as_array();
    REQUIRE(entries.size() == 2);
    CHECK(text(entries[0], "query") == "tags=a:yes");
    CHECK(text(entries[0], "path").ends_with("/workers/scripts"));
    CHECK(text(entries[0], "time") == "2026-10-01T00:00:00.000000Z");
    CHECK(text(entries[1], "method") == "PUT");
    CHECK(entries[1].at("status") == 200);
    CHECK(entries[1].at("request_bytes").to_number<int>() > 100);
    CHECK(entries[1].at("response_bytes").to_number<int>() > 100);
    CHECK(text(entries[1], "content_type").starts_with("multipart/form-data"));
    CHECK(sim.control("DELETE", "requests").status == 200);
    CHECK(sim.control("GET", "requests").json.as_array().empty());
  }

  TEST_CASE("the log is JSON whatever bytes a request is made of") {
    Sim sim;
    sim.call("GET", "/workers/scripts/\xff?\xfe", "", {{"Content-Type", "text/\xfd"}});
    const auto log = sim.control("GET", "requests");
    const auto& entry = log.json.as_array().at(0);
    CHECK(text(entry, "path").ends_with("/\\xff"));
    CHECK(text(entry, "query") == "\\xfe");
    CHECK(text(entry, "content_type") == "text/\\xfd");
  }

  TEST_CASE("a reset leaves an empty account with its zones") {
    Sim sim;
    sim.put("a");
    CHECK(sim.control("POST", "reset").status == 200);
    CHECK(sim.call("GET", "/workers/scripts").result().as_array().empty());
    CHECK(sim.control("GET", "state").json.at("zones").as_array().size() == 1);
  }

  TEST_CASE("unknown switches are refused as a whole") {
    Sim sim;
    const auto reply = sim.control("POST", "settings", JsonObject{{"latency_ms", 5}, {"no_such_switch", "yes"}});
    CHECK(reply.status == 400);
    CHECK(sim.control("GET", "settings").json.at("latency_ms") == 0);
    CHECK(sim.control("POST", "settings", JsonObject{{"put_secrets", "maybe"}}).status == 400);
    CHECK(sim.control("POST", "settings", JsonObject{{"rate_limit", "5/10s"}}).status == 200);
    CHECK(sim.control("POST", "settings", JsonObject{{"rate_limit", nullptr}}).status == 200);
    CHECK(sim.control("GET", "nothing").status == 404);
  }

  TEST_CASE("readers lag behind writes") {
    Sim sim({.semantics = {.read_lag = std::chrono::seconds(2)}});
    sim.put("a", {{"logpush", true}});
    CHECK(sim.item("a").is_null());
    CHECK(sim.call("GET", "/workers/scripts/a/settings").code() == 10007);
    CHECK(sim.call("POST", "/workers/scripts/a/subdomain", R"({"enabled":true})").code() == 10007);
    sim.advance(std::chrono::seconds(3));
    CHECK(sim.item("a").at("logpush") == true);
    sim.put("a");
    CHECK(sim.item("a").at("logpush") == true);
    CHECK(sim.call("GET", "/workers/scripts/a/versions").result().at("items").as_array().size() == 1);
    sim.advance(std::chrono::seconds(2));
    CHECK(sim.item("a").at("logpush") == false);
    sim.call("DELETE", "/workers/scripts/a");
    CHECK_FALSE(sim.item("a").is_null());
    sim.advance(std::chrono::seconds(2));
    CHECK(sim.item("a").is_null());
  }
}

namespace {

Reply edit_a(Sim& sim, std::string_view action, JsonObject rest = {}) {
  rest["worker"] = "a";
  rest["action"] = action;
  return sim.control("POST", "edit", rest);
}

}  // namespace

TEST_SUITE("edits in the dashboard") {
  TEST_CASE("a variable makes a version of the dashboard without our annotations") {
    Sim sim;
    sim.put("a", {{"annotations", JsonObject{{"workers/tag", "t"}}}});
    const auto before = sim.item("a");
    REQUIRE(edit_a(sim, "set-var", {{"name", "V"}, {"value", "hi"}}).status == 200);
    edit_a(sim, "set-var", {{"name", "J"}, {"value", JsonObject{{"a", 1}}}});
    const auto settings = sim.settings("a");
    CHECK(text(binding(settings, "V"), "text") == "hi");
    CHECK(text(binding(settings, "J"), "type") == "json");
    CHECK(member(settings.at("annotations"), "workers/tag") == nullptr);
    const auto after = sim.item("a");
    CHECK(text(after, "last_deployed_from") == "dash");
    CHECK(text(after, "modified_on") > text(before, "modified_on"));
    CHECK(after.at("etag") == before.at("etag"));
    CHECK(after.at("tag") == before.at("tag"));
  }

  TEST_CASE("secrets, code, crons and settings can be edited") {
    Sim sim;
    sim.put("a");
    const auto etag = text(sim.item("a"), "etag");
    CHECK(edit_a(sim, "set-secret", {{"name", "S"}, {"value", "v"}}).status == 200);
    CHECK(sim.call("GET", "/workers/scripts/a/secrets").result().as_array().size() == 1);
    CHECK(edit_a(sim, "delete-secret", {{"name", "S"}}).status == 200);
    CHECK(edit_a(sim, "delete-secret", {{"name", "S"}}).status == 400);
    CHECK(edit_a(sim, "edit-code", {{"value", "export default { fetch() { return 1 } }"}}).status == 200);
    CHECK(text(sim.item("a"), "etag") != etag);
    CHECK(edit_a(sim, "set-cron", {{"value", "1 * * * *"}}).status == 200);
    CHECK(sim.call("GET", "/workers/scripts/a/schedules").result().at("schedules").as_array().size() == 1);
    CHECK(edit_a(sim, "set-setting", {{"name", "compatibility_date"}, {"value", "2026-03-03"}}).status == 200);
    CHECK(edit_a(sim, "set-setting", {{"name", "logpush"}, {"value", true}}).status == 200);
    CHECK(edit_a(sim, "set-setting", {{"name", "subdomain"}, {"value", JsonObject{{"enabled", true}}}}).status == 200);
    const auto settings = sim.settings("a");
    CHECK(settings.at("compatibility_date") == "2026-03-03");
    CHECK(settings.at("logpush") == true);
  }

  TEST_CASE("routes, rollback, split and deletion can be made") {
    Sim sim;
    sim.put("a");
    const auto first = sim.call("GET", "/workers/scripts/a/deployments").result();
    sim.put("a");
    CHECK(edit_a(sim, "add-route", {{"value", "example.com/x*"}}).status == 200);
    CHECK(edit_a(sim, "add-route", {{"value", "example.org/x*"}}).status == 400);
    CHECK(edit_a(sim, "delete-route", {{"value", "example.com/x*"}}).status == 200);
    CHECK(edit_a(sim, "rollback").status == 200);
    const auto active = [&] {
      return sim.call("GET", "/workers/scripts/a/deployments").result().at("deployments").as_array()[0];
    };
    CHECK(active().at("versions") == first.at("deployments").as_array()[0].at("versions"));
    CHECK(text(active(), "source") == "dash");
    CHECK(edit_a(sim, "split", {{"value", 20}}).status == 200);
    CHECK(active().at("versions").as_array()[0].at("percentage") == 20);
    CHECK(sim.patch_settings("a", JsonObject{{"logpush", true}}).code() == 10214);
    CHECK(edit_a(sim, "delete-worker").status == 200);
    CHECK(sim.item("a").is_null());
  }

  TEST_CASE("an edit of what is not there is an error") {
    Sim sim;
    CHECK(edit_a(sim, "set-var", {{"name", "V"}, {"value", "v"}}).status == 400);
    sim.put("a");
    CHECK(edit_a(sim, "paint").status == 400);
    CHECK(edit_a(sim, "set-var").status == 400);
  }
}

}  // namespace plumbline::simulator
