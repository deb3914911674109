#include <doctest/doctest.h>

#include <fmt/format.h>

#include <vector>

#include "manifests/wrangler/wrangler_config.h"
#include "tests/unit/manifests/support.h"

// A value is judged alike in a manifest and in a wrangler config, whatever the two call its field.
namespace plumbline::manifests {
namespace {

// What a diagnostic says, without the name of the field that is quoted first.
std::string without_field(const std::string& text) {
  const auto begin = text.find('"');
  const auto end = text.find('"', begin + 1);
  return end == std::string::npos ? text : text.substr(0, begin) + text.substr(end + 1);
}

// `error must be at least 1`: diagnostics without their places and fields, one a line.
std::string judgements(const std::vector<Diagnostic>& diagnostics) {
  std::string out;
  for (const Diagnostic& one : diagnostics) {
    out += (one.severity == Severity::error ? "error " : "warning ") + without_field(one.summary) + "\n";
  }
  return out;
}

std::string of_manifest(const std::string& fields) {
  return judgements(
      test::load(
          {{"w.yaml", test::worker_with("w", "main: i.js, " + fields)}, {"i.js", "x"}, {"public/index.html", "x"}})
          .diagnostics);
}

std::string of_config(const std::string& members) {
  return judgements(parse_wrangler_config("wrangler.json", test::config_with(members), "").diagnostics);
}

// Both forms have `{}` where the value stands, as JSON.
struct OneRule {
  const char* manifest;
  const char* config;
  std::vector<const char*> good;
  std::vector<const char*> bad;
};

const std::vector<OneRule> kRules{
    {"routes: [{{pattern: {}, zone: example.com}}]",
     R"("routes": [{{"pattern": {}, "zone_name": "example.com"}}])",
     {R"("example.com/*")", R"("*.example.com/a*")", R"("*/*")", R"("https://example.com")"},
     {R"("")", R"("example.com:8443/*")", R"("example.com/?q")", R"("a.*.example.com/*")", R"("/x")",
      R"("bücher.example.com/*")", R"("ftp://example.com")", R"("example.com/*/x")"}},
    {"routes: [{{pattern: example.com/*, zone: {}}}]",
     R"("routes": [{{"pattern": "example.com/*", "zone_name": {}}}])",
     {R"("example.com")"},
     {R"("")", R"("com")", R"("bücher.example")", R"("*.example.com")"}},
    {"routes: [{{pattern: example.com/*, zone_id: {}}}]",
     R"("routes": [{{"pattern": "example.com/*", "zone_id": {}}}])",
     {R"("0123456789abcdef0123456789abcdef")"},
     {R"("")", R"("z")", R"("0123456789ABCDEF0123456789abcdef")"}},
    {"domains: [{{hostname: {}}}]",
     R"("routes": [{{"pattern": {}, "custom_domain": true}}])",
     {R"("shop.example.com")"},
     {R"("")", R"("shop.example.com/x")", R"("*.example.com")", R"("shop.example.com:80")", R"("bücher.example")",
      R"("https://example.com")", R"("localhost")"}},
    {"schedules: [{}]",
     R"("triggers": {{"crons": [{}]}})",
     {R"("*/5 * * * *")", R"("0 0 * * MON")", R"("59 23 LW * *")"},
     {R"("")", R"("@daily")", R"("99 * * * *")", R"("0 0 * * 0")", R"("0 0 0 * * *")", R"("*/0 * * * *")"}},
    {"schedules: ['1 * * * *', {}]",
     R"("triggers": {{"crons": ["1 * * * *", {}]}})",
     {R"("2 * * * *")"},
     {R"("1 * * * *")"}},
    {"queue_consumers: [{{queue: {}}}]", R"("queues": {{"consumers": [{{"queue": {}}}]}})", {R"("q")"}, {R"("")"}},
    {"queue_consumers: [{{queue: q}}, {{queue: {}}}]",
     R"("queues": {{"consumers": [{{"queue": "q"}}, {{"queue": {}}}]}})",
     {R"("r")"},
     {R"("q")"}},
    {"queue_consumers: [{{queue: q, dead_letter_queue: {}}}]",
     R"("queues": {{"consumers": [{{"queue": "q", "dead_letter_queue": {}}}]}})",
     {R"("d")"},
     {R"("")"}},
    {"queue_consumers: [{{queue: q, batch_size: {}}}]",
     R"("queues": {{"consumers": [{{"queue": "q", "max_batch_size": {}}}]}})",
     {"1", "100"},
     {"0", "-1", "1.5"}},
    {"queue_consumers: [{{queue: q, max_retries: {}}}]",
     R"("queues": {{"consumers": [{{"queue": "q", "max_retries": {}}}]}})",
     {"0", "3"},
     {"-1", "0.5"}},
    {"queue_consumers: [{{queue: q, max_concurrency: {}}}]",
     R"("queues": {{"consumers": [{{"queue": "q", "max_concurrency": {}}}]}})",
     {"1"},
     {"0", "-5"}},
    {"queue_consumers: [{{queue: q, retry_delay: {}}}]",
     R"("queues": {{"consumers": [{{"queue": "q", "retry_delay": {}}}]}})",
     {"0", "60"},
     {"-1"}},
    {"queue_consumers: [{{queue: q, max_wait_time_ms: {}}}]",
     R"("queues": {{"consumers": [{{"queue": "q", "max_batch_timeout": {}}}]}})",
     {"0", "5"},
     {"-1"}},
    {"workflows: [{{name: {}, class_name: A}}]",
     R"("workflows": [{{"binding": "B", "name": {}, "class_name": "A"}}])",
     {R"("fulfil")", R"("_a-B1")"},
     {R"("")", R"("-a")", R"("a b")", R"("a.b")",
      R"("a2345678901234567890123456789012345678901234567890123456789012345")"}},
    {"workflows: [{{name: a, class_name: {}}}]",
     R"("workflows": [{{"binding": "B", "name": "a", "class_name": {}}}])",
     {R"("Fulfil")"},
     {R"("")", R"("1A")", R"("A-B")"}},
    {"workflows: [{{name: a, class_name: A}}, {{name: {}, class_name: B}}]",
     R"("workflows": [{{"binding": "A", "name": "a", "class_name": "A"}},
                      {{"binding": "B", "name": {}, "class_name": "B"}}])",
     {R"("b")"},
     {R"("a")"}},
    {"workflows: [{{name: a, class_name: A, limits: {{steps: {}}}}}]",
     R"("workflows": [{{"binding": "B", "name": "a", "class_name": "A", "limits": {{"steps": {}}}}}])",
     {"1"},
     {"0", "-1"}},
    {"migrations: [{{tag: {}, new_classes: [A]}}]",
     R"("migrations": [{{"tag": {}, "new_classes": ["A"]}}])",
     {R"("v1")"},
     {R"("")"}},
    {"migrations: [{{tag: v1, new_sqlite_classes: [A, {}]}}]",
     R"("migrations": [{{"tag": "v1", "new_sqlite_classes": ["A", {}]}}])",
     {R"("B")"},
     {R"("A")", R"("1A")", R"("")"}},
    {"migrations: [{{tag: v1, new_classes: [A]}}, {{tag: {}, deleted_classes: [A]}}]",
     R"("migrations": [{{"tag": "v1", "new_classes": ["A"]}}, {{"tag": {}, "deleted_classes": ["A"]}}])",
     {R"("v2")"},
     {R"("v1")"}},
    {"bindings: {{B: {{type: durable_object_namespace, class_name: {}}}}}, migrations: [{{tag: v1, new_classes: [A, "
     "C]}}, "
     "{{tag: v2, deleted_classes: [C]}}]",
     R"("durable_objects": {{"bindings": [{{"name": "B", "class_name": {}}}]}}, "migrations":
        [{{"tag": "v1", "new_classes": ["A", "C"]}}, {{"tag": "v2", "deleted_classes": ["C"]}}])",
     {R"("A")"},
     {R"("C")"}},
    {"limits: {{cpu_ms: {}}}", R"("limits": {{"cpu_ms": {}}})", {"50"}, {"0", "-1", "1.5"}},
    {"limits: {{subrequests: {}}}", R"("limits": {{"subrequests": {}}})", {"50"}, {"0"}},
    {"observability: {{enabled: true, logs: {{head_sampling_rate: {}}}}}",
     R"("observability": {{"enabled": true, "logs": {{"head_sampling_rate": {}}}}})",
     {"0", "0.5", "1"},
     {"-0.1", "2"}},
    {"tail_consumers: [{{service: {}}}]", R"("tail_consumers": [{{"service": {}}}])", {R"("log-sink")"}, {R"("")"}},
    {"assets: {{directory: public, config: {{html_handling: {}}}}}",
     R"("assets": {{"directory": "public", "html_handling": {}}})",
     {R"("none")"},
     {R"("")", R"("some")"}},
    {"assets: {{directory: public, config: {{run_worker_first: [{}]}}}}",
     R"("assets": {{"directory": "public", "run_worker_first": [{}]}})",
     {R"("/api/*")", R"("!/api/docs")"},
     {R"("")", R"("api/*")"}},
};

}  // namespace

TEST_CASE("a manifest and a wrangler config judge a value alike") {
  for (const auto& [manifest, config, good, bad] : kRules) {
    CAPTURE(std::string(config));
    for (const char* value : good) {
      CAPTURE(std::string(value));
      CHECK(of_manifest(fmt::format(fmt::runtime(manifest), value)).empty());
      CHECK(of_config(fmt::format(fmt::runtime(config), value)).empty());
    }
    for (const char* value : bad) {
      CAPTURE(std::string(value));
      const auto said = of_manifest(fmt::format(fmt::runtime(manifest), value));
      CHECK_FALSE(said.empty());
      CHECK(said == of_config(fmt::format(fmt::runtime(config), value)));
    }
  }
}

TEST_CASE("a pattern outside of its stated zone is a warning to both, and the route is there") {
  const std::string warning =
      "warning: \"pattern\" is not in the zone \"example.com\"; such a route serves custom hostnames of Cloudflare for "
      "SaaS; else name the zone of its host\n";
  const auto state =
      test::load({{"w.yaml", test::worker("w", "  routes: [{pattern: shop.customer.org/*, zone: example.com}]\n")},
                  {"i.js", "x"}});
  CHECK(test::texts(state.diagnostics) == "w.yaml:6:22: " + warning);
  REQUIRE(state.workers.size() == 1);
  CHECK(state.workers[0].routes->at(0).pattern == "shop.customer.org/*");
  const auto file = parse_wrangler_config(
      "wrangler.json",
      test::config_with(R"("routes": [{"pattern": "shop.customer.org/*", "zone_name": "example.com"}])"), "");
  CHECK(test::texts(file.diagnostics).ends_with(warning));
  CHECK_FALSE(file.workers[0].broken);
}

TEST_CASE("a route without a host belongs to the zone that is named with it") {
  CHECK(of_config(R"("routes": ["*/*"])") == "error a pattern without a host needs its zone\n");
  CHECK(of_config(R"("route": "https://*/x")") == "error a pattern without a host needs its zone\n");
  CHECK(of_config(R"("routes": [{"pattern": "*/*", "zone_name": "example.com"}])").empty());
}

TEST_CASE("what a config states twice is an error at the second") {
  const std::string repeated = "error this route is already in the list\n";
  CHECK(of_config(R"("routes": ["a.com/*", "b.com/*", "a.com/*"])") == repeated);
  CHECK(of_config(R"("routes": [{"pattern": "a.com", "custom_domain": true},
                                {"pattern": "A.com", "custom_domain": true}])") == repeated);
  CHECK(of_config(R"("routes": [{"pattern": "*/*", "zone_name": "a.com"}, {"pattern": "*/*", "zone_name": "b.com"}])")
            .empty());
  CHECK(of_config(R"("routes": ["a.com", {"pattern": "a.com", "custom_domain": true}])").empty());
}

TEST_CASE("a config has route or routes, as wrangler has it, and an environment may override one by the other") {
  const std::string both = "error  and \"routes\" exclude each other\n";
  CHECK(of_config(R"("route": "a.com/*", "routes": ["b.com/*"])") == both);
  CHECK(of_config(R"("route": "a.com/*", "routes": [])") == both);
  // wrangler passes over an empty `route`.
  CHECK(of_config(R"("route": "", "routes": ["b.com/*"])").empty());
  const auto file = parse_wrangler_config(
      "wrangler.json", test::config_with(R"("route": "a.com/*", "env": {"s": {"routes": ["b.com/*"]}})"), "s");
  CHECK(test::texts(file.diagnostics).empty());
  const auto wrong = parse_wrangler_config(
      "wrangler.json", test::config_with(R"("env": {"s": {"route": "a.com/*", "routes": ["b.com/*"]}})"), "s");
  CHECK(judgements(wrong.diagnostics) == both);
}

TEST_CASE("an empty list of routes or consumers clears what is live, as an empty list of crons does") {
  const auto worker_of_config = [](const std::string& members, WranglerOrigin origin = WranglerOrigin::user) {
    const auto file = parse_wrangler_config("wrangler.json", test::config_with(members), "", origin);
    REQUIRE_MESSAGE(!has_errors(file.diagnostics), test::texts(file.diagnostics));
    return file.workers.at(0).worker;
  };
  const auto cleared = worker_of_config(R"("routes": [], "triggers": {"crons": []}, "queues": {"consumers": []})");
  CHECK((cleared.routes && cleared.routes->empty()));
  CHECK((cleared.domains && cleared.domains->empty()));
  CHECK((cleared.schedules && cleared.schedules->empty()));
  CHECK((cleared.queue_consumers && cleared.queue_consumers->empty()));
  const auto unmanaged = worker_of_config(R"("triggers": {}, "queues": {"producers": []})");
  CHECK_FALSE(unmanaged.routes);
  CHECK_FALSE(unmanaged.domains);
  CHECK_FALSE(unmanaged.schedules);
  CHECK_FALSE(unmanaged.queue_consumers);
  // wrangler writes both lists of queues into what it generates, whether the user stated one or not.
  CHECK_FALSE(
      worker_of_config(R"("queues": {"producers": [], "consumers": []})", WranglerOrigin::redirect).queue_consumers);
}

TEST_CASE("the wait of a batch is in seconds, down to a thousandth, and finite in milliseconds") {
  const auto consumers = [](const std::string& seconds) {
    return parse_wrangler_config("wrangler.toml",
                                 "name = \"w\"\nmain = \"i.js\"\ncompatibility_date = \"2026-01-01\"\n"
                                 "[[queues.consumers]]\nqueue = \"q\"\nmax_batch_timeout = " +
                                     seconds + "\n",
                                 "");
  };
  const auto wait = [&](const std::string& seconds) {
    const auto file = consumers(seconds);
    REQUIRE_MESSAGE(file.diagnostics.empty(), test::texts(file.diagnostics));
    return to_text(Json(file.workers.at(0).worker.queue_consumers->at(0).settings));
  };
  CHECK(wait("5") == R"({"max_wait_time_ms":5000})");
  CHECK(wait("0.5") == R"({"max_wait_time_ms":500})");
  CHECK(wait("0.57") == R"({"max_wait_time_ms":570})");
  for (const char* endless : {"inf", "nan", "-inf", "1e300", "9223372036854775807", "86401", "-1", "0.0005"}) {
    CHECK_MESSAGE(has_errors(consumers(endless).diagnostics), endless);
  }
}

}  // namespace plumbline::manifests
