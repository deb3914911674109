#include "net/children.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "net/byte_stream.h"
#include "net/deadline.h"
#include "net/spawn.h"

namespace plumbline::net {
namespace {

using boost::system::error_code;
using namespace std::chrono_literals;

// How long to wait for a child that was killed. The kernel may be unable to end it yet, such as when it reads from a
// file system that does not answer. Then it is reaped later, when nobody waits for it any more.
constexpr auto kKilledGrace = 2s;

constexpr const char* kStopping = "the program is stopping";

}  // namespace

struct Children::State {
  explicit State(Executor io) : executor(std::move(io)) {}

  Executor executor;
  std::vector<std::weak_ptr<Run>> runs;
  bool stopped = false;
};

// One child. The operations that wait for it share ownership, so that a child that outlives its deadline is reaped in
// the end.
class Children::Run : public std::enable_shared_from_this<Run> {
 public:
  Run(const Executor& executor, Spawned child, ChildCommand command)
      : child_(std::move(child)),
        command_(std::move(command)),
        handle_(executor, child_.take_handle().release()),
        channel_(executor, asio::local::stream_protocol(), child_.take_channel().release()),
        finished_(executor, asio::steady_timer::time_point::max()),
        deadline_(executor, [this] { deadline_passed(); }),
        unsent_(command_.input.reveal()) {}

  void begin() {
    channel_.non_blocking(true);
    deadline_.expires_after(command_.deadline);
    handle_.async_wait(asio::posix::stream_descriptor::wait_read,
                       [self = shared_from_this()](const error_code& error) { self->ended(error); });
    watch_output();
    send_some();
  }

  Awaitable<> wait() {
    while (!is_finished_) co_await finished_.async_wait(asio::as_tuple(asio::use_awaitable));
  }

  /// Kills the child and sets the error of its run.
  void give_up(std::string why) {
    if (is_finished_ || problem_) return;
    problem_ = std::move(why);
    child_.kill();
    deadline_.expires_after(kKilledGrace);
  }

  Result<ChildEnd> result() {
    if (problem_) return fail(*problem_);
    if (WIFSIGNALED(status_)) return fail(fmt::format("the child process was ended by signal {}", WTERMSIG(status_)));
    return ChildEnd{.exit_code = WEXITSTATUS(status_), .output = std::move(output_)};
  }

 private:
  void deadline_passed() {
    if (problem_) {
      finish();
    } else {
      give_up(fmt::format("the child process did not end within {} ms", command_.deadline.count()));
    }
  }

  void ended(const error_code& error) {
    if (error) return;
    status_ = child_.reap();
    // All of its output has come. A process that left the group may still hold the other end of the pipe.
    read_available();
    handle_.close();
    finish();
  }

  void finish() {
    is_finished_ = true;
    deadline_.expires_after(kNoDeadline);
    error_code ignored;
    channel_.close(ignored);
    finished_.cancel();
  }

  void watch_output() {
    channel_.async_wait(asio::local::stream_protocol::socket::wait_read,
                        [self = shared_from_this()](const error_code& error) {
                          if (!error && !self->is_finished_ && self->read_available()) self->watch_output();
                        });
  }

  // Returns whether more may come.
  bool read_available() {
    while (!problem_) {
      std::array<char, 4096> buffer{};
      error_code error;
      const auto count = channel_.read_some(asio::buffer(buffer), error);
      if (error) return error == asio::error::would_block;
      output_.append(buffer.data(), count);
      if (output_.size() > command_.max_output) {
        give_up(fmt::format("the child process wrote more than {} bytes", command_.max_output));
      }
    }
    return false;
  }

  void watch_input() {
    channel_.async_wait(asio::local::stream_protocol::socket::wait_write,
                        [self = shared_from_this()](const error_code& error) {
                          if (!error && !self->is_finished_) self->send_some();
                        });
  }

  void send_some() {
    error_code error;
    while (!unsent_.empty() && !error) {
      unsent_.remove_prefix(channel_.write_some(asio::buffer(unsent_), error));
    }
    if (error == asio::error::would_block) return watch_input();
    // Not an error of the run: the child does not want its input, and its exit tells why.
    unsent_ = {};
    command_.input = Secret();
    channel_.shutdown(asio::local::stream_protocol::socket::shutdown_send, error);
  }

  Spawned child_;
  ChildCommand command_;
  asio::posix::stream_descriptor handle_;
  asio::local::stream_protocol::socket channel_;
  asio::steady_timer finished_;  ///< cancelled when it is
  Deadline deadline_;
  std::string_view unsent_;  ///< of the command's input
  std::string output_;
  std::optional<std::string> problem_;
  int status_ = 0;
  bool is_finished_ = false;
};

Children::Children(Executor executor) : state_(std::make_shared<State>(std::move(executor))) {}

Children::~Children() {
  stop();
}

Awaitable<Result<ChildEnd>> Children::run(ChildCommand command) {
  return run(state_, std::move(command));
}

Awaitable<Result<ChildEnd>> Children::run(std::shared_ptr<State> state, ChildCommand command) {
  if (state->stopped) co_return fail(kStopping);
  auto child = Spawned::start(command);
  if (!child) co_return std::unexpected(std::move(child.error()));
  command.files.clear();
  const auto run = std::make_shared<Run>(state->executor, std::move(*child), std::move(command));
  std::erase_if(state->runs, [](const auto& other) { return other.expired(); });
  state->runs.push_back(run);
  run->begin();
  co_await run->wait();
  co_return run->result();
}

void Children::stop() {
  state_->stopped = true;
  for (const auto& weak : state_->runs) {
    if (const auto run = weak.lock()) run->give_up(kStopping);
  }
}

const Executor& Children::executor() const {
  return state_->executor;
}

Result<std::string> output_of(Result<ChildEnd> end) {
  if (!end) return std::unexpected(std::move(end.error()));
  if (end->exit_code != 0) return fail(fmt::format("the child process ended with exit code {}", end->exit_code));
  return std::move(end->output);
}

}  // namespace plumbline::net
