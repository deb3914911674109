#pragma once

#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/config/config.h"
#include "daemon/controller/runtime.h"
#include "daemon/controller/source_loop.h"
#include "daemon/http/endpoints.h"
#include "daemon/telemetry/lasting_log.h"
#include "daemon/telemetry/log.h"
#include "daemon/telemetry/metrics.h"
#include "net/http_server.h"

namespace plumbline::daemon {

/// `plumbline run`: one loop for each source, the HTTP endpoints, and an orderly end. All of it runs on the thread of
/// `io`.
class Daemon {
 public:
  struct Options {
    net::Executor io;
    net::Executor pool;
    const Environment* environment = nullptr;
    Logger* logger = nullptr;
    std::function<std::uint64_t()> dropped_log_lines;  ///< number of lines so far; null: not reported
    Jitter jitter;
    std::string journal_path;
    std::string mirrors;
  };
  /// `config`, and everything that the options point at, must outlive the daemon.
  Daemon(const Config& config, Options options);
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  enum class End {
    clean,
    cut,  ///< a fetch, a read or, after a long wait, a write is still in progress: the process must exit at once
  };
  /// Runs until stop(). The error says why it could not start: an address is in use, or another daemon has the journal.
  Awaitable<Result<End>> run();

  /// The data behind the endpoints.
  [[nodiscard]] const StatusView& view() const { return view_; }

  /// From now on no write is started; calls in progress are finished.
  void stop();

 private:
  [[nodiscard]] Result<void> check_journal() const;
  Result<void> listen();
  void log_listening(std::string_view what, const net::HttpServer& server) const;
  Awaitable<> watch_all();
  Awaitable<> housekeeping();
  [[nodiscard]] std::string journal_problem() const;
  void watch_journal();
  Awaitable<> wait_for_writers();
  Awaitable<> close();
  [[nodiscard]] bool any_writes() const;
  [[nodiscard]] bool all(bool (*is)(SourceLoop::Activity)) const;
  [[nodiscard]] std::vector<std::string> missing() const;
  [[nodiscard]] std::string account_problem(const std::string& account) const;
  [[nodiscard]] Json status() const;
  [[nodiscard]] Json journal_condition() const;
  void look_at_limits() const;
  void tell_audits();

  const Config& config_;
  Options options_;
  Metrics metrics_;
  LastingLog lasting_;
  Runtime runtime_;
  LoopContext context_;
  std::vector<std::unique_ptr<SourceLoop>> loops_;
  StatusView view_;
  std::string journal_problem_;  ///< the problem as it was seen last
  TimePoint journal_since_;      ///< when it began, or ended
  std::unique_ptr<net::HttpServer> status_server_;
  std::unique_ptr<net::HttpServer> metrics_server_;
  boost::asio::steady_timer changed_;  ///< cancelled whenever a loop changes its state
  boost::asio::steady_timer minute_;
};

}  // namespace plumbline::daemon
