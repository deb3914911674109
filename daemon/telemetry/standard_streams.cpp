#include "daemon/telemetry/standard_streams.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <iostream>
#include <mutex>
#include <streambuf>
#include <string>
#include <system_error>
#include <utility>

#include "daemon/exit_code.h"

namespace plumbline::daemon {
namespace {

// Writes straight to a descriptor, through a buffer if it has one. Remembers the first error.
class DescriptorBuffer final : public std::streambuf {
 public:
  enum class Buffered { no, yes };
  DescriptorBuffer(int descriptor, Buffered buffered) : descriptor_(descriptor) {
    if (buffered == Buffered::yes) setp(bytes_.data(), bytes_.data() + bytes_.size());
  }

  [[nodiscard]] int error() const { return error_; }

 protected:
  int_type overflow(int_type letter) override {
    if (sync() != 0) return traits_type::eof();
    if (traits_type::eq_int_type(letter, traits_type::eof())) return traits_type::not_eof(letter);
    const char one = traits_type::to_char_type(letter);
    return xsputn(&one, 1) == 1 ? letter : traits_type::eof();
  }

  std::streamsize xsputn(const char* text, std::streamsize count) override {
    if (count <= epptr() - pptr()) {
      traits_type::copy(pptr(), text, static_cast<std::size_t>(count));
      pbump(static_cast<int>(count));
      return count;
    }
    const bool is_written = sync() == 0 && write({text, static_cast<std::size_t>(count)});
    return is_written ? count : 0;
  }

  int sync() override {
    const bool is_written = write({pbase(), static_cast<std::size_t>(pptr() - pbase())});
    pbump(static_cast<int>(pbase() - pptr()));
    return is_written ? 0 : -1;
  }

 private:
  bool write(std::string_view bytes) {
    std::size_t written = 0;
    const int error = write_all(descriptor_, bytes, written);
    if (error_ == 0) error_ = error;
    return error == 0;
  }

  int descriptor_;
  int error_ = 0;
  std::array<char, std::size_t{16} * 1024> bytes_{};
};

// Turns the output of several threads into lines, and passes them on.
class LineBuffer final : public std::streambuf {
 public:
  explicit LineBuffer(LineWriter& writer) : writer_(writer) {}

  void end_line() {
    const std::scoped_lock lock(mutex_);
    if (!line_.empty()) writer_.put(std::exchange(line_, {}));
  }

 protected:
  int_type overflow(int_type letter) override {
    if (traits_type::eq_int_type(letter, traits_type::eof())) return traits_type::not_eof(letter);
    const char one = traits_type::to_char_type(letter);
    xsputn(&one, 1);
    return letter;
  }

  std::streamsize xsputn(const char* text, std::streamsize count) override {
    const std::scoped_lock lock(mutex_);
    std::string_view rest(text, static_cast<std::size_t>(count));
    for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
      line_ += rest.substr(0, end);
      writer_.put(std::exchange(line_, {}));
      rest.remove_prefix(end + 1);
    }
    line_ += rest;
    return count;
  }

 private:
  LineWriter& writer_;
  std::mutex mutex_;
  std::string line_;
};

// The descriptor is opened in the wrong direction on purpose: using it fails as using the closed stream would.
void hold_if_closed(int descriptor) {
  if (::fcntl(descriptor, F_GETFD) >= 0 || errno != EBADF) return;
  const int flags = descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY;
  const int held = ::open("/dev/null", flags);  // the lowest free number, which is this one
  if (held >= 0 && held != descriptor) {
    ::dup2(held, descriptor);
    ::close(held);
  }
}

std::string missing_notice(LogFormat format, std::uint64_t missing) {
  const std::array fields{LogField("lines", missing)};
  return format_line(format, std::chrono::system_clock::now(), LogLevel::warning, "log lines dropped", fields);
}

}  // namespace

struct StandardStreams::Buffers {
  DescriptorBuffer out{STDOUT_FILENO, DescriptorBuffer::Buffered::yes};
  DescriptorBuffer err{STDERR_FILENO, DescriptorBuffer::Buffered::no};
  std::unique_ptr<LineBuffer> lines;
  std::streambuf* out_before = nullptr;
  std::streambuf* err_before = nullptr;
};

StandardStreams::StandardStreams() : buffers_(std::make_unique<Buffers>()) {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) hold_if_closed(descriptor);
  ::signal(SIGPIPE, SIG_IGN);
  buffers_->out_before = std::cout.rdbuf(&buffers_->out);
  buffers_->err_before = std::cerr.rdbuf(&buffers_->err);
}

StandardStreams::~StandardStreams() {
  std::cout.flush();
  std::cout.rdbuf(buffers_->out_before);
  std::cerr.rdbuf(buffers_->err_before);
  if (buffers_->lines) buffers_->lines->end_line();
}

void StandardStreams::queue_errors(LogFormat format) {
  writer_ = std::make_unique<LineWriter>(STDERR_FILENO,
                                         [format](std::uint64_t missing) { return missing_notice(format, missing); });
  buffers_->lines = std::make_unique<LineBuffer>(*writer_);
  std::cerr.tie(nullptr);  // otherwise it flushes std::cout first, which may wait
  std::cerr.rdbuf(buffers_->lines.get());
}

void StandardStreams::drain_errors() {
  if (buffers_->lines) buffers_->lines->end_line();
  if (writer_) writer_->drain();
}

std::uint64_t StandardStreams::dropped_lines() const {
  return writer_ ? writer_->dropped() : 0;
}

int StandardStreams::finish(int exit_code) {
  std::cout.flush();
  const int error = buffers_->out.error();
  if (error == 0 || error == EPIPE) return exit_code;
  std::cerr << "plumbline: standard output cannot be written: " << std::generic_category().message(error) << '\n';
  const bool told_of_success = exit_code == exit_code::kSuccess || exit_code == exit_code::kChanges;
  return told_of_success ? exit_code::kError : exit_code;
}

}  // namespace plumbline::daemon
