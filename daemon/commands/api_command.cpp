#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <optional>
#include <ostream>
#include <tuple>
#include <utility>
#include <vector>

#include "api/reaction.h"
#include "api/redact.h"
#include "base/text.h"
#include "daemon/blocking.h"
#include "daemon/commands/api_input.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/report.h"
#include "daemon/commands/selection.h"
#include "daemon/config/names.h"
#include "daemon/config/proxy.h"
#include "daemon/controller/runtime.h"
#include "daemon/exit_code.h"

namespace plumbline::daemon {
namespace {

using Diagnostics = std::vector<Diagnostic>;

// Every operation reports its errors in the same shape.
constexpr std::string_view kErrorShape = "envelope";

// --- --list

Json operation_document(const api::Operation& operation) {
  return {{"name", operation.name},
          {"method", operation.method},
          {"path", operation.path},
          {"body", api::to_string(operation.body)},
          {"idempotent", operation.repeat != api::Repeat::never},
          {"success", api::to_string(operation.answer)},
          {"error", kErrorShape},
          {"source", operation.source}};
}

void print_json_list(std::ostream& out) {
  JsonArray list;
  for (const auto& operation : api::operations()) list.push_back(operation_document(operation));
  out << to_pretty_text(list);
}

using Row = std::array<std::string_view, 8>;

Row row_of(const api::Operation& operation) {
  return {operation.name,
          operation.method,
          operation.path,
          api::to_string(operation.body),
          operation.repeat != api::Repeat::never ? "yes" : "no",
          api::to_string(operation.answer),
          kErrorShape,
          operation.source};
}

// Each column is as wide as its widest cell, so that no two touch.
void print_table(std::ostream& out) {
  std::vector<Row> rows{{"NAME", "METHOD", "PATH", "BODY", "IDEMPOTENT", "SUCCESS", "ERROR", "SOURCE"}};
  for (const auto& operation : api::operations()) rows.push_back(row_of(operation));
  std::array<std::size_t, std::tuple_size_v<Row>> widths{};
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths.at(i) = std::max(widths.at(i), row.at(i).size());
  }
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i + 1 < row.size(); ++i) line += fmt::format("{:<{}}  ", row.at(i), widths.at(i));
    out << line << row.back() << '\n';
  }
}

// --- one call

// The account whose credentials and budget the call uses.
struct Caller {
  Config config;
  std::string account;  ///< name in config.accounts
  std::string journal_path;
};

Result<Caller, Diagnostics> caller_from_config(const ApiCommand& command, const Environment& environment) {
  auto loaded = load_config(*command.config_file);
  if (has_errors(loaded.diagnostics)) return std::unexpected(std::move(loaded.diagnostics));
  if (!loaded.config.accounts.contains(*command.account)) {
    return std::unexpected(
        Diagnostics{{.summary = *command.config_file + " has no account \"" + *command.account + "\"",
                     .detail = which_is_known(*command.account, loaded.config.accounts)}});
  }
  auto journal = command.journal.value_or(journal_path_of(loaded.config, environment));
  return Caller{std::move(loaded.config), *command.account, std::move(journal)};
}

Result<Caller, Diagnostics> caller_from_environment(const ApiCommand& command, AccountId id,
                                                    const Environment& environment) {
  auto account = account_from(environment, id);
  if (!account) return std::unexpected(std::move(account.error()));
  Caller caller{.account = account->name,
                .journal_path = command.journal.value_or(state_folder(environment) + "/journal.db")};
  caller.config.budgets.emplace(account->budget, BudgetConfig{.name = account->budget, .of_token = true});
  caller.config.accounts.emplace(account->name, std::move(*account));
  return caller;
}

// The answer, or why there is none. The outer error is for credentials that cannot be read.
using Outcome = Result<api::Result<api::Answer>>;

Awaitable<Outcome> make_call(Runtime* runtime, AccountRuntime* account, api::Call call) {
  auto ready = account->refresh_credentials();
  if (!ready) co_return std::unexpected(std::move(ready.error()));
  const auto target = account->api(api::Priority::interactive);
  if (wants_account_id(call)) call.path.emplace_back("account_id", target.id);
  auto answer = co_await target.client->call(std::move(call));
  co_await runtime->shutdown();
  co_return std::move(answer);
}

Json error_document(const api::Error& error) {
  return {{"errored", true},
          {"kind", api::to_string(error.kind)},
          {"operation", error.operation},
          {"endpoint", error.endpoint},
          {"status", error.status},
          {"code", error.code},
          {"message", error.message},
          {"pointer", error.pointer},
          {"documentation_url", error.documentation_url},
          {"cf_ray", error.cf_ray}};
}

int tell_error(const api::Error& error, OutputFormat format, const Console& console) {
  if (format == OutputFormat::json) console.out << to_pretty_text(error_document(error));
  console.err << fmt::format("plumbline api: {}: {}\n", api::to_string(error.kind), api::to_text(error));
  if (api::may_want_key(error)) console.err << "plumbline api: " << api::kUseKey << '\n';
  return exit_code::kError;
}

// A single page must not look like the whole list.
void note_further_pages(const api::Answer& answer, std::ostream& err) {
  const Json* const total = member(answer.result_info, "total_count");
  if (total == nullptr || !answer.result.is_array()) return;
  const auto shown = answer.result.get_array().size();
  if (total->is_int64() && std::cmp_greater(total->get_int64(), shown)) {
    err << fmt::format(
        "plumbline api: this page has {} of {} items; read the others with --query page=N --query per_page=N\n", shown,
        total->get_int64());
  }
}

class ApiRun {
 public:
  ApiRun(const ApiCommand& command, const Console& console) : command_(command), console_(console) {}

  int run() {
    auto call = read_call(command_.words, read_input);
    if (!call) return wrong_usage(call.error().message);
    auto caller = command_.config_file ? caller_from_config(command_, console_.environment)
                                       : caller_from_environment(command_, needed_id(*call), console_.environment);
    if (!caller) return not_configured(caller.error());
    if (auto proxy = proxy_from(console_.environment); !proxy) {
      return not_configured({{.summary = std::move(proxy.error().message)}});
    }
    if (auto opened = open_jwt_file(); !opened) return wrong_usage(opened.error().message);
    return call_and_tell(*caller, std::move(*call));
  }

 private:
  static AccountId needed_id(const api::Call& call) {
    return wants_account_id(call) ? AccountId::needed : AccountId::optional;
  }

  [[nodiscard]] int wrong_usage(const std::string& what) const {
    console_.err << "plumbline api: " << what << "\nRun `plumbline api --help` for what there is.\n";
    if (command_.output == OutputFormat::json) console_.out << to_pretty_text(failure_document({{.summary = what}}));
    return exit_code::kUsage;
  }

  [[nodiscard]] int not_configured(const Diagnostics& diagnostics) const {
    return report_failure(console_.out, console_.err, command_.output, {diagnostics, exit_code::kConfiguration});
  }

  Result<void> open_jwt_file() {
    if (!command_.words.save_jwt) return {};
    auto file = NewSecretFile::create(*command_.words.save_jwt);
    if (!file) return fail("--save-jwt: " + printable(*command_.words.save_jwt) + ": " + file.error().message);
    jwt_file_.emplace(std::move(*file));
    return {};
  }

  int call_and_tell(const Caller& caller, api::Call call) {
    boost::asio::io_context io(1);
    boost::asio::thread_pool pool(1);
    Runtime runtime(caller.config, {.io = io.get_executor(),
                                    .pool = pool.get_executor(),
                                    .journal_path = caller.journal_path,
                                    .environment = &console_.environment,
                                    .logger = &console_.logger});
    auto outcome = run_until_done(io, make_call(&runtime, &runtime.account(caller.account), std::move(call)));
    if (!outcome) return not_configured({{.summary = std::move(outcome.error().message)}});
    if (!*outcome) return tell_error(outcome->error(), command_.output, console_);
    return tell_answer(**outcome);
  }

  // If the answer has no token, as between the buckets of an upload, the file is deleted again.
  Result<void> save_jwt(const api::Answer& answer) {
    const auto token = string_member(answer.result, "jwt");
    return jwt_file_ && !token.empty() ? jwt_file_->write(token) : Result<void>();
  }

  int tell_answer(const api::Answer& answer) {
    if (auto saved = save_jwt(answer); !saved) {
      console_.err << "plumbline api: --save-jwt: " << saved.error().message << '\n';
      return exit_code::kError;
    }
    note_further_pages(answer, console_.err);
    const auto* const operation = api::find_operation(command_.words.operation);
    if (operation->answer == api::AnswerShape::raw) {
      console_.out << answer.raw;
    } else {
      console_.out << to_pretty_text(api::redacted(answer.result));
    }
    console_.out << std::flush;
    return console_.out ? exit_code::kSuccess : exit_code::kError;
  }

  const ApiCommand& command_;
  const Console& console_;
  std::optional<NewSecretFile> jwt_file_;
};

}  // namespace

int run_api_list(const ApiListCommand& command, const Console& console) {
  if (command.output == OutputFormat::json) {
    print_json_list(console.out);
  } else {
    print_table(console.out);
  }
  return exit_code::kSuccess;
}

int run_api(const ApiCommand& command, const Console& console) {
  return ApiRun(command, console).run();
}

}  // namespace plumbline::daemon
