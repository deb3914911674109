#include <doctest/doctest.h>

#include "harness.h"

namespace plumbline::simulator {
namespace {

JsonObject email_rule(const JsonObject& matcher, std::string_view worker) {
  return {{"matchers", JsonArray{matcher}},
          {"actions", JsonArray{JsonObject{{"type", "worker"}, {"value", JsonArray{worker}}}}}};
}

JsonObject rule_to(std::string_view address, std::string_view worker) {
  return email_rule({{"type", "literal"}, {"field", "to"}, {"value", address}}, worker);
}

/// The rule as wrangler creates it.
std::string owned(JsonObject rule, std::string_view tag) {
  rule["enabled"] = true;
  rule["source"] = "wrangler";
  rule["owner_worker_tag"] = tag;
  return to_text(rule);
}

std::string rules_path(Sim& sim) {
  return "/zones/" + sim.service().world().account.zones.front().id + "/email/routing/rules";
}

/// The changes of the only zone; null if there are none.
Json planned(Sim& sim, std::string_view tag, const JsonArray& rules, const JsonArray& catch_all = {}) {
  const auto reply =
      sim.call("POST", "/email/routing/rules/plan",
               to_text(JsonObject{{"owner_worker_tag", tag}, {"rules", rules}, {"catch_all_rules", catch_all}}));
  REQUIRE(reply.status == 200);
  const auto& zones = reply.result().at("zones").as_array();
  return zones.empty() ? Json() : zones.front().at("changes");
}

}  // namespace

TEST_SUITE("email routing") {
  TEST_CASE("addresses of a Worker are planned, made and found unchanged") {
    Sim sim;
    const auto tag = text(sim.put("mail").result(), "tag");
    const auto rule = rule_to("Support@example.com", "mail");
    const JsonArray everything{
        JsonObject{{"target", "*@example.com"}, {"rule", email_rule({{"type", "all"}}, "mail")}}};
    const auto first = planned(sim, tag, {rule}, everything);
    REQUIRE(first.as_array().size() == 2);
    CHECK(text(first.as_array()[0], "type") == "added");
    CHECK(text(first.as_array()[0], "target") == "support@example.com");
    CHECK(text(first.as_array()[1], "target") == "*@example.com");
    REQUIRE(sim.api("POST", rules_path(sim), owned(rule, tag)).status == 200);
    REQUIRE(sim.api("PUT", rules_path(sim) + "/catch_all", owned(email_rule({{"type", "all"}}, "mail"), tag)).status ==
            200);
    CHECK(planned(sim, tag, {rule}, everything).is_null());
    CHECK(sim.api("POST", rules_path(sim), owned(rule, tag)).code() == 2014);
  }

  TEST_CASE("a rule that is no longer asked for goes, and one of somebody else is a conflict") {
    Sim sim;
    const auto tag = text(sim.put("mail").result(), "tag");
    const auto made = sim.api("POST", rules_path(sim), owned(rule_to("old@example.com", "mail"), tag));
    sim.api("POST", rules_path(sim), to_text(rule_to("boss@example.com", "other")));
    const auto changes = planned(sim, tag, {rule_to("boss@example.com", "mail")});
    REQUIRE(changes.as_array().size() == 2);
    CHECK(text(changes.as_array()[0], "type") == "conflict");
    CHECK(text(changes.as_array()[1], "type") == "deleted");
    CHECK(text(changes.as_array()[1].at("remote"), "id") == text(made.result(), "id"));
    const auto path = rules_path(sim) + "/" + text(made.result(), "id");
    CHECK(sim.api("PUT", path, owned(rule_to("old@example.com", "third"), tag)).status == 200);
    CHECK(text(planned(sim, tag, {rule_to("old@example.com", "mail")}).as_array()[0], "type") == "updated");
    CHECK(sim.api("DELETE", path).status == 200);
    CHECK(sim.api("DELETE", path).status == 404);
    CHECK(sim.api("GET", rules_path(sim)).result().as_array().size() == 1);
  }

  TEST_CASE("a plan needs its Worker and a zone of the account") {
    Sim sim;
    const std::string path = "/email/routing/rules/plan";
    CHECK(sim.call("POST", path, R"({"owner_worker_tag":"none","rules":[]})").code() == 2016);
    const auto tag = text(sim.put("mail").result(), "tag");
    const auto foreign = sim.call(
        "POST", path, to_text(JsonObject{{"owner_worker_tag", tag}, {"rules", JsonArray{rule_to("a@b.net", "mail")}}}));
    CHECK(foreign.code() == 10001);
  }
}

}  // namespace plumbline::simulator
