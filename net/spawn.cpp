#include "net/spawn.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace plumbline::net {
namespace {

constexpr int kStandardInput = 0;
constexpr int kStandardOutput = 1;
constexpr int kStandardError = 2;
constexpr int kFirstOther = 3;
constexpr int kReapAttempts = 200;
constexpr std::chrono::milliseconds kReapPause{1};

// One socket is the child's standard input and output: writing to a child that is gone is then an error and not
// SIGPIPE.
struct Channel {
  Descriptor ours;
  Descriptor theirs;
};

std::unexpected<Error> cannot_start(const ChildCommand& command, int error) {
  return fail(fmt::format("{} cannot be started: {}", command.program, error_text(error)));
}

Result<Channel> make_channel(const ChildCommand& command) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return cannot_start(command, errno);
  return Channel{Descriptor(ends[0]), Descriptor(ends[1])};
}

class SpawnActions {
 public:
  SpawnActions(int channel, const std::vector<Descriptor>& files) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawn_file_actions_adddup2(&actions_, channel, kStandardInput);
    ::posix_spawn_file_actions_adddup2(&actions_, channel, kStandardOutput);
    ::posix_spawn_file_actions_addopen(&actions_, kStandardError, "/dev/null", O_WRONLY, 0);
    int next = kFirstOther;
    for (const Descriptor& file : files) ::posix_spawn_file_actions_adddup2(&actions_, file.get(), next++);
    ::posix_spawn_file_actions_addclosefrom_np(&actions_, next);
  }
  ~SpawnActions() { ::posix_spawn_file_actions_destroy(&actions_); }
  SpawnActions(const SpawnActions&) = delete;
  SpawnActions& operator=(const SpawnActions&) = delete;
  [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

// Copies of the descriptors with numbers above those that they get in the child, so that placing one never overwrites
// another.
Result<std::vector<Descriptor>> copies_of(const ChildCommand& command) {
  std::vector<Descriptor> copies;
  copies.reserve(command.files.size());
  const int above = kFirstOther + static_cast<int>(command.files.size());
  for (const Descriptor& file : command.files) {
    copies.emplace_back(::fcntl(file.get(), F_DUPFD_CLOEXEC, above));
    if (!copies.back().valid()) return cannot_start(command, errno);
  }
  return copies;
}

// The child must not inherit which signals the parent blocks or ignores.
class SpawnAttributes {
 public:
  SpawnAttributes() {
    ::posix_spawnattr_init(&attributes_);
    sigset_t signals;
    ::sigemptyset(&signals);
    ::posix_spawnattr_setsigmask(&attributes_, &signals);
    ::sigfillset(&signals);
    ::posix_spawnattr_setsigdefault(&attributes_, &signals);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  ~SpawnAttributes() { ::posix_spawnattr_destroy(&attributes_); }
  SpawnAttributes(const SpawnAttributes&) = delete;
  SpawnAttributes& operator=(const SpawnAttributes&) = delete;
  [[nodiscard]] const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

// Returns 0, or the errno of why there is no process.
int spawn(const ChildCommand& command, const SpawnActions& actions, pid_t* pid) {
  std::vector<std::string> words{command.program};
  words.insert(words.end(), command.arguments.begin(), command.arguments.end());
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  char* no_environment = nullptr;
  return ::posix_spawn(pid, command.program.c_str(), actions.get(), SpawnAttributes().get(), argv.data(),
                       &no_environment);
}

}  // namespace

Result<Spawned> Spawned::start(const ChildCommand& command) {
  auto channel = make_channel(command);
  if (!channel) return std::unexpected(channel.error());
  const auto files = copies_of(command);
  if (!files) return std::unexpected(files.error());
  pid_t pid = -1;
  if (const int error = spawn(command, SpawnActions(channel->theirs.get(), *files), &pid); error != 0) {
    return cannot_start(command, error);
  }
  Spawned child(pid, std::move(channel->ours));
  // glibc 2.36 has no declaration for it that C++ can use.
  child.handle_ = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (child.handle_.valid()) return child;
  const int error = errno;
  if (error == ENOSYS || error == EPERM) return fail("pidfd_open is not available here; Linux 5.3 or later is needed");
  return fail(fmt::format("{} cannot be waited for: {}", command.program, error_text(error)));
}

Spawned::Spawned(Spawned&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), channel_(std::move(other.channel_)), handle_(std::move(other.handle_)) {}

Spawned::~Spawned() {
  if (pid_ <= 0) return;
  kill();
  // Bounded: a process that waits for a file system which does not answer cannot be ended.
  for (int attempt = 0; attempt < kReapAttempts && ::waitpid(pid_, nullptr, WNOHANG) == 0; ++attempt) {
    std::this_thread::sleep_for(kReapPause);
  }
}

void Spawned::kill() const {
  if (pid_ > 0) ::kill(-pid_, SIGKILL);  // no effect if it has ended
}

int Spawned::reap() {
  kill();  // before the wait, after which the group's number may be reused
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return status;
}

}  // namespace plumbline::net
