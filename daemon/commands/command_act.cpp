#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <functional>
#include <optional>

#include "base/text.h"
#include "daemon/commands/ask_session.h"
#include "net/await.h"
#include "net/http.h"

// The commands that ask a daemon to do something, and those that wait until it has.
namespace plumbline::daemon {
namespace {

using net::Awaitable;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

std::string source_path(std::string_view source) {
  return "/api/v1/sources/" + net::percent_encode(source);
}

void say(const AskSession& session, const Json& answer, const std::string& line) {
  if (session.options.format == AnswerFormat::json) return print_json(session, answer);
  session.console.out << printable(line) << '\n';
}

std::string_view condition_status(const Json& source, std::string_view type, std::string_view field) {
  const auto* conditions = member(source, "conditions");
  if (conditions == nullptr || !conditions->is_array()) return {};
  for (const auto& condition : conditions->get_array()) {
    if (string_member(condition, "type") == type) return string_member(condition, field);
  }
  return {};
}

bool is_ready(const Json& source) {
  return condition_status(source, "Ready", "status") == "True";
}

// `production: Ready False, OutOfSync, main@sha1:…: what is the matter`
std::string line_of(const Json& source) {
  const auto message = condition_status(source, "Ready", "message");
  return fmt::format("{}: Ready {}, {}, {}{}{}", string_member(source, "name"),
                     condition_status(source, "Ready", "status"), string_member(source, "sync"),
                     string_member(source, "lastAttemptedRevision"), message.empty() ? "" : ": ", message);
}

// Asks for the source until `done` says how the command ends, or the time is over. A daemon that is away for a moment,
// because it starts again, is asked again.
Awaitable<int> wait_for(const AskSession* session, std::string source, std::chrono::milliseconds timeout,
                        std::function<std::optional<int>(const Json&)> done) {
  constexpr auto kFirstPause = 100ms;
  constexpr auto kLongestPause = 1000ms;
  const auto end = Clock::now() + timeout;
  auto length = std::chrono::milliseconds(kFirstPause);
  std::string last = "the daemon did not answer";
  while (true) {
    const auto now = co_await session->client.get(source_path(source));
    if (now) {
      if (const auto code = done(*now)) {
        if (*code == exit_code::kSuccess) {
          say(*session, *now, line_of(*now));
          co_return *code;
        }
        co_return fail_ask(*session, printable(line_of(*now)));
      }
      last = line_of(*now);
    } else {
      if (now.error().status != 0) co_return fail_ask(*session, now.error().message);
      last = now.error().message;
    }
    if (Clock::now() + length >= end) {
      co_return fail_ask(*session, fmt::format("not within {} s. At the end: {}", timeout / 1s, printable(last)));
    }
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, length);
    co_await timer.async_wait(net::kAwait);
    length = std::min<std::chrono::milliseconds>(length * 2, kLongestPause);
  }
}

Awaitable<int> reconcile(const AskSession* session, const ReconcileCommand* command) {
  const auto asked = co_await session->client.post(source_path(command->source) + "/reconcile", {});
  if (!asked) co_return fail_ask(*session, asked.error().message);
  const std::string requested(string_member(*asked, "requestedAt"));
  if (!command->wait) {
    say(*session, *asked, command->source + ": asked at " + requested + "; --wait waits until it is done");
    co_return exit_code::kSuccess;
  }
  co_return co_await wait_for(session, command->source, command->timeout,
                              [requested](const Json& source) -> std::optional<int> {
                                if (string_member(source, "lastHandledReconcileAt") < requested) return std::nullopt;
                                return is_ready(source) ? exit_code::kSuccess : exit_code::kError;
                              });
}

// The commit of `main@sha1:<40 hex>`.
std::string_view commit_of(std::string_view revision) {
  const auto colon = revision.rfind(':');
  return colon == std::string_view::npos ? revision : revision.substr(colon + 1);
}

Awaitable<int> wait(const AskSession* session, const WaitCommand* command) {
  const auto wanted = std::string(commit_of(command->revision));
  const auto done = [wanted](const Json& source) -> std::optional<int> {
    const auto applied = commit_of(string_member(source, "lastAppliedRevision"));
    const bool is_there = wanted.empty() ? !applied.empty() : applied.starts_with(wanted);
    if (is_there && is_ready(source) && string_member(source, "sync") == "Synced") return exit_code::kSuccess;
    // No retry can help.
    const bool is_tried = commit_of(string_member(source, "lastAttemptedRevision")).starts_with(wanted);
    if (is_tried && condition_status(source, "Stalled", "status") == "True") return exit_code::kError;
    return std::nullopt;
  };
  return wait_for(session, command->source, command->timeout, done);
}

Awaitable<int> suspend(const AskSession* session, const SuspendCommand* command) {
  const auto slash = command->subject.find('/');
  const auto source = command->subject.substr(0, slash);
  auto path = source_path(source);
  if (slash != std::string::npos) path += "/workers/" + net::percent_encode(command->subject.substr(slash + 1));
  JsonObject body;
  if (!command->length.empty()) body["for"] = command->length;
  if (!command->reason.empty()) body["reason"] = command->reason;
  const auto answer =
      co_await session->client.post(path + (command->suspends ? "/suspend" : "/resume"), std::move(body));
  if (!answer) co_return fail_ask(*session, answer.error().message);
  if (!command->suspends) {
    const bool was = bool_member(*answer, "was_suspended").value_or(false);
    const bool stays = bool_member(*answer, "suspended_by_configuration").value_or(false);
    say(*session, *answer,
        command->subject + (was ? " goes on" : " was not suspended") +
            (stays ? "; its source is still suspended by the configuration" : ""));
    co_return exit_code::kSuccess;
  }
  const auto* suspension = member(*answer, "suspension");
  const auto until = suspension == nullptr ? std::string_view() : string_member(*suspension, "until");
  say(*session, *answer,
      command->subject + " is suspended" +
          (until.empty() ? " until somebody resumes it" : " until " + std::string(until)) +
          "; it is still observed and reported. To end it: plumbline resume " + command->subject);
  co_return exit_code::kSuccess;
}

Awaitable<int> approve(const AskSession* session, const ApproveCommand* command) {
  const auto answer =
      co_await session->client.post(source_path(command->source) + "/approve", {{"digest", command->digest}});
  if (!answer) co_return fail_ask(*session, answer.error().message);
  say(*session, *answer, command->source + ": approved " + command->digest + "; it is applied now");
  co_return exit_code::kSuccess;
}

}  // namespace

int run_ask(const ReconcileCommand& command, const Console& console) {
  return run_ask("reconcile", command, console, reconcile);
}
int run_ask(const WaitCommand& command, const Console& console) {
  return run_ask("wait", command, console, wait);
}
int run_ask(const SuspendCommand& command, const Console& console) {
  return run_ask(command.suspends ? "suspend" : "resume", command, console, suspend);
}
int run_ask(const ApproveCommand& command, const Console& console) {
  return run_ask("approve", command, console, approve);
}

}  // namespace plumbline::daemon
