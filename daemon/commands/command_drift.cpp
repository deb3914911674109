#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include "base/digest.h"
#include "base/text.h"
#include "daemon/client/drift_text.h"
#include "daemon/commands/ask_session.h"
#include "daemon/config/read_file.h"
#include "net/http.h"

// Where something comes from, and what to do about what was changed behind git's back.
namespace plumbline::daemon {
namespace {

using net::Awaitable;
namespace fs = std::filesystem;

constexpr std::size_t kLargestManifest = std::size_t{1024} * 1024;

// It has a slash, or a dot that does not belong to `worker.`.
bool is_like_url(std::string_view subject) {
  constexpr std::string_view kWorker = "worker.";
  if (subject.starts_with(kWorker)) subject.remove_prefix(kWorker.size());
  return subject.contains('/') || subject.contains('.');
}

Awaitable<int> explain(const AskSession* session, const ExplainCommand* command) {
  const auto* field = is_like_url(command->subject) ? "url" : "worker";
  auto target = fmt::format("/api/v1/explain?{}={}", field, net::percent_encode(command->subject));
  if (session->options.format == AnswerFormat::json) {
    const auto answer = co_await session->client.get(std::move(target));
    if (!answer) co_return fail_ask(*session, answer.error().message);
    print_json(*session, *answer);
    co_return exit_code::kSuccess;
  }
  const auto text = co_await session->client.get_text(target + "&format=text");
  if (!text) co_return fail_ask(*session, text.error().message);
  session->console.out << *text;
  co_return exit_code::kSuccess;
}

// Writes one file of the working copy, if it is there as the daemon knows it. Why not; empty if it was written.
std::string take_over(const fs::path& folder, const Json& file) {
  const auto path = fs::path(string_member(file, "path")).lexically_normal();
  // A daemon is not trusted to name places outside of the working copy.
  if (path.empty() || path.is_absolute() || *path.begin() == "..") return "the daemon names no path of a working copy";
  const auto place = folder / path;
  if (fs::is_symlink(place)) return place.string() + " is a symbolic link";
  const auto now = read_file(place.string(), kLargestManifest);
  if (!now) return place.string() + ": " + now.error().message;
  if (sha256_hex(*now) != string_member(file, "was")) {
    return place.string() + " is not as in the revision that the daemon has applied; check that one out";
  }
  std::ofstream out(place, std::ios::binary | std::ios::trunc);
  out << string_member(file, "text");
  out.close();
  return out ? "" : place.string() + " cannot be written";
}

int accept(const AskSession& session, const DriftCommand& command, const Json& drift) {
  const auto* accepted = member(drift, "accept");
  const auto* files = accepted == nullptr ? nullptr : member(*accepted, "files");
  const auto* refused = accepted == nullptr ? nullptr : member(*accepted, "refused");
  if (files == nullptr || !files->is_array() || refused == nullptr || !refused->is_array()) {
    return fail_ask(session, "the daemon does not say what to write; is it of another version?");
  }
  bool complete = refused->get_array().empty();
  for (const auto& file : files->get_array()) {
    const auto problem = take_over(command.folder, file);
    complete = complete && problem.empty();
    if (problem.empty()) {
      session.console.out << "changed " << printable(string_member(file, "path")) << '\n';
    } else {
      session.console.err << "not changed: " << printable(problem) << '\n';
    }
  }
  for (const auto& one : refused->get_array()) session.console.err << refused_text(one);
  if (files->get_array().empty() && refused->get_array().empty()) session.console.out << drift_text(drift);
  return complete ? exit_code::kSuccess : exit_code::kError;
}

Awaitable<int> revert(const AskSession* session, const DriftCommand* command) {
  JsonObject body;
  if (!command->worker.empty()) body["worker"] = command->worker;
  const auto answer = co_await session->client.post(
      "/api/v1/sources/" + net::percent_encode(command->source) + "/drift/revert", std::move(body));
  if (!answer) co_return fail_ask(*session, answer.error().message);
  if (session->options.format == AnswerFormat::json) {
    print_json(*session, *answer);
  } else {
    session->console.out << command->source << ": the next pass undoes it; plumbline events --follow shows when\n";
  }
  co_return exit_code::kSuccess;
}

Awaitable<int> drift(const AskSession* session, const DriftCommand* command) {
  using What = DriftCommand::What;
  if (command->what == What::revert) co_return co_await revert(session, command);
  auto target = "/api/v1/sources/" + net::percent_encode(command->source) +
                "/drift?worker=" + net::percent_encode(command->worker);
  if (command->what == What::accept) target += "&accept=true";
  const auto answer = co_await session->client.get(std::move(target));
  if (!answer) co_return fail_ask(*session, answer.error().message);
  if (command->what == What::accept) co_return accept(*session, *command, *answer);
  if (session->options.format == AnswerFormat::json) {
    print_json(*session, *answer);
  } else {
    session->console.out << (command->what == What::ignore ? ignore_text(*answer) : drift_text(*answer));
  }
  co_return exit_code::kSuccess;
}

}  // namespace

int run_ask(const ExplainCommand& command, const Console& console) {
  return run_ask("explain", command, console, explain);
}
int run_ask(const DriftCommand& command, const Console& console) {
  return run_ask("drift", command, console, drift);
}

}  // namespace plumbline::daemon
