#include "daemon/runtime.h"

#include <stdexcept>
#include <utility>

#include "api/pacing.h"
#include "daemon/proxy.h"
#include "net/url.h"

namespace plumbline::daemon {
namespace {

using Steady = std::chrono::steady_clock;
using System = std::chrono::system_clock;
using namespace std::chrono_literals;

net::BaseUrl base_url_of(const AccountConfig& account) {
  auto url = net::parse_base_url(account.api_base_url);
  // Configuration and environment were checked with the same function.
  if (!url) throw std::logic_error(url.error().message);
  return std::move(*url);
}

double rate_of(const BudgetConfig& budget) {
  return static_cast<double>(budget.limit) * budget.share / std::chrono::duration<double>(budget.window).count();
}

bool same(const api::Credentials& left, const api::Credentials& right) {
  return left.token.reveal() == right.token.reveal() && left.key.reveal() == right.key.reveal() &&
         left.email == right.email;
}

net::ConnectorOptions connector_options(const Environment& environment) {
  auto proxy = proxy_from(environment);
  // Commands have looked at it with the same function.
  if (!proxy) throw std::logic_error(proxy.error().message);
  return {.proxy = std::move(*proxy)};
}

// A token that has just been read, or the reason with the name of its field.
Result<Secret> named(const char* field, Result<Secret> value) {
  if (!value) return fail(std::string(field) + ": " + value.error().message);
  return value;
}

}  // namespace

// Counts, logs what a person may be waiting for, and hands on.
class AccountRuntime::AccountProbe final : public api::Probe {
 public:
  AccountProbe(std::string account, Logger& logger, std::unique_ptr<api::Probe> next)
      : account_(std::move(account)), logger_(logger), next_(std::move(next)) {}

  void answered(const api::Operation& operation, int code, std::chrono::nanoseconds duration) override {
    ++requests_;
    logger_.debug(
        "call",
        {{"account", account_}, {"operation", operation.name}, {"code", code}, {"duration_ms", duration / 1ms}});
    if (next_) next_->answered(operation, code, duration);
  }
  void retried(const api::Operation& operation, std::string_view reason, std::chrono::milliseconds after) override {
    logger_.info(
        "call is repeated",
        {{"account", account_}, {"operation", operation.name}, {"reason", reason}, {"after_ms", after.count()}});
    if (next_) next_->retried(operation, reason, after);
  }
  void throttled(std::chrono::nanoseconds duration) override {
    if (duration > kLongWait) {
      logger_.info("call waited for the budget", {{"account", account_}, {"waited_ms", duration / 1ms}});
    }
    if (next_) next_->throttled(duration);
  }
  void budget(std::size_t remaining, std::size_t limit) override {
    if (next_) next_->budget(remaining, limit);
  }

  [[nodiscard]] std::size_t requests() const { return requests_; }

 private:
  static constexpr auto kLongWait = 5s;

  std::string account_;
  Logger& logger_;
  std::unique_ptr<api::Probe> next_;
  std::size_t requests_ = 0;
};

AccountRuntime::AccountRuntime(const AccountConfig& config, Options options)
    : config_(config),
      environment_(options.environment),
      calls_per_second_(options.calls_per_second),
      pacer_(std::move(options.pacer)),
      probe_(std::make_unique<AccountProbe>(config.name, *options.logger, std::move(options.probe))),
      turn_(options.io, 1) {
  auto url = base_url_of(config_);
  http_ = net::make_http_client(options.io, *options.connector, url.origin);
  api::ClientOptions client;
  client.prefix = std::move(url.prefix);
  client.pacer = pacer_;
  client.credentials = [this] {
    return api::Credentials{credentials_.token.copy(), credentials_.key.copy(), credentials_.email};
  };
  client_ = api::make_client(options.io, *http_, std::move(client), probe_.get());
}

AccountRuntime::~AccountRuntime() = default;

Result<api::Credentials> AccountRuntime::read_credentials() const {
  api::Credentials credentials;
  if (config_.api_token.given()) {
    auto token = named("api_token", resolve(config_.api_token, *environment_));
    if (!token) return std::unexpected(std::move(token.error()));
    credentials.token = std::move(*token);
    return credentials;
  }
  auto key = named("api_key", resolve(config_.api_key, *environment_));
  if (!key) return std::unexpected(std::move(key.error()));
  const auto email = named("email", resolve(config_.email, *environment_));
  if (!email) return std::unexpected(email.error());
  credentials.key = std::move(*key);
  credentials.email = email->reveal();
  return credentials;
}

Result<void> AccountRuntime::refresh_credentials() {
  auto credentials = read_credentials();
  if (!credentials) return std::unexpected(std::move(credentials.error()));
  if (same(*credentials, credentials_)) return {};
  credentials_ = std::move(*credentials);
  wants_check_ = true;
  stopped_until_.reset();
  return {};
}

api::Account AccountRuntime::api(api::Priority priority) const {
  return {.client = client_.get(), .id = config_.account_id, .priority = priority};
}

std::optional<Instant> AccountRuntime::stopped(Instant now) const {
  return stopped_until_ && *stopped_until_ > now ? stopped_until_ : std::nullopt;
}

std::size_t AccountRuntime::requests() const {
  return probe_->requests();
}

void AccountRuntime::stop_waiting() {
  pacer_->stop();
  turn_.close();
}

Awaitable<> AccountRuntime::shutdown() {
  co_await http_->shutdown();
}

Runtime::Runtime(const Config& config, Options options)
    : config_(config),
      options_(std::move(options)),
      journal_(reconciler::open_journal(options_.journal_path, options_.journal_mode)),
      connector_(net::make_connector(options_.io, connector_options(*options_.environment))) {
  for (const auto& [name, account] : config_.accounts) {
    AccountRuntime::Options parts{.io = options_.io,
                                  .connector = connector_.get(),
                                  .environment = options_.environment,
                                  .pacer = pacer_for(account),
                                  .calls_per_second = rate_of(config_.budgets.at(account.budget)),
                                  .logger = options_.logger};
    if (options_.metrics != nullptr) parts.probe = options_.metrics->api_probe(name, account.budget);
    accounts_.emplace(name, std::make_unique<AccountRuntime>(account, std::move(parts)));
  }
}

Runtime::~Runtime() = default;

std::shared_ptr<api::Pacer> Runtime::pacer_for(const AccountConfig& account) {
  // A server on this machine is a simulator, and limits nobody but itself.
  if (net::is_loopback(base_url_of(account).origin.host)) {
    return std::make_shared<api::Pacer>(options_.io, api::unpaced());
  }
  auto& pacer = pacers_[account.budget];
  if (!pacer) {
    const auto& budget = config_.budgets.at(account.budget);
    api::PacingOptions pacing;
    pacing.limit = budget.limit;
    pacing.window = budget.window;
    pacing.share = budget.share;
    pacer = std::make_shared<api::Pacer>(options_.io, pacing);
  }
  return pacer;
}

Result<Secret> Runtime::fingerprint_key() const {
  if (!config_.fingerprint_key.given()) return Secret();
  return resolve(config_.fingerprint_key, *options_.environment);
}

Awaitable<> Runtime::load_pacing() {
  for (const auto& [name, pacer] : pacers_) {
    const auto calls = co_await journal_->load_pacing(name);
    if (calls.empty()) {
      // Nothing was ever saved: a process before this one may have made any number of calls.
      pacer->window().assume_half_used(Steady::now());
    } else {
      pacer->window().restore(calls, Steady::now(), System::now());
    }
  }
}

Awaitable<> Runtime::save_pacing() {
  for (const auto& [name, pacer] : pacers_) {
    auto calls = pacer->window().save(Steady::now(), System::now());
    // One call that counts no more tells a quiet window from one that was never saved.
    if (calls.empty()) calls.push_back(System::now() - 24h);
    co_await journal_->save_pacing(name, std::move(calls));
  }
}

void Runtime::stop_waiting() {
  for (const auto& [name, account] : accounts_) account->stop_waiting();
}

Awaitable<> Runtime::shutdown() {
  for (const auto& [name, account] : accounts_) co_await account->shutdown();
}

}  // namespace plumbline::daemon
