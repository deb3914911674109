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
#include "daemon/controller/listeners.h"

namespace plumbline::daemon {
namespace {

namespace asio = boost::asio;

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

// The whole end stays below the 30 s that systemd and Kubernetes commonly allow.
constexpr auto kWriteGrace = 25s;
constexpr auto kReadGrace = 2s;
constexpr auto kServerGrace = 1s;
constexpr auto kLongestEnd = 40s;
constexpr auto kHousekeeping = 60s;

// Beside the journal, which may be lost at any time without anything being lost with it.
constexpr std::string_view kDecisionsFile = ".decisions.json";

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

Awaitable<net::Reply> reply_with(net::Reply reply) {
  co_return reply;
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

Daemon::Daemon(Config config, Options options)
    : config_(std::make_shared<const Config>(std::move(config))),
      options_(std::move(options)),
      notifier_(options_.notifier == nullptr ? nobody_ : *options_.notifier),
      lasting_(*options_.logger, [] { return std::chrono::system_clock::now(); }),
      runtime_(config_, {.io = options_.io,
                         .pool = options_.pool,
                         .journal_path = options_.journal_path,
                         .journal_mode = reconciler::JournalMode::read_write,
                         .environment = options_.environment,
                         .logger = options_.logger,
                         .metrics = &metrics_}),
      decisions_(options_.journal_path + std::string(kDecisionsFile)),
      events_(options_.io),
      deciding_(options_.io, 1),
      reloading_(options_.io, 1),
      endpoints_({}, access_rules(config_->server.listen)),
      folders_(options_.io),
      tls_(std::make_unique<ListenerTls>(config_->server.tls, *options_.environment)),
      journal_since_(std::chrono::system_clock::now()),
      reload_since_(journal_since_),
      changed_(options_.io),
      settling_(options_.io),
      minute_(options_.io) {
  context_ = {.runtime = &runtime_,
              .logger = options_.logger,
              .lasting = &lasting_,
              .metrics = &metrics_,
              .decisions = &decisions_,
              .events = &events_,
              .io = options_.io,
              .mirrors = options_.mirrors,
              .jitter = options_.jitter,
              .moved = [this] {
                changed_.cancel();
                settling_.cancel();
                tell_manager();
              }};
  control_ = {.loops = {},
              .runtime = &runtime_,
              .decisions = &decisions_,
              .events = &events_,
              .logger = options_.logger,
              .pool = options_.pool,
              .deciding = &deciding_,
              .status = [this] { return status(); },
              .reload = [this] { return reload(); }};
  for (const auto& [name, source] : config_->sources) add_loop(name);
  wire_loops();
  endpoints_ = Endpoints(endpoint_table(), access_rules(config_->server.listen));
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
  if (!decisions_.problem().empty()) {
    options_.logger->error("every source is suspended, because nobody knows which of them are",
                           {{"problem", decisions_.problem()}, {"mend", "plumbline resume SOURCE"}});
  }
  return {};
}

// `address` is the one in use: that of a socket which the service manager has opened stands in no configuration.
AccessRules Daemon::access_rules(std::string_view address) const {
  const auto rule_for = [this, address](const ValueReference& token) {
    return Access{
        .rule = access_rule(address, token.given()),
        .token = [reference = token, environment = options_.environment] { return resolve(reference, *environment); }};
  };
  return {.read = rule_for(config_->server.read_token), .admin = rule_for(config_->server.admin_token)};
}

// While anybody is answered no loop goes away: whoever answers may wait, and refer to one meanwhile.
Awaitable<net::Reply> Daemon::answer_counted(std::shared_ptr<const Endpoint> endpoint, Call call) {
  const Answering answering(&answering_);
  co_return co_await endpoint->answer(std::move(call));
}

std::vector<Endpoint> Daemon::endpoint_table() {
  auto table = read_endpoints(&control_);
  for (auto& endpoint : explaining_endpoints(&control_)) table.push_back(std::move(endpoint));
  for (auto& endpoint : write_endpoints(&control_)) table.push_back(std::move(endpoint));
  for (auto& endpoint : table) {
    auto inner = std::make_shared<const Endpoint>(endpoint);
    endpoint.answer = [this, inner](Call call) { return answer_counted(inner, std::move(call)); };
  }
  const auto health = [](std::string_view path, std::function<net::Reply(const Call&)> answer) {
    return Endpoint{.method = "GET",
                    .path = path,
                    .level = Level::health,
                    .fields = {},
                    .answer = [answer = std::move(answer)](const Call& call) { return reply_with(answer(call)); }};
  };
  table.push_back(health("/livez", [](const Call&) { return text_reply(200, "ok\n"); }));
  table.push_back(health("/readyz", [this](const Call& call) { return readiness(call.request); }));
  return table;
}

// Names of sources are for those who may read them.
net::Reply Daemon::readiness(const net::HttpRequest& request) const {
  const auto lines = missing();
  if (lines.empty()) return text_reply(200, "ok\n");
  std::string body = "not ready\n";
  if (endpoints_.may_read(request)) {
    for (const auto& line : lines) body += "- " + line + "\n";
  }
  return text_reply(503, std::move(body));
}

void Daemon::log_listening(std::string_view what, const net::HttpServer& server) const {
  options_.logger->info("listening", {{"for", what}, {"port", server.port()}, {"address", server.address()}});
}

Result<std::unique_ptr<net::HttpServer>> Daemon::serve(const std::string& address, net::Handler handler,
                                                       net::ServerTlsSource tls) const {
  return serve_at(options_.io, address, options_.sockets, std::move(handler), endpoint_limits(), std::move(tls));
}

Result<std::unique_ptr<net::HttpServer>> Daemon::listen_for_status(const std::string& address, const ListenerTls& tls) {
  auto server = serve(
      address, [this](net::HttpRequest request) { return endpoints_.answer(std::move(request)); }, certificates(tls));
  if (!server) return cannot_listen("server.listen", server.error());
  log_listening("status", **server);
  const auto rules = access_rules((*server)->address());
  for (const auto& [access, field] :
       {std::pair(&rules.read, "server.read_token"), std::pair(&rules.admin, "server.admin_token")}) {
    if (access->rule != Access::Rule::closed) continue;
    options_.logger->warning(
        access == &rules.read
            ? "the status is reachable from other machines, and nobody may read it without a token"
            : "the daemon is reachable from other machines, and nobody may command it without a token",
        {{"address", (*server)->address()},
         {"mend", "set " + std::string(field) + ", or let server.listen be an address of 127.0.0.1"}});
  }
  return server;
}

Result<std::unique_ptr<net::HttpServer>> Daemon::listen_for_metrics(const std::string& address) {
  // Values that change without an event are read when somebody asks for them.
  const auto exposition = [this] {
    look_at_limits();
    runtime_.tell_budgets();
    tell_audits();
    metrics_.journal_bytes(runtime_.journal().bytes());
    if (options_.dropped_log_lines) metrics_.log_lines_dropped(options_.dropped_log_lines());
    return metrics_.exposition();
  };
  auto server = serve(address,
                      [exposition](const net::HttpRequest& request) {
                        return reply_with(net::Reply{.response = answer_metrics(exposition, request)});
                      },
                      {});
  if (!server) return cannot_listen("server.metrics_listen", server.error());
  log_listening("metrics", **server);
  return server;
}

Result<void> Daemon::listen() {
  if (const auto& address = config_->server.listen; !address.empty()) {
    if (const auto read = tls_->read(); !read) return fail(to_text(read.error()));
    auto server = listen_for_status(address, *tls_);
    if (!server) return std::unexpected(std::move(server.error()));
    status_server_ = *std::move(server);
    endpoints_.set_rules(access_rules(status_server_->address()));
  }
  if (const auto& address = config_->server.metrics_listen; !address.empty()) {
    auto server = listen_for_metrics(address);
    if (!server) return std::unexpected(std::move(server.error()));
    metrics_server_ = *std::move(server);
  }
  return {};
}

Awaitable<Result<Daemon::End>> Daemon::run() {
  if (auto usable = check_journal(); !usable) co_return std::unexpected(std::move(usable.error()));
  if (auto listening = listen(); !listening) co_return std::unexpected(std::move(listening.error()));
  options_.logger->info("started", {{"version", version()},
                                    {"instance", config_->instance},
                                    {"sources", config_->sources.size()},
                                    {"journal", options_.journal_path}});
  // Git and the API are not waited for: while one of them is down, the service would be started over and over.
  notifier_.ready();
  tell_manager();
  co_await watch_all();
  options_.logger->info("stopping");
  notifier_.stopping();
  notifier_.extend(kLongestEnd);
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
  for (const auto& loop : loops_) start(loop.get());
  watch_folders();
  asio::co_spawn(options_.io, follow_folders(), asio::detached);
  while (!context_.stopping) co_await housekeeping();
}

Awaitable<> Daemon::housekeeping() {
  watch_journal();
  tls_->watch(lasting_);
  lasting_.remind();
  if (context_.stopping) co_return;
  minute_.expires_after(kHousekeeping);
  co_await minute_.async_wait(asio::as_tuple(asio::use_awaitable));
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
  // Loops that have not begun have nothing to end.
  std::erase_if(loops_, [this](const auto& loop) { return std::erase(waiting_, loop.get()) > 0; });
  control_.loops = loop_pointers();
  for (auto* loop : all_loops()) loop->wake();
  events_.close();
  deciding_.close();
  reloading_.close();
  folders_.close();
  minute_.cancel();
  settling_.cancel();
}

std::vector<SourceLoop*> Daemon::loop_pointers() const {
  std::vector<SourceLoop*> pointers;
  pointers.reserve(loops_.size() + retired_.size());
  for (const auto& loop : loops_) pointers.push_back(loop.get());
  return pointers;
}

// With those that have not ended although their source is not there any more.
std::vector<SourceLoop*> Daemon::all_loops() const {
  auto pointers = loop_pointers();
  for (const auto& loop : retired_) pointers.push_back(loop.get());
  return pointers;
}

bool Daemon::all(bool (*is)(SourceLoop::Activity)) const {
  return std::ranges::all_of(all_loops(), [is](const auto* loop) { return is(loop->activity()); });
}

bool Daemon::any_writes() const {
  return std::ranges::any_of(all_loops(), [](const auto* loop) { return is_writing(loop->activity()); });
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

}  // namespace plumbline::daemon
