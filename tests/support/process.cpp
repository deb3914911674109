#include "tests/support/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "tests/support/files.h"

namespace plumbline::testing {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

namespace {

constexpr int kCannotExecute = 127;

[[noreturn]] void fail_with_errno(const std::string& what) {
  throw std::runtime_error(fmt::format("{}: {}", what, std::strerror(errno)));
}

/// Names files of one test program apart.
int next_number() {
  static std::atomic<int> last{0};
  return ++last;
}

class OpenFile {
 public:
  OpenFile(const fs::path& file, int flags) : number_(open(file.c_str(), flags | O_CLOEXEC, 0600)) {
    if (number_ < 0) fail_with_errno(file.string());
  }
  ~OpenFile() { close(number_); }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

/// Pointers into texts that stay where they are, ended by a null, as exec wants them.
std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (auto& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// What the child needs, made before the fork: between fork and exec only async-signal-safe calls are allowed.
struct Launch {
  explicit Launch(const Program& program) : file(program.file), folder(program.working_folder), words{program.file} {
    words.insert(words.end(), program.arguments.begin(), program.arguments.end());
    for (const auto& [name, value] : program.environment) variables.push_back(fmt::format("{}={}", name, value));
    arguments = pointers_to(words);
    environment = pointers_to(variables);
  }

  std::string file;
  fs::path folder;
  std::vector<std::string> words;
  std::vector<std::string> variables;
  std::vector<char*> arguments;
  std::vector<char*> environment;
};

/// False if it cannot be had.
bool take_as(int standard, int descriptor) {
  return descriptor == Program::kClosed ? close(standard) == 0 || errno == EBADF : dup2(descriptor, standard) >= 0;
}

[[noreturn]] void become(const Launch& launch, pid_t parent, int in, int out, int err) {
  // posix_spawn cannot ask for this: whatever ends the test, also SIGKILL at its time limit, ends the child.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(kCannotExecute);
  setpgid(0, 0);
  const bool moved = launch.folder.empty() || chdir(launch.folder.c_str()) == 0;
  if (!moved || !take_as(STDIN_FILENO, in) || !take_as(STDOUT_FILENO, out) || !take_as(STDERR_FILENO, err)) {
    _exit(kCannotExecute);
  }
  execvpe(launch.file.c_str(), launch.arguments.data(), launch.environment.data());
  _exit(kCannotExecute);
}

/// pidfd_open(2); the header of glibc 2.36 declares it without extern "C".
int open_process(pid_t id) {
  return static_cast<int>(syscall(SYS_pidfd_open, id, 0));
}

Ended ended_from(int status) {
  if (WIFSIGNALED(status)) return {.exit_code = -1, .signal = WTERMSIG(status)};
  return {.exit_code = WEXITSTATUS(status), .signal = 0};
}

}  // namespace

Process::Process(const Program& program) {
  const auto stem = fmt::format("{:03}-{}", next_number(), fs::path(program.file).filename().string());
  out_file_ = program.output_folder / (stem + ".out");
  err_file_ = program.output_folder / (stem + ".err");
  fs::create_directories(program.output_folder);
  const auto in_file = program.output_folder / (stem + ".in");
  write_file(in_file, program.input);
  const OpenFile in(in_file, O_RDONLY);
  const OpenFile out(out_file_, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND);
  const OpenFile err(err_file_, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND);
  const Launch launch(program);
  const auto parent = getpid();
  id_ = fork();
  if (id_ < 0) fail_with_errno("fork");
  if (id_ == 0) {
    become(launch, parent, in.number(), program.out.value_or(out.number()), program.err.value_or(err.number()));
  }
  handle_ = open_process(id_);
  if (handle_ < 0) {
    ::kill(id_, SIGKILL);
    waitpid(id_, nullptr, 0);
    fail_with_errno("pidfd_open");
  }
}

Process::~Process() {
  kill();
  close(handle_);
}

bool Process::is_running() {
  return !wait(milliseconds(0));
}

std::optional<Ended> Process::wait(milliseconds deadline) {
  if (ended_) return ended_;
  pollfd readable{.fd = handle_, .events = POLLIN, .revents = 0};
  const auto end = std::chrono::steady_clock::now() + deadline;
  int ready = 0;
  do {
    const auto left = std::chrono::ceil<milliseconds>(end - std::chrono::steady_clock::now());
    ready = poll(&readable, 1, static_cast<int>(std::max(left, milliseconds(0)).count()));
  } while (ready < 0 && errno == EINTR);
  if (ready <= 0) return std::nullopt;
  int status = 0;
  if (waitpid(id_, &status, 0) == id_) ended_ = ended_from(status);
  return ended_;
}

void Process::signal(int number) {
  if (is_running()) ::kill(id_, number);
}

void Process::kill() {
  if (!is_running()) return;
  ::kill(-id_, SIGKILL);
  // The group is there only once the child has made it.
  ::kill(id_, SIGKILL);
  wait(std::chrono::minutes(1));
}

std::string Process::out() const {
  return read_file(out_file_);
}

std::string Process::err() const {
  return read_file(err_file_);
}

Finished run_to_end(const Program& program, milliseconds deadline) {
  Process process(program);
  const auto ended = process.wait(deadline);
  if (!ended) {
    throw std::runtime_error(
        fmt::format("{} did not end in time; it printed:\n{}{}", program.file, process.out(), process.err()));
  }
  constexpr int kSignalBase = 128;
  const int code = ended->signal == 0 ? ended->exit_code : kSignalBase + ended->signal;
  return {code, process.out(), process.err()};
}

}  // namespace plumbline::testing
