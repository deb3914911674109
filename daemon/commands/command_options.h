#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/commands/command_line.h"

namespace CLI {
class App;
}

/// The commands and their options in the form of CLI11. command_line.cpp gives the words their meaning.
namespace plumbline::daemon {

enum class ApiForm { call, list };

/// The values that CLI11 fills in. Texts that stand beside a value of our own type are converted into it afterwards.
struct CommandWords {
  std::string colour = "auto";
  std::string log_format = "text";
  std::string log_level = "info";
  std::string output = "text";
  std::string refresh = "full";
  std::optional<std::string> policy;
  std::optional<std::string> adopt;
  std::vector<std::string> only;
  SelectOptions select;
  ExitStyle exit_style = ExitStyle::plain;
  Approval approval = Approval::ask;
  std::string digest;
  std::vector<std::string> names;  ///< for adopt and release: names of Workers, or the PATH of --all
  bool all = false;
  std::string run_config;
  std::vector<std::string> zones;
  std::optional<std::string> latency;
  std::optional<std::string> rate_limit;
  std::vector<std::string> semantics;
  simulator::Options simulator;
  ServerChoice server;
  std::string subject;  ///< of a command that asks a daemon: a source, a Worker
  std::string worker;
  DriftCommand::What drift = DriftCommand::What::show;
  std::string folder;
  std::string since;
  std::size_t limit = 50;
  Following following = Following::once;
  bool waits = false;
  std::string timeout = "5m";
  std::string revision;
  std::string length;
  std::string reason;
  ApiForm api_form = ApiForm::call;
  ApiCommand api;
};

/// Adds every command to `app`. Parsed words are stored in `words`, which must outlive `app`.
void add_commands(CLI::App& app, CommandWords& words);

}  // namespace plumbline::daemon
