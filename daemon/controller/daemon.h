#pragma once

#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/config/config.h"
#include "daemon/controller/control.h"
#include "daemon/controller/decisions.h"
#include "daemon/controller/events.h"
#include "daemon/controller/folder_watch.h"
#include "daemon/controller/listener_tls.h"
#include "daemon/controller/runtime.h"
#include "daemon/controller/source_loop.h"
#include "daemon/http/endpoints.h"
#include "daemon/systemd/notifier.h"
#include "daemon/systemd/passed_sockets.h"
#include "daemon/telemetry/lasting_log.h"
#include "daemon/telemetry/log.h"
#include "daemon/telemetry/metrics.h"
#include "net/http_server.h"
#include "net/turnstile.h"

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
    std::string config_file{};               ///< that a reload reads; empty: there is none
    Notifier* notifier = nullptr;            ///< tells a service manager of the daemon; null: there is none
    const PassedSockets* sockets = nullptr;  ///< of the service manager; null: there are none
  };
  /// Everything that the options point at must outlive the daemon.
  Daemon(Config config, Options options);
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  enum class End {
    clean,
    cut,  ///< a fetch, a read or, after a long wait, a write is still in progress: the process must exit at once
  };
  /// Runs until stop(). The error says why it could not start: an address is in use, or another daemon has the journal.
  Awaitable<Result<End>> run();

  /// Reads the configuration again and goes on with it: sources that are as before go on undisturbed, others begin anew
  /// once their writes in progress have ended, and those that are gone leave their Workers as they are. The error says
  /// why the old configuration stays in force, all of it. One call at a time takes effect.
  Awaitable<Result<void>> reload();

  /// What still has to happen before the daemon is ready, one line each. Empty: it is ready, or was once.
  [[nodiscard]] std::vector<std::string> missing() const;
  /// The document of /api/v1/status.
  [[nodiscard]] std::string status() const;

  /// From now on no write is started; calls in progress are finished.
  void stop();

 private:
  // Counts a request that is being answered.
  class Answering {
   public:
    explicit Answering(std::size_t* count) : count_(count) { ++*count_; }
    ~Answering() { --*count_; }
    Answering(const Answering&) = delete;
    Answering& operator=(const Answering&) = delete;

   private:
    std::size_t* count_;
  };

  // daemon.cpp
  [[nodiscard]] Result<void> check_journal() const;
  [[nodiscard]] AccessRules access_rules(std::string_view address) const;
  [[nodiscard]] std::vector<Endpoint> endpoint_table();
  [[nodiscard]] Awaitable<net::Reply> answer_counted(std::shared_ptr<const Endpoint> endpoint, Call call);
  [[nodiscard]] net::Reply readiness(const net::HttpRequest& request) const;
  [[nodiscard]] Result<std::unique_ptr<net::HttpServer>> listen_for_status(const std::string& address,
                                                                           const ListenerTls& tls);
  [[nodiscard]] Result<std::unique_ptr<net::HttpServer>> listen_for_metrics(const std::string& address);
  Result<void> listen();
  [[nodiscard]] Result<std::unique_ptr<net::HttpServer>> serve(const std::string& address, net::Handler handler,
                                                               net::ServerTlsSource tls) const;
  void log_listening(std::string_view what, const net::HttpServer& server) const;
  Awaitable<> watch_all();
  Awaitable<> housekeeping();
  void watch_journal();
  Awaitable<> wait_for_writers();
  Awaitable<> close();
  [[nodiscard]] std::vector<SourceLoop*> loop_pointers() const;
  [[nodiscard]] std::vector<SourceLoop*> all_loops() const;
  [[nodiscard]] bool any_writes() const;
  [[nodiscard]] bool all(bool (*is)(SourceLoop::Activity)) const;

  // daemon_status.cpp
  [[nodiscard]] std::string journal_problem() const;
  [[nodiscard]] std::string account_problem(const std::string& account) const;
  [[nodiscard]] std::vector<std::string> missing_now() const;
  [[nodiscard]] Json journal_condition() const;
  [[nodiscard]] Json reload_condition() const;
  void tell_manager();
  void look_at_limits() const;
  void tell_audits();

  // daemon_reload.cpp
  void add_loop(const std::string& source);
  void wire_loops();
  [[nodiscard]] Result<std::shared_ptr<const Config>> read_config(ConfigResult loaded) const;
  Result<void> take_over(std::shared_ptr<const Config> config);
  [[nodiscard]] net::ServerTlsSource certificates(const ListenerTls& tls) const;
  Result<void> move_listeners(const ServerConfig& server);
  void note_reload(const Result<void>& outcome);
  Awaitable<> settle_loops();
  void watch_folders();
  Awaitable<> follow_folders();
  void start(SourceLoop* loop);

  std::shared_ptr<const Config> config_;
  Options options_;
  Notifier nobody_;
  Notifier& notifier_;
  Metrics metrics_;
  LastingLog lasting_;
  Runtime runtime_;
  Decisions decisions_;
  EventLog events_;
  net::Turnstile deciding_;
  net::Turnstile reloading_;
  LoopContext context_;
  ControlContext control_;
  std::vector<std::unique_ptr<SourceLoop>> loops_;  ///< of the sources in `config_`, in the order of their names
  /// Those of an earlier configuration that have not ended, and loops that begin once the one before them has left.
  std::vector<std::unique_ptr<SourceLoop>> retired_;
  std::vector<SourceLoop*> waiting_;
  bool is_settling_ = false;
  std::size_t answering_ = 0;  ///< requests below /api/v1 that are being answered
  Endpoints endpoints_;
  FolderWatch folders_;
  mutable bool was_ready_ = false;
  std::unique_ptr<ListenerTls> tls_;  ///< never null
  std::string journal_problem_;       ///< the problem as it was seen last
  TimePoint journal_since_;           ///< when it began, or ended
  std::string reload_problem_;        ///< why the last reload failed; empty if it did not
  TimePoint reload_since_;            ///< when that began
  std::unique_ptr<net::HttpServer> status_server_;
  std::unique_ptr<net::HttpServer> metrics_server_;
  boost::asio::steady_timer changed_;   ///< cancelled whenever a loop changes its state
  boost::asio::steady_timer settling_;  ///< the same
  boost::asio::steady_timer minute_;
};

}  // namespace plumbline::daemon
