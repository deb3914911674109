#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <map>
#include <ostream>
#include <utility>
#include <vector>

#include "base/text.h"
#include "daemon/blocking.h"
#include "daemon/commands/check_account.h"
#include "daemon/commands/check_machine.h"
#include "daemon/commands/check_source.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/report.h"
#include "daemon/commands/selection.h"
#include "daemon/config/proxy.h"
#include "daemon/controller/listener_tls.h"
#include "daemon/controller/runtime.h"
#include "daemon/exit_code.h"

namespace plumbline::daemon {
namespace {

using Diagnostics = std::vector<Diagnostic>;

// All sources of a configuration, or the one that the command line selects. `Selection::source` is of no use then.
Result<Selection, Diagnostics> selected(const SelectOptions& options, const Environment& environment) {
  if (options.config_file && !options.source) {
    auto loaded = load_config(*options.config_file);
    if (has_errors(loaded.diagnostics)) return std::unexpected(std::move(loaded.diagnostics));
    if (auto proxy = proxy_from(environment); !proxy) {
      return std::unexpected(Diagnostics{{.summary = std::move(proxy.error().message)}});
    }
    Selection all{.config = std::move(loaded.config)};
    all.journal_path = options.journal.value_or(journal_path_of(all.config, environment));
    all.mirrors = cache_folder(environment) + "/mirrors";
    return all;
  }
  auto one = select_source(options, Needs::account, environment);
  if (!one) return one;
  std::erase_if(one->config.sources, [&one](const auto& source) { return source.first != one->source; });
  const auto& account = one->config.sources.at(one->source).account;
  std::erase_if(one->config.accounts, [&account](const auto& other) { return other.first != account; });
  return one;
}

CheckRow key_row(const Runtime& runtime, const Config& config) {
  constexpr auto kWhat = "fingerprint_key";
  if (!config.fingerprint_key.given()) {
    return {CheckResult::warning, kWhat, "there is none: a rotated secret is not noticed",
            "set fingerprint_key, or PLUMBLINE_FINGERPRINT_KEY, to any long text of your own"};
  }
  if (const auto key = runtime.fingerprint_key(); !key) {
    return {CheckResult::failed, kWhat, key.error().message, "write it, for the user of the daemon to read"};
  }
  return {CheckResult::ok, kWhat, "can be read"};
}

// What the listeners read. Whether their addresses are free shows when the daemon starts: one may run already.
CheckRows server_rows(const ServerConfig& server, const Environment& environment) {
  CheckRows rows;
  for (const auto& [what, reference] :
       {std::pair("server.read_token", &server.read_token), std::pair("server.admin_token", &server.admin_token)}) {
    if (!reference->given()) continue;
    const auto token = resolve(*reference, environment);
    rows.push_back(token ? CheckRow{CheckResult::ok, what, "can be read"}
                         : CheckRow{CheckResult::failed, what, token.error().message,
                                    "write it, for the user of the daemon to read"});
  }
  const auto problems = listener_tls_problems(server.tls, environment);
  for (const auto& problem : problems) {
    rows.push_back({CheckResult::failed, "server.tls", problem.summary, problem.detail});
  }
  if (server.tls.certificate.reference.given() && problems.empty()) {
    rows.push_back({CheckResult::ok, "server.tls", "the certificate and its key can be used"});
  }
  return rows;
}

// What the sources of an account ask for together.
struct Demand {
  AccountNeeds needs;
  std::chrono::milliseconds audit_interval = std::chrono::milliseconds::max();
};

class Check {
 public:
  Check(const Selection& selection, Runtime& runtime) : selection_(selection), runtime_(runtime) {}

  Awaitable<CheckRows> run() {
    const auto& config = selection_.config;
    rows_.push_back({CheckResult::ok, "configuration",
                     counted(config.accounts.size(), "account") + ", " + counted(config.sources.size(), "source")});
    rows_.push_back(key_row(runtime_, config));
    for (const auto& [name, source] : config.sources) co_await look_at(&source);
    for (const auto& [name, account] : config.accounts) {
      const Demand& demand = demands_[name];
      add(co_await check_account(&runtime_.account(name), &demand.needs, demand.audit_interval));
    }
    add(server_rows(config.server, runtime_.environment()));
    add(check_machine(selection_.journal_path));
    co_await runtime_.shutdown();
    co_return std::move(rows_);
  }

 private:
  void add(CheckRows rows) { std::ranges::move(rows, std::back_inserter(rows_)); }

  Awaitable<> look_at(const SourceConfig* source) {
    auto found = co_await check_source(source, &selection_.config, runtime_.fetch_context(selection_.mirrors));
    add(std::move(found.rows));
    Demand& demand = demands_[source->account];
    demand.audit_interval = std::min(demand.audit_interval, source->audit_interval);
    if (found.desired) add_needs(demand.needs, *found.desired);
  }

  const Selection& selection_;
  Runtime& runtime_;
  std::map<std::string, Demand> demands_;  ///< by account
  CheckRows rows_;
};

}  // namespace

int run_check(const CheckCommand& command, const Console& console) {
  const auto selection = selected(command.select, console.environment);
  const auto format = command.select.output;
  if (!selection) {
    return report_failure(console.out, console.err, format, {selection.error(), exit_code::kConfiguration});
  }
  boost::asio::io_context io(1);
  boost::asio::thread_pool pool(2);
  Runtime runtime(selection->config, {.io = io.get_executor(),
                                      .pool = pool.get_executor(),
                                      .journal_path = selection->journal_path,
                                      .journal_mode = reconciler::JournalMode::read_only,
                                      .environment = &console.environment,
                                      .logger = &console.logger});
  Check check(*selection, runtime);
  const auto rows = run_until_done(io, check.run());
  console.out << (format == OutputFormat::json ? to_pretty_text(check_document(rows)) : check_lines(rows));
  return has_failed(rows) ? exit_code::kError : exit_code::kSuccess;
}

}  // namespace plumbline::daemon
