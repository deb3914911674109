#include "daemon/commands/command_line.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace plumbline::daemon {
namespace {

using Words = std::vector<std::string>;

Result<CommandLine, EarlyEnd> parse(const Words& words) {
  return parse_command_line(words);
}

// What the command line was refused with.
EarlyEnd refused(const Words& words) {
  const auto parsed = parse(words);
  REQUIRE(!parsed);
  return parsed.error();
}

template <class T>
T parsed(const Words& words) {
  auto line = parse(words);
  REQUIRE_MESSAGE(line.has_value(), (line ? "" : line.error().err));
  REQUIRE(std::holds_alternative<T>(line->command));
  return std::get<T>(line->command);
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("a plan without options is of the current folder, in full, as text, and deletes nothing") {
  const auto plan = parsed<PlanCommand>({"plan"});
  CHECK(!plan.select.path);
  CHECK(!plan.select.policy);
  CHECK(plan.select.refresh == reconciler::Refresh::full);
  CHECK(plan.select.output == OutputFormat::text);
  CHECK(plan.exit_style == ExitStyle::plain);
}

TEST_CASE("every option of a plan is taken over") {
  const auto plan = parsed<PlanCommand>({"plan",          "workers",   "--instance", "edge",      "--source",
                                         "prod",          "--policy",  "sync",       "--secrets", "/s",
                                         "--environment", "staging",   "--output",   "json",      "--detailed-exitcode",
                                         "--only",        "worker.a",  "--only",     "worker.b",  "--refresh",
                                         "list",          "--journal", "/j",         "--bundles", "dist/{name}",
                                         "--values",      "a.yaml",    "--values",   "b.yaml"});
  const auto& select = plan.select;
  CHECK(select.path == "workers");
  CHECK(select.instance == "edge");
  CHECK(select.source == "prod");
  CHECK(select.policy == reconciler::Prune::sync);
  CHECK(select.bundles == "dist/{name}");
  CHECK(select.values_files == std::vector<std::string>{"a.yaml", "b.yaml"});
  CHECK(select.secrets_folder == "/s");
  CHECK(select.environment == "staging");
  CHECK(select.output == OutputFormat::json);
  CHECK(select.only == Words{"a", "b"});
  CHECK(select.refresh == reconciler::Refresh::list);
  CHECK(select.journal == "/j");
  CHECK(plan.exit_style == ExitStyle::detailed);
}

TEST_CASE("a path may stand behind a repeated option") {
  const auto plan = parsed<PlanCommand>({"plan", "--only", "worker.a", "workers"});
  CHECK(plan.select.only == Words{"a"});
  CHECK(plan.select.path == "workers");
}

TEST_CASE("an unknown option is wrong usage and is named") {
  const auto end = refused({"plan", "--detailed-exit-code"});
  CHECK(end.exit_code == 64);
  CHECK(end.out.empty());
  CHECK(contains(end.err, "--detailed-exit-code"));
  CHECK(contains(end.err, "plumbline plan"));
  CHECK(contains(end.err, "did you mean \"--detailed-exitcode\"?"));
}

TEST_CASE("a slip in a flag is told what was meant, with and without a value, of the command and of all") {
  const auto told = [](const Words& words) { return refused(words).err; };
  CHECK(contains(told({"plan", "--enviroment", "prod"}), "unknown flag --enviroment; did you mean \"--environment\"?"));
  CHECK(contains(told({"plan", "--enviroment=prod"}), "unknown flag --enviroment; did you mean"));
  CHECK(contains(told({"simulate", "--lsiten", ":1"}), "did you mean \"--listen\"?"));
  CHECK(contains(told({"--colour", "never", "plan"}), "did you mean \"--color\"?"));
  CHECK_FALSE(contains(told({"plan", "--zzzzzzzz"}), "did you mean"));
  // A value is not repeated: it may be a secret.
  CHECK_FALSE(contains(told({"run", "--config", "a", "--tokn=hunter2"}), "hunter2"));
}

TEST_CASE("an unknown command is wrong usage and is named, with the nearest that there is") {
  const auto end = refused({"aply"});
  CHECK(end.exit_code == 64);
  CHECK(contains(end.err, "unknown command \"aply\"; did you mean \"apply\"?"));
  CHECK_FALSE(contains(refused({"git-fetc"}).err, "did you mean"));
}

// The help of a command.
std::string help_of(const std::string& command) {
  const auto end = refused({command, "--help"});
  CHECK(end.exit_code == 0);
  return end.out;
}

TEST_CASE("help names what a command uses, and takes what another uses of the same source") {
  for (const std::string flag : {"--policy", "--refresh", "--journal", "--instance", "--adopt"}) {
    CHECK_MESSAGE(contains(help_of("plan"), flag), flag);
    CHECK_MESSAGE(!contains(help_of("validate"), flag), flag);
    CHECK_MESSAGE(!contains(help_of("render"), flag), flag);
  }
  CHECK_FALSE(contains(help_of("validate"), "markdown"));
  CHECK_FALSE(contains(help_of("apply"), "markdown"));
  CHECK(contains(help_of("adopt"), "--environment"));
  CHECK_FALSE(contains(help_of("release"), "--environment"));
  CHECK(parsed<ValidateCommand>({"validate", "--policy", "sync", "--instance", "edge"}).select.instance == "edge");
}

TEST_CASE("validate of a configuration alone is of no source") {
  CHECK(parsed<ValidateConfigCommand>({"validate", "--config", "p.yaml"}).config_file == "p.yaml");
  CHECK(parsed<ValidateConfigCommand>({"validate", "--config", "p.yaml", "--output", "json"}).output ==
        OutputFormat::json);
  CHECK(parsed<ValidateCommand>({"validate", "--config", "p.yaml", "--source", "a"}).select.source == "a");
  CHECK(contains(refused({"validate", "workers", "--config", "p.yaml"}).err, "--config needs --source"));
  for (const Words& more :
       {Words{"--environment", "x"}, {"--only", "worker.a"}, {"--policy", "sync"}, {"--ref", "main"}}) {
    Words words{"validate", "--config", "p.yaml"};
    words.insert(words.end(), more.begin(), more.end());
    CHECK(refused(words).exit_code == 64);
  }
}

TEST_CASE("whom to adopt and which configs are wrangler's is said by the options") {
  CHECK(parsed<PlanCommand>({"plan", "--adopt", "unowned"}).select.adopt == AdoptRule::unowned);
  CHECK(parsed<ApplyCommand>({"apply", "--adopt", "none"}).select.adopt == AdoptRule::none);
  CHECK(!parsed<PlanCommand>({"plan"}).select.adopt);
  CHECK(parsed<PlanCommand>({"plan", "--wrangler-config", "a.toml", "--wrangler-config", "b.toml"})
            .select.wrangler_configs == Words{"a.toml", "b.toml"});
  CHECK(refused({"plan", "--config", "p", "--source", "s", "--wrangler-config", "a.toml"}).exit_code == 64);
}

TEST_CASE("no command at all is wrong usage") {
  CHECK(refused({}).exit_code == 64);
}

TEST_CASE("an option without its value is wrong usage") {
  CHECK(refused({"run", "--config"}).exit_code == 64);
}

TEST_CASE("run without a configuration is wrong usage") {
  const auto end = refused({"run"});
  CHECK(end.exit_code == 64);
  CHECK(contains(end.err, "--config"));
}

TEST_CASE("check takes all of a configuration, one source of it, or a folder") {
  const auto all = parsed<CheckCommand>({"check", "--config", "c.yaml", "--output", "json"});
  CHECK(all.select.config_file == "c.yaml");
  CHECK_FALSE(all.select.source);
  CHECK(all.select.output == OutputFormat::json);
  CHECK(parsed<CheckCommand>({"check", "--config", "c.yaml", "--source", "prod"}).select.source == "prod");
  CHECK(parsed<CheckCommand>({"check", "workers"}).select.path == "workers");
  CHECK(refused({"check", "workers", "--config", "c.yaml"}).exit_code == 64);
}

TEST_CASE("commands of later versions are known, with whatever stands behind them") {
  for (const auto* name : {"import", "rollback", "rollout", "publish", "preview", "migrate", "init", "completion"}) {
    CAPTURE(name);
    const auto end = refused({name, "x", "--since", "1h", "--help"});
    CHECK(end.exit_code == 64);
    CHECK(end.err == "plumbline " + std::string(name) + ": not in this version yet\n");
  }
}

TEST_CASE("the commands that ask a daemon say which, what about, and how long") {
  const auto parsed = [](std::vector<std::string> words) {
    auto line = parse_command_line(words);
    REQUIRE(line);
    return std::get<AskCommand>(line->command);
  };
  const auto status = std::get<StatusCommand>(parsed({"status", "--server", "https://p.example", "-o", "wide"}));
  CHECK(status.ask.server.url == "https://p.example");
  CHECK(status.ask.format == AnswerFormat::wide);
  const auto wait = std::get<WaitCommand>(parsed({"wait", "prod", "--revision", "abc", "--timeout", "90s"}));
  CHECK(wait.source == "prod");
  CHECK(wait.timeout == std::chrono::seconds(90));
  const auto suspend = std::get<SuspendCommand>(parsed({"suspend", "prod/a", "--for", "2h", "--reason", "moving"}));
  CHECK(suspend.suspends);
  CHECK(suspend.subject == "prod/a");
  CHECK_FALSE(std::get<SuspendCommand>(parsed({"resume", "prod"})).suspends);
  CHECK(std::get<ReconcileCommand>(parsed({"reconcile", "prod", "--wait"})).wait);
  CHECK(std::get<HistoryCommand>(parsed({"history"})).subject.empty());
}

TEST_CASE("what a command that asks a daemon lacks is wrong usage") {
  CHECK(refused({"diff"}).exit_code == 64);
  CHECK(refused({"approve", "prod", "--digest", "sha256:1"}).exit_code == 64);
  CHECK(refused({"wait", "prod", "--timeout", "90"}).err.contains("--timeout wants a duration"));
  CHECK(refused({"status", "-o", "yaml"}).exit_code == 64);
}

TEST_CASE("help goes to standard output, succeeds, and lists what there is and nothing else") {
  const auto end = refused({"--help"});
  CHECK(end.exit_code == 0);
  CHECK(end.err.empty());
  for (const auto* name : {"validate", "render", "plan", "apply", "run", "simulate", "version"})
    CHECK(contains(end.out, name));
  for (const auto* name : {"git-fetch", "rollback"}) CHECK(!contains(end.out, name));
}

TEST_CASE("each command has its own help") {
  const auto end = refused({"apply", "--help"});
  CHECK(end.exit_code == 0);
  CHECK(contains(end.out, "--digest"));
  CHECK(contains(end.out, "--bundles"));
  CHECK(contains(end.out, "--values"));
}

TEST_CASE("policy sync needs to be told whose Workers they are") {
  const auto end = refused({"apply", "--policy", "sync"});
  CHECK(end.exit_code == 64);
  CHECK(contains(end.err, "--instance"));
  parsed<ApplyCommand>({"apply", "--policy", "sync", "--instance", "edge"});
}

TEST_CASE("a configuration needs a source, and says itself what options would say") {
  CHECK(refused({"plan", "--config", "p.yaml"}).exit_code == 64);
  CHECK(refused({"plan", "--config", "p.yaml", "--source", "a", "--policy", "sync"}).exit_code == 64);
  CHECK(
      refused({"plan", "--config", "p.yaml", "--source", "a", "--repository", "https://x/y", "--ref", "m"}).exit_code ==
      64);
  CHECK(refused({"plan", "--config", "p.yaml", "--source", "a", "--bundles", "dist"}).exit_code == 64);
  CHECK(refused({"plan", "--config", "p.yaml", "--source", "a", "--values", "v.yaml"}).exit_code == 64);
  const auto plan = parsed<PlanCommand>({"plan", ".", "--config", "p.yaml", "--source", "a"});
  CHECK(plan.select.config_file == "p.yaml");
  CHECK(plan.select.path == ".");
}

TEST_CASE("a repository needs a ref and excludes a path") {
  CHECK(contains(refused({"plan", "--repository", "https://x/y"}).err, "--ref"));
  CHECK(refused({"plan", "folder", "--repository", "https://x/y", "--ref", "main"}).exit_code == 64);
  CHECK(refused({"plan", "--ref", "main"}).exit_code == 64);
  CHECK(refused({"plan", "--path", "workers"}).exit_code == 64);
}

TEST_CASE("a plan alone has a form for comments") {
  for (const std::string command : {"validate", "render", "apply"}) {
    CHECK(contains(refused({command, "--output", "markdown"}).err, "markdown not in {text,json}"));
  }
  CHECK(parsed<PlanCommand>({"plan", "--output", "markdown"}).select.output == OutputFormat::markdown);
}

TEST_CASE("only wants the address of a Worker") {
  CHECK(refused({"plan", "--only", "checkout"}).exit_code == 64);
  CHECK(refused({"plan", "--only", "worker."}).exit_code == 64);
}

TEST_CASE("names of instance and source fit into a tag") {
  CHECK(refused({"plan", "--instance", "a/b"}).exit_code == 64);
  CHECK(refused({"plan", "--source", ""}).exit_code == 64);
  CHECK(refused({"plan", "--source", "a;keep"}).exit_code == 64);
}

TEST_CASE("an apply is approved under either name, and its digest is a digest") {
  CHECK(parsed<ApplyCommand>({"apply"}).approval == Approval::ask);
  CHECK(parsed<ApplyCommand>({"apply", "--yes"}).approval == Approval::given);
  CHECK(parsed<ApplyCommand>({"apply", "--auto-approve"}).approval == Approval::given);
  const auto digest = "sha256:" + std::string(64, 'a');
  CHECK(parsed<ApplyCommand>({"apply", "--digest", digest}).digest == digest);
  CHECK(refused({"apply", "--digest", "sha256:abc"}).exit_code == 64);
  CHECK(refused({"apply", "--digest", std::string(64, 'a')}).exit_code == 64);
  CHECK(refused({"plan", "--yes"}).exit_code == 64);
}

TEST_CASE("common options may stand before or behind the command") {
  for (const auto& words : {Words{"--color", "never", "--log-format", "json", "--log-level", "debug", "version"},
                            Words{"version", "--color", "never", "--log-format", "json", "--log-level", "debug"}}) {
    const auto line = parse(words);
    REQUIRE(line);
    CHECK(line->common.colour == ColourChoice::never);
    CHECK(line->common.log_format == LogFormat::json);
    CHECK(line->common.log_level == LogLevel::debug);
  }
  CHECK(refused({"plan", "--color", "sometimes"}).exit_code == 64);
}

TEST_CASE("simulate takes the options of the simulator") {
  const auto simulate = parsed<SimulateCommand>({"simulate", "--listen", "127.0.0.1:0", "--zone", "example.com",
                                                 "--zone", "example.org=0123456789abcdef0123456789abcdef", "--token",
                                                 "t", "--latency", "50ms", "--rate-limit", "10/1s"});
  CHECK(simulate.options.listen == "127.0.0.1:0");
  CHECK(simulate.options.zones.size() == 2);
  CHECK(simulate.options.token == "t");
  CHECK(simulate.options.latency.mean == std::chrono::milliseconds(50));
  REQUIRE(simulate.options.rate_limit);
  CHECK(simulate.options.rate_limit->calls == 10);
}

TEST_CASE("simulate refuses what the simulator cannot use") {
  CHECK(refused({"simulate", "--account-id", "x"}).exit_code == 64);
  CHECK(refused({"simulate", "--latency", "fast"}).exit_code == 64);
  CHECK(refused({"simulate", "--rate-limit", "many"}).exit_code == 64);
  CHECK(refused({"simulate", "--semantics", "no_such=yes"}).exit_code == 64);
  CHECK(refused({"simulate", "--zone", "a=b"}).exit_code == 64);
}

TEST_CASE("a message cannot write to the terminal") {
  CHECK(!contains(refused({"plan", "--only", "\x1b[2J"}).err, "\x1b"));
}

TEST_CASE("a call of the API is an operation and the words around it") {
  const auto api = parsed<ApiCommand>({"api", "put_secret", "script_name=w", "account_id=a", "--query", "a=b",
                                       "--header", "X=y", "--body", "-", "--output", "json"});
  CHECK(api.words.operation == "put_secret");
  CHECK(api.words.parameters == Words{"script_name=w", "account_id=a"});
  CHECK(api.words.query == Words{"a=b"});
  CHECK(api.words.headers == Words{"X=y"});
  CHECK(api.words.body == "-");
  CHECK(api.output == OutputFormat::json);
  CHECK(parsed<ApiCommand>({"api", "upload_script", "--part", "a=b", "--part", "c=d", "script_name=w"}).words.parts ==
        Words{"a=b", "c=d"});
  CHECK(parsed<ApiListCommand>({"api", "--list"}).output == OutputFormat::text);
}

TEST_CASE("api wants an operation or a list, and an account beside a configuration") {
  CHECK(contains(refused({"api"}).err, "plumbline api: an operation is needed"));
  CHECK(contains(refused({"api", "--list", "list_scripts"}).err, "--list takes no operation"));
  CHECK(contains(refused({"api", "list_scripts", "--config", "c"}).err, "--config and --account need each other"));
  CHECK(refused({"api"}).exit_code == 64);
}

}  // namespace
}  // namespace plumbline::daemon
