#include <malloc.h>
#include <unistd.h>

#include <exception>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/text.h"
#include "daemon/commands/command_line.h"
#include "daemon/commands/commands.h"
#include "daemon/exit_code.h"
#include "daemon/process_guard.h"
#include "daemon/telemetry/standard_streams.h"
#include "manifests/sources/git/git_fetch.h"

namespace plumbline::daemon {
namespace {

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};

std::optional<std::string> ask(const std::string& question) {
  // Not to standard output, because a program may read that.
  std::cerr << question << std::flush;
  std::string answer;
  if (!std::getline(std::cin, answer)) return std::nullopt;
  return answer;
}

bool wants_colour(ColourChoice choice, const Environment& environment) {
  if (choice != ColourChoice::automatic) return choice == ColourChoice::always;
  return ::isatty(STDOUT_FILENO) == 1 && !environment.get("NO_COLOR") && environment.get("TERM") != "dumb";
}

// A process that must go on answering never waits for a reader of its log.
bool is_server(const CommandLine& line) {
  return std::holds_alternative<RunCommand>(line.command) || std::holds_alternative<SimulateCommand>(line.command);
}

int run(const CommandLine& line, const Environment& environment, StandardStreams& streams) {
  if (is_server(line)) streams.queue_errors(line.common.log_format);
  const auto logger = make_logger(line.common.log_format, line.common.log_level);
  Console console{.out = std::cout,
                  .err = std::cerr,
                  .environment = environment,
                  .logger = *logger,
                  .streams = streams,
                  .colour = wants_colour(line.common.colour, environment)};
  if (::isatty(STDIN_FILENO) == 1) console.ask = ask;
  return std::visit(Overloaded{[&](const ValidateCommand& command) { return run_validate(command, console); },
                               [&](const ValidateConfigCommand& command) { return run_validate(command, console); },
                               [&](const RenderCommand& command) { return run_render(command, console); },
                               [&](const PlanCommand& command) { return run_plan(command, console); },
                               [&](const ApplyCommand& command) { return run_apply(command, console); },
                               [&](const ClaimCommand& command) { return run_claim(command, console); },
                               [&](const CheckCommand& command) { return run_check(command, console); },
                               [&](const RunCommand& command) { return run_daemon(command, console); },
                               [&](const AskCommand& command) {
                                 return std::visit([&](const auto& ask) { return run_ask(ask, console); }, command);
                               },
                               [&](const SimulateCommand& command) { return run_simulate(command, console); },
                               [&](const ApiListCommand& command) { return run_api_list(command, console); },
                               [&](const ApiCommand& command) { return run_api(command, console); },
                               [&](const SchemaCommand&) { return run_schema(console); },
                               [&](const VersionCommand&) { return run_version(console); },
                               [](const GitFetchCommand&) { return manifests::run_fetch_child(); }},
                    line.command);
}

int main_of(const std::vector<std::string>& arguments, StandardStreams& streams) {
  const auto line = parse_command_line(arguments);
  if (!line) {
    std::cout << line.error().out;
    std::cerr << line.error().err;
    return line.error().exit_code;
  }
  return run(*line, Environment::of_process(), streams);
}

}  // namespace
}  // namespace plumbline::daemon

#if __has_feature(address_sanitizer)
namespace {
bool is_fetch_child = false;
}

// libgit2 1.5 leaks memory of its ssh transport, and of what PCRE2 matches for it. The child that fetches lives only
// for one fetch, so leaks are checked in the process itself.
// NOLINTNEXTLINE(bugprone-reserved-identifier, readability-identifier-naming): the name that the sanitizer looks for
extern "C" int __lsan_is_turned_off() {
  return is_fetch_child ? 1 : 0;
}
#endif

int main(int argc, char** argv) {
  plumbline::daemon::guard_process();
  // glibc gives each thread an arena of its own, so memory that the thread which reads manifests has freed is of no use
  // to the one that plans. With 10,000 Workers that is a sixth of the memory. The threads are few and rarely busy at
  // the same time.
  ::mallopt(M_ARENA_MAX, 1);
#if __has_feature(address_sanitizer)
  is_fetch_child = argc > 1 && std::string_view(argv[1]) == "git-fetch";
#endif
  plumbline::daemon::StandardStreams streams;
  int exit_code = plumbline::daemon::exit_code::kError;
  try {
    exit_code = plumbline::daemon::main_of({argv + 1, argv + argc}, streams);
  } catch (const std::exception& fault) {
    std::cerr << "plumbline: internal fault: " << plumbline::printable(fault.what()) << '\n';
  }
  return streams.finish(exit_code);
}
