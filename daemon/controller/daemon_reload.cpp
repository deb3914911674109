#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <filesystem>
#include <set>
#include <string>
#include <utility>

#include "base/diagnostic.h"
#include "daemon/config/service_credentials.h"
#include "daemon/controller/daemon.h"
#include "net/await.h"
#include "net/run_on.h"

// Another configuration while the daemon runs.
namespace plumbline::daemon {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto kReplacedGrace = 1s;

std::string text_of(const std::vector<Diagnostic>& diagnostics) {
  std::string text;
  for (const auto& diagnostic : diagnostics) {
    if (diagnostic.severity == Severity::error) text += (text.empty() ? "" : "; ") + to_text(diagnostic);
  }
  return text;
}

std::string config_folder(const std::string& file) {
  const auto folder = fs::path(file).parent_path().string();
  return folder.empty() ? "." : folder;
}

// A server that was replaced: its requests end first.
Awaitable<> end_server(std::unique_ptr<net::HttpServer> server) {
  co_await server->stop(kReplacedGrace);
}

}  // namespace

void Daemon::add_loop(const std::string& source) {
  const auto place = std::ranges::lower_bound(
      loops_, source, {}, [](const auto& loop) -> const std::string& { return loop->config().name; });
  loops_.insert(place, std::make_unique<SourceLoop>(config_, source, &context_));
}

// Tells the loops of each other, and the endpoints of the loops.
void Daemon::wire_loops() {
  for (const auto& loop : loops_) {
    std::vector<SourceLoop*> siblings;
    for (const auto& other : loops_) {
      if (other != loop && other->config().account == loop->config().account) siblings.push_back(other.get());
    }
    loop->set_siblings(std::move(siblings));
  }
  for (const auto& loop : retired_) loop->set_siblings({});
  control_.loops = loop_pointers();
}

void Daemon::start(SourceLoop* loop) {
  asio::co_spawn(options_.io, loop->run(), asio::detached);
}

Awaitable<Result<void>> Daemon::reload() {
  const auto turn = co_await reloading_.enter();
  if (!turn) co_return fail("the daemon stops");
  if (options_.config_file.empty()) co_return fail("this daemon was not started with a configuration file");
  notifier_.reloading();
  const auto file = options_.config_file;
  auto loaded = co_await net::run_on(options_.pool, [file, environment = options_.environment] {
    auto result = load_config(file);
    if (has_errors(result.diagnostics)) return result;
    for (auto& problem : service_credential_problems(file, result.config, *environment)) {
      result.diagnostics.push_back(std::move(problem));
    }
    return result;
  });
  if (context_.stopping) co_return fail("the daemon stops");
  auto config = read_config(std::move(loaded));
  auto outcome = config ? take_over(*std::move(config)) : Result<void>(std::unexpected(std::move(config.error())));
  note_reload(outcome);
  // The service is up again, with the new configuration or with the old one.
  notifier_.ready();
  tell_manager();
  co_return outcome;
}

// The configuration, if a daemon that runs can go on with it.
Result<std::shared_ptr<const Config>> Daemon::read_config(ConfigResult loaded) const {
  if (has_errors(loaded.diagnostics)) return fail(text_of(loaded.diagnostics));
  if (loaded.config.journal_path != config_->journal_path) {
    return fail("journal.path is another one: a daemon that runs keeps its journal. Restart it to use that one");
  }
  return std::make_shared<const Config>(std::move(loaded.config));
}

Result<void> Daemon::take_over(std::shared_ptr<const Config> config) {
  // What can fail comes first: either all of the new configuration is in force, or none of it.
  if (auto moved = move_listeners(config->server); !moved) return moved;
  const auto before = std::exchange(config_, std::move(config));
  endpoints_.set_rules(access_rules(status_server_ ? status_server_->address() : std::string()));
  runtime_.reconfigure(config_);
  std::vector<std::string> begun;
  for (auto& loop : loops_) {
    const auto name = loop->config().name;
    if (config_->sources.contains(name) && is_same_source(*before, *config_, name)) continue;
    loop->retire();
    // One that has not begun has nothing to end.
    if (std::erase(waiting_, loop.get()) == 0) retired_.push_back(std::move(loop));
    loop.reset();
  }
  std::erase(loops_, nullptr);
  for (const auto& [name, source] : config_->sources) {
    const bool is_kept = std::ranges::any_of(loops_, [&](const auto& loop) { return loop->config().name == name; });
    if (is_kept) continue;
    add_loop(name);
    begun.push_back(name);
  }
  wire_loops();
  for (const auto& loop : loops_) {
    // New keys and secrets may be in the files as well.
    if (std::ranges::find(begun, loop->config().name) == begun.end()) {
      loop->look_again();
    } else {
      waiting_.push_back(loop.get());
    }
  }
  watch_folders();
  if (!std::exchange(is_settling_, true)) asio::co_spawn(options_.io, settle_loops(), asio::detached);
  return {};
}

// A server asks for the certificate at each connection, because a reload may have replaced `tls_`; one that ends
// because of that still has its last one.
net::ServerTlsSource Daemon::certificates(const ListenerTls& tls) const {
  if (!tls.given()) return {};
  return [this, last = tls.in_force()] { return tls_->given() ? tls_->in_force() : last; };
}

Result<void> Daemon::move_listeners(const ServerConfig& server) {
  auto tls = std::make_unique<ListenerTls>(server.tls, *options_.environment);
  if (const auto read = tls->read(); !read) return fail(to_text(read.error()));
  std::unique_ptr<net::HttpServer> status;
  std::unique_ptr<net::HttpServer> metrics;
  const bool moves_status = server.listen != config_->server.listen;
  if (!moves_status && tls->given() != tls_->given()) {
    return fail(
        "server.tls cannot come or go while server.listen stays: restart the daemon, or give it another address");
  }
  const bool moves_metrics = server.metrics_listen != config_->server.metrics_listen;
  if (moves_status && !server.listen.empty()) {
    auto listening = listen_for_status(server.listen, *tls);
    if (!listening) return std::unexpected(std::move(listening.error()));
    status = *std::move(listening);
  }
  if (moves_metrics && !server.metrics_listen.empty()) {
    auto listening = listen_for_metrics(server.metrics_listen);
    if (!listening) return std::unexpected(std::move(listening.error()));
    metrics = *std::move(listening);
  }
  const auto replace = [this](std::unique_ptr<net::HttpServer>& old, std::unique_ptr<net::HttpServer> by) {
    auto before = std::exchange(old, std::move(by));
    if (before) asio::co_spawn(options_.io, end_server(std::move(before)), asio::detached);
  };
  tls_ = std::move(tls);
  if (moves_status) replace(status_server_, std::move(status));
  if (moves_metrics) replace(metrics_server_, std::move(metrics));
  return {};
}

void Daemon::note_reload(const Result<void>& outcome) {
  const auto now = std::chrono::system_clock::now();
  const auto problem = outcome ? std::string() : outcome.error().message;
  if (problem.empty() != reload_problem_.empty()) reload_since_ = now;
  reload_problem_ = problem;
  metrics_.reloaded(outcome.has_value(), now);
  if (outcome) {
    options_.logger->info("configuration reloaded", {{"sources", config_->sources.size()}});
    events_.add(
        {.type = "reloaded", .source = {}, .worker = {}, .message = "the configuration was reloaded", .revision = {}});
  } else {
    options_.logger->error("configuration not reloaded; the old one stays in force", {{"problem", problem}});
  }
}

// Loops that are new begin once the one that they replace neither reads nor writes, and replaced ones go once all of
// their work has ended.
Awaitable<> Daemon::settle_loops() {
  while (!context_.stopping && (!waiting_.empty() || !retired_.empty())) {
    std::erase_if(waiting_, [this](SourceLoop* loop) {
      const bool is_free = std::ranges::none_of(retired_, [loop](const auto& before) {
        return before->config().name == loop->config().name && !before->has_left();
      });
      if (is_free) start(loop);
      return is_free;
    });
    std::erase_if(retired_, [this](const auto& loop) {
      if (loop->activity() != SourceLoop::Activity::ended || answering_ > 0) return false;
      const auto& name = loop->config().name;
      if (!config_->sources.contains(name)) {
        lasting_.forget(name);
        metrics_.forget_source(name);
      }
      return true;
    });
    if (retired_.empty()) runtime_.forget_replaced();
    if (waiting_.empty() && retired_.empty()) break;
    // Nothing tells when the last request was answered.
    settling_.expires_after(1s);
    co_await settling_.async_wait(net::kAwait);
  }
  is_settling_ = false;
}

// The folders in which Kubernetes would replace the configuration, or something secret that it refers to.
void Daemon::watch_folders() {
  std::set<std::string> folders;
  const auto add_file = [&folders](const ValueReference& reference) {
    if (reference.kind == ValueReference::Kind::file) folders.insert(fs::path(reference.name).parent_path().string());
  };
  if (!options_.config_file.empty()) folders.insert(config_folder(options_.config_file));
  add_file(config_->fingerprint_key);
  for (const auto& [name, account] : config_->accounts) {
    for (const auto* reference : {&account.api_token, &account.api_key, &account.email}) add_file(*reference);
  }
  for (const auto& [name, store] : config_->secret_stores) {
    if (!store.directory.empty()) folders.insert(store.directory);
  }
  folders_.watch(folders);
}

Awaitable<> Daemon::follow_folders() {
  while (!context_.stopping) {
    const auto folder = co_await folders_.next();
    if (!folder || context_.stopping) co_return;
    options_.logger->info("mounted files were replaced", {{"folder", *folder}});
    if (*folder == config_folder(options_.config_file)) {
      // What came of it is in the log.
      co_await reload();
    } else {
      for (const auto& loop : loops_) loop->look_again();
    }
  }
}

}  // namespace plumbline::daemon
