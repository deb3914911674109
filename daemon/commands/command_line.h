#pragma once

#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "daemon/commands/api_request.h"
#include "daemon/commands/ask_commands.h"
#include "daemon/telemetry/log.h"
#include "reconciler/apply/claim.h"
#include "reconciler/model/policy.h"
#include "reconciler/reconcile.h"
#include "simulator/options.h"

/// The command line as values. Nothing here reads a file, a variable or a clock.
namespace plumbline::daemon {

enum class OutputFormat { text, json, markdown };
enum class ColourChoice { automatic, always, never };

struct CommonOptions {
  ColourChoice colour = ColourChoice::automatic;
  LogFormat log_format = LogFormat::text;
  LogLevel log_level = LogLevel::info;
};

enum class AdoptRule {
  none,
  unowned,  ///< Workers that nobody owns are taken over
};

/// Which manifests `validate`, `render`, `plan` and `apply` work on, and how. An option that was not given is absent,
/// because a configuration may state it.
struct SelectOptions {
  std::optional<std::string> path;         ///< a folder
  std::optional<std::string> repository;   ///< instead of a folder
  std::optional<std::string> ref;          ///< of the repository
  std::optional<std::string> subfolder;    ///< of the repository
  std::optional<std::string> config_file;  ///< the source is one from this configuration
  std::optional<std::string> source;
  std::optional<std::string> instance;
  std::optional<std::string> environment;
  std::optional<std::string> secrets_folder;
  std::vector<std::string> values_files;      ///< with values for `${NAME}`; later files take precedence
  std::optional<std::string> bundles;         ///< folder of bundles of wrangler configs
  std::vector<std::string> wrangler_configs;  ///< globs of wrangler configs under other names
  std::optional<reconciler::Prune> policy;
  std::optional<AdoptRule> adopt;
  std::optional<std::string> journal;
  std::vector<std::string> only;  ///< names of Workers
  reconciler::Refresh refresh = reconciler::Refresh::full;
  OutputFormat output = OutputFormat::text;
};

struct ValidateCommand {
  SelectOptions select;
};

/// `plumbline validate --config FILE` alone
struct ValidateConfigCommand {
  std::string config_file;
  OutputFormat output = OutputFormat::text;
};

struct RenderCommand {
  SelectOptions select;
};

enum class ExitStyle {
  plain,
  detailed,  ///< exit code 2 if the plan has changes
};

struct PlanCommand {
  SelectOptions select;
  ExitStyle exit_style = ExitStyle::plain;
};

enum class Approval {
  ask,
  given,  ///< `--yes`
};

struct ApplyCommand {
  SelectOptions select;
  Approval approval = Approval::ask;
  std::string digest;  ///< `sha256:<64 hex>`; empty: apply any plan
};

/// `plumbline adopt`, `plumbline release`
struct ClaimCommand {
  SelectOptions select;
  reconciler::Claim claim = reconciler::Claim::adopt;
  std::vector<std::string> names;  ///< empty: every Worker that the manifests name and that has no owner
  Approval approval = Approval::ask;
};

/// `plumbline check`: with a configuration and no `select.source`, all of its sources
struct CheckCommand {
  SelectOptions select;
};

struct RunCommand {
  std::string config_file;
};

struct SimulateCommand {
  simulator::Options options;
};

/// `plumbline api --list`
struct ApiListCommand {
  OutputFormat output = OutputFormat::text;
};

/// `plumbline api OPERATION`
struct ApiCommand {
  ApiWords words;
  std::optional<std::string> config_file;  ///< instead of the environment's variables
  std::optional<std::string> account;      ///< name in the configuration
  std::optional<std::string> journal;
  OutputFormat output = OutputFormat::text;  ///< for errors; the API's answer is JSON in any case
};

struct SchemaCommand {};
struct VersionCommand {};
struct GitFetchCommand {};

using Command = std::variant<ValidateCommand, ValidateConfigCommand, RenderCommand, PlanCommand, ApplyCommand,
                             ClaimCommand, CheckCommand, RunCommand, AskCommand, SimulateCommand, ApiListCommand,
                             ApiCommand, SchemaCommand, VersionCommand, GitFetchCommand>;

struct CommandLine {
  CommonOptions common;
  Command command;
};

/// The process ends here, because help was asked for or the usage is wrong.
struct EarlyEnd {
  int exit_code = 0;
  std::string out;  ///< for standard output
  std::string err;  ///< for standard error
};

/// Reads `arguments`, which do not hold the program's name.
Result<CommandLine, EarlyEnd> parse_command_line(std::span<const std::string> arguments);

}  // namespace plumbline::daemon
