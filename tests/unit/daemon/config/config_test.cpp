#include "daemon/config/config.h"

#include <doctest/doctest.h>

#include <string>

#include "daemon/config/config_rules.h"

namespace plumbline::daemon {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kMinimal = R"(apiVersion: plumbline.dev/v1beta1
kind: Config
instance: edge
accounts:
  main:
    account_id: 023e105f4ecef8ad9ca31a8372d0c353
    api_token: {env: CLOUDFLARE_API_TOKEN}
sources:
  production:
    repository: https://git.example.com/edge/workers.git
    branch: main
    account: main
    policy: sync
)";

// The diagnostics as lines, for golden comparisons.
std::string problems(std::string_view text) {
  std::string out;
  for (const auto& diagnostic : parse_config("etc/plumbline.yaml", text).diagnostics) out += to_text(diagnostic) + "\n";
  return out;
}

Config valid(std::string_view text) {
  auto result = parse_config("etc/plumbline.yaml", text);
  std::string all;
  for (const auto& diagnostic : result.diagnostics) all += to_text(diagnostic) + "\n";
  REQUIRE_MESSAGE(result.diagnostics.empty(), all);
  return std::move(result.config);
}

// The minimal configuration with a part replaced.
std::string with(std::string_view from, std::string_view to) {
  std::string text(kMinimal);
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

TEST_CASE("what a configuration leaves out has the defaults of the documentation") {
  const auto config = valid(kMinimal);
  CHECK(config.instance == "edge");
  CHECK(!config.fingerprint_key.given());
  CHECK(config.journal_path.empty());
  const auto& account = config.accounts.at("main");
  CHECK(account.api_base_url == kPublicApi);
  CHECK(account.api_token.kind == ValueReference::Kind::env);
  const auto& budget = config.budgets.at(account.budget);
  CHECK(budget.limit == 1200);
  CHECK(budget.window == 300s);
  CHECK(budget.share == doctest::Approx(0.7));
  const auto& source = config.sources.at("production");
  CHECK(source.policy == reconciler::Prune::sync);
  CHECK(source.drift == reconciler::DriftAction::report);
  CHECK(source.interval == 60s);
  CHECK(source.observe_interval == 5min);
  CHECK(source.audit_interval == 6h);
  CHECK(source.secret_key == "{worker}/{name}");
  CHECK(source.limits.max_deletes == 3);
  CHECK(source.limits.bytes == 256ULL * 1024 * 1024);
  CHECK(source.allow_names == std::vector<std::string>{"*"});
  CHECK(full_name(source.reference) == "refs/heads/main");
  CHECK(!source.suspend);
}

TEST_CASE("every field of a configuration is read") {
  const auto config = valid(R"(apiVersion: plumbline.dev/v1beta1
kind: Config
instance: edge
fingerprint_key: {file: keys/plumbline}
budgets:
  ci-user: {limit: 600/60s, share: 0.5}
accounts:
  main:
    account_id: 023e105f4ecef8ad9ca31a8372d0c353
    api_key: {credential: key}
    email: {env: MAIL}
    budget: ci-user
    zones: [example.com]
    api_base_url: http://127.0.0.1:8787/client/v4
secret_stores:
  prod: {directory: secrets}
  ci: {environment: {prefix: WORKER_}}
sources:
  production:
    repository: ../workers
    path: deploy/edge
    credentials: {username: {env: GIT_USER}, password: {file: /run/git}}
    account: main
    environment: production
    secret_stores: {default: prod, other: ci}
    secret_key: "{name}"
    allow: {names: ["shop-*"]}
    policy: upsert-only
    drift: heal
    adopt: unowned
    interval: 1s
    observe_interval: 2m
    audit_interval: 7d
    limits: {max_deletes: 0, max_delete_percent: 12.5, files: 10, bytes: 3KiB}
    allow_data_loss: [cart]
    suspend: true
server: {listen: ":8080", metrics_listen: "systemd:metrics", read_token: {file: /run/token}, tls: {certificate: {file: tls.crt}, key: {credential: tls-key}}}
journal: {path: /var/lib/plumbline/journal.db}
)");
  // Relative paths start at the configuration's own folder.
  CHECK(config.fingerprint_key.name == "etc/keys/plumbline");
  CHECK(config.secret_stores.at("prod").directory == "etc/secrets");
  CHECK(config.secret_stores.at("ci").environment_prefix == "WORKER_");
  CHECK(config.budgets.at("ci-user").limit == 600);
  CHECK(config.budgets.at("ci-user").window == 60s);
  CHECK(config.budgets.at("ci-user").share == doctest::Approx(0.5));
  const auto& account = config.accounts.at("main");
  CHECK(account.api_key.kind == ValueReference::Kind::credential);
  CHECK(account.email.name == "MAIL");
  CHECK(account.api_base_url == "http://127.0.0.1:8787/client/v4");
  const auto& source = config.sources.at("production");
  CHECK(source.repository == "workers");
  CHECK(source.reference.kind == GitReference::Kind::folder);
  CHECK(source.path == "deploy/edge");
  CHECK(source.password.name == "/run/git");
  CHECK(source.secret_stores.at("other") == "ci");
  CHECK(source.allow_names == std::vector<std::string>{"shop-*"});
  CHECK(source.policy == reconciler::Prune::upsert_only);
  CHECK(source.drift == reconciler::DriftAction::heal);
  CHECK(source.adopt_unowned);
  CHECK(source.audit_interval == 168h);
  CHECK(source.limits.max_deletes == 0);
  CHECK(source.limits.max_delete_percent == doctest::Approx(12.5));
  CHECK(source.limits.bytes == 3072);
  CHECK(source.allow_data_loss.contains("cart"));
  CHECK(source.suspend);
  CHECK(config.server.listen == ":8080");
  CHECK(config.server.metrics_listen == "systemd:metrics");
  CHECK(config.server.read_token.name == "/run/token");
  CHECK(config.server.tls.certificate.reference.name.ends_with("etc/tls.crt"));
  CHECK(config.server.tls.certificate.where.line == config.server.tls.key.where.line);
  CHECK(config.server.tls.key.reference.kind == ValueReference::Kind::credential);
  CHECK(config.journal_path == "/var/lib/plumbline/journal.db");
}

TEST_CASE("a folder with a branch is a git repository on this machine") {
  const auto config = valid(with("https://git.example.com/edge/workers.git", "/srv/git/workers.git"));
  CHECK(config.sources.at("production").repository == "file:///srv/git/workers.git");
}

TEST_CASE("an unknown field is an error with its place and a suggestion") {
  CHECK(problems(with("    policy: sync", "    policy: sync\n    intervall: 60s")) ==
        "etc/plumbline.yaml:14:5: error: unknown field \"intervall\"; did you mean \"interval\"?\n");
}

TEST_CASE("a certificate needs its key, and an address a port or a name") {
  const auto all = problems(
      with("    policy: sync", "    policy: sync\nserver: {listen: \"systemd:\", tls: {certificate: {file: a}}}"));
  CHECK(all.contains("must be ADDRESS:PORT"));
  CHECK(all.contains("\"key\""));
}

TEST_CASE("all errors come in one run") {
  const auto all = problems(with("    policy: sync", "    policy: delete\n    interval: 60\n    suspend: maybe"));
  CHECK(all ==
        "etc/plumbline.yaml:13:13: error: \"policy\" must be one of sync, upsert-only, report\n"
        "etc/plumbline.yaml:14:15: error: expected a duration; write it with its unit: 250ms, 60s, 5m, 6h or 2d\n"
        "etc/plumbline.yaml:15:14: error: expected true or false for \"suspend\", found a string\n");
}

TEST_CASE("names that lead nowhere are told beside errors that a table finds, in the order of their places") {
  const auto all = problems(with("    account: main", "    account: mains\n    environment: [main]\n    suspend: {}"));
  CHECK(all.find("12:14: error: \"mains\" is not one of accounts") != std::string::npos);
  CHECK(all.find("13:18: error: ") > all.find("12:14: error: "));
  CHECK(all.find("14:14: error: ") > all.find("13:18: error: "));
  // What is refused already has no second error for what follows from it.
  CHECK(
      problems(with("{env: CLOUDFLARE_API_TOKEN}", "{}")) ==
      "etc/plumbline.yaml:7:16: error: a reference names exactly one place; {env: NAME}, {file: PATH} or {credential: "
      "NAME}\n");
}

TEST_CASE("a number that cannot be is an error at its place, and no fault") {
  for (const auto* number : {"-1", "1.5", "1e300", "18446744073709551616", "many", "[1]", "{}", "true"}) {
    for (const auto* field : {"max_deletes", "files"}) {
      CAPTURE(number);
      CAPTURE(field);
      const auto text = problems(
          with("    policy: sync", std::string("    policy: sync\n    limits: {") + field + ": " + number + "}"));
      CHECK(text.find("etc/plumbline.yaml:14:") == 0);
      CHECK(text.find("error: ") != std::string::npos);
    }
  }
}

TEST_CASE("a configuration in which nothing has the right type tells so and nothing else") {
  for (const auto* text :
       {"[]", "x", "accounts: x\nsources: [1]", "sources: {a: 1}\naccounts: {b: []}",
        "sources: {a: {repository: [], credentials: x, verify: 1, limits: [], allow: {names: 1}}}"}) {
    CAPTURE(text);
    CHECK(problems(text).find("error: ") != std::string::npos);
  }
}

TEST_CASE("durations out of range are errors") {
  CHECK(problems(with("    policy: sync", "    policy: sync\n    interval: 500ms")) ==
        "etc/plumbline.yaml:14:15: error: the duration is out of range; between 1s and 24h\n");
  CHECK(problems(with("    policy: sync", "    policy: sync\n    audit_interval: 32d")) ==
        "etc/plumbline.yaml:14:21: error: the duration is out of range; between 1s and 31d\n");
}

TEST_CASE("a policy has to be said") {
  const auto text = problems(with("    policy: sync\n", ""));
  CHECK(text.find("lacks the field \"policy\"; sync, upsert-only or report") != std::string::npos);
}

TEST_CASE("a secret written in place of a reference is refused and not repeated") {
  const auto text = problems(with("{env: CLOUDFLARE_API_TOKEN}", "hunter2hunter2"));
  CHECK(text.find("etc/plumbline.yaml:7:16: error: expected a reference") == 0);
  CHECK(text.find("hunter2") == std::string::npos);
}

TEST_CASE("a reference names one place") {
  const auto text = problems(with("{env: CLOUDFLARE_API_TOKEN}", "{env: A, file: b}"));
  CHECK(text.find("a reference names exactly one place") != std::string::npos);
  CHECK(problems(with("{env: CLOUDFLARE_API_TOKEN}", "{}")).find("exactly one place") != std::string::npos);
}

TEST_CASE("names have to refer to what there is") {
  CHECK(problems(with("    account: main", "    account: mains")) ==
        "etc/plumbline.yaml:12:14: error: \"mains\" is not one of accounts; did you mean \"main\"?\n");
  CHECK(problems(with("    account: main", "    account: main\n    secret_stores: {default: vault}")) ==
        "etc/plumbline.yaml:13:30: error: \"vault\" is not one of secret_stores; define it below secret_stores\n");
}

TEST_CASE("fields of later versions are errors and never silence") {
  for (const auto* field : {"webhook_secret: {env: SECRET}", "freeze: {}", "rollout: {}"}) {
    CAPTURE(field);
    const auto text = problems(with("    policy: sync", "    policy: sync\n    " + std::string(field)));
    CHECK(text.find("is not supported yet by this version") != std::string::npos);
  }
}

TEST_CASE("which manifests are read, and with which names and values, is said by the source") {
  const auto source = valid(with("    policy: sync",
                                 "    policy: sync\n    include: [\"shop/**\", tools/*.yaml]\n    name_suffix: -eu\n"
                                 "    allow: {zones: [example.com]}\n"
                                 "    values: {CACHE_ID: 0f2a}\n    values_from: [values/eu.yaml]"))
                          .sources.at("production");
  CHECK(source.include == std::vector<std::string>{"shop/**", "tools/*.yaml"});
  CHECK(source.name_suffix == "-eu");
  CHECK(source.allow_zones == std::vector<std::string>{"example.com"});
  CHECK(source.values == std::map<std::string, std::string>{{"CACHE_ID", "0f2a"}});
  CHECK(source.values_from == std::vector<std::string>{"values/eu.yaml"});
}

TEST_CASE(
    "a source knows its account and the others of the configuration, unless it ignores what wrangler configs name") {
  const auto other =
      std::string("  staging:\n    account_id: ffffffffffffffffffffffffffffffff\n    api_token: {env: T}\n");
  const auto accounts = valid(with("sources:\n", other + "sources:\n")).sources.at("production").wrangler_accounts;
  REQUIRE(accounts);
  CHECK(accounts->own == "023e105f4ecef8ad9ca31a8372d0c353");
  CHECK(accounts->others.at("ffffffffffffffffffffffffffffffff") == "staging");
  const auto with_rule = [](const std::string& rule) {
    return with("    policy: sync", "    policy: sync\n    wrangler: {" + rule + "}");
  };
  CHECK(valid(with_rule("account_id: match")).sources.at("production").wrangler_accounts);
  CHECK_FALSE(valid(with_rule("account_id: ignore")).sources.at("production").wrangler_accounts);
  CHECK(problems(with_rule("account_id: all")).contains("must be one of match, ignore"));
  CHECK(valid(with_rule("configs: [a.toml]")).sources.at("production").wrangler_configs ==
        std::vector<std::string>{"a.toml"});
  CHECK(problems(with_rule("configs: [../a.toml]")).contains("must be a path inside the repository"));
}

TEST_CASE("names, values and paths of a source that cannot be are errors at their place") {
  const auto problem = [](const std::string& field) {
    return problems(with("    policy: sync", "    policy: sync\n    " + field));
  };
  CHECK(problem("name_suffix: -eu-") ==
        "etc/plumbline.yaml:14:18: error: \"name_suffix\" must end in a letter or digit\n");
  CHECK(problem("name_suffix: .eu").find("14:18") != std::string::npos);
  CHECK(problem("values: {CACHE-ID: a}").find("14:14") != std::string::npos);
  CHECK(problem("values: {PORT: 80}").find("14:20: error: expected a string") != std::string::npos);
  CHECK(problem("values_from: [../prod.yaml]").find("must be a path inside the repository") != std::string::npos);
  CHECK(problem("include: all").find("expected a list") != std::string::npos);
}

TEST_CASE("a git repository needs exactly one of branch, tag, semver and commit") {
  CHECK(problems(with("    branch: main\n", "")).find("needs a branch, a tag, a semver or a commit") !=
        std::string::npos);
  for (const auto* second : {"tag: v1", "semver: 1.x"}) {
    CHECK(problems(with("    branch: main", "    branch: main\n    " + std::string(second)))
              .find("one of branch, tag, semver and commit") != std::string::npos);
  }
}

TEST_CASE("a range of versions is followed by its newest tag") {
  const auto source = valid(with("branch: main", "semver: \">=1.2 <2\"")).sources.at("production");
  CHECK(full_name(source.reference) == "semver:>=1.2 <2");
  CHECK(problems(with("branch: main", "semver: latest")) ==
        "etc/plumbline.yaml:11:13: error: \"semver\" must be a range of versions, such as ^1.2 or >=1.2 <2\n");
}

TEST_CASE("a repository over ssh needs a key and known_hosts, and only it takes them") {
  const auto over_ssh = [](const std::string& credentials) {
    auto text = with("https://git.example.com/edge/workers.git", "git@git.example.com:edge/workers.git");
    return text.replace(text.find("    account: main\n    policy"), 0, credentials);
  };
  const std::string key = "ssh_key: {file: keys/id}";
  const std::string hosts = "known_hosts: {file: keys/known_hosts}";
  const auto source = valid(over_ssh("    credentials: {" + key + ", " + hosts + "}\n")).sources.at("production");
  CHECK(source.ssh_key.name == "etc/keys/id");
  CHECK(source.known_hosts.name == "etc/keys/known_hosts");
  CHECK(
      problems(over_ssh(""))
          .starts_with(
              "etc/plumbline.yaml:9:3: error: a repository over ssh needs credentials with ssh_key and known_hosts; "));
  CHECK(problems(over_ssh("    credentials: {" + key + "}\n")).contains("needs credentials with ssh_key and known"));
  CHECK(problems(over_ssh("    credentials: {" + key + ", " + hosts + ", password: {env: P}}\n"))
            .contains("ssh takes a key and no password"));
  CHECK(problems(with("    account: main\n    policy", "    credentials: {" + key + "}\n    account: main\n    policy"))
            .contains("ssh_key and known_hosts are for repositories over ssh; write the repository as ssh://"));
}

TEST_CASE("whose signatures count is a folder of keys, for what has commits") {
  const auto verify = [](std::string_view reference) {
    return with("    branch: main\n", std::string(reference) + "    verify: {keys: keys/git}\n");
  };
  CHECK(valid(verify("    branch: main\n")).sources.at("production").verify_keys == "etc/keys/git");
  auto folder = verify("");
  folder.replace(folder.find("https://git.example.com/edge/workers.git"), 40, "../workers");
  CHECK(problems(folder).contains("error: a folder without a branch, tag, semver or commit has no commits to verify"));
  CHECK(problems(with("    branch: main", "    branch: main\n    verify: {}")).contains("keys"));
}

TEST_CASE("an account has one kind of credentials, and all of it") {
  CHECK(problems(with("    api_token: {env: CLOUDFLARE_API_TOKEN}\n", "")).find("needs one of the fields") !=
        std::string::npos);
  CHECK(problems(with("    api_token: {env: CLOUDFLARE_API_TOKEN}", "    api_key: {env: K}"))
            .find("api_key and email belong together") != std::string::npos);
}

TEST_CASE("an empty file, two documents and broken YAML are errors") {
  CHECK(!problems("").empty());
  CHECK(problems(std::string(kMinimal) + "---\n" + std::string(kMinimal)).find("one YAML document") !=
        std::string::npos);
  CHECK(!problems("a: [").empty());
}

TEST_CASE("a file that cannot be read says why") {
  const auto result = load_config("/no/such/plumbline.yaml");
  REQUIRE(result.diagnostics.size() == 1);
  CHECK(to_text(result.diagnostics.front()) ==
        "/no/such/plumbline.yaml: error: cannot be read: No such file or directory; --config wants a file that this "
        "process "
        "may read");
}

TEST_CASE("repositories are https, ssh, file or folders") {
  for (const auto* good :
       {"https://git.example.com/a.git", "file:///srv/a.git", "/srv/a", "./a", "..", "workers",
        "http://127.0.0.1:3000/a.git", "http://[::1]:3000/a", "ssh://git@example.com/a.git", "git@example.com:a.git"}) {
    CAPTURE(good);
    CHECK(!repository_rule(good));
  }
  for (const auto* bad : {"", "http://git.example.com/a.git", "ssh://git:pass@example.com/a.git", "git://example.com/a",
                          "oci://example.com/a", "https://user:pass@example.com/a.git", "ftp://example.com/a",
                          "https://", "ext::sh -c date"}) {
    CAPTURE(bad);
    CHECK(repository_rule(bad));
  }
}

TEST_CASE("rates and sizes are read with their units") {
  CHECK(parse_rate("1200/300s")->calls == 1200);
  CHECK(parse_rate("1200/5m")->window == 300s);
  for (const auto* bad : {"", "1200", "/5m", "0/5m", "-1/5m", "10/0s", "10/300", "1e3/5m"}) CHECK(!parse_rate(bad));
  CHECK(*parse_byte_size("256MiB") == 268435456);
  CHECK(*parse_byte_size("12") == 12);
  for (const auto* bad : {"", "0", "12MB", "MiB", "-1", "99999999999GiB"}) CHECK(!parse_byte_size(bad));
}

TEST_CASE("a folder inside a repository cannot lead out of it") {
  CHECK(!subfolder_rule("a/b"));
  CHECK(!subfolder_rule(""));
  CHECK(subfolder_rule("/a"));
  CHECK(subfolder_rule("a/../.."));
}

}  // namespace
}  // namespace plumbline::daemon
