#include "manifests/sources/git/git_fetch.h"

#include <fmt/format.h>
#include <unistd.h>

#include <utility>

#include "manifests/sources/git/fetch_message.h"
#include "manifests/sources/git/git_known_hosts.h"
#include "manifests/sources/git/git_ssh_key.h"

namespace plumbline::manifests {
namespace {

constexpr std::string_view kThisProgram = "/proc/self/exe";

std::string program_of(const FetchRequest& request) {
  return request.program.empty() ? std::string(kThisProgram) : request.program;
}

// Checks the credentials for ssh before connecting.
Result<void> check_ssh(const FetchRequest& request, const RemoteAddress& remote) {
  if (!remote.is_ssh) return {};
  if (request.ssh_key.empty()) return fail("it needs credentials with ssh_key and known_hosts");
  if (auto usable = check_private_key(request.ssh_key.reveal()); !usable) return usable;
  return check_usable(keys_of_host(request.known_hosts, remote.host, remote.port));
}

}  // namespace

Result<ChildCommand> fetch_command(const FetchRequest& request) {
  const auto remote = check_remote(request.url);
  if (!remote) return std::unexpected(remote.error());
  if (const auto ready = check_ssh(request, *remote); !ready) {
    return fail(fmt::format("cannot fetch from {}: {}", remote->shown, ready.error().message));
  }
  std::string message = encode_request(request, ::getpid());
  const bool fits = message.size() <= kMaxFetchMessage;
  ChildCommand command{.program = program_of(request),
                       .arguments = {std::string(kFetchCommand)},
                       .input = Secret(message),
                       .max_output = kMaxFetchMessage,
                       .deadline = request.deadline};
  wipe(message);
  if (fits) return command;
  return fail(fmt::format("cannot fetch from {}: known_hosts or the credentials are too large", remote->shown));
}

Result<Fetched> fetched_by(const FetchRequest& request, const Result<ChildEnd>& end) {
  const auto remote = check_remote(request.url);
  if (!remote) return std::unexpected(remote.error());
  const auto failed = [&](std::string_view why) {
    return fail(fmt::format("cannot fetch from {}: {}", remote->shown, why));
  };
  if (!end) return failed(end.error().message);
  if (end->exit_code != 0) return failed(fmt::format("the child process ended with exit code {}", end->exit_code));
  return decode_answer(end->output);
}

}  // namespace plumbline::manifests
