#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "net/http.h"
#include "tests/support/metrics.h"
#include "tests/support/process.h"
#include "tests/support/workspace.h"

namespace plumbline::testing {

/// What a test's plumbline.yaml says beyond where things are.
struct DaemonSettings {
  std::string policy = "sync";
  std::string drift = "heal";
  std::string interval = "1s";  ///< the shortest that is allowed
  std::string observe_interval = "1s";
  std::string audit_interval = "1h";
  std::string reference = "branch: main";            ///< and further lines of the source
  std::map<std::string, std::string> environment{};  ///< beside PATH and HOME
  std::string further_sources{};                     ///< lines below `sources`, indented by two spaces
  std::string folder = "daemon";                     ///< of the workspace
};

/// `plumbline run` with one source, `production` of the instance `test`, over a git repository and the simulated
/// account of a workspace. Its configuration, journal and mirrors lie in a folder of the workspace.
class DaemonProcess {
 public:
  /// Starts it and waits until it listens.
  DaemonProcess(const Workspace& workspace, const std::string& repository, const DaemonSettings& settings = {});

  /// Another process with the same configuration and journal, after stop() or kill().
  void start();
  /// The same, started by `command`, whose last word stands for the program: under another user, in a namespace.
  void start_as(std::vector<std::string> command);
  void signal(int number) { process_->signal(number); }
  /// SIGTERM. How it ended; nothing if it does not within `deadline`.
  std::optional<Ended> stop(std::chrono::milliseconds deadline = kPatience);
  /// SIGKILL.
  void kill() { process_->kill(); }
  [[nodiscard]] bool is_running() { return process_->is_running(); }
  [[nodiscard]] pid_t id() const { return process_->id(); }

  [[nodiscard]] std::filesystem::path configuration() const { return folder_ / "plumbline.yaml"; }
  [[nodiscard]] std::filesystem::path mirrors() const { return folder_ / "mirrors"; }
  [[nodiscard]] std::filesystem::path journal() const { return folder_ / "journal.db"; }

  [[nodiscard]] std::uint16_t status_port() const { return status_port_; }
  [[nodiscard]] std::uint16_t metrics_port() const { return metrics_port_; }

  /// One answer of the status listener. No answer may hold a secret.
  [[nodiscard]] net::HttpResponse get(const std::string& target) const;
  [[nodiscard]] bool is_ready() const { return get("/readyz").status == 200; }
  /// /api/v1/status
  [[nodiscard]] Json status() const;
  /// The one source of the status.
  [[nodiscard]] Json source() const;
  /// One condition of the source, `Ready`.
  [[nodiscard]] Json condition(std::string_view type) const;

  /// The exposition as text, and read.
  [[nodiscard]] std::string exposition() const;
  [[nodiscard]] Metrics metrics() const { return parse_metrics(exposition()); }
  /// sum_of() over the metrics as they are now.
  [[nodiscard]] double metric(std::string_view name, const std::map<std::string, std::string>& labels = {}) const;

  /// Passes that have ended, whatever their result.
  [[nodiscard]] double passes() const { return metric("plumbline_reconcile_total"); }
  /// Whether `more` passes end from now on.
  [[nodiscard]] bool wait_for_passes(int more) const;
  /// Whether the source becomes Synced at `revision`.
  [[nodiscard]] bool wait_until_applied(const std::string& commit) const;

  /// The lines of the log of this process, read as JSON: those with this message.
  [[nodiscard]] std::vector<Json> log(std::string_view message) const;
  /// The whole log as text.
  [[nodiscard]] std::string log_text() const { return process_->err(); }
  /// Whether the log comes to hold `text`.
  [[nodiscard]] bool wait_for_log(std::string_view text) const;

 private:
  void write_configuration(const Workspace& workspace, const std::string& repository,
                           const DaemonSettings& settings) const;
  [[nodiscard]] std::uint16_t logged_port(std::string_view purpose) const;

  std::filesystem::path folder_;
  std::map<std::string, std::string> environment_;
  std::uint16_t status_port_ = 0;
  std::uint16_t metrics_port_ = 0;
  std::unique_ptr<Process> process_;
};

}  // namespace plumbline::testing
