#include "daemon/telemetry/line_writer.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

#include "tests/support/eventually.h"

namespace plumbline::daemon {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

// A pipe of one page.
class Pipe {
 public:
  Pipe() {
    (void)::signal(SIGPIPE, SIG_IGN);
    if (::pipe2(ends_.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    ::fcntl(writer(), F_SETPIPE_SZ, 4096);
  }
  ~Pipe() {
    close_reader();
    ::close(writer());
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  [[nodiscard]] int writer() const { return ends_[1]; }
  void close_reader() {
    if (ends_[0] >= 0) ::close(ends_[0]);
    ends_[0] = -1;
  }
  // All that comes until `end` has.
  std::string read_until(std::string_view end) {
    std::array<char, 1024> buffer{};
    while (!text_.ends_with(end)) {
      const auto count = ::read(ends_[0], buffer.data(), buffer.size());
      if (count <= 0) break;
      text_.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return text_;
  }

 private:
  std::array<int, 2> ends_{};
  std::string text_;
};

std::string notice(std::uint64_t missing) {
  return "missing " + std::to_string(missing);
}

TEST_CASE("lines reach who reads, and drain knows when they have") {
  Pipe pipe;
  LineWriter writer(pipe.writer(), notice);
  writer.put("one");
  writer.put("two");
  CHECK(writer.drain(plumbline::testing::kPatience));
  CHECK(pipe.read_until("two\n") == "one\ntwo\n");
  CHECK(writer.dropped() == 0);
}

TEST_CASE("who does not read holds up neither a line nor the end, and is told what is missing") {
  Pipe pipe;
  const auto begun = Clock::now();
  {
    LineWriter writer(pipe.writer(), notice, {.lines = 10, .bytes = 100'000});
    const std::string line(4096, 'x');
    for (int i = 0; i < 100; ++i) writer.put(line);
    CHECK(writer.dropped() >= 100 - 10 - 2);
    CHECK_FALSE(writer.drain(milliseconds(50)));
    CHECK(Clock::now() - begun < std::chrono::seconds(5));
    // The reader is back.
    const auto dropped = writer.dropped();
    std::thread reader([&pipe] { (void)pipe.read_until("end\n"); });
    CHECK(writer.drain(plumbline::testing::kPatience));
    writer.put("end");
    reader.join();
    CHECK(pipe.read_until("end\n").ends_with("x\nmissing " + std::to_string(dropped) + "\nend\n"));
    CHECK(writer.dropped() == dropped);
    for (int i = 0; i < 100; ++i) writer.put(line);
  }
  CHECK(Clock::now() - begun < std::chrono::seconds(20));
}

TEST_CASE("a reader that has gone costs its lines and nothing else") {
  Pipe pipe;
  LineWriter writer(pipe.writer(), notice);
  pipe.close_reader();
  for (int i = 0; i < 5; ++i) writer.put("lost");
  CHECK(writer.drain(plumbline::testing::kPatience));
  CHECK(writer.dropped() == 5);
}

TEST_CASE("a descriptor that does not block gets whole lines as well") {
  Pipe pipe;
  ::fcntl(pipe.writer(), F_SETFL, O_NONBLOCK);
  LineWriter writer(pipe.writer(), notice);
  const std::string line(10'000, 'x');
  writer.put(line);
  writer.put("end");
  CHECK(pipe.read_until("end\n") == line + "\nend\n");
  CHECK(writer.drain(plumbline::testing::kPatience));
  CHECK(writer.dropped() == 0);
}

TEST_CASE("what a full disk has taken of a line stands alone") {
  const std::string path = "/tmp/plumbline-line-writer-" + std::to_string(::getpid());
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  REQUIRE(file >= 0);
  {
    LineWriter writer(file, notice);
    writer.put("whole");
    REQUIRE(writer.drain(plumbline::testing::kPatience));
    (void)::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    const rlimit full{.rlim_cur = 10, .rlim_max = before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &full);
    writer.put("does not fit");
    const bool drained = writer.drain(plumbline::testing::kPatience);
    ::setrlimit(RLIMIT_FSIZE, &before);
    REQUIRE(drained);
    writer.put("later");
    REQUIRE(writer.drain(plumbline::testing::kPatience));
    CHECK(writer.dropped() == 1);
  }
  std::string text(200, '\0');
  text.resize(static_cast<std::size_t>(::pread(file, text.data(), text.size(), 0)));
  CHECK(text == "whole\ndoes\nlater\nmissing 1\n");
  ::close(file);
  ::unlink(path.c_str());
}

}  // namespace
}  // namespace plumbline::daemon
