#include "manifests/git_fetch.h"

#include <fmt/format.h>
#include <unistd.h>

#include "manifests/child_process.h"
#include "manifests/fetch_message.h"

namespace plumbline::manifests {
namespace {

constexpr std::string_view kThisProgram = "/proc/self/exe";

std::string program_of(const FetchRequest& request) {
  return request.program.empty() ? std::string(kThisProgram) : request.program;
}

}  // namespace

Result<std::string> fetch(const FetchRequest& request) {
  const auto remote = check_remote(request.url);
  if (!remote) return std::unexpected(remote.error());
  std::string message = encode_request(request, ::getpid());
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
