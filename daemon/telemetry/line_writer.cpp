#include "daemon/telemetry/line_writer.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

namespace plumbline::daemon {

int write_all(int descriptor, std::string_view bytes, std::size_t& written) {
  written = 0;
  while (written < bytes.size()) {
    const auto count = ::write(descriptor, bytes.data() + written, bytes.size() - written);
    if (count > 0) {
      written += static_cast<std::size_t>(count);
    } else if (count < 0 && errno == EAGAIN) {
      constexpr int kPollTimeoutMs = 1'000;
      pollfd waiting{.fd = descriptor, .events = POLLOUT, .revents = 0};
      ::poll(&waiting, 1, kPollTimeoutMs);
    } else if (count == 0 || errno != EINTR) {
      return count == 0 ? EIO : errno;
    }
  }
  return 0;
}

// State shared with the thread, which may outlive the writer.
struct LineWriter::State {
  State(int descriptor_in, Notice notice_in, LineBacklog::Limits limits)
      : descriptor(descriptor_in), notice(std::move(notice_in)), backlog(limits) {}

  void run() {
    std::unique_lock lock(mutex);
    while (true) {
      auto entry = backlog.take();
      is_writing = entry.has_value();
      if (entry) {
        lock.unlock();
        const bool is_written = write(entry->missing > 0 ? notice(entry->missing) : entry->line);
        lock.lock();
        if (!is_written) backlog.failed(*entry);
        continue;
      }
      written.notify_all();
      if (is_ending) return;
      wanted.wait(lock);
    }
  }

  // If a full disk took a part of a line, that part ends with a line break: the next line begins a new one.
  bool write(std::string line) {
    line += '\n';
    if (is_within_line) line.insert(0, 1, '\n');
    std::size_t count = 0;
    if (write_all(descriptor, line, count) == 0) {
      is_within_line = false;
      return true;
    }
    if (count > 0) is_within_line = line[count - 1] != '\n';
    return false;
  }

  const int descriptor;
  const Notice notice;
  std::mutex mutex;
  LineBacklog backlog;
  bool is_writing = false;
  bool is_ending = false;
  std::condition_variable wanted;
  std::condition_variable written;
  bool is_within_line = false;  // used by the thread only
};

LineWriter::LineWriter(int descriptor, Notice notice, LineBacklog::Limits limits)
    : state_(std::make_shared<State>(descriptor, std::move(notice), limits)) {
  // Nothing ever joins the thread: it may hang in a write until the process ends.
  std::thread([state = state_] { state->run(); }).detach();
}

LineWriter::~LineWriter() {
  drain(kFarewell);
  {
    const std::scoped_lock lock(state_->mutex);
    state_->is_ending = true;
  }
  state_->wanted.notify_all();
}

void LineWriter::put(std::string line) {
  {
    const std::scoped_lock lock(state_->mutex);
    state_->backlog.put(std::move(line));
  }
  state_->wanted.notify_all();
}

bool LineWriter::drain(std::chrono::milliseconds at_most) {
  std::unique_lock lock(state_->mutex);
  state_->wanted.notify_all();
  return state_->written.wait_for(lock, at_most, [this] { return !state_->is_writing && state_->backlog.is_empty(); });
}

std::uint64_t LineWriter::dropped() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->backlog.dropped();
}

}  // namespace plumbline::daemon
