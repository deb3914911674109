#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/eventually.h"

namespace plumbline::testing {

struct Program {
  std::string file;  ///< a path, or a name that is looked up in PATH
  std::vector<std::string> arguments;
  std::map<std::string, std::string> environment;  ///< the whole of it
  std::filesystem::path working_folder;            ///< empty: the one of this process
  std::string input;                               ///< standard input; never a terminal
  std::filesystem::path output_folder;             ///< gets the two files with what is printed
  std::optional<int> out;                          ///< a descriptor in place of the file; kClosed: none at all
  std::optional<int> err;

  static constexpr int kClosed = -1;
};

/// How a process ended: by itself with `exit_code`, or by `signal`.
struct Ended {
  int exit_code = -1;
  int signal = 0;

  friend bool operator==(const Ended&, const Ended&) = default;
};

/// A child process. It is killed and reaped when this object ends, and killed by the kernel if the test dies first.
class Process {
 public:
  /// Throws std::runtime_error if it cannot be started.
  explicit Process(const Program& program);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  [[nodiscard]] pid_t id() const { return id_; }
  [[nodiscard]] bool is_running();

  /// Nothing if it still runs at the deadline.
  std::optional<Ended> wait(std::chrono::milliseconds deadline = kPatience);

  /// A signal to the process; nothing happens if it has ended.
  void signal(int number);

  /// SIGKILL to the process and its children, and waits for it.
  void kill();

  /// What it has printed so far.
  [[nodiscard]] std::string out() const;
  [[nodiscard]] std::string err() const;

 private:
  std::filesystem::path out_file_;
  std::filesystem::path err_file_;
  pid_t id_ = -1;
  int handle_ = -1;  ///< a descriptor of the process (pidfd), readable once it has ended
  std::optional<Ended> ended_;
};

/// A process that ran to its end.
struct Finished {
  int exit_code = -1;  ///< 128 + the signal's number if one ended it
  std::string out;
  std::string err;
};

/// Throws std::runtime_error if it does not end within `deadline`.
Finished run_to_end(const Program& program, std::chrono::milliseconds deadline = kPatience);

}  // namespace plumbline::testing
