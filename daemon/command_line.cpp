#include "daemon/command_line.h"

#include <CLI/CLI.hpp>
#include <array>
#include <sstream>
#include <utility>

#include "base/text.h"
#include "daemon/exit_code.h"
#include "daemon/names.h"

namespace plumbline::daemon {
namespace {

// Of the contract, not of this version: known, so that nobody takes them for typing errors.
constexpr std::array kLaterCommands{"import",  "status", "history",  "reconcile", "wait",    "suspend", "resume",
                                    "explain", "check",  "rollback", "publish",   "approve", "migrate", "completion"};

EarlyEnd usage_error(std::string_view command, std::string_view message) {
  std::string out = "plumbline";
  if (!command.empty()) out += " " + std::string(command);
  out += ": " + printable(message) + "\n";
  out += "Run `plumbline" + (command.empty() ? "" : " " + std::string(command)) + " --help` for what there is.\n";
  return {.exit_code = exit_code::kUsage, .err = std::move(out)};
}

std::unexpected<EarlyEnd> wrong(std::string_view command, std::string_view message) {
  return std::unexpected(usage_error(command, message));
}

// What CLI11 fills; strings become values of our own types afterwards.
struct Texts {
  std::string colour = "auto";
  std::string log_format = "text";
  std::string log_level = "info";
  std::string output = "text";
  std::string refresh = "full";
  std::optional<std::string> policy;
  std::vector<std::string> only;
  std::string run_config;
  std::vector<std::string> zones;
  std::optional<std::string> latency;
  std::optional<std::string> rate_limit;
  std::vector<std::string> semantics;
};

enum class ApiForm { call, list };

class Parser {
 public:
  Parser();
  Result<CommandLine, EarlyEnd> parse(std::span<const std::string> arguments);

 private:
  void add_select_options(CLI::App& command);
  void add_source_options(CLI::App& command);
  void add_claim_options(CLI::App& command);
  void add_simulate_options(CLI::App& command);
  void add_api_options(CLI::App& command);
  [[nodiscard]] Result<Command, EarlyEnd> command(const std::string& name) const;
  [[nodiscard]] Result<SelectOptions, EarlyEnd> select(const std::string& command) const;
  [[nodiscard]] Result<Command, EarlyEnd> apply_command() const;
  [[nodiscard]] Result<Command, EarlyEnd> claim_command(const std::string& name) const;
  [[nodiscard]] Result<Command, EarlyEnd> simulate_command() const;
  [[nodiscard]] Result<Command, EarlyEnd> api_command() const;
  [[nodiscard]] CommonOptions common() const;

  CLI::App app_{"GitOps for Cloudflare Workers: keeps an account true to git"};
  Texts texts_;
  SelectOptions select_;
  ExitStyle exit_style_ = ExitStyle::plain;
  Approval approval_ = Approval::ask;
  std::string digest_;
  std::vector<std::string> words_;  // of adopt and release: names, or the PATH of --all
  bool all_ = false;
  simulator::Options simulator_;
  ApiForm api_form_ = ApiForm::call;
  ApiCommand api_;
};

CLI::App& add_command(CLI::App& app, const std::string& name, const std::string& description) {
  auto* command = app.add_subcommand(name, description);
  // Common options may stand behind the command as well.
  command->fallthrough();
  return *command;
}

void add_later_commands(CLI::App& app) {
  for (const auto* name : kLaterCommands) {
    // Whatever stands behind the name is none of ours: no falling through to the common options.
    auto* later = app.add_subcommand(name, "");
    later->group("");
    later->set_help_flag("");
    later->prefix_command();
  }
}

Parser::Parser() {
  app_.name("plumbline");
  app_.require_subcommand(0, 1);
  app_.add_option("--color", texts_.colour, "Colours of plans; NO_COLOR is honoured (auto)")
      ->check(CLI::IsMember({"auto", "always", "never"}));
  app_.add_option("--log-format", texts_.log_format, "Lines of logs (text)")->check(CLI::IsMember({"text", "json"}));
  app_.add_option("--log-level", texts_.log_level, "The least that is logged (info)")
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}));

  add_select_options(add_command(app_, "validate", "Check every manifest; no network"));

  add_select_options(add_command(app_, "render", "Print the Workers that the manifests ask for; no network"));

  auto& plan = add_command(app_, "plan", "Show what an apply would do; never writes");
  add_select_options(plan);
  plan.add_flag_callback(
      "--detailed-exitcode", [this] { exit_style_ = ExitStyle::detailed; }, "Exit 2 if there are changes");

  auto& apply = add_command(app_, "apply", "Plan, ask, and make the account match the manifests");
  add_select_options(apply);
  apply.add_flag_callback("--yes,--auto-approve", [this] { approval_ = Approval::given; }, "Do not ask");
  apply.add_option("--digest", digest_, "Apply only the plan that has this digest (sha256:…)");

  auto& adopt = add_command(app_, "adopt", "Take live Workers over: write the ownership tag, and nothing else");
  add_claim_options(adopt);
  adopt.add_flag("--all", all_, "Every Worker that the manifests of PATH name and nobody owns");
  add_claim_options(add_command(app_, "release", "Give Workers up: remove the ownership tag, and nothing else"));

  add_command(app_, "run", "The daemon: watch the sources of a configuration")
      .add_option("--config", texts_.run_config, "The configuration, plumbline.yaml")
      ->required();

  add_simulate_options(add_command(app_, "simulate", "The Workers API in memory, to try things"));
  add_api_options(add_command(app_, "api", "One call of the Workers API"));
  add_command(app_, "schema", "Print the JSON Schema of manifests, for editors");
  add_command(app_, "version", "Print the versions of plumbline and its libraries");
  add_command(app_, "git-fetch", "").group("");
  add_later_commands(app_);
}

void Parser::add_select_options(CLI::App& command) {
  command.add_option("PATH", select_.path, "A folder with manifests (.)");
  add_source_options(command);
  command
      .add_option("--policy", texts_.policy,
                  "sync deletes what no manifest names; upsert-only (the default) deletes nothing; "
                  "report writes nothing")
      ->check(CLI::IsMember({"sync", "upsert-only", "report"}));
  command.add_option("--only", texts_.only, "worker.NAME: this Worker alone; may be repeated")->allow_extra_args(false);
  command.add_option("--refresh", texts_.refresh, "full reads every Worker; list only those that moved (full)")
      ->check(CLI::IsMember({"full", "list"}));
}

// Which source is meant, and how its manifests are read.
void Parser::add_source_options(CLI::App& command) {
  command.add_option("--repository", select_.repository, "A git repository instead of a folder");
  command.add_option("--ref", select_.ref, "Its branch, refs/tags/NAME, semver:RANGE, or commit");
  command.add_option("--path", select_.subfolder, "The folder inside the repository");
  command.add_option("--config", select_.config_file, "Take the source from this configuration");
  command.add_option("--source", select_.source, "The source's name (default)");
  command.add_option("--instance", select_.instance, "The instance in the ownership tag (default)");
  command.add_option("--environment", select_.environment, "Which overlay of the manifests applies");
  command.add_option("--secrets", select_.secrets_folder, "Folder with the values of secrets");
  command.add_option("--values", select_.values_files, "A file with values for ${NAME}; may be repeated")
      ->allow_extra_args(false);
  command.add_option("--bundles", select_.bundles, "Where bundles of wrangler configs lie: dist/{name}");
  command.add_option("--output", texts_.output, "text or json (text)")
      ->check(CLI::IsMember({"text", "json", "markdown"}));
  command.add_option("--journal", select_.journal, "The journal's file (~/.local/state/plumbline/journal.db)");
}

void Parser::add_claim_options(CLI::App& command) {
  command.add_option("NAME", words_, "Names of live Workers");
  command.add_flag_callback("--yes,--auto-approve", [this] { approval_ = Approval::given; }, "Do not ask");
  add_source_options(command);
}

void Parser::add_simulate_options(CLI::App& command) {
  command.add_option("--listen", simulator_.listen, "Address; port 0 picks one (127.0.0.1:8787)");
  command.add_option("--account-id", simulator_.account_id, "The account's 32 hex digits");
  command.add_option("--zone", texts_.zones, "NAME=ID; may be repeated (example.com)")->allow_extra_args(false);
  command.add_option("--token", simulator_.token, "The only token accepted (any)");
  command.add_option("--latency", texts_.latency, "50ms, or 50ms±20ms");
  command.add_option("--rate-limit", texts_.rate_limit, "Calls in a time: 1200/300s (none)");
  command.add_option("--semantics", texts_.semantics, "KEY=VALUE; may be repeated")->allow_extra_args(false);
  command.add_option("--faults", simulator_.faults_file, "JSON array of faults from the start on");
  command.add_option("--state", simulator_.state_file, "Keep the account in this file");
}

void Parser::add_api_options(CLI::App& command) {
  command.add_flag_callback("--list", [this] { api_form_ = ApiForm::list; }, "Name every operation");
  command.add_option("OPERATION", api_.words.operation, "Its name, as --list tells it");
  command.add_option("NAME=VALUE", api_.words.parameters, "What fills the operation's path");
  const auto add_list = [&command](const char* name, std::vector<std::string>& words, const char* help) {
    command.add_option(name, words, help)->allow_extra_args(false);
  };
  add_list("--query", api_.words.query, "NAME=VALUE; may be repeated");
  add_list("--header", api_.words.headers, "NAME=VALUE, such as If-None-Match; may be repeated");
  add_list("--part", api_.words.parts, "NAME=FILE[;type=TYPE] of a form: metadata, settings, modules; may be repeated");
  command.add_option("--body", api_.words.body, "A file with the body, or - for standard input");
  command.add_option("--jwt", api_.words.jwt, "A file with the token of an upload session, for upload_assets");
  command.add_option("--save-jwt", api_.words.save_jwt, "Write the token of an upload session to this new file");
  command.add_option("--config", api_.config_file, "Take credentials and budget from this configuration");
  command.add_option("--account", api_.account, "Its account");
  command.add_option("--journal", api_.journal, "The journal's file, which keeps the budget");
  command.add_option("--output", texts_.output, "json: --list and errors as JSON on standard output")
      ->check(CLI::IsMember({"text", "json"}));
}

CommonOptions Parser::common() const {
  CommonOptions options;
  if (texts_.colour == "always") options.colour = ColourChoice::always;
  if (texts_.colour == "never") options.colour = ColourChoice::never;
  if (texts_.log_format == "json") options.log_format = LogFormat::json;
  if (texts_.log_level == "debug") options.log_level = LogLevel::debug;
  if (texts_.log_level == "warning") options.log_level = LogLevel::warning;
  if (texts_.log_level == "error") options.log_level = LogLevel::error;
  return options;
}

// Options that contradict each other, or that only mean something beside another one.
std::optional<std::string> contradiction(const SelectOptions& select) {
  if (select.path && select.repository) return "give a PATH or --repository, not both";
  if (select.repository && !select.ref) return "--repository needs --ref";
  if (!select.repository && (select.ref || select.subfolder)) {
    return "--ref and --path belong to --repository";
  }
  if (select.config_file) {
    if (!select.source) return "--config needs --source: which source of it is meant";
    if (select.repository) {
      return "with --config, a PATH may replace the repository; --repository may not";
    }
    if (select.instance || select.environment || select.secrets_folder || select.policy || select.bundles ||
        !select.values_files.empty()) {
      return "--instance, --environment, --values, --secrets, --policy and --bundles are said by the configuration; "
             "leave them out beside --config";
    }
    return std::nullopt;
  }
  if (select.policy == reconciler::Prune::sync && !select.instance) {
    return "--policy sync deletes Workers, so it needs --instance: say whose they are";
  }
  return std::nullopt;
}

std::optional<std::string> bad_name(const SelectOptions& select) {
  for (const auto* name : {&select.instance, &select.source}) {
    if (*name && !is_name(**name)) {
      return "`" + **name + "` cannot be an instance or a source: " + std::string(kNameRule);
    }
  }
  return std::nullopt;
}

Result<SelectOptions, EarlyEnd> Parser::select(const std::string& command) const {
  SelectOptions select = select_;
  if (texts_.output == "markdown") {
    return wrong(command, "--output markdown: not in this version yet");
  }
  if (texts_.output == "json") select.output = OutputFormat::json;
  if (texts_.refresh == "list") select.refresh = reconciler::Refresh::list;
  if (texts_.policy == "sync") select.policy = reconciler::Prune::sync;
  if (texts_.policy == "upsert-only") select.policy = reconciler::Prune::upsert_only;
  if (texts_.policy == "report") select.policy = reconciler::Prune::report;
  constexpr std::string_view kAddress = "worker.";
  for (const auto& address : texts_.only) {
    if (!address.starts_with(kAddress) || address.size() == kAddress.size()) {
      return wrong(command, "--only wants worker.NAME, not `" + address + "`");
    }
    select.only.push_back(address.substr(kAddress.size()));
  }
  if (const auto problem = contradiction(select)) return wrong(command, *problem);
  if (const auto problem = bad_name(select)) return wrong(command, *problem);
  return select;
}

bool is_digest(std::string_view text) {
  constexpr std::string_view kPrefix = "sha256:";
  constexpr std::size_t kDigits = 64;
  return text.starts_with(kPrefix) && text.size() == kPrefix.size() + kDigits &&
         text.find_first_not_of("0123456789abcdef", kPrefix.size()) == std::string_view::npos;
}

Result<Command, EarlyEnd> Parser::apply_command() const {
  auto options = select("apply");
  if (!options) return std::unexpected(options.error());
  if (!digest_.empty() && !is_digest(digest_)) {
    return wrong("apply", "--digest wants sha256: and 64 hex digits, as a plan prints it");
  }
  return ApplyCommand{std::move(*options), approval_, digest_};
}

Result<Command, EarlyEnd> Parser::claim_command(const std::string& name) const {
  auto options = select(name);
  if (!options) return std::unexpected(options.error());
  ClaimCommand claim{.select = std::move(*options), .approval = approval_};
  claim.claim = name == "adopt" ? reconciler::Claim::adopt : reconciler::Claim::release;
  if (!all_) {
    if (words_.empty()) return wrong(name, name == "adopt" ? "name Workers, or say --all" : "name the Workers");
    claim.names = words_;
    return claim;
  }
  if (words_.size() > 1) return wrong(name, "--all takes one PATH at most");
  if (!words_.empty()) claim.select.path = words_.front();
  if (const auto problem = contradiction(claim.select)) return wrong(name, *problem);
  return claim;
}

Result<Command, EarlyEnd> Parser::simulate_command() const {
  auto options = simulator_;
  if (!simulator::is_identifier(options.account_id)) {
    return wrong("simulate", "--account-id wants 32 lower-case hex digits");
  }
  for (const auto& text : texts_.zones) {
    auto zone = simulator::parse_zone(text);
    if (!zone) return wrong("simulate", "--zone: " + zone.error().message);
    options.zones.push_back(std::move(*zone));
  }
  if (texts_.latency) {
    const auto latency = simulator::parse_latency(*texts_.latency);
    if (!latency) return wrong("simulate", "--latency: " + latency.error().message);
    options.latency = *latency;
  }
  if (texts_.rate_limit) {
    const auto limit = simulator::parse_rate_limit(*texts_.rate_limit);
    if (!limit) return wrong("simulate", "--rate-limit: " + limit.error().message);
    options.rate_limit = *limit;
  }
  for (const auto& text : texts_.semantics) {
    const auto set = simulator::set_semantic(options.semantics, text);
    if (!set) return wrong("simulate", "--semantics: " + set.error().message);
  }
  return SimulateCommand{std::move(options)};
}

Result<Command, EarlyEnd> Parser::api_command() const {
  const auto format = texts_.output == "json" ? OutputFormat::json : OutputFormat::text;
  if (api_form_ == ApiForm::list) {
    if (!api_.words.operation.empty()) return wrong("api", "--list stands alone: it names every operation");
    return ApiListCommand{format};
  }
  if (api_.words.operation.empty()) return wrong("api", "an operation is needed; `plumbline api --list` names them");
  if (api_.config_file.has_value() != api_.account.has_value()) {
    return wrong("api", "--config and --account go together: which account of the configuration is meant");
  }
  auto command = api_;
  command.output = format;
  return command;
}

Result<Command, EarlyEnd> Parser::command(const std::string& name) const {
  if (name == "run") return RunCommand{texts_.run_config};
  if (name == "schema") return SchemaCommand{};
  if (name == "version") return VersionCommand{};
  if (name == "git-fetch") return GitFetchCommand{};
  if (name == "simulate") return simulate_command();
  if (name == "apply") return apply_command();
  if (name == "api") return api_command();
  if (name == "adopt" || name == "release") return claim_command(name);
  if (name == "plan" || name == "validate" || name == "render") {
    auto options = select(name);
    if (!options) return std::unexpected(options.error());
    if (name == "plan") return PlanCommand{std::move(*options), exit_style_};
    if (name == "render") return RenderCommand{std::move(*options)};
    return ValidateCommand{std::move(*options)};
  }
  return std::unexpected(
      EarlyEnd{.exit_code = exit_code::kUsage, .err = "plumbline " + name + ": not in this version yet\n"});
}

// The command that the words named before something was wrong with the rest; empty if none.
std::string command_of(const CLI::App& app) {
  const auto commands = app.get_subcommands();
  return commands.empty() ? "" : commands.front()->get_name();
}

// What is wrong, in our own words where CLI11's say less than they could.
std::string message_of(const CLI::ParseError& error, const CLI::App& app) {
  const auto words = app.remaining();
  const bool unknown_command = !words.empty() && !words.front().starts_with('-') && app.get_subcommands().empty();
  if (!unknown_command) return error.what();
  constexpr std::array<std::string_view, 11> kCommands{"schema",  "validate", "render",   "plan", "apply",  "adopt",
                                                       "release", "run",      "simulate", "api",  "version"};
  const auto meant = nearest(words.front(), kCommands);
  return "unknown command \"" + words.front() + "\"" + (meant ? "; did you mean \"" + *meant + "\"?" : "");
}

Result<CommandLine, EarlyEnd> Parser::parse(std::span<const std::string> arguments) {
  // CLI11 takes the words from the back.
  std::vector<std::string> words(arguments.rbegin(), arguments.rend());
  try {
    app_.parse(words);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) {
      return std::unexpected(usage_error(command_of(app_), message_of(error, app_)));
    }
    std::ostringstream out;
    std::ostringstream err;
    app_.exit(error, out, err);
    return std::unexpected(EarlyEnd{.out = out.str(), .err = err.str()});
  }
  if (command_of(app_).empty()) return wrong("", "a command is needed");
  auto parsed = command(command_of(app_));
  if (!parsed) return std::unexpected(std::move(parsed.error()));
  return CommandLine{common(), std::move(*parsed)};
}

}  // namespace

Result<CommandLine, EarlyEnd> parse_command_line(std::span<const std::string> arguments) {
  return Parser().parse(arguments);
}

}  // namespace plumbline::daemon
