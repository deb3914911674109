#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <chrono>

#include "base/text.h"
#include "daemon/client/event_text.h"
#include "daemon/client/status_text.h"
#include "daemon/commands/ask_session.h"
#include "net/await.h"
#include "net/http.h"

// The commands that only ask.
namespace plumbline::daemon {
namespace {

using net::Awaitable;
using namespace std::chrono_literals;

constexpr auto kRedraw = 2s;
constexpr std::string_view kClear = "\x1b[H\x1b[2J";

// 0 where nobody looks at a terminal: then nothing is cut.
std::size_t terminal_width() {
  winsize size = {};
  const bool known = ::isatty(STDOUT_FILENO) == 1 && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;
  return known ? size.ws_col : 0;
}

Awaitable<> pause(std::chrono::milliseconds time) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, time);
  co_await timer.async_wait(net::kAwait);
}

void print_status(const AskSession& session, const Json& status) {
  if (session.options.format == AnswerFormat::json) return print_json(session, status);
  using Detail = StatusLayout::Detail;
  const StatusLayout layout{.detail = session.options.format == AnswerFormat::wide ? Detail::wide : Detail::lines,
                            .width = terminal_width()};
  session.console.out << status_text(status, layout, std::chrono::system_clock::now()) << std::flush;
}

Awaitable<int> ask_status(const AskSession* session, const StatusCommand* command) {
  const bool redraws = ::isatty(STDOUT_FILENO) == 1 && session->options.format != AnswerFormat::json;
  while (true) {
    const auto status = co_await session->client.get("/api/v1/status");
    if (command->following == Following::on && redraws) session->console.out << kClear;
    if (status) {
      print_status(*session, *status);
    } else if (const auto code = fail_ask(*session, status.error().message); command->following == Following::once) {
      co_return code;
    }
    if (command->following == Following::once) co_return exit_code::kSuccess;
    // A daemon that is away may come back: whoever watches waits for that.
    co_await pause(kRedraw);
  }
}

std::string history_target(const HistoryCommand& command, std::string_view field, std::string_view subject) {
  auto target = "/api/v1/history?limit=" + std::to_string(command.limit);
  if (!command.since.empty()) target += "&since=" + net::percent_encode(command.since);
  if (!subject.empty()) target += "&" + std::string(field) + "=" + net::percent_encode(subject);
  return target;
}

// A subject without `worker.` is a source, or else a Worker.
Awaitable<Result<Json, ClientProblem>> get_history(const AskSession* session, const HistoryCommand* command) {
  constexpr std::string_view kWorker = "worker.";
  const std::string_view subject = command->subject;
  if (subject.starts_with(kWorker)) {
    co_return co_await session->client.get(history_target(*command, "worker", subject.substr(kWorker.size())));
  }
  auto history = co_await session->client.get(history_target(*command, "source", subject));
  if (history || history.error().status != 404) co_return history;
  auto of_worker = co_await session->client.get(history_target(*command, "worker", subject));
  if (of_worker) co_return of_worker;
  co_return history;
}

Awaitable<int> ask_history(const AskSession* session, const HistoryCommand* command) {
  const auto history = co_await get_history(session, command);
  if (!history) co_return fail_ask(*session, history.error().message);
  if (session->options.format == AnswerFormat::json) {
    print_json(*session, *history);
  } else {
    session->console.out << history_text(*history);
  }
  co_return exit_code::kSuccess;
}

// With json each event is one line, because their list has no end.
void print_events(const AskSession& session, const Json& answer) {
  const auto* events = member(answer, "events");
  if (events == nullptr || !events->is_array()) return;
  for (const auto& event : events->get_array()) {
    session.console.out << (session.options.format == AnswerFormat::json ? to_text(event) + "\n" : event_text(event));
  }
  session.console.out << std::flush;
}

Awaitable<int> ask_events(const AskSession* session, const EventsCommand* command) {
  std::string after;
  while (true) {
    auto target = "/api/v1/events?after=" + net::percent_encode(after);
    if (!after.empty()) target += "&wait=25s";
    const auto answer = co_await session->client.get(std::move(target));
    if (!answer) co_return fail_ask(*session, answer.error().message);
    print_events(*session, *answer);
    if (command->following == Following::once) co_return exit_code::kSuccess;
    after = string_member(*answer, "newest");
  }
}

Awaitable<int> ask_diff(const AskSession* session, const DiffCommand* command) {
  const auto target = "/api/v1/plan?source=" + net::percent_encode(command->source);
  const auto plan = co_await session->client.get(target);
  if (!plan) co_return fail_ask(*session, plan.error().message);
  if (session->options.format == AnswerFormat::json) {
    print_json(*session, *plan);
  } else {
    const auto text = co_await session->client.get_text(target + "&format=text");
    if (!text) co_return fail_ask(*session, text.error().message);
    session->console.out << *text;
    session->console.err << "As the daemon read the account at " << printable(string_member(*plan, "observed_at"))
                         << ".\n";
  }
  const auto* changes = member(*plan, "resource_changes");
  const bool any =
      changes != nullptr && changes->is_array() && std::ranges::any_of(changes->get_array(), [](const Json& change) {
        const auto* what = member(change, "change");
        const auto* actions = what == nullptr ? nullptr : member(*what, "actions");
        return actions != nullptr && *actions != Json(JsonArray{"no-op"});
      });
  co_return any && command->detailed_exit_code ? exit_code::kChanges : exit_code::kSuccess;
}

}  // namespace

int fail_ask(const AskSession& session, const std::string& message) {
  const auto format = session.options.format == AnswerFormat::json ? OutputFormat::json : OutputFormat::text;
  const Diagnostic problem{.where = {}, .summary = message, .detail = {}};
  return report_failure(session.console.out, session.console.err, format, {{problem}, exit_code::kError});
}

void print_json(const AskSession& session, const Json& json) {
  session.console.out << to_pretty_text(json);
}

int run_ask(const StatusCommand& command, const Console& console) {
  return run_ask("status", command, console, ask_status);
}
int run_ask(const HistoryCommand& command, const Console& console) {
  return run_ask("history", command, console, ask_history);
}
int run_ask(const EventsCommand& command, const Console& console) {
  return run_ask("events", command, console, ask_events);
}
int run_ask(const DiffCommand& command, const Console& console) {
  return run_ask("diff", command, console, ask_diff);
}

}  // namespace plumbline::daemon
