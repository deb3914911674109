#include "daemon/controller/runtime.h"

#include <filesystem>
#include <stdexcept>
#include <utility>

#include "api/pacing.h"
#include "api/window_file.h"
#include "base/text.h"
#include "base/time_point.h"
#include "daemon/config/proxy.h"
#include "net/url.h"

namespace plumbline::daemon {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;
using System = std::chrono::system_clock;

net::BaseUrl base_url_of(const AccountConfig& account) {
  auto url = net::parse_base_url(account.api_base_url);
  // The same function has checked configuration and environment before.
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
  // Commands have checked it with the same function before.
  if (!proxy) throw std::logic_error(proxy.error().message);
  return {.proxy = std::move(*proxy)};
}

// A token that was just read; or the error, with the name of its field.
Result<Secret> named(const char* field, Result<Secret> value) {
  if (!value) return fail(std::string(field) + ": " + value.error().message);
  return value;
}

}  // namespace

// Counts exchanges, logs what a person may be waiting for, and passes everything on.
class AccountRuntime::AccountProbe final : public api::Probe {
 public:
  AccountProbe(std::string account, Logger& logger, std::unique_ptr<api::Probe> next)
      : account_(std::move(account)), logger_(logger), next_(std::move(next)) {}

  void answered(const api::Operation& operation, int code, std::chrono::nanoseconds duration) override {
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
  void gave_up(const api::Operation& operation, int attempts, const api::Error& error) override {
    logger_.warning(
        "call failed",
        {{"account", account_}, {"operation", operation.name}, {"attempts", attempts}, {"error", api::to_text(error)}});
    if (next_) next_->gave_up(operation, attempts, error);
  }
  void throttled(std::chrono::nanoseconds duration) override {
    if (duration > kLongWait) {
      logger_.info("call waited for the budget", {{"account", account_}, {"waited_ms", duration / 1ms}});
    }
    if (next_) next_->throttled(duration);
  }
  void blocked(std::chrono::milliseconds held, std::chrono::milliseconds told) override {
    if (held > kLongWait) {
      logger_.warning("the API limits calls: Plumbline sends none for now",
                      {{"account", account_}, {"until", to_rfc3339(System::now() + held)}, {"asked_for_s", told / 1s}});
    }
    if (next_) next_->blocked(held, told);
  }
  void budget(std::size_t remaining, std::size_t limit) override {
    if (next_) next_->budget(remaining, limit);
  }

 private:
  static constexpr auto kLongWait = 5s;

  std::string account_;
  Logger& logger_;
  std::unique_ptr<api::Probe> next_;
};

AccountRuntime::AccountRuntime(const AccountConfig& config, Options options)
    : config_(config),
      environment_(options.environment),
      calls_per_second_(options.calls_per_second),
      pacer_(std::move(options.pacer)),
      credential_changed_(std::move(options.credential_changed)),
      probe_(std::make_unique<AccountProbe>(config.name, *options.logger, std::move(options.probe))),
      lists_(options.io, options.pool),
      audit_turn_(options.io, 1) {
  auto url = base_url_of(config_);
  http_ = net::make_http_client(options.io, *options.connector, url.origin);
  api::ClientOptions client;
  client.prefix = std::move(url.prefix);
  client.pacer = pacer_;
  client.pool = std::move(options.pool);
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
  if (credential_changed_) credential_changed_(credentials_.token.empty() ? credentials_.key : credentials_.token);
  wants_check_ = true;
  stopped_until_.reset();
  return {};
}

api::Account AccountRuntime::api(api::Priority priority) const {
  return {.client = client_.get(), .id = config_.account_id, .priority = priority};
}

std::optional<TimePoint> AccountRuntime::blocked_until() const {
  const auto until = pacer_->unwanted();
  if (!until) return std::nullopt;
  return System::now() + std::chrono::ceil<System::duration>(*until - Steady::now());
}

void AccountRuntime::tell_budget() {
  auto& window = pacer_->window();
  if (window.share() != 0) probe_->budget(window.remaining(Steady::now()), window.share());
}

std::optional<Instant> AccountRuntime::stopped(Instant now) const {
  return stopped_until_ && *stopped_until_ > now ? stopped_until_ : std::nullopt;
}

void AccountRuntime::stop_waiting() {
  pacer_->stop();
  audit_turn_.close();
}

Awaitable<> AccountRuntime::shutdown() {
  co_await http_->shutdown();
}

Runtime::Runtime(const Config& config, Options options)
    : Runtime(std::shared_ptr<const Config>(std::shared_ptr<void>(), &config), std::move(options)) {}

Runtime::Runtime(std::shared_ptr<const Config> config, Options options)
    : config_(std::move(config)),
      options_(std::move(options)),
      journal_(reconciler::open_journal(options_.journal_path, options_.journal_mode)),
      connector_(net::make_connector(options_.io, connector_options(*options_.environment))),
      children_(options_.io) {
  for (const auto& [name, account] : config_->accounts) add_account(account);
}

void Runtime::add_account(const AccountConfig& account) {
  const auto& budget = config_->budgets.at(account.budget);
  AccountRuntime::Options parts{.io = options_.io,
                                .pool = options_.pool,
                                .connector = connector_.get(),
                                .environment = options_.environment,
                                .pacer = pacer_for(account),
                                .calls_per_second = rate_of(budget),
                                .logger = options_.logger};
  // A budget without a name belongs to its token.
  if (pacers_.contains(account.budget) && budget.of_token) {
    parts.credential_changed = [this, pacer = parts.pacer](const Secret& credential) {
      share_window(*pacer, credential.reveal());
    };
  }
  if (options_.metrics != nullptr) parts.probe = options_.metrics->api_probe(account.name, account.budget);
  accounts_.emplace(account.name, std::make_unique<AccountRuntime>(account, std::move(parts)));
}

void Runtime::reconfigure(std::shared_ptr<const Config> config) {
  const auto before = std::exchange(config_, std::move(config));
  const auto is_same_budget = [&](const std::string& name) {
    const auto old = before->budgets.find(name);
    const auto now = config_->budgets.find(name);
    return old != before->budgets.end() && now != config_->budgets.end() && old->second == now->second;
  };
  // What was used of a budget is in its window's file, which its next pacer reads.
  std::erase_if(pacers_, [&](const auto& pacer) { return !is_same_budget(pacer.first); });
  for (auto account = accounts_.begin(); account != accounts_.end();) {
    const auto now = config_->accounts.find(account->first);
    const bool same = now != config_->accounts.end() && now->second == account->second->config() &&
                      is_same_budget(now->second.budget);
    if (same) {
      ++account;
      continue;
    }
    replaced_.push_back(std::move(account->second));
    account = accounts_.erase(account);
  }
  for (const auto& [name, account] : config_->accounts) {
    if (!accounts_.contains(name)) add_account(account);
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
    const auto& budget = config_->budgets.at(account.budget);
    api::PacingOptions pacing;
    pacing.limit = budget.limit;
    pacing.window = budget.window;
    pacing.share = budget.share;
    pacer = std::make_shared<api::Pacer>(options_.io, pacing);
    if (!budget.of_token) share_window(*pacer, account.budget);
  }
  return pacer;
}

void Runtime::tell_budgets() {
  for (const auto& [name, account] : accounts_) account->tell_budget();
}

FetchContext Runtime::fetch_context(std::string mirrors) {
  return {.environment = options_.environment,
          .mirrors = std::move(mirrors),
          .pool = options_.pool,
          .children = &children_,
          .logger = options_.logger};
}

void Runtime::share_window(api::Pacer& pacer, std::string_view budget) {
  const auto folder = std::filesystem::path(options_.journal_path).parent_path().string();
  const auto file = api::window_file_of(folder, budget);
  pacer.share(api::open_window_file(file), windows_.get_executor(), [this, file](const std::string& problem) {
    options_.logger->warning("the budget's window is not kept on disk; half of the budget counts as used",
                             {{"file", file}, {"problem", problem}});
  });
}

Result<Secret> Runtime::fingerprint_key() const {
  if (!config_->fingerprint_key.given()) return Secret();
  return resolve(config_->fingerprint_key, *options_.environment);
}

void Runtime::stop_waiting() {
  children_.stop();
  for (const auto& [name, account] : accounts_) account->stop_waiting();
  for (const auto& account : replaced_) account->stop_waiting();
}

Awaitable<> Runtime::shutdown() {
  for (const auto& [name, pacer] : pacers_) co_await pacer->flush();
  for (const auto& [name, account] : accounts_) co_await account->shutdown();
}

}  // namespace plumbline::daemon
