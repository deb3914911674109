#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/commands/command_line.h"

namespace CLI {
class App;
}

/// The commands and their options, as CLI11 takes them. What its words mean is said in command_line.cpp.
namespace plumbline::daemon {

enum class ApiForm { call, list };

/// What CLI11 fills. A text that stands beside a value of our own type becomes a part of it afterwards.
struct CommandWords {
  std::string colour = "auto";
  std::string log_format = "text";
  std::string log_level = "info";
  std::string output = "text";
  std::string refresh = "full";
  std::optional<std::string> policy;
  std::vector<std::string> only;
  SelectOptions select;
  ExitStyle exit_style = ExitStyle::plain;
  Approval approval = Approval::ask;
  std::string digest;
  std::vector<std::string> names;  ///< of adopt and release: of Workers, or the PATH of --all
  bool all = false;
  std::string run_config;
  std::vector<std::string> zones;
  std::optional<std::string> latency;
  std::optional<std::string> rate_limit;
  std::vector<std::string> semantics;
  simulator::Options simulator;
  ApiForm api_form = ApiForm::call;
  ApiCommand api;
};

/// Adds every command to `app`. `words` takes what is parsed and outlives `app`.
void add_commands(CLI::App& app, CommandWords& words);

}  // namespace plumbline::daemon
