#pragma once

#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

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

/// What commands and the daemon work with, built from a configuration in one place: connections, clients, pacing
/// windows, the journal.
namespace plumbline::daemon {

using net::Awaitable;

/// One account: its client, and the turn of the sources that work on it. Used on the loop's thread.
class AccountRuntime {
 public:
  struct Options {
    net::Executor io;
    net::Connector* connector = nullptr;
    const Environment* environment = nullptr;
    std::shared_ptr<api::Pacer> pacer;  ///< of the account's budget
    /// Called with a token or key that was not in use before; may be empty.
    std::function<void(const Secret& credential)> credential_changed;
    double calls_per_second = 0;        ///< that the budget allows in the long run
    std::unique_ptr<api::Probe> probe;  ///< may be null
    Logger* logger = nullptr;
  };
  /// What the options point at outlives the account.
  AccountRuntime(const AccountConfig& config, Options options);
  ~AccountRuntime();
  AccountRuntime(const AccountRuntime&) = delete;
  AccountRuntime& operator=(const AccountRuntime&) = delete;

  /// Reads the credentials anew; changed ones end a stop. The error says which reference cannot be read.
  Result<void> refresh_credentials();

  /// For calls; only after refresh_credentials() has succeeded once.
  [[nodiscard]] api::Account api(api::Priority priority) const;
  [[nodiscard]] const AccountConfig& config() const { return config_; }
  [[nodiscard]] double calls_per_second() const { return calls_per_second_; }

  /// Exchanges with the API so far, repeated ones included.
  [[nodiscard]] std::size_t requests() const;

  /// One pass at a time: whoever holds the place may call.
  net::Turnstile& turn() { return turn_; }

  /// After an error that concerns every Worker of the account, nobody calls before that time.
  void stop_until(Instant until) { stopped_until_ = until; }
  [[nodiscard]] std::optional<Instant> stopped(Instant now) const;

  /// Until when the API wants no call of the account's budget; nothing if it takes them.
  [[nodiscard]] std::optional<TimePoint> blocked_until() const;

  /// Whether credentials have been seen to work at any time.
  [[nodiscard]] bool is_verified() const { return verified_; }
  /// Whether the token that is in use now has still to be asked about itself.
  [[nodiscard]] bool wants_check() const { return wants_check_; }
  void set_verified() {
    verified_ = true;
    wants_check_ = false;
  }

  /// Calls that wait for their turn in the budget give up, and nobody gets a turn any more. Calls that are sent go on.
  void stop_waiting();

  /// Ends idle connections in good order.
  Awaitable<> shutdown();

 private:
  class AccountProbe;

  [[nodiscard]] Result<api::Credentials> read_credentials() const;

  const AccountConfig& config_;
  const Environment* environment_;
  double calls_per_second_;
  std::shared_ptr<api::Pacer> pacer_;
  std::function<void(const Secret&)> credential_changed_;
  api::Credentials credentials_;
  std::unique_ptr<AccountProbe> probe_;
  std::unique_ptr<net::HttpClient> http_;
  std::unique_ptr<api::Client> client_;
  net::Turnstile turn_;
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
    Metrics* metrics = nullptr;  ///< may be null: nothing is measured
  };
  /// Builds what `config` names. `config` must outlive the runtime.
  Runtime(const Config& config, Options options);
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  [[nodiscard]] reconciler::Journal& journal() const { return *journal_; }
  [[nodiscard]] AccountRuntime& account(const std::string& name) const { return *accounts_.at(name); }
  [[nodiscard]] const net::Executor& pool() const { return options_.pool; }
  [[nodiscard]] const Environment& environment() const { return *options_.environment; }

  /// For fetches below the folder `mirrors`.
  [[nodiscard]] FetchContext fetching(std::string mirrors);

  /// Empty where none is configured. Reread at each call.
  [[nodiscard]] Result<Secret> fingerprint_key() const;

  /// Of every account, see there. Child processes are ended.
  void stop_waiting();

  /// Ends idle connections in good order, and tells other processes of the budget what was used of it.
  Awaitable<> shutdown();

 private:
  std::shared_ptr<api::Pacer> pacer_for(const AccountConfig& account);
  void share_window(api::Pacer& pacer, std::string_view budget);

  const Config& config_;
  Options options_;
  std::unique_ptr<reconciler::Journal> journal_;
  std::unique_ptr<net::Connector> connector_;
  net::Children children_;
  boost::asio::thread_pool windows_{1};  // for the windows' files: no other work may hold a call back
  std::map<std::string, std::shared_ptr<api::Pacer>> pacers_;  // by budget; those of loopback are not in here
  std::map<std::string, std::unique_ptr<AccountRuntime>> accounts_;
};

}  // namespace plumbline::daemon
