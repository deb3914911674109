#include "daemon/controller/source.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "daemon/commands/report.h"
#include "daemon/commands/selection.h"
#include "daemon/controller/source_session.h"
#include "tests/support/temporary_folder.h"

namespace plumbline::daemon {
namespace {

manifests::DesiredWorker worker(std::string name) {
  manifests::DesiredWorker worker;
  worker.name = std::move(name);
  worker.settings = {{"compatibility_date", "2026-01-01"}};
  return worker;
}

manifests::DesiredState state_of(manifests::DesiredWorker worker) {
  manifests::DesiredState state;
  state.revision = "folder";
  state.workers.push_back(std::move(worker));
  state.manifest_files = 1;
  return state;
}

manifests::DesiredState state_with(std::string name) {
  return state_of(worker(std::move(name)));
}

const auto kCredentials = Environment::of({{"HOME", "/home/a"},
                                           {"CLOUDFLARE_API_TOKEN", "t"},
                                           {"CLOUDFLARE_ACCOUNT_ID", "023e105f4ecef8ad9ca31a8372d0c353"}});

std::string told(const std::vector<Diagnostic>& diagnostics) {
  std::string out;
  for (const auto& diagnostic : diagnostics) out += to_text(diagnostic) + "\n";
  return out;
}

TEST_CASE("a folder that asks for the same is the same, and for anything else is another") {
  const auto identity = identity_of(state_with("a"));
  CHECK(identity_of(state_with("a")) == identity);
  CHECK(identity_of(state_with("b")) != identity);
  auto changed = worker("a");
  changed.settings["logpush"] = true;
  CHECK(identity_of(state_of(changed)) != identity);
  changed = worker("a");
  changed.modules.push_back({"index.js", "index.js", "application/javascript+module", "ab", 2});
  CHECK(identity_of(state_of(changed)) != identity);
  changed = worker("a");
  changed.secrets.emplace("KEY", manifests::SecretReference{"default", "k", {}});
  CHECK(identity_of(state_of(changed)) != identity);
  changed = worker("a");
  changed.prune = false;
  CHECK(identity_of(state_of(changed)) != identity);
  auto broken = state_with("a");
  broken.diagnostics.push_back({.summary = "broken"});
  CHECK(identity_of(broken) != identity);
}

TEST_CASE("a folder whose static assets changed asks for something else") {
  const testing::TemporaryFolder folder;
  std::filesystem::create_directories(folder.path() / "public");
  const auto identity = [&folder](const std::string& page) {
    std::ofstream(folder.path() / "public/index.html") << page;
    auto serving = worker("a");
    serving.assets = manifests::DesiredAssets{.directory = "public", .binding = {}, .config = {}, .where = {}};
    auto state = state_of(serving);
    state.tree = manifests::open_folder(folder.path().string()).value();
    return identity_of(state);
  };
  CHECK(identity("one") == identity("one"));
  CHECK(identity("one") != identity("two"));
}

TEST_CASE("names of a source include those of manifests with errors") {
  auto state = state_with("a");
  state.broken_names.emplace_back("b");
  CHECK(names_of(state) == std::set<std::string>{"a", "b"});
}

TEST_CASE("a suspended source writes nothing") {
  SourceConfig source{.name = "prod", .policy = reconciler::Prune::sync};
  CHECK(policy_of(source, "edge").prune == reconciler::Prune::sync);
  CHECK(to_string(policy_of(source, "edge").owner) == "edge/prod");
  source.suspend = true;
  CHECK(policy_of(source, "edge").prune == reconciler::Prune::report);
}

TEST_CASE("nothing is deleted while a neighbour is not known") {
  reconciler::Policy policy;
  policy.prune = reconciler::Prune::sync;
  CHECK(with_neighbours(policy, {.names = {"x"}}).prune == reconciler::Prune::sync);
  CHECK(with_neighbours(policy, {.names = {"x"}}).named_elsewhere.contains("x"));
  CHECK(with_neighbours(policy, {.unknown = "other"}).prune == reconciler::Prune::upsert_only);
  policy.prune = reconciler::Prune::report;
  CHECK(with_neighbours(policy, {.unknown = "other"}).prune == reconciler::Prune::report);
}

TEST_CASE("a key of the environment store is a variable in capitals") {
  const auto store =
      make_environment_store("ci", "WORKER_", Environment::of({{"WORKER_CHECKOUT_API_KEY", "v"}, {"OTHER", "w"}}));
  CHECK(store->read("checkout/api-key")->reveal() == "v");
  const auto missing = store->read("other");
  REQUIRE(!missing);
  CHECK(missing.error().message == "secret store ci: the variable WORKER_OTHER is not set");
}

TEST_CASE("a store that cannot be opened is left out and named") {
  Config config;
  config.secret_stores.emplace("gone", SecretStoreConfig{.name = "gone", .directory = "/no/such/folder"});
  config.secret_stores.emplace("ci", SecretStoreConfig{.name = "ci", .environment_prefix = "X_"});
  const SourceConfig source{.secret_stores = {{"default", "gone"}, {"other", "ci"}}};
  const auto opened = open_stores(source, config, Environment::of({}));
  CHECK(opened.stores.size() == 1);
  CHECK(opened.stores.contains("other"));
  REQUIRE(opened.problems.size() == 1);
  CHECK(opened.problems[0].find("gone") != std::string::npos);
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

TEST_CASE("a valid source is told in one line") {
  auto state = state_with("a");
  CHECK(valid_line(state) == "1 Worker in 1 file: valid");
  state.workers.push_back(state.workers[0]);
  state.manifest_files = 3;
  CHECK(valid_line(state) == "2 Workers in 3 files: valid");
}

TEST_CASE("a failure in JSON is one document") {
  const auto document = failure_document({{.where = {"a.yaml", 3, 4}, .summary = "wrong", .detail = "mend it"}});
  CHECK(string_member(document, "format_version") == "1.0");
  CHECK(bool_member(document, "errored") == true);
  const auto& diagnostic = member(document, "diagnostics")->get_array().at(0);
  CHECK(string_member(diagnostic, "severity") == "error");
  CHECK(string_member(diagnostic, "file") == "a.yaml");
  CHECK(*member(diagnostic, "line") == 3);
}

TEST_CASE("the last line of an apply is what tools look for, and only a whole success has it") {
  reconciler::ApplyReport report;
  report.added = 2;
  report.destroyed = 1;
  CHECK(apply_line(report, true) == "Apply complete! Resources: 2 added, 0 changed, 1 destroyed.");
  CHECK(apply_line(report, false) == "Apply incomplete. Resources: 2 added, 0 changed, 1 destroyed.");
  report.imported = 1;
  CHECK(apply_line(report, true) == "Apply complete! Resources: 1 imported, 2 added, 0 changed, 1 destroyed.");
}

TEST_CASE("progress tells what was done to a Worker, and in how many calls") {
  reconciler::Plan plan;
  plan.workers.emplace_back().name = "a";
  plan.workers[0].calls.resize(2);
  reconciler::WorkerResult result;
  result.name = "a";
  result.action = reconciler::Action::create;
  CHECK(progress_line(result, plan) == "worker.a: created (2 calls)");
  result.status = reconciler::WorkerResult::Status::failed;
  result.message = "no\x1b[2J";
  CHECK(progress_line(result, plan) == "worker.a: failed: no\\x1b[2J");
}

TEST_CASE("what is held back is told with the way to do it all the same") {
  reconciler::Plan plan;
  plan.workers.emplace_back().name = "a";
  plan.workers[0].block =
      reconciler::Block{reconciler::Reason::data_loss, "it destroys data", "add it to allow_data_loss"};
  CHECK(
      blocked_lines(plan) ==
      std::vector<std::string>{"worker.a: blocked (DataLoss): it destroys data; to go on: add it to allow_data_loss"});
}

}  // namespace
}  // namespace plumbline::daemon
