#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <exception>
#include <vector>

#include "base/redaction.h"
#include "base/text.h"
#include "manifests/sources/git/fetch_message.h"
#include "manifests/sources/git/git_fetch.h"
#include "manifests/sources/git/git_mirror.h"

namespace plumbline::manifests {
namespace {

constexpr int kGood = 0;
constexpr int kBroken = 1;
// How much of a remote's words an error repeats.
constexpr std::size_t kLongestError = 2000;

std::string read_standard_input() {
  std::string message;
  message.reserve(kMaxFetchMessage);  // never copied: it holds a password
  std::array<char, 4096> buffer{};
  while (message.size() + buffer.size() <= kMaxFetchMessage) {
    const auto count = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    message.append(buffer.data(), static_cast<std::size_t>(count));
  }
  buffer.fill('\0');
  return message;
}

bool write_standard_output(std::string_view text) {
  while (!text.empty()) {
    const auto count = ::write(STDOUT_FILENO, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

// Makes this process end with its parent. Returns false if the parent has ended already.
bool tie_to(pid_t parent) {
  return ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && ::getppid() == parent;
}

void limit(__rlimit_resource what, rlim_t most) {
  const rlimit limits{.rlim_cur = most, .rlim_max = most};
  ::setrlimit(what, &limits);
}

// Limits what the bytes of a peer can make this process use.
void limit_resources(const FetchRequest& request) {
  limit(RLIMIT_CORE, 0);  // a dump would hold the password
  limit(RLIMIT_FSIZE, request.max_bytes);
  ::signal(SIGXFSZ, SIG_IGN);          // a write that is too large becomes an error
#if !__has_feature(address_sanitizer)  // which maps terabytes
  limit(RLIMIT_AS, request.max_memory);
#endif
  ::umask(S_IRWXG | S_IRWXO);
}

// The parts of a request that no text may repeat. A long user name is a token: some hosts accept it there.
std::vector<Secret> credentials_in(const FetchRequest& request) {
  constexpr std::size_t kLongName = 16;
  std::vector<Secret> credentials;
  credentials.push_back(request.password.copy());
  credentials.push_back(request.ssh_key.copy());
  if (request.username.size() >= kLongName) credentials.emplace_back(request.username);
  // As Basic joins them: this finds a password that is too short on its own.
  std::string both = request.username + ':' + std::string(request.password.reveal());
  if (!request.password.empty()) credentials.emplace_back(both);
  wipe(both);
  return credentials;
}

// An error may hold the remote's own words: its `ERR` line, or the target of a redirect.
Result<Fetched> without_credentials(Result<Fetched> fetched, const FetchRequest& request) {
  if (fetched) return fetched;
  return fail(printable(without_secrets(fetched.error().message, credentials_in(request), kLongestError)));
}

Result<Fetched> answer_to(std::string_view message) {
  const auto received = decode_request(message);
  if (!received) return std::unexpected(received.error());
  if (!tie_to(received->parent)) return fail("the process that asked for the fetch has gone");
  limit_resources(received->request);
  return without_credentials(update_mirror(received->request), received->request);
}

}  // namespace

int run_fetch_child() {
  std::string message = read_standard_input();
  std::string answer;
  try {
    answer = encode_answer(answer_to(message));
  } catch (const std::exception&) {
    // The exception's text may quote anything.
    answer = encode_answer(fail("the fetch failed for lack of memory or of a library"));
  }
  wipe(message);
  return write_standard_output(answer) ? kGood : kBroken;
}

}  // namespace plumbline::manifests
