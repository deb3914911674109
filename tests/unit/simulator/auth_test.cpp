#include <doctest/doctest.h>

#include "harness.h"

namespace plumbline::simulator {

TEST_SUITE("authorisation") {
  TEST_CASE("a call without credentials is refused with 9106") {
    Sim sim;
    const auto reply = sim.api("GET", "/accounts", "", {{"Authorization", ""}});
    CHECK(reply.status == 400);
    CHECK(reply.code() == 9106);
    CHECK(bool_member(reply.json, "success") == false);
  }

  TEST_CASE("any non-empty token works unless one is required") {
    Sim sim;
    CHECK(sim.call("GET", "/workers/scripts").status == 200);
    CHECK(sim.call("GET", "/workers/scripts", "", {{"Authorization", "Bearer "}}).code() == 10000);
  }

  TEST_CASE("a wrong token is 401 10000 for accounts and 403 9109 elsewhere") {
    Sim sim({.token = "right"});
    const auto workers = sim.call("GET", "/workers/scripts");
    CHECK(workers.status == 401);
    CHECK(workers.code() == 10000);
    const auto user = sim.api("GET", "/user");
    CHECK(user.status == 403);
    CHECK(user.code() == 9109);
    CHECK(sim.api("GET", "/user", "", {{"Authorization", "Bearer right"}}).status == 200);
  }

  TEST_CASE("a global key with its e-mail address works and a key alone does not") {
    Sim sim({.token = "key"});
    const auto both =
        sim.api("GET", "/user", "", {{"Authorization", ""}, {"X-Auth-Key", "key"}, {"X-Auth-Email", "a@b.c"}});
    CHECK(both.status == 200);
    CHECK(text(both.result(), "email") == "a@b.c");
    const auto alone = sim.api("GET", "/user", "", {{"Authorization", ""}, {"X-Auth-Key", "key"}});
    CHECK(alone.code() == 9106);
  }

  TEST_CASE("user tokens and account tokens are each verified at their own address") {
    Sim sim;
    const auto user = sim.api("GET", "/user/tokens/verify");
    CHECK(text(user.result(), "status") == "active");
    CHECK(member(user.json, "messages")->as_array().front().at("code") == 10000);
    CHECK(sim.call("GET", "/tokens/verify").status == 401);
    const net::Headers account{{"Authorization", "Bearer cfat_abc"}};
    CHECK(sim.call("GET", "/tokens/verify", "", account).status == 200);
    CHECK(sim.api("GET", "/user/tokens/verify", "", account).status == 401);
  }

  TEST_CASE("a method that a path does not have is 405 7001") {
    Sim sim;
    for (const auto* method : {"POST", "PATCH", "HEAD"}) {
      const auto reply = sim.call(method, "/workers/scripts/a");
      CHECK(reply.status == 405);
      CHECK(reply.code() == 7001);
    }
    CHECK(sim.call("POST", "/workers/nothing").status == 404);
  }

  TEST_CASE("with errors=2018 a path without its account, zone or script is 404 10005") {
    Sim sim({.semantics = {.errors_today = false}});
    for (const auto* path : {"/accounts//workers/scripts", "/accounts/workers/scripts", "/zones//workers/script",
                             "/zones/ffffffffffffffffffffffffffffffff/workers/script"}) {
      const auto reply = sim.api("GET", path);
      CHECK(reply.status == 404);
      CHECK(reply.code() == 10005);
      CHECK(text(reply.json.at("errors").as_array().front(), "message") == "workers.api.error.not_found");
    }
    for (const auto* method : {"GET", "PUT", "DELETE"}) {
      const auto reply = sim.call(method, "/workers/scripts/");
      CHECK(reply.status == 404);
      CHECK(reply.code() == 10005);
      CHECK(text(reply.json.at("errors").as_array().front(), "message") == "workers.api.error.missing_script_name");
    }
    CHECK(sim.call("GET", "/workers/scripts").status == 200);
    CHECK(sim.call("GET", "/nothing").code() == 7003);
  }

  TEST_CASE("unknown paths and accounts are 404 7003") {
    Sim sim;
    CHECK(sim.api("GET", "/nothing/here").code() == 7003);
    const auto other = sim.api("GET", "/accounts/00000000000000000000000000000000/workers/scripts");
    CHECK(other.status == 404);
    CHECK(other.code() == 7003);
    const auto unknown = sim.call("GET", "/workers/scripts/x/nothing");
    CHECK(unknown.code() == 7003);
    CHECK(unknown.json.at("errors").as_array().back().at("code") == 7000);
  }
}

}  // namespace plumbline::simulator
