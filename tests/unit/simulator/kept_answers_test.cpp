#include "simulator/kept_answers.h"

#include <doctest/doctest.h>

#include <string>

#include "net/gzip.h"
#include "tests/unit/simulator/harness.h"

namespace plumbline::simulator {
namespace {

Coding coding_of(const std::string& accepted) {
  return coding_for({"GET", "/", {{"Accept-Encoding", accepted}}, ""});
}

std::string unpacked(std::string_view body) {
  std::string text;
  net::Unpacker unpacker(std::size_t{64} * 1024 * 1024);
  REQUIRE(unpacker.put(body, text) == net::Unpacker::Step::taken);
  REQUIRE(unpacker.whole());
  return text;
}

const net::Headers kTakesGzip{{"Accept-Encoding", "gzip"}};

constexpr std::string_view kBeta = "/workers/workers?per_page=100";

// What a list says now, as three ways of asking have it: once more, in gzip, and by a target that nobody has asked for
// before.
void check_alike(Sim& sim, std::string_view path) {
  static int asked = 0;
  const auto again = sim.call("GET", path).body;
  const bool has_query = path.contains('?');
  const auto afresh =
      sim.call("GET", std::string(path) + (has_query ? "&" : "?") + "n=" + std::to_string(++asked)).body;
  CHECK(again == afresh);
  const auto packed = sim.call("GET", path, "", kTakesGzip);
  const bool is_packed = packed.headers.get("Content-Encoding") == "gzip";
  CHECK((is_packed ? unpacked(packed.body) : packed.body) == afresh);
}

}  // namespace

TEST_SUITE("kept answers") {
  TEST_CASE("gzip is for those who take it") {
    for (const auto* accepted : {"gzip", "GZIP", "br, gzip", "gzip, deflate, br", "gzip;q=0.5", "*", "br;q=0, *",
                                 " gzip ;q=1.0", "*;q=0, gzip", "gzip;q=0.001"}) {
      CAPTURE(accepted);
      CHECK(coding_of(accepted) == Coding::gzip);
    }
    for (const auto* accepted : {"", "identity", "br", "gzip;q=0", "gzip; q=0.000", "gzip;q=0, *", "*;q=0", "xgzip"}) {
      CAPTURE(accepted);
      CHECK(coding_of(accepted) == Coding::plain);
    }
  }

  TEST_CASE("an answer above a kilobyte is packed for those who take it, and no other") {
    Sim sim;
    sim.put("a");
    const auto plain = sim.call("GET", "/workers/scripts");
    CHECK(plain.headers.get("Content-Encoding").empty());
    CHECK(sim.call("GET", "/workers/scripts", "", kTakesGzip).body == plain.body);
    for (const auto* name : {"b", "c", "d"}) sim.put(name);
    const auto packed = sim.call("GET", "/workers/scripts", "", kTakesGzip);
    CHECK(packed.headers.get("Content-Encoding") == "gzip");
    CHECK(packed.headers.get("Content-Type") == "application/json");
    const auto now = sim.call("GET", "/workers/scripts").body;
    CHECK(unpacked(packed.body) == now);
    CHECK(packed.body.size() < now.size() / 2);
    const auto log = sim.control("GET", "requests");
    const auto& entries = log.json.as_array();
    CHECK(entries.at(entries.size() - 2).at("response_bytes") == packed.body.size());
  }

  TEST_CASE("code is packed, too, with the headers that tell what it is") {
    Sim sim;
    sim.put("a", {}, "export default {};\n//" + std::string(5000, 'x'));
    const auto plain = sim.call("GET", "/workers/scripts/a/content/v2");
    const auto packed = sim.call("GET", "/workers/scripts/a/content/v2", "", kTakesGzip);
    CHECK(unpacked(packed.body) == plain.body);
    CHECK(packed.headers.get("Content-Type") == plain.headers.get("Content-Type"));
    CHECK(packed.headers.get("cf-entrypoint") == "index.js");
  }

  TEST_CASE("a list is what the account is after every kind of change") {
    Sim sim;
    for (const auto* name : {"a", "b", "c", "d"}) sim.put(name);
    const auto check = [&] {
      check_alike(sim, "/workers/scripts");
      check_alike(sim, "/workers/scripts?include_subdomain_availability=true");
      check_alike(sim, kBeta);
      check_alike(sim, "/workers/workers?per_page=2&page=2&order_by=updated_on&order=desc");
    };
    check();
    sim.put("e");
    check();
    CHECK(sim.item("e").is_object());
    sim.patch_settings("a",
                       {{"bindings", JsonArray{JsonObject{{"type", "service"}, {"name", "B"}, {"service", "b"}}}}});
    check();
    CHECK(sim.call("GET", kBeta).body.contains(R"("workers":[{"id")"));
    sim.call("PATCH", "/workers/scripts/a/script-settings", R"({"logpush":true,"tags":["t"]})");
    check();
    CHECK(sim.item("a").at("logpush") == true);
    sim.call("POST", "/workers/scripts/a/subdomain", R"({"enabled":true,"previews_enabled":true})");
    check();
    sim.call("PUT", "/workers/scripts/a/secrets", R"({"type":"secret_text","name":"S","text":"v"})");
    check();
    sim.call("PUT", "/workers/domains", R"({"hostname":"x.example.com","service":"a","zone_name":"example.com"})");
    check();
    CHECK(sim.call("GET", kBeta).body.contains("x.example.com"));
    sim.call("DELETE", "/workers/scripts/b?force=true");
    check();
    CHECK(sim.item("b").is_null());
    sim.control("POST", "edit", JsonObject{{"worker", "c"}, {"action", "set-var"}, {"name", "V"}, {"value", "v"}});
    check();
    sim.control("POST", "edit", JsonObject{{"worker", "d"}, {"action", "delete-worker"}});
    check();
    sim.control("POST", "settings", JsonObject{{"list_etag", "deployed"}, {"list_routes", "filled"}});
    check();
    sim.control("POST", "reset");
    check();
    CHECK(sim.call("GET", "/workers/scripts").result().as_array().empty());
  }

  TEST_CASE("a list that was loaded is the one that is shown") {
    Sim sim;
    sim.put("a");
    const auto saved = sim.service().save();
    sim.put("b");
    CHECK(sim.call("GET", "/workers/scripts").result().as_array().size() == 2);
    REQUIRE(sim.service().load(saved));
    CHECK(sim.call("GET", "/workers/scripts").result().as_array().size() == 1);
  }

  TEST_CASE("with a read lag a list changes by the time that passes") {
    Options options;
    options.semantics.read_lag = std::chrono::seconds(5);
    Sim sim(options);
    sim.put("a");
    CHECK(sim.call("GET", "/workers/scripts").result().as_array().empty());
    sim.advance(std::chrono::seconds(6));
    CHECK(sim.call("GET", "/workers/scripts").result().as_array().size() == 1);
    CHECK(sim.call("GET", kBeta).result().as_array().size() == 1);
  }

  TEST_CASE("a token that may not read is refused, also what is kept") {
    Options options;
    options.token = "good";
    Sim sim(options);
    const net::Headers good{{"Authorization", "Bearer good"}};
    const net::Headers bad{{"Authorization", "Bearer bad"}};
    CHECK(sim.call("GET", "/workers/scripts", "", good).status == 200);
    CHECK(sim.call("GET", "/workers/scripts", "", bad).status == 401);
  }

  TEST_CASE("a fault strikes a list that is kept, and leaves it as it was") {
    Sim sim;
    for (const auto* name : {"a", "b", "c", "d"}) sim.put(name);
    const auto before = sim.call("GET", "/workers/scripts", "", kTakesGzip).body;
    sim.control("POST", "faults", JsonObject{{"match", JsonObject{{"path", "scripts$"}}}, {"fault", "drop-entry"}});
    const auto struck = sim.call("GET", "/workers/scripts", "", kTakesGzip);
    CHECK(struck.headers.get("Content-Encoding").empty());
    CHECK(struck.result().as_array().size() == 3);
    CHECK(sim.call("GET", "/workers/scripts", "", kTakesGzip).body == before);
  }

  TEST_CASE("no more than 64 MiB of answers are kept") {
    KeptAnswers kept;
    Answer large;
    large.body.assign(std::size_t{40} * 1024 * 1024, 'x');
    CHECK(kept.find("/1", Coding::plain, 1) == nullptr);
    kept.keep("/1", Coding::plain, large);
    CHECK(kept.find("/1", Coding::plain, 1) != nullptr);
    CHECK(kept.find("/1", Coding::gzip, 1) == nullptr);
    kept.keep("/2", Coding::plain, large);
    CHECK(kept.find("/1", Coding::plain, 1) == nullptr);
    CHECK(kept.find("/2", Coding::plain, 1) != nullptr);
    CHECK(kept.find("/2", Coding::plain, 2) == nullptr);
  }
}

}  // namespace plumbline::simulator
