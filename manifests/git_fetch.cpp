#include "manifests/git_fetch.h"

#include <fmt/format.h>
#include <unistd.h>

#include "manifests/child_process.h"
#include "manifests/fetch_message.h"
#include "manifests/git_known_hosts.h"
#include "manifests/git_ssh_key.h"

namespace plumbline::manifests {
namespace {

constexpr std::string_view kThisProgram = "/proc/self/exe";

std::string program_of(const FetchRequest& request) {
  return request.program.empty() ? std::string(kThisProgram) : request.program;
}

// What is wrong with the credentials for ssh, before anybody is asked.
Result<void> check_ssh(const FetchRequest& request, const RemoteAddress& remote) {
  if (!remote.is_ssh) return {};
  if (request.ssh_key.empty()) return fail("it needs credentials with ssh_key and known_hosts");
  if (auto usable = check_private_key(request.ssh_key.reveal()); !usable) return usable;
  return check_usable(keys_of_host(request.known_hosts, remote.host, remote.port));
}

}  // namespace

Result<Fetched> fetch(const FetchRequest& request) {
  const auto remote = check_remote(request.url);
  if (!remote) return std::unexpected(remote.error());
  if (const auto ready = check_ssh(request, *remote); !ready) {
    return fail(fmt::format("cannot fetch from {}: {}", remote->shown, ready.error().message));
  }
  std::string message = encode_request(request, ::getpid());
  if (message.size() > kMaxFetchMessage) {
    wipe(message);
    return fail(fmt::format("cannot fetch from {}: known_hosts or the credentials are too large", remote->shown));
  }
  const auto output = run_child({.program = program_of(request),
                                 .arguments = {std::string(kFetchCommand)},
                                 .input = message,
                                 .max_output = kMaxFetchMessage,
                                 .deadline = request.deadline});
  wipe(message);
  if (!output) {
    return fail(fmt::format("cannot fetch from {}: {}", remote->shown, output.error().message));
  }
  return decode_answer(*output);
}

}  // namespace plumbline::manifests
