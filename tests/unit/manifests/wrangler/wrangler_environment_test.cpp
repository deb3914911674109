#include <doctest/doctest.h>

#include "manifests/wrangler/wrangler_config.h"
#include "tests/unit/manifests/support.h"

namespace plumbline::manifests {
namespace {

using test::texts;

ManifestFile parse_environment(const std::string& text, const std::string& environment,
                               WranglerOrigin origin = WranglerOrigin::user) {
  return parse_wrangler_config("wrangler.toml", text, environment, origin);
}

std::string top() {
  return R"(name = "w"
main = "index.js"
compatibility_date = "2026-01-01"
)";
}

Json setting_or_absent(const ManifestFile& file, std::string_view key) {
  const Json* value = member(file.workers.at(0).worker.settings, key);
  return value != nullptr ? *value : Json("absent");
}

}  // namespace

TEST_CASE("an environment's Worker is called after the top level and the environment") {
  CHECK(parse_environment(top() + "[env.staging]\n", "staging").workers[0].worker.name == "w-staging");
  CHECK(parse_environment(top() + "[env.staging]\nname = \"other\"\n", "staging").workers[0].worker.name == "other");
  CHECK(parse_environment(top() + "[env.staging]\n", "").workers[0].worker.name == "w");
}

TEST_CASE("settings are inherited, and what the environment says comes first") {
  const std::string text = top() + R"(logpush = true
limits = { cpu_ms = 50 }
compatibility_flags = ["nodejs_compat"]
workers_dev = false
[env.a]
limits = { cpu_ms = 500 }
compatibility_flags = []
[env.b]
compatibility_date = "2026-02-02"
workers_dev = true
)";
  const ManifestFile a = parse_environment(text, "a");
  CHECK(to_text(setting_or_absent(a, "limits")) == R"({"cpu_ms":500})");
  CHECK(to_text(setting_or_absent(a, "compatibility_flags")) == "[]");
  CHECK(setting_or_absent(a, "logpush") == true);
  CHECK(to_text(*a.workers[0].worker.subdomain) == R"({"enabled":false})");
  const ManifestFile b = parse_environment(text, "b");
  CHECK(setting_or_absent(b, "compatibility_date") == "2026-02-02");
  CHECK(to_text(setting_or_absent(b, "limits")) == R"({"cpu_ms":50})");
  CHECK(to_text(*b.workers[0].worker.subdomain) == R"({"enabled":true})");
}

TEST_CASE("bindings, vars and secrets are not inherited, and wrangler's warning says so") {
  const std::string text = top() + R"(vars = { A = "x" }
kv_namespaces = [{ binding = "KV", id = "i" }]
tail_consumers = [{ service = "t" }]
secrets = { required = ["S"] }
[env.staging]
vars = { B = "y" }
)";
  const ManifestFile file = parse_environment(text, "staging");
  CHECK(to_text(setting_or_absent(file, "bindings")) == R"({"B":{"type":"plain_text","text":"y"}})");
  CHECK(setting_or_absent(file, "tail_consumers") == "absent");
  CHECK(file.workers[0].secrets.empty());
  const std::string mend = "; it is not inherited by environments; repeat it there\n";
  CHECK(texts(file.diagnostics) ==
        "wrangler.toml:8:1: warning: \"tail_consumers\" exists at the top level, but not in \"env.staging\"" + mend +
            "wrangler.toml:9:8: warning: \"A\" of \"vars\" exists at the top level, but not in \"env.staging\"" + mend +
            "wrangler.toml:8:1: warning: \"secrets\" exists at the top level, but not in \"env.staging\"" + mend +
            "wrangler.toml:8:1: warning: \"kv_namespaces\" exists at the top level, but not in \"env.staging\"" + mend);
}

TEST_CASE("a binding that only the top level has is warned of by its name") {
  const ManifestFile file = parse_environment(top() + R"([durable_objects]
bindings = [{ name = "A", class_name = "X" }, { name = "B", class_name = "X" }]
[env.s.durable_objects]
bindings = [{ name = "B", class_name = "X" }]
)",
                                              "s");
  CHECK(texts(file.diagnostics) ==
        "wrangler.toml:6:1: warning: \"A\" of \"durable_objects\" exists at the top level, but not in \"env.s\"; it is "
        "not inherited by environments; repeat it there\n");
}

TEST_CASE("without any environment the top level is deployed under the environment's name, with a warning") {
  const ManifestFile file = parse_environment(top() + "vars = { A = \"x\" }\n", "staging");
  CHECK(file.workers[0].worker.name == "w-staging");
  CHECK(to_text(setting_or_absent(file, "bindings")) == R"({"A":{"type":"plain_text","text":"x"}})");
  CHECK(texts(file.diagnostics) ==
        "wrangler.toml:1:1: warning: this config has no environment \"staging\"; its top level is deployed as "
        "\"w-staging\"; add env.staging, or name the Worker there\n");
}

TEST_CASE("an environment that is not among those of the config is an error") {
  const ManifestFile file = parse_environment(top() + "[env.staging]\n[env.production]\n", "prod");
  CHECK(texts(file.diagnostics).contains("error: this config has no environment \"prod\"; it has staging, production"));
  CHECK(file.workers[0].broken);
}

TEST_CASE("routes of the top level win over a single route of the environment, as in wrangler") {
  const ManifestFile file =
      parse_environment("routes = [\"a.com/*\"]\n" + top() + "[env.s]\nroute = \"b.com/*\"\n", "s");
  REQUIRE(file.workers[0].worker.routes);
  CHECK(file.workers[0].worker.routes->at(0).pattern == "a.com/*");
}

TEST_CASE("fields that only a whole config has are refused in an environment, or decide nothing there") {
  const ManifestFile file =
      parse_environment(top() + "[env.s]\nkeep_vars = true\nlogpush = 1\nsend_metrics = false\n", "s");
  CHECK(texts(file.diagnostics) ==
        "wrangler.toml:5:1: error: \"keep_vars\" is not allowed here; wrangler reads it at the top level alone\n"
        "wrangler.toml:6:11: error: expected true or false for \"logpush\", found a number\n"
        "wrangler.toml:7:1: warning: \"send_metrics\" has no effect here; wrangler reads it at the top level alone\n");
  CHECK(parse_environment(top() + "[env.s]\nlogpush = 1\n", "").diagnostics.empty());
}

TEST_CASE("a field that the known wrangler does not have breaks the environment that states it, and no other one") {
  const std::string text =
      top() + "[env.s]\n[[env.s.quartz]]\nbinding = \"K\"\n[env.t]\n[env.t.placement]\nnear = \"x\"\n";
  CHECK(
      texts(parse_environment(text, "s").diagnostics).contains("wrangler.toml:5:9: error: unknown field \"quartz\"; "));
  CHECK(parse_environment(text, "s").workers[0].broken);
  CHECK(texts(parse_environment(text, "t").diagnostics).contains("error: unknown field \"near\"; "));
  CHECK(parse_environment(text, "").diagnostics.empty());
}

TEST_CASE("a config that a build tool wrote is for one environment alone") {
  const auto redirected = [](const std::string& more, const std::string& environment) {
    return parse_environment(top() + more, environment, WranglerOrigin::redirect);
  };
  CHECK(redirected("targetEnvironment = \"s\"\n", "s").workers[0].worker.name == "w");
  CHECK(
      texts(redirected("targetEnvironment = \"s\"\n", "t").diagnostics) ==
      "wrangler.toml:4:21: error: this config was built for the environment \"s\", not for \"t\"; build it again with "
      "CLOUDFLARE_ENV=t\n");
  CHECK(texts(redirected("[env.s]\n", "").diagnostics).contains("may have no environments"));
}

}  // namespace plumbline::manifests
