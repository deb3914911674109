#include <doctest/doctest.h>

#include "manifests/worker.h"
#include "tests/unit/manifests/support.h"

// An environment that nobody knows, as it is typed and as a configuration has it.
namespace plumbline::manifests {
namespace {

using Sources = std::map<std::string, std::string>;

DesiredState in_environment(const Sources& files, const std::string& environment,
                            UnknownEnvironment unknown = UnknownEnvironment::refused) {
  return test::load(files, {.environment = environment, .unknown_environment = unknown});
}

const std::string kDefaultsOfTeam = "apiVersion: plumbline.dev/v1beta1\nkind: Defaults\n";

const Sources kStaged{
    {"a.yaml", test::worker("a", "  environments: {staging: {logpush: true}, prod: {name: a-prod}}\n")},
    {"b.yaml", test::worker("b", "")},
    {"i.js", "x"}};

}  // namespace

TEST_CASE("an environment that is typed and that no manifest knows is an error, and no Worker is used") {
  const auto state = in_environment(kStaged, "prodd");
  CHECK(
      test::texts(state.diagnostics) ==
      "error: no manifest knows the environment \"prodd\"; known are prod, staging; did you mean \"prod\"? To use the "
      "specs as they stand, leave the environment out, or name it in a manifest or a Defaults: environments: {prodd: "
      "{}}\n");
  CHECK(state.workers.empty());
  CHECK(state.broken_names == std::vector<std::string>{"a", "b"});
  CHECK(in_environment(kStaged, "staging").workers.size() == 2);
  CHECK(in_environment(kStaged, "").workers.size() == 2);
}

TEST_CASE("an environment of a configuration that no manifest knows is a warning, because the specs may be meant") {
  const auto state = in_environment(kStaged, "production", UnknownEnvironment::warned);
  CHECK(test::texts(state.diagnostics)
            .starts_with("warning: no manifest knows the environment \"production\"; known are prod, staging. To use"));
  CHECK(state.workers.size() == 2);
  CHECK(state.broken_names.empty());
}

TEST_CASE("a source that knows no environment is the same in all of them") {
  const Sources plain{{"a.yaml", test::worker("a", "")}, {"i.js", "x"}};
  const auto state = in_environment(plain, "anything");
  CHECK(state.diagnostics.empty());
  CHECK(state.workers.size() == 1);
}

TEST_CASE("an environment is known by a Defaults and by a wrangler config as well") {
  Sources files = kStaged;
  files.emplace("d.yaml", kDefaultsOfTeam + "spec: {environments: {canary: {}}}\n");
  CHECK(in_environment(files, "canary").diagnostics.empty());
  files.emplace("app/wrangler.json",
                R"({"name": "w", "main": "index.js", "no_bundle": true, "compatibility_date": "2026-01-01",
                    "env": {"preview": {}}})");
  files.emplace("app/index.js", "export default {}");
  CHECK(in_environment(files, "preview").diagnostics.empty());
}

TEST_CASE("where wrangler configs alone know environments, each says so itself, with the nearest") {
  const Sources files{{"wrangler.json",
                       R"({"name": "w", "main": "index.js", "no_bundle": true, "compatibility_date": "2026-01-01",
                           "env": {"staging": {}, "production": {}}})"},
                      {"index.js", "export default {}"}};
  const auto state = in_environment(files, "stagin");
  CHECK(test::texts(state.diagnostics)
            .ends_with("error: this config has no environment \"stagin\"; it has staging, production; did you mean "
                       "\"staging\"?\n"));
  CHECK(state.diagnostics.size() == 1);
}

}  // namespace plumbline::manifests
