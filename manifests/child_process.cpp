#include "manifests/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "manifests/descriptor.h"

namespace plumbline::manifests {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kStandardInput = 0;
constexpr int kStandardOutput = 1;
constexpr int kStandardError = 2;
constexpr int kFirstOther = 3;

// One socket is the child's standard input and output: writing to one that has gone is an error and
// no SIGPIPE.
struct Channel {
  Descriptor ours;
  Descriptor theirs;
};

Result<Channel> make_channel() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return fail("no socket for a child process: " + error_text(errno));
  }
  Channel channel{Descriptor(ends[0]), Descriptor(ends[1])};
  if (::fcntl(channel.ours.get(), F_SETFL, O_NONBLOCK) != 0) return fail(error_text(errno));
  return channel;
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

// Copies of descriptors, with numbers above those that they get in the child, so that none is put in
// the way of another.
Result<std::vector<Descriptor>> copies_of(const std::vector<int>& files) {
  std::vector<Descriptor> copies;
  copies.reserve(files.size());
  const int above = kFirstOther + static_cast<int>(files.size());
  for (const int file : files) {
    copies.emplace_back(::fcntl(file, F_DUPFD_CLOEXEC, above));
    if (!copies.back().valid()) return fail(error_text(errno));
  }
  return copies;
}

// Signals that the parent blocks or ignores shall not be so in the child.
class SpawnAttributes {
 public:
  SpawnAttributes() {
    ::posix_spawnattr_init(&attributes_);
    sigset_t signals;
    ::sigemptyset(&signals);
    ::posix_spawnattr_setsigmask(&attributes_, &signals);
    ::sigfillset(&signals);
    ::posix_spawnattr_setsigdefault(&attributes_, &signals);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~SpawnAttributes() { ::posix_spawnattr_destroy(&attributes_); }
  SpawnAttributes(const SpawnAttributes&) = delete;
  SpawnAttributes& operator=(const SpawnAttributes&) = delete;
  [[nodiscard]] const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

// A child that is killed and reaped at the latest when this ends.
class Child {
 public:
  static Result<Child> start(const ChildCommand& command, int channel) {
    std::vector<std::string> words{command.program};
    words.insert(words.end(), command.arguments.begin(), command.arguments.end());
    std::vector<char*> argv;
    argv.reserve(words.size() + 1);
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    const auto files = copies_of(command.files);
    if (!files) return std::unexpected(files.error());
    char* no_environment = nullptr;
    pid_t pid = -1;
    const int error = ::posix_spawn(&pid, command.program.c_str(), SpawnActions(channel, *files).get(),
                                    SpawnAttributes().get(), argv.data(), &no_environment);
    if (error != 0) return fail(fmt::format("{} cannot be started: {}", command.program, error_text(error)));
    return Child(pid);
  }

  Child(Child&& other) noexcept : pid_(std::exchange(other.pid_, -1)), handle_(std::move(other.handle_)) {}
  Child& operator=(Child&&) = delete;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ > 0) end();
  }

  /// Becomes readable when the child has ended.
  [[nodiscard]] int handle() const { return handle_.get(); }

  /// Kills the child if it still runs; its status as waitpid gives it.
  int end() {
    ::kill(pid_, SIGKILL);  // no effect on one that has ended
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return status;
  }

 private:
  explicit Child(pid_t pid) : pid_(pid), handle_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))) {}

  pid_t pid_;
  Descriptor handle_;
};

// Waits for `events` on `descriptor`; those that have come, none at the deadline.
short wait_for(int descriptor, short events, Clock::time_point deadline) {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return 0;
    pollfd waiting{.fd = descriptor, .events = events, .revents = 0};
    const auto timeout = static_cast<int>(std::min<std::int64_t>(left, 60'000));
    const int ready = ::poll(&waiting, 1, timeout);
    if (ready > 0) return waiting.revents;
    if (ready < 0 && errno != EINTR) return 0;
  }
}

std::unexpected<Error> too_late(const ChildCommand& command) {
  return fail(fmt::format("no end within {} ms", command.deadline.count()));
}

bool is_passing(int error) {
  return error == EAGAIN || error == EINTR;
}

// Writes the input and reads the output as the child takes and gives them, in any order.
class Conversation {
 public:
  Conversation(int channel, const ChildCommand& command)
      : channel_(channel), command_(command), input_(command.input) {}

  Result<std::string> run(Clock::time_point deadline) {
    end_input_if_sent();
    while (!ended_) {
      const short events = input_.empty() ? POLLIN : POLLIN | POLLOUT;
      const short ready = wait_for(channel_, events, deadline);
      if (ready == 0) return too_late(command_);
      if ((ready & POLLOUT) != 0) send_some();
      if ((ready & (POLLIN | POLLHUP | POLLERR)) != 0) receive_some();
      if (output_.size() > command_.max_output) return fail("the child process says too much");
    }
    return std::move(output_);
  }

 private:
  void send_some() {
    const auto sent = ::send(channel_, input_.data(), input_.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      input_.remove_prefix(static_cast<std::size_t>(sent));
    } else if (!is_passing(errno)) {
      input_ = {};  // the child does not want it; its answer tells why
    }
    end_input_if_sent();
  }

  void end_input_if_sent() const {
    if (input_.empty()) ::shutdown(channel_, SHUT_WR);
  }

  void receive_some() {
    std::array<char, 4096> buffer{};
    const auto count = ::recv(channel_, buffer.data(), buffer.size(), 0);
    if (count > 0) {
      output_.append(buffer.data(), static_cast<std::size_t>(count));
    } else {
      ended_ = count == 0 || !is_passing(errno);
    }
  }

  int channel_;
  const ChildCommand& command_;
  std::string_view input_;  // what is still to be sent
  std::string output_;
  bool ended_ = false;
};

}  // namespace

Result<ChildEnd> run_child_to_end(const ChildCommand& command) {
  const auto deadline = Clock::now() + command.deadline;
  auto channel = make_channel();
  if (!channel) return std::unexpected(channel.error());
  auto child = Child::start(command, channel->theirs.get());
  if (!child) return std::unexpected(child.error());
  channel->theirs.reset();  // so that the child's end is seen here
  if (child->handle() < 0) return fail("pidfd_open is not available here: " + error_text(errno));
  auto output = Conversation(channel->ours.get(), command).run(deadline);
  if (!output) return std::unexpected(output.error());
  if (wait_for(child->handle(), POLLIN, deadline) == 0) return too_late(command);
  const int status = child->end();
  if (WIFSIGNALED(status)) {
    return fail(fmt::format("the child process was ended by signal {}", WTERMSIG(status)));
  }
  return ChildEnd{.exit_code = WEXITSTATUS(status), .output = *std::move(output)};
}

Result<std::string> run_child(const ChildCommand& command) {
  auto end = run_child_to_end(command);
  if (!end) return std::unexpected(end.error());
  if (end->exit_code != 0) return fail(fmt::format("the child process ended with {}", end->exit_code));
  return std::move(end->output);
}

}  // namespace plumbline::manifests
