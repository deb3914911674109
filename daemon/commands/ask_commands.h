#pragma once

#include <optional>
#include <string>
#include <variant>

#include "daemon/client/daemon_client.h"

/// The commands that ask a running daemon, as values.
namespace plumbline::daemon {

enum class AnswerFormat { text, wide, json };

struct AskOptions {
  ServerChoice server;
  AnswerFormat format = AnswerFormat::text;
};

enum class Following { once, on };

/// `plumbline status`
struct StatusCommand {
  AskOptions ask;
  Following following = Following::once;
};

/// `plumbline history [SOURCE|worker.NAME]`
struct HistoryCommand {
  AskOptions ask;
  std::string subject{};
  std::string since{};  ///< a duration or a time; empty: as far as it goes
  std::size_t limit = 50;
};

/// `plumbline events`
struct EventsCommand {
  AskOptions ask;
  Following following = Following::once;
};

/// `plumbline diff SOURCE`
struct DiffCommand {
  AskOptions ask;
  std::string source{};
  bool detailed_exit_code = false;
};

/// `plumbline reconcile SOURCE`
struct ReconcileCommand {
  AskOptions ask;
  std::string source{};
  bool wait = false;
  std::chrono::milliseconds timeout{300'000};
};

/// `plumbline wait SOURCE --revision SHA`
struct WaitCommand {
  AskOptions ask;
  std::string source{};
  std::string revision{};  ///< a commit, or the beginning of one; empty: until the source is ready and synced
  std::chrono::milliseconds timeout{300'000};
};

/// `plumbline suspend SOURCE[/WORKER]`, `plumbline resume SOURCE[/WORKER]`
struct SuspendCommand {
  AskOptions ask;
  std::string subject{};
  bool suspends = true;
  std::string length{};  ///< a duration; empty: until somebody resumes it
  std::string reason{};
};

/// `plumbline approve SOURCE --digest D`
struct ApproveCommand {
  AskOptions ask;
  std::string source{};
  std::string digest{};
};

/// `plumbline explain WORKER|URL`
struct ExplainCommand {
  AskOptions ask;
  std::string subject{};
};

/// `plumbline drift SOURCE [WORKER]`
struct DriftCommand {
  enum class What {
    show,
    accept,  ///< writes the live values into the manifests of a working copy
    revert,
    ignore,  ///< prints the entries of `ignore`
  };
  AskOptions ask;
  std::string source{};
  std::string worker{};  ///< empty: all
  What what = What::show;
  std::string folder{};  ///< of the working copy
};

using AskCommand = std::variant<StatusCommand, HistoryCommand, EventsCommand, DiffCommand, ReconcileCommand,
                                WaitCommand, SuspendCommand, ApproveCommand, ExplainCommand, DriftCommand>;

}  // namespace plumbline::daemon
