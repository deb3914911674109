#pragma once

#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/client.h"
#include "api/pacer.h"
#include "api/workers.h"
#include "base/secret.h"
#include "daemon/config/config.h"
#include "daemon/config/environment.h"
#include "daemon/controller/schedule.h"
#include "daemon/controller/source_fetch.h"
#include "daemon/telemetry/log.h"
#include "daemon/telemetry/metrics.h"
#include "net/awaitable.h"
#include "net/byte_stream.h"
#include "net/http_client.h"
#include "net/turnstile.h"
#include "reconciler/journal/journal.h"
#include "reconciler/observe/list_reader.h"

/// The objects that commands and the daemon work with, all built from a configuration in one place: connections,
/// clients, pacing windows, the journal.
namespace plumbline::daemon {

using net::Awaitable;

/// One account: its client, and what the sources that use the account share. Used on the loop thread.
class AccountRuntime {
 public:
  struct Options {
    net::Executor io;
    net::Executor pool;  ///< for blocking work
    net::Connector* connector = nullptr;
    const Environment* environment = nullptr;
    std::shared_ptr<api::Pacer> pacer;  ///< of the account's budget
    /// Called with a token or key that was not in use before; may be null.
    std::function<void(const Secret& credential)> credential_changed;
    double calls_per_second = 0;        ///< calls per second that the budget allows in the long run
    std::unique_ptr<api::Probe> probe;  ///< may be null
    Logger* logger = nullptr;
  };
  /// Everything that the options point at must outlive the account.
  AccountRuntime(const AccountConfig& config, Options options);
  ~AccountRuntime();
  AccountRuntime(const AccountRuntime&) = delete;
  AccountRuntime& operator=(const AccountRuntime&) = delete;

  /// Reads the credentials again. If they changed, stop_until() is lifted. The error says which reference cannot be
  /// read.
  Result<void> refresh_credentials();

  /// The account for calls. Valid only after refresh_credentials() has succeeded once.
  [[nodiscard]] api::Account api(api::Priority priority) const;
  [[nodiscard]] const AccountConfig& config() const { return config_; }
  [[nodiscard]] double calls_per_second() const { return calls_per_second_; }

  /// The list of the account, read once for all of its sources.
  reconciler::ListReader& lists() { return lists_; }
  /// Ensures that one source at a time is audited.
  net::Turnstile& audit_turn() { return audit_turn_; }

  /// After an error that affects every Worker of the account: no calls before that time.
  void stop_until(Instant until) { stopped_until_ = until; }
  [[nodiscard]] std::optional<Instant> stopped(Instant now) const;

  /// Tells the probe what is left of the budget: that grows while no call is made. Without a limit nothing is told.
  void tell_budget();

  /// Until when the API wants no call of the account's budget; nothing if it takes calls.
  [[nodiscard]] std::optional<TimePoint> blocked_until() const;

  /// Whether credentials have ever worked.
  [[nodiscard]] bool is_verified() const { return verified_; }
  /// Whether the current token has not been verified yet.
  [[nodiscard]] bool wants_check() const { return wants_check_; }
  void set_verified() {
    verified_ = true;
    wants_check_ = false;
  }

  /// Calls that wait for their turn in the budget give up, and no call gets a turn any more. Calls that were sent go
  /// on.
  void stop_waiting();

  /// Ends idle connections in good order.
  Awaitable<> shutdown();

 private:
  class AccountProbe;

  [[nodiscard]] Result<api::Credentials> read_credentials() const;

  const AccountConfig config_;
  const Environment* environment_;
  double calls_per_second_;
  std::shared_ptr<api::Pacer> pacer_;
  std::function<void(const Secret&)> credential_changed_;
  api::Credentials credentials_;
  std::unique_ptr<AccountProbe> probe_;
  std::unique_ptr<net::HttpClient> http_;
  std::unique_ptr<api::Client> client_;
  reconciler::ListReader lists_;
  net::Turnstile audit_turn_;
  std::optional<Instant> stopped_until_;
  bool verified_ = false;
  bool wants_check_ = true;
};

class Runtime {
 public:
  struct Options {
    net::Executor io;
    net::Executor pool;  ///< for blocking work
    std::string journal_path;
    reconciler::JournalMode journal_mode = reconciler::JournalMode::read_write;
    const Environment* environment = nullptr;
    Logger* logger = nullptr;
    Metrics* metrics = nullptr;  ///< may be null: then nothing is measured
  };
  /// Builds everything that `config` names. Everything that the options point at must outlive the runtime.
  Runtime(std::shared_ptr<const Config> config, Options options);
  /// The same for a configuration that outlives the runtime.
  Runtime(const Config& config, Options options);
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  /// Goes on with another configuration. Accounts and budgets that are the same in it stay as they are; the others are
  /// made anew, and those that they replace live on until forget_replaced().
  void reconfigure(std::shared_ptr<const Config> config);
  /// Nobody uses an account of an earlier configuration any more.
  void forget_replaced() { replaced_.clear(); }

  [[nodiscard]] reconciler::Journal& journal() const { return *journal_; }
  [[nodiscard]] AccountRuntime& account(const std::string& name) const { return *accounts_.at(name); }
  [[nodiscard]] const net::Executor& pool() const { return options_.pool; }
  [[nodiscard]] const Environment& environment() const { return *options_.environment; }

  /// AccountRuntime::tell_budget() for every account.
  void tell_budgets();

  /// The context for fetches into mirrors below the folder `mirrors`.
  [[nodiscard]] FetchContext fetch_context(std::string mirrors);

  /// The fingerprint key; empty if none is configured. Read again at each call. The error says why it cannot be read.
  [[nodiscard]] Result<Secret> fingerprint_key() const;

  /// AccountRuntime::stop_waiting() for every account. Child processes are killed.
  void stop_waiting();

  /// Ends idle connections in good order, and reports to the other processes of each budget what was used.
  Awaitable<> shutdown();

 private:
  std::shared_ptr<api::Pacer> pacer_for(const AccountConfig& account);
  void share_window(api::Pacer& pacer, std::string_view budget);

  void add_account(const AccountConfig& account);

  std::shared_ptr<const Config> config_;
  Options options_;
  std::unique_ptr<reconciler::Journal> journal_;
  std::unique_ptr<net::Connector> connector_;
  net::Children children_;
  boost::asio::thread_pool windows_{1};  // for the window files, so that no other work delays a call
  std::map<std::string, std::shared_ptr<api::Pacer>> pacers_;  // by budget; pacers for loopback are not here
  std::map<std::string, std::unique_ptr<AccountRuntime>> accounts_;
  std::vector<std::unique_ptr<AccountRuntime>> replaced_;  ///< of earlier configurations
};

}  // namespace plumbline::daemon
