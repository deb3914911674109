#include "daemon/commands/command_options.h"

#include <CLI/CLI.hpp>
#include <array>
#include <initializer_list>
#include <string>
#include <vector>

#include "base/version.h"

namespace plumbline::daemon {
namespace {

// Commands of the contract that this version lacks. They are known, so that they are not reported as typing errors.
constexpr std::array kLaterCommands{"import",  "rollback", "rollout", "publish",
                                    "preview", "migrate",  "init",    "completion"};

CLI::App& add_command(CLI::App& app, const std::string& name, const std::string& description) {
  auto* command = app.add_subcommand(name, description);
  // Common options may also follow the command.
  command->fallthrough();
  return *command;
}

void add_later_commands(CLI::App& app) {
  for (const auto* name : kLaterCommands) {
    // The words behind the name are not ours, so they must not be taken as common options.
    auto* later = app.add_subcommand(name, "");
    later->group("");
    later->set_help_flag("");
    later->prefix_command();
  }
}

// Scripts give the same options to several commands. One that a command takes and has no use for is not in its help.
void hide(CLI::App& command, std::initializer_list<const char*> names) {
  for (const auto* name : names) command.get_option(name)->group("");
}

// The options that select a source, and say how its manifests are read.
void add_source_options(CLI::App& command, CommandWords& words) {
  command.add_option("--repository", words.select.repository, "A git repository instead of a folder");
  command.add_option("--ref", words.select.ref, "Its branch, refs/tags/NAME, semver:RANGE, or commit");
  command.add_option("--path", words.select.subfolder, "The folder inside the repository");
  command.add_option("--config", words.select.config_file, "Take the source from this configuration");
  command.add_option("--source", words.select.source, "The source's name (default)");
  command.add_option("--instance", words.select.instance, "The instance in the ownership tag (default)");
  command.add_option("--environment", words.select.environment, "Which overlay of the manifests applies");
  command.add_option("--secrets", words.select.secrets_folder, "Folder with the values of secrets");
  command.add_option("--values", words.select.values_files, "A file with values for ${NAME}; may be repeated")
      ->allow_extra_args(false);
  command.add_option("--bundles", words.select.bundles, "Where the bundles of wrangler configs are: dist/{name}");
  command
      .add_option("--wrangler-config", words.select.wrangler_configs,
                  "A glob of files that are wrangler configs under another name; may be repeated")
      ->allow_extra_args(false);
  command.add_option("--journal", words.select.journal, "The journal's file (~/.local/state/plumbline/journal.db)");
}

void add_output_option(CLI::App& command, CommandWords& words, const std::vector<std::string>& formats,
                       const char* help) {
  command.add_option("--output", words.output, help)->check(CLI::IsMember(formats));
}

constexpr const char* kTextOrJson = "text or json (text)";

void add_select_options(CLI::App& command, CommandWords& words) {
  command.add_option("PATH", words.select.path, "A folder with manifests (.)");
  add_source_options(command, words);
  command
      .add_option("--policy", words.policy,
                  "sync deletes what no manifest names; upsert-only (the default) deletes nothing; "
                  "report writes nothing")
      ->check(CLI::IsMember({"sync", "upsert-only", "report"}));
  command.add_option("--adopt", words.adopt, "unowned: Workers that nobody owns are taken over (none)")
      ->check(CLI::IsMember({"none", "unowned"}));
  command.add_option("--only", words.only, "worker.NAME: this Worker alone; may be repeated")->allow_extra_args(false);
  command.add_option("--refresh", words.refresh, "full reads every Worker; list only those that moved (full)")
      ->check(CLI::IsMember({"full", "list"}));
}

// Nothing of an account is read, so nothing is owned, compared or remembered.
void add_reading_options(CLI::App& command, CommandWords& words) {
  add_select_options(command, words);
  add_output_option(command, words, {"text", "json"}, kTextOrJson);
  hide(command, {"--instance", "--policy", "--adopt", "--refresh", "--journal"});
}

void add_writing_options(CLI::App& command, CommandWords& words) {
  command.add_flag_callback("--yes,--auto-approve", [&words] { words.approval = Approval::given; }, "Do not ask");
}

void add_claim_options(CLI::App& command, CommandWords& words) {
  command.add_option("NAME", words.names, "Names of live Workers");
  add_writing_options(command, words);
  add_source_options(command, words);
  add_output_option(command, words, {"text", "json"}, kTextOrJson);
  hide(command, {"--secrets"});
}

void add_simulate_options(CLI::App& command, CommandWords& words) {
  command.add_option("--listen", words.simulator.listen, "Address; port 0 picks one (127.0.0.1:8787)");
  command.add_option("--account-id", words.simulator.account_id, "The account's 32 hex digits");
  command.add_option("--zone", words.zones, "NAME=ID; may be repeated (example.com)")->allow_extra_args(false);
  command.add_option("--token", words.simulator.token, "The only token accepted (any)");
  command.add_option("--latency", words.latency, "50ms, or 50ms±20ms");
  command.add_option("--rate-limit", words.rate_limit, "Calls allowed in a time: 1200/300s (none)");
  command.add_option("--semantics", words.semantics, "KEY=VALUE; may be repeated")->allow_extra_args(false);
  command.add_option("--faults", words.simulator.faults_file,
                     "File with a JSON array of faults that strike from the start (docs/simulator.md)");
  command.add_option("--state", words.simulator.state_file, "Keep the account in this file");
}

void add_api_options(CLI::App& command, CommandWords& words) {
  command.add_flag_callback("--list", [&words] { words.api_form = ApiForm::list; }, "Name every operation");
  command.add_option("OPERATION", words.api.words.operation, "Its name, as --list prints it");
  command.add_option("NAME=VALUE", words.api.words.parameters, "A parameter of the operation's path");
  const auto add_list = [&command](const char* name, std::vector<std::string>& taken, const char* help) {
    command.add_option(name, taken, help)->allow_extra_args(false);
  };
  add_list("--query", words.api.words.query, "NAME=VALUE; may be repeated");
  add_list("--header", words.api.words.headers, "NAME=VALUE, such as If-None-Match; may be repeated");
  add_list("--part", words.api.words.parts,
           "NAME=FILE[;type=TYPE] of a form: metadata, settings, modules; may be repeated");
  command.add_option("--body", words.api.words.body, "A file with the body, or - for standard input");
  command.add_option("--jwt", words.api.words.jwt, "A file with the token of an upload session, for upload_assets");
  command.add_option("--save-jwt", words.api.words.save_jwt, "Write the token of an upload session to this new file");
  command.add_option("--config", words.api.config_file, "Take credentials and budget from this configuration");
  command.add_option("--account", words.api.account, "Its account");
  command.add_option("--journal", words.api.journal, "The journal's file, which keeps the budget");
  add_output_option(command, words, {"text", "json"}, "json: --list and errors as JSON on standard output");
}

// What every command has that asks a daemon.
CLI::App& add_ask_command(CLI::App& app, CommandWords& words, const std::string& name, const std::string& description,
                          const std::vector<std::string>& formats = {"text", "json"}) {
  auto& command = add_command(app, name, description);
  command.add_option("--server", words.server.url, "Where the daemon is ($PLUMBLINE_SERVER, http://127.0.0.1:8080)");
  command.add_option("--token-file", words.server.token_file, "A file with its token ($PLUMBLINE_TOKEN)");
  command.add_option("-o,--output", words.output, "text or json (text)")->check(CLI::IsMember(formats));
  return command;
}

void add_timeout(CLI::App& command, CommandWords& words) {
  command.add_option("--timeout", words.timeout, "How long to wait (5m)");
}

void add_reading_ask_commands(CLI::App& app, CommandWords& words) {
  const auto follow = [&words] { words.following = Following::on; };
  auto& status =
      add_ask_command(app, words, "status", "What a running daemon says of its sources", {"text", "wide", "json"});
  status.add_flag_callback("--watch", follow, "Draw it again every two seconds");
  auto& history = add_ask_command(app, words, "history", "What a daemon did: its passes, or the writes of a Worker");
  history.add_option("SUBJECT", words.subject, "A source, or worker.NAME (all sources)");
  history.add_option("--since", words.since, "A duration such as 1h, or a time");
  history.add_option("--limit", words.limit, "How many, the newest ones (50)")->check(CLI::Range(1, 1000));
  auto& events = add_ask_command(app, words, "events", "What happens to the sources of a daemon");
  events.add_flag_callback("--follow", follow, "Go on with what happens from now on");
  auto& diff = add_ask_command(app, words, "diff", "What a source differs in, as its daemon has read the account");
  diff.add_option("SOURCE", words.subject, "Its name")->required();
  diff.add_flag_callback(
      "--detailed-exitcode", [&words] { words.exit_style = ExitStyle::detailed; }, "Exit 2 if there are changes");
}

void add_explaining_commands(CLI::App& app, CommandWords& words) {
  auto& explain = add_ask_command(app, words, "explain", "Which Worker serves a URL, or where a Worker comes from");
  explain.add_option("SUBJECT", words.subject, "https://shop.example.com/cart, or worker.NAME")->required();
  auto& drift = add_ask_command(app, words, "drift", "What was changed behind git's back, and by whom");
  drift.add_option("SOURCE", words.subject, "Its name")->required();
  drift.add_option("WORKER", words.worker, "One Worker of it (all)");
  using What = DriftCommand::What;
  auto* accept = drift.add_option_function<std::string>(
      "--accept",
      [&words](const std::string& folder) {
        words.drift = What::accept;
        words.folder = folder;
      },
      "Write the live values into the manifests of this working copy");
  auto* revert = drift.add_flag_callback(
      "--revert", [&words] { words.drift = What::revert; }, "Have the daemon undo exactly that");
  auto* ignore = drift.add_flag_callback(
      "--ignore", [&words] { words.drift = What::ignore; }, "Print the entries of `ignore` that leave it to others");
  accept->excludes(revert)->excludes(ignore);
  revert->excludes(ignore);
}

void add_acting_ask_commands(CLI::App& app, CommandWords& words) {
  auto& reconcile = add_ask_command(app, words, "reconcile", "Have a daemon fetch and compare a source now");
  reconcile.add_option("SOURCE", words.subject, "Its name")->required();
  reconcile.add_flag("--wait", words.waits, "Until that is done; exit 1 unless it is ready then");
  add_timeout(reconcile, words);
  auto& wait = add_ask_command(app, words, "wait", "Wait until a revision is live");
  wait.add_option("SOURCE", words.subject, "Its name")->required();
  wait.add_option("--revision", words.revision, "The commit, or its beginning (whatever is newest)");
  add_timeout(wait, words);
  auto& suspend = add_ask_command(app, words, "suspend", "Have a daemon write nothing to a source or a Worker");
  suspend.add_option("SUBJECT", words.subject, "SOURCE or SOURCE/WORKER")->required();
  suspend.add_option("--for", words.length, "How long, such as 2h (until it is resumed)");
  suspend.add_option("--reason", words.reason, "Why, for whoever looks at the status");
  auto& resume = add_ask_command(app, words, "resume", "End a suspension");
  resume.add_option("SUBJECT", words.subject, "SOURCE or SOURCE/WORKER")->required();
  auto& approve = add_ask_command(app, words, "approve", "Allow a daemon to apply the plan of this digest");
  approve.add_option("SOURCE", words.subject, "Its name")->required();
  approve.add_option("--digest", words.digest, "The plan's digest, as `plumbline diff SOURCE` prints it")->required();
}

}  // namespace

void add_commands(CLI::App& app, CommandWords& words) {
  app.name("plumbline");
  app.description("GitOps for Cloudflare Workers: keeps an account true to git");
  app.require_subcommand(0, 1);
  app.set_version_flag("-V,--version", "plumbline " + std::string(version()), "Print the version");
  app.add_option("--color", words.colour, "Colours of plans; NO_COLOR and TERM=dumb are honoured (auto)")
      ->check(CLI::IsMember({"auto", "always", "never"}));
  app.add_option("--log-format", words.log_format, "Lines of logs (text)")->check(CLI::IsMember({"text", "json"}));
  app.add_option("--log-level", words.log_level, "The lowest level that is logged (info)")
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}));

  auto& validate =
      add_command(app, "validate", "Check every manifest, or with --config alone a configuration; no network");
  add_reading_options(validate, words);
  hide(validate, {"--only"});

  add_reading_options(add_command(app, "render", "Print the Workers that the manifests ask for; no network"), words);

  auto& plan = add_command(app, "plan", "Show what an apply would do; never writes");
  add_select_options(plan, words);
  add_output_option(plan, words, {"text", "json", "markdown"}, "text, json, or markdown for a comment (text)");
  plan.add_flag_callback(
      "--detailed-exitcode", [&words] { words.exit_style = ExitStyle::detailed; }, "Exit 2 if there are changes");

  auto& apply = add_command(app, "apply", "Plan, ask, and make the account match the manifests");
  add_select_options(apply, words);
  add_output_option(apply, words, {"text", "json"}, kTextOrJson);
  add_writing_options(apply, words);
  apply.add_option("--digest", words.digest, "Apply only the plan that has this digest (sha256:…)");

  auto& adopt = add_command(app, "adopt", "Take live Workers over: write the ownership tag, and nothing else");
  add_claim_options(adopt, words);
  adopt.add_flag("--all", words.all, "All Workers that the manifests below PATH name and that nobody owns");

  auto& release = add_command(app, "release", "Give Workers up: remove the ownership tag, and nothing else");
  add_claim_options(release, words);
  // The manifests are not read.
  hide(release, {"--repository", "--ref", "--path", "--environment", "--values", "--bundles", "--wrangler-config"});

  auto& check =
      add_command(app, "check", "Look whether token, account, git, secrets and machine are fit for the daemon");
  check.add_option("PATH", words.select.path, "A folder with manifests (.)");
  add_source_options(check, words);
  add_output_option(check, words, {"text", "json"}, kTextOrJson);

  add_command(app, "run", "The daemon: watch the sources of a configuration")
      .add_option("--config", words.run_config, "The configuration, plumbline.yaml")
      ->required();

  add_reading_ask_commands(app, words);
  add_acting_ask_commands(app, words);
  add_explaining_commands(app, words);

  add_simulate_options(add_command(app, "simulate", "The Workers API in memory, to try things"), words);
  add_api_options(add_command(app, "api", "One call of the Workers API"), words);
  add_command(app, "schema", "Print the JSON Schema of manifests, for editors");
  add_command(app, "version", "Print the versions of plumbline and its libraries");
  add_command(app, "git-fetch", "").group("");
  add_later_commands(app);
}

}  // namespace plumbline::daemon
