#include "daemon/commands/selection.h"

#include <doctest/doctest.h>

namespace plumbline::daemon {
namespace {

const auto kCredentials = Environment::of({{"HOME", "/home/a"},
                                           {"CLOUDFLARE_API_TOKEN", "t"},
                                           {"CLOUDFLARE_ACCOUNT_ID", "023e105f4ecef8ad9ca31a8372d0c353"}});

std::string told(const std::vector<Diagnostic>& diagnostics) {
  std::string out;
  for (const auto& diagnostic : diagnostics) out += to_text(diagnostic) + "\n";
  return out;
}

TEST_CASE("options and environment make the configuration that a file would make") {
  SelectOptions options;
  options.path = "workers";
  options.secrets_folder = "/run/secrets";
  const auto selection = select_source(options, Needs::account, kCredentials);
  REQUIRE(selection);
  const auto& source = selection->config.sources.at("default");
  CHECK(source.repository == "workers");
  CHECK(source.policy == reconciler::Prune::upsert_only);
  CHECK(source.drift == reconciler::DriftAction::heal);
  CHECK(source.secret_stores.at("default") == "default");
  CHECK(selection->config.accounts.at("default").api_base_url == kPublicApi);
  CHECK(selection->config.budgets.contains("default"));
  CHECK(selection->journal_path == "/home/a/.local/state/plumbline/journal.db");
}

TEST_CASE("missing credentials are all told at once, with what to set") {
  const auto selection = select_source({}, Needs::account, Environment::of({}));
  REQUIRE(!selection);
  const auto text = told(selection.error());
  CHECK(text.find("CLOUDFLARE_API_TOKEN") != std::string::npos);
  CHECK(text.find("CLOUDFLARE_EMAIL") != std::string::npos);
  CHECK(text.find("CLOUDFLARE_ACCOUNT_ID") != std::string::npos);
  CHECK(select_source({}, Needs::manifests, Environment::of({})).has_value());
}

TEST_CASE("a global key needs its address") {
  const std::map<std::string, std::string> base{{"CLOUDFLARE_ACCOUNT_ID", "023e105f4ecef8ad9ca31a8372d0c353"},
                                                {"CLOUDFLARE_API_KEY", "k"}};
  CHECK(!select_source({}, Needs::account, Environment::of(base)));
  auto both = base;
  both["CLOUDFLARE_EMAIL"] = "a@example.com";
  const auto selection = select_source({}, Needs::account, Environment::of(both));
  REQUIRE(selection);
  CHECK(selection->config.accounts.at("default").email.given());
}

TEST_CASE("an address that would send the token in the clear is refused") {
  const auto plain = Environment::of({{"CLOUDFLARE_API_TOKEN", "t"},
                                      {"CLOUDFLARE_ACCOUNT_ID", "023e105f4ecef8ad9ca31a8372d0c353"},
                                      {"CLOUDFLARE_API_BASE_URL", "http://api.example.com"}});
  const auto selection = select_source({}, Needs::account, plain);
  REQUIRE(!selection);
  CHECK(told(selection.error()).find("CLOUDFLARE_API_BASE_URL") != std::string::npos);
}

TEST_CASE("a ref is a branch unless it says otherwise") {
  CHECK(full_name(parse_reference("main")) == "refs/heads/main");
  CHECK(full_name(parse_reference("refs/tags/v1")) == "refs/tags/v1");
  CHECK(full_name(parse_reference("refs/heads/a/b")) == "refs/heads/a/b");
  CHECK(full_name(parse_reference("semver:^1.2")) == "semver:^1.2");
  CHECK(parse_reference("refs/pull/7/head").kind == GitReference::Kind::ref);
  CHECK(full_name(parse_reference("refs/pull/7/head")) == "refs/pull/7/head");
  const std::string commit(40, 'a');
  CHECK(parse_reference(commit).kind == GitReference::Kind::commit);
  CHECK(full_name(parse_reference(commit)) == commit);
}

TEST_CASE("the mirrors of a daemon are beside its journal") {
  CHECK(mirrors_of_daemon("/var/lib/plumbline/journal.db", Environment::of({})) == "/var/lib/plumbline/mirrors");
  CHECK(mirrors_of_daemon("/var/lib/plumbline/journal.db",
                          Environment::of({{"CACHE_DIRECTORY", "/var/cache/plumbline"}})) ==
        "/var/cache/plumbline/mirrors");
}

}  // namespace
}  // namespace plumbline::daemon
