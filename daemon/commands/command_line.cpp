#include "daemon/commands/command_line.h"

#include <CLI/CLI.hpp>
#include <sstream>
#include <utility>

#include "base/text.h"
#include "daemon/commands/command_options.h"
#include "daemon/config/names.h"
#include "daemon/exit_code.h"

namespace plumbline::daemon {
namespace {

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

CommonOptions common(const CommandWords& words) {
  CommonOptions options;
  if (words.colour == "always") options.colour = ColourChoice::always;
  if (words.colour == "never") options.colour = ColourChoice::never;
  if (words.log_format == "json") options.log_format = LogFormat::json;
  if (words.log_level == "debug") options.log_level = LogLevel::debug;
  if (words.log_level == "warning") options.log_level = LogLevel::warning;
  if (words.log_level == "error") options.log_level = LogLevel::error;
  return options;
}

// What only a configuration says where there is one.
bool states_of_configuration(const SelectOptions& select) {
  return select.instance || select.environment || select.secrets_folder || select.policy || select.bundles ||
         !select.values_files.empty() || !select.wrangler_configs.empty();
}

// Finds options that contradict each other, or that need another option.
std::optional<std::string> contradiction(const SelectOptions& select) {
  if (select.path && select.repository) return "give a PATH or --repository, not both";
  if (select.repository && !select.ref) return "--repository needs --ref";
  if (!select.repository && (select.ref || select.subfolder)) {
    return "--ref and --path need --repository";
  }
  if (select.config_file) {
    if (!select.source) return "--config needs --source, the name of a source in that configuration";
    if (select.repository) {
      return "with --config, give a PATH to replace the repository, not --repository";
    }
    if (states_of_configuration(select)) {
      return "with --config, leave out --instance, --environment, --values, --secrets, --policy, --bundles and "
             "--wrangler-config: the configuration sets them";
    }
    return std::nullopt;
  }
  if (select.policy == reconciler::Prune::sync && !select.instance) {
    return "--policy sync deletes Workers, so it needs --instance, which says whose Workers they are";
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

Result<SelectOptions, EarlyEnd> selection(const CommandWords& words, const std::string& command) {
  SelectOptions select = words.select;
  if (words.output == "markdown") select.output = OutputFormat::markdown;
  if (words.output == "json") select.output = OutputFormat::json;
  if (words.refresh == "list") select.refresh = reconciler::Refresh::list;
  if (words.policy == "sync") select.policy = reconciler::Prune::sync;
  if (words.policy == "upsert-only") select.policy = reconciler::Prune::upsert_only;
  if (words.policy == "report") select.policy = reconciler::Prune::report;
  if (words.adopt == "none") select.adopt = AdoptRule::none;
  if (words.adopt == "unowned") select.adopt = AdoptRule::unowned;
  constexpr std::string_view kAddress = "worker.";
  for (const auto& address : words.only) {
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

Result<Command, EarlyEnd> apply_command(const CommandWords& words) {
  auto options = selection(words, "apply");
  if (!options) return std::unexpected(options.error());
  if (!words.digest.empty() && !is_digest(words.digest)) {
    return wrong("apply", "--digest wants sha256: and 64 hex digits, as a plan prints it");
  }
  return ApplyCommand{std::move(*options), words.approval, words.digest};
}

Result<Command, EarlyEnd> claim_command(const CommandWords& words, const std::string& name) {
  auto options = selection(words, name);
  if (!options) return std::unexpected(options.error());
  ClaimCommand claim{.select = std::move(*options), .approval = words.approval};
  claim.claim = name == "adopt" ? reconciler::Claim::adopt : reconciler::Claim::release;
  if (!words.all) {
    if (words.names.empty()) return wrong(name, name == "adopt" ? "name Workers, or say --all" : "name the Workers");
    claim.names = words.names;
    return claim;
  }
  if (words.names.size() > 1) return wrong(name, "--all takes one PATH at most");
  if (!words.names.empty()) claim.select.path = words.names.front();
  if (const auto problem = contradiction(claim.select)) return wrong(name, *problem);
  return claim;
}

Result<Command, EarlyEnd> simulate_command(const CommandWords& words) {
  auto options = words.simulator;
  if (!simulator::is_identifier(options.account_id)) {
    return wrong("simulate", "--account-id wants 32 lower-case hex digits");
  }
  for (const auto& text : words.zones) {
    auto zone = simulator::parse_zone(text);
    if (!zone) return wrong("simulate", "--zone: " + zone.error().message);
    options.zones.push_back(std::move(*zone));
  }
  if (words.latency) {
    const auto latency = simulator::parse_latency(*words.latency);
    if (!latency) return wrong("simulate", "--latency: " + latency.error().message);
    options.latency = *latency;
  }
  if (words.rate_limit) {
    const auto limit = simulator::parse_rate_limit(*words.rate_limit);
    if (!limit) return wrong("simulate", "--rate-limit: " + limit.error().message);
    options.rate_limit = *limit;
  }
  for (const auto& text : words.semantics) {
    const auto set = simulator::set_semantic(options.semantics, text);
    if (!set) return wrong("simulate", "--semantics: " + set.error().message);
  }
  return SimulateCommand{std::move(options)};
}

Result<Command, EarlyEnd> api_command(const CommandWords& words) {
  const auto format = words.output == "json" ? OutputFormat::json : OutputFormat::text;
  if (words.api_form == ApiForm::list) {
    if (!words.api.words.operation.empty()) return wrong("api", "--list takes no operation: it names all of them");
    return ApiListCommand{format};
  }
  if (words.api.words.operation.empty()) {
    return wrong("api", "an operation is needed; `plumbline api --list` names them");
  }
  if (words.api.config_file.has_value() != words.api.account.has_value()) {
    return wrong("api", "--config and --account need each other: --account names an account of the configuration");
  }
  auto command = words.api;
  command.output = format;
  return command;
}

// Nothing says which source is meant, so the configuration itself is.
bool is_of_configuration(const SelectOptions& select) {
  return select.config_file && !select.source && !select.path && !select.repository && !select.ref &&
         !select.subfolder && !states_of_configuration(select);
}

Result<Command, EarlyEnd> validate_command(const CommandWords& words) {
  if (is_of_configuration(words.select) && words.only.empty() && !words.policy) {
    const auto format = words.output == "json" ? OutputFormat::json : OutputFormat::text;
    return ValidateConfigCommand{*words.select.config_file, format};
  }
  auto options = selection(words, "validate");
  if (!options) return std::unexpected(options.error());
  return ValidateCommand{std::move(*options)};
}

// The commands that ask a daemon. Nothing: it is none of them.
std::optional<Result<Command, EarlyEnd>> ask_command(const CommandWords& words, const std::string& name) {
  const AskOptions ask{.server = words.server,
                       .format = words.output == "json"   ? AnswerFormat::json
                                 : words.output == "wide" ? AnswerFormat::wide
                                                          : AnswerFormat::text};
  if (name == "status") return AskCommand(StatusCommand{ask, words.following});
  if (name == "history") return AskCommand(HistoryCommand{ask, words.subject, words.since, words.limit});
  if (name == "events") return AskCommand(EventsCommand{ask, words.following});
  if (name == "diff") return AskCommand(DiffCommand{ask, words.subject, words.exit_style == ExitStyle::detailed});
  if (name == "suspend") return AskCommand(SuspendCommand{ask, words.subject, true, words.length, words.reason});
  if (name == "resume") return AskCommand(SuspendCommand{.ask = ask, .subject = words.subject, .suspends = false});
  if (name == "approve") {
    if (!is_digest(words.digest)) {
      return wrong(name, "--digest wants sha256: and 64 hex digits, as a plan prints it");
    }
    return AskCommand(ApproveCommand{ask, words.subject, words.digest});
  }
  if (name == "explain") return AskCommand(ExplainCommand{ask, words.subject});
  if (name == "drift") return AskCommand(DriftCommand{ask, words.subject, words.worker, words.drift, words.folder});
  if (name != "reconcile" && name != "wait") return std::nullopt;
  const auto timeout = parse_duration(words.timeout);
  if (!timeout) return wrong(name, "--timeout wants a duration such as 5m");
  if (name == "reconcile") return AskCommand(ReconcileCommand{ask, words.subject, words.waits, *timeout});
  return AskCommand(WaitCommand{ask, words.subject, words.revision, *timeout});
}

Result<Command, EarlyEnd> check_command(const CommandWords& words) {
  if (is_of_configuration(words.select)) {
    CheckCommand check{words.select};
    if (words.output == "json") check.select.output = OutputFormat::json;
    return check;
  }
  auto options = selection(words, "check");
  if (!options) return std::unexpected(options.error());
  return CheckCommand{std::move(*options)};
}

Result<Command, EarlyEnd> command(const CommandWords& words, const std::string& name) {
  if (auto asked = ask_command(words, name)) return *std::move(asked);
  if (name == "run") return RunCommand{words.run_config};
  if (name == "schema") return SchemaCommand{};
  if (name == "version") return VersionCommand{};
  if (name == "git-fetch") return GitFetchCommand{};
  if (name == "simulate") return simulate_command(words);
  if (name == "apply") return apply_command(words);
  if (name == "api") return api_command(words);
  if (name == "adopt" || name == "release") return claim_command(words, name);
  if (name == "validate") return validate_command(words);
  if (name == "check") return check_command(words);
  if (name == "plan" || name == "render") {
    auto options = selection(words, name);
    if (!options) return std::unexpected(options.error());
    if (name == "plan") return PlanCommand{std::move(*options), words.exit_style};
    return RenderCommand{std::move(*options)};
  }
  return std::unexpected(
      EarlyEnd{.exit_code = exit_code::kUsage, .err = "plumbline " + name + ": not in this version yet\n"});
}

// The command that was named before the error in the rest of the words; empty if none was.
std::string command_of(const CLI::App& app) {
  const auto commands = app.get_subcommands();
  return commands.empty() ? "" : commands.front()->get_name();
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known) {
  const std::vector<std::string_view> candidates(known.begin(), known.end());
  const auto meant = nearest(word, candidates);
  return meant ? "; did you mean \"" + *meant + "\"?" : "";
}

// The commands that help names.
std::vector<std::string> names_of_commands(const CLI::App& app) {
  std::vector<std::string> names;
  for (const auto* command : app.get_subcommands([](const CLI::App* one) { return !one->get_group().empty(); })) {
    names.push_back(command->get_name());
  }
  return names;
}

// The flags that help names, as they are written: `--ref`.
std::vector<std::string> flags_of(const CLI::App& app) {
  std::vector<std::string> flags;
  const auto add = [&flags](const CLI::App& one) {
    for (const auto* option : one.get_options([](const CLI::Option* flag) { return !flag->get_group().empty(); })) {
      for (const auto& name : option->get_lnames()) flags.push_back("--" + name);
    }
  };
  add(app);
  for (const auto* command : app.get_subcommands()) add(*command);
  return flags;
}

// The error message; in our own words where CLI11's would say too little.
std::string message_of(const CLI::ParseError& error, const CLI::App& app) {
  const auto rest = app.remaining(true);
  if (rest.empty()) return error.what();
  const auto& first = rest.front();
  if (first.starts_with("--")) {
    const auto flag = first.substr(0, first.find('='));
    return "unknown flag " + flag + did_you_mean(flag, flags_of(app));
  }
  if (first.starts_with('-') || !app.get_subcommands().empty()) return error.what();
  return "unknown command \"" + first + "\"" + did_you_mean(first, names_of_commands(app));
}

}  // namespace

Result<CommandLine, EarlyEnd> parse_command_line(std::span<const std::string> arguments) {
  CommandWords words;
  CLI::App app;
  add_commands(app, words);
  // CLI11 takes the arguments in reverse order.
  std::vector<std::string> backwards(arguments.rbegin(), arguments.rend());
  try {
    app.parse(backwards);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) {
      return std::unexpected(usage_error(command_of(app), message_of(error, app)));
    }
    std::ostringstream out;
    std::ostringstream err;
    app.exit(error, out, err);
    return std::unexpected(EarlyEnd{.out = out.str(), .err = err.str()});
  }
  if (command_of(app).empty()) return wrong("", "a command is needed");
  auto parsed = command(words, command_of(app));
  if (!parsed) return std::unexpected(std::move(parsed.error()));
  return CommandLine{common(words), std::move(*parsed)};
}

}  // namespace plumbline::daemon
