#include "tests/support/pipe.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <utility>

#include "tests/support/eventually.h"

namespace plumbline::testing {

namespace {

void end(int& descriptor) {
  if (descriptor >= 0) ::close(std::exchange(descriptor, -1));
}

}  // namespace

Pipe::Pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  reader_ = ends[0];
  writer_ = ends[1];
  ::fcntl(writer_, F_SETPIPE_SZ, 4096);
  // The reader's side alone: the two ends are files of their own.
  ::fcntl(reader_, F_SETFL, O_NONBLOCK);
}

Pipe::~Pipe() {
  end(reader_);
  end(writer_);
}

void Pipe::close_writer() {
  end(writer_);
}

void Pipe::close_reader() {
  end(reader_);
}

void Pipe::fill() const {
  // A second look at the same pipe: the mode of the end that the program has is left alone.
  const int mine = ::open(("/proc/self/fd/" + std::to_string(writer_)).c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
  if (mine < 0) throw std::runtime_error("the pipe cannot be opened again");
  while (::write(mine, ".", 1) == 1) {
  }
  ::close(mine);
}

const std::string& Pipe::text() {
  std::array<char, 4096> buffer{};
  while (true) {
    const auto count = ::read(reader_, buffer.data(), buffer.size());
    if (count <= 0) return text_;
    text_.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

bool Pipe::wait_for(std::string_view words) {
  return eventually([this, words] { return text().contains(words); });
}

}  // namespace plumbline::testing
