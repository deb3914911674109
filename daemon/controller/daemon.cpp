#include "daemon/controller/daemon.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "base/time_point.h"
#include "base/version.h"

namespace plumbline::daemon {
namespace {

namespace asio = boost::asio;

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

// The whole end stays below the 30 s that systemd and Kubernetes commonly allow.
constexpr auto kWriteGrace = 25s;
constexpr auto kReadGrace = 2s;
constexpr auto kServerGrace = 1s;
constexpr auto kHousekeeping = 60s;

bool is_writing(SourceLoop::Activity activity) {
  return activity == SourceLoop::Activity::writing;
}
bool is_ended(SourceLoop::Activity activity) {
  return activity == SourceLoop::Activity::ended;
}

std::unexpected<Error> cannot_listen(std::string_view field, const Error& error) {
  const std::string name(field);
  return fail(name + ": " + error.message + "; stop the program that listens there, or set " + name +
              " to another address");
}

Awaitable<net::Reply> reply_with(net::HttpResponse response) {
  co_return net::Reply{.response = std::move(response)};
}

// The endpoints answer from memory: short bodies, short deadlines. Health requests have reserved places.
net::ServerLimits endpoint_limits() {
  net::ServerLimits limits;
  limits.header_cap = std::size_t{16} * 1024;
  limits.body_cap = std::size_t{64} * 1024;
  limits.head_timeout = 5s;
  limits.request_timeout = 5s;
  limits.write_timeout = 10s;
  limits.connections = 64;
  limits.reserved = 16;
  limits.urgent = is_health;
  return limits;
}

}  // namespace

Daemon::Daemon(const Config& config, Options options)
    : config_(config),
      options_(std::move(options)),
      lasting_(*options_.logger, [] { return std::chrono::system_clock::now(); }),
      runtime_(config, {.io = options_.io,
                        .pool = options_.pool,
                        .journal_path = options_.journal_path,
                        .journal_mode = reconciler::JournalMode::read_write,
                        .environment = options_.environment,
                        .logger = options_.logger,
                        .metrics = &metrics_}),
      journal_since_(std::chrono::system_clock::now()),
      changed_(options_.io),
      minute_(options_.io) {
  context_ = {.config = &config_,
              .runtime = &runtime_,
              .logger = options_.logger,
              .lasting = &lasting_,
              .metrics = &metrics_,
              .io = options_.io,
              .mirrors = options_.mirrors,
              .jitter = options_.jitter,
              .moved = [this] { changed_.cancel(); }};
  for (const auto& [name, source] : config_.sources) {
    loops_.push_back(std::make_unique<SourceLoop>(source, &context_));
  }
  for (const auto& loop : loops_) {
    std::vector<SourceLoop*> siblings;
    for (const auto& other : loops_) {
      if (other != loop && other->config().account == loop->config().account) siblings.push_back(other.get());
    }
    loop->set_siblings(std::move(siblings));
  }
  const bool has_token = config_.server.read_token.given();
  view_ = {.missing = [this] { return missing(); },
           .status = [this] { return status(); },
           .access = {.rule = read_rule(config_.server.listen, has_token),
                      .token = [this] { return resolve(config_.server.read_token, *options_.environment); }}};
}

Daemon::~Daemon() = default;

// Two daemons with one journal would write without knowing of each other, and the second one without entries before its
// writes. A command may go on in memory: it writes once, and a person watches.
Result<void> Daemon::check_journal() const {
  if (const auto holder = runtime_.journal().held_by()) {
    return fail("the journal " + options_.journal_path + " belongs to " + *holder +
                ": stop that one, or give this daemon a journal of its own (journal.path)");
  }
  if (const auto rebuilt = runtime_.journal().rebuilt()) {
    options_.logger->warning(
        "journal was corrupt; a new one was begun",
        {{"problem", *rebuilt}, {"mend", "if that file was no journal, move it back and set journal.path to another"}});
  }
  return {};
}

void Daemon::log_listening(std::string_view what, const net::HttpServer& server) const {
  options_.logger->info("listening", {{"for", what}, {"port", server.port()}, {"address", server.address()}});
}

Result<void> Daemon::listen() {
  auto& logger = *options_.logger;
  if (!config_.server.listen.empty()) {
    auto server = net::listen_http(
        options_.io, config_.server.listen,
        [this](const net::HttpRequest& request) { return reply_with(answer_status(view_, request)); },
        endpoint_limits());
    if (!server) return cannot_listen("server.listen", server.error());
    status_server_ = std::move(*server);
    log_listening("status", *status_server_);
    if (view_.access.rule == ReadAccess::Rule::closed) {
      logger.warning("the status is reachable from other machines, and nobody may read it without a token",
                     {{"address", status_server_->address()},
                      {"mend", "set server.read_token, or let server.listen be an address of 127.0.0.1"}});
    }
  }
  if (!config_.server.metrics_listen.empty()) {
    // Values that change without an event are read when somebody asks for them.
    const auto exposition = [this] {
      look_at_limits();
      runtime_.tell_budgets();
      tell_audits();
      metrics_.journal_bytes(runtime_.journal().bytes());
      if (options_.dropped_log_lines) metrics_.log_lines_dropped(options_.dropped_log_lines());
      return metrics_.exposition();
    };
    auto server = net::listen_http(
        options_.io, config_.server.metrics_listen,
        [exposition](const net::HttpRequest& request) { return reply_with(answer_metrics(exposition, request)); },
        endpoint_limits());
    if (!server) return cannot_listen("server.metrics_listen", server.error());
    metrics_server_ = std::move(*server);
    log_listening("metrics", *metrics_server_);
  }
  return {};
}

Awaitable<Result<Daemon::End>> Daemon::run() {
  if (auto usable = check_journal(); !usable) co_return std::unexpected(std::move(usable.error()));
  if (auto listening = listen(); !listening) co_return std::unexpected(std::move(listening.error()));
  options_.logger->info("started", {{"version", version()},
                                    {"instance", config_.instance},
                                    {"sources", config_.sources.size()},
                                    {"journal", options_.journal_path}});
  co_await watch_all();
  options_.logger->info("stopping");
  // Writers must end before connections are closed, or the outcome of their calls would be unknown.
  co_await wait_for_writers();
  co_await close();
  const bool clean = all(is_ended);
  if (any_writes()) {
    options_.logger->warning("stopped before a write had ended; the next start reads its Worker again");
  } else if (!clean) {
    options_.logger->info("stopped before a fetch or a read had ended; neither changes anything");
  }
  options_.logger->info("stopped");
  co_return clean ? End::clean : End::cut;
}

// Returns once stop() was called.
Awaitable<> Daemon::watch_all() {
  for (const auto& loop : loops_) asio::co_spawn(options_.io, loop->run(), asio::detached);
  while (!context_.stopping) co_await housekeeping();
}

Awaitable<> Daemon::housekeeping() {
  watch_journal();
  lasting_.remind();
  if (context_.stopping) co_return;
  minute_.expires_after(kHousekeeping);
  co_await minute_.async_wait(asio::as_tuple(asio::use_awaitable));
}

// Why the journal is not written, and how to mend it; empty if it is.
std::string Daemon::journal_problem() const {
  const auto degraded = runtime_.journal().degraded();
  if (!degraded) return {};
  return *degraded + "; make the file and its folder writable, or set journal.path to another file";
}

void Daemon::watch_journal() {
  auto problem = journal_problem();
  if (problem == journal_problem_) return;
  journal_problem_ = std::move(problem);
  journal_since_ = std::chrono::system_clock::now();
  static constexpr LastingKind kJournal{"journal cannot be written to the disk and goes on in memory only",
                                        "journal is written to the disk again"};
  if (journal_problem_.empty()) return lasting_.end(kJournal, options_.journal_path);
  lasting_.hold(kJournal, {.scope = options_.journal_path, .subject = {}, .cause = {{"problem", journal_problem_}}});
}

void Daemon::stop() {
  context_.stopping = true;
  runtime_.stop_waiting();
  for (const auto& loop : loops_) loop->wake();
  minute_.cancel();
}

bool Daemon::all(bool (*is)(SourceLoop::Activity)) const {
  return std::ranges::all_of(loops_, [is](const auto& loop) { return is(loop->activity()); });
}

bool Daemon::any_writes() const {
  return std::ranges::any_of(loops_, [](const auto& loop) { return is_writing(loop->activity()); });
}

// Waits for calls that write as long as possible, because otherwise their outcome would be unknown. Reads may be cut
// off after a moment.
Awaitable<> Daemon::wait_for_writers() {
  const auto begun = Clock::now();
  while (!all(is_ended)) {
    const auto deadline = begun + (any_writes() ? Clock::duration(kWriteGrace) : Clock::duration(kReadGrace));
    if (Clock::now() >= deadline) break;
    changed_.expires_at(deadline);
    co_await changed_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

Awaitable<> Daemon::close() {
  if (status_server_) co_await status_server_->stop(kServerGrace);
  if (metrics_server_) co_await metrics_server_->stop(kServerGrace);
  if (all(is_ended)) co_await runtime_.shutdown();
}

// Why a source of that account cannot compare; empty if it can.
std::string Daemon::account_problem(const std::string& account) const {
  const auto found = std::ranges::find_if(loops_, [&account](const auto& loop) {
    return loop->config().account == account && !loop->pass_problem().empty();
  });
  return found == loops_.end() ? std::string() : (*found)->pass_problem();
}

std::vector<std::string> Daemon::missing() const {
  std::vector<std::string> lines;
  for (const auto& loop : loops_) {
    const auto& source = loop->config();
    if (!loop->status().has_fetched()) {
      const auto& problem = loop->fetch_problem();
      lines.push_back("source " + source.name + " has not been fetched yet" +
                      (problem.empty() ? "" : ": " + printable(problem)));
    }
  }
  for (const auto& [name, account] : config_.accounts) {
    const bool used = std::ranges::any_of(
        config_.sources, [&account](const auto& source) { return source.second.account == account.name; });
    if (used && !runtime_.account(name).is_verified()) {
      const auto problem = account_problem(name);
      lines.push_back("the token of account " + name + " has not been accepted yet" +
                      (problem.empty() ? "" : ": " + printable(problem)));
    }
  }
  return lines;
}

// Reports a limit that delays passes while it does so, not after it has ended.
void Daemon::look_at_limits() const {
  for (const auto& loop : loops_) loop->look_at_limits();
}

void Daemon::tell_audits() {
  std::map<std::string, std::chrono::seconds> oldest;
  for (const auto& loop : loops_) {
    auto& age = oldest[loop->config().account];
    age = std::max(age, loop->audit_age());
  }
  for (const auto& [account, age] : oldest) metrics_.audit_oldest(account, age);
}

Json Daemon::journal_condition() const {
  const auto condition = [this](Truth status, std::string_view reason, std::string_view message) -> Json {
    return {{"type", "JournalIntact"},
            {"status", to_string(status)},
            {"reason", reason},
            {"message", message},
            {"lastTransitionTime", to_rfc3339(journal_since_)}};
  };
  const auto& journal = runtime_.journal();
  if (const auto problem = journal_problem(); !problem.empty()) {
    return condition(Truth::no, "JournalNotWritten", problem);
  }
  if (const auto rebuilt = journal.rebuilt()) return condition(Truth::no, "JournalRebuilt", *rebuilt);
  return condition(Truth::yes, "Succeeded", "");
}

Json Daemon::status() const {
  look_at_limits();
  JsonArray sources;
  for (const auto& loop : loops_) sources.push_back(loop->status().to_json());
  const auto problem = journal_problem();
  return {{"version", version()},
          {"instance", config_.instance},
          {"ready", missing().empty()},
          {"conditions", JsonArray{journal_condition()}},
          {"journal", JsonObject{{"bytes", runtime_.journal().bytes()},
                                 {"problem", problem.empty() ? Json(nullptr) : Json(problem)}}},
          {"sources", std::move(sources)}};
}

}  // namespace plumbline::daemon
