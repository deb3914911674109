#include "net/children.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "run.h"
#include "tests/support/sanitizer.h"

// Child processes, and waiting for them without a thread.
namespace plumbline::net::testing {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

ChildCommand shell(std::string script, std::chrono::milliseconds deadline = 20s) {
  return {.program = "/bin/sh", .arguments = {"-c", std::move(script)}, .max_output = 100'000, .deadline = deadline};
}

struct World {
  Result<ChildEnd> run(ChildCommand command) { return run_on(io, children.run(std::move(command)), 30s); }

  /// What it wrote, or why there is none.
  std::string outcome(ChildCommand command) {
    const auto output = output_of(run(std::move(command)));
    return output ? "good: " + *output : output.error().message;
  }

  asio::io_context io{1};
  Children children{io.get_executor()};
};

bool is_alive(pid_t pid) {
  return ::kill(pid, 0) == 0;
}

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator files("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

}  // namespace

TEST_CASE("a child inherits neither environment nor descriptors and its errors go nowhere") {
  World world;
  ::setenv("PLUMBLINE_CANARY", "4711", 1);
  const int leaked = ::open("/dev/null", O_RDONLY);  // without close-on-exec, as libraries do
  auto command = shell("cat; env; ls /proc/$$/fd; echo bad >&2");
  command.input = Secret("input;");
  const auto output = output_of(world.run(std::move(command)));
  ::close(leaked);
  ::unsetenv("PLUMBLINE_CANARY");
  REQUIRE(output);
  CHECK(output->starts_with("input;"));
  CHECK_FALSE(output->contains("CANARY"));
  CHECK_FALSE(output->contains("bad"));
  CHECK(output->ends_with("\n0\n1\n2\n"));
}

TEST_CASE("a child has the files of its command open from 3 on") {
  World world;
  auto command = shell("cat /proc/self/fd/3; cat /proc/self/fd/4; ls /proc/$$/fd");
  for (const char* text : {"one;", "two;"}) {
    command.files.emplace_back(::memfd_create("test", MFD_CLOEXEC));
    REQUIRE(::write(command.files.back().get(), text, 4) == 4);
  }
  CHECK(world.outcome(std::move(command)) == "good: one;two;0\n1\n2\n3\n4\n");
}

TEST_CASE("a child that fails, writes too much or never ends is an error") {
  World world;
  const auto message = [&world](std::string script, std::chrono::milliseconds deadline = 20s) {
    auto command = shell(std::move(script), deadline);
    command.input = Secret(std::string(1'000'000, 'x'));
    command.max_output = 100;
    return world.outcome(std::move(command));
  };
  CHECK(message("cat > /dev/null; echo x") == "good: x\n");
  CHECK(message("echo early; exit 0") == "good: early\n");
  CHECK(message("exit 3") == "the child process ended with exit code 3");
  CHECK(message("kill -SEGV $$") == "the child process was ended by signal 11");
  CHECK(message("while :; do echo x; done") == "the child process wrote more than 100 bytes");
  CHECK(message("yes | head -c 101") == "the child process wrote more than 100 bytes");
  CHECK(message("yes | head -c 100").size() == 6 + 100);
  CHECK(message("exec sleep 60", 300ms) == "the child process did not end within 300 ms");
  CHECK(message("exec >&- <&-; exec sleep 60", 300ms) == "the child process did not end within 300 ms");
  CHECK(world.outcome({.program = "/nowhere", .max_output = 1, .deadline = 1s}) ==
        "/nowhere cannot be started: No such file or directory");
}

TEST_CASE("a child that closes its pipe and goes on is waited for") {
  World world;
  CHECK(world.outcome(shell("echo done; exec >&- <&-; sleep 0.3; exit 0")) == "good: done\n");
  CHECK(world.outcome(shell("exec >&- <&-; sleep 0.3; exit 7")) == "the child process ended with exit code 7");
}

TEST_CASE("much goes in and out of a child at the same time") {
  World world;
  auto command = shell("cat");
  command.input = Secret(std::string(3'000'000, 'y'));
  command.max_output = 3'000'000;
  const auto end = world.run(std::move(command));
  REQUIRE(end);
  CHECK(end->output.size() == 3'000'000);
}

TEST_CASE("what a child leaves behind in its group is ended with it") {
  World world;
  for (const char* script : {"sleep 60 & echo $!", "sleep 60 & echo $!; exec >&- <&-; sleep 60"}) {
    CAPTURE(script);
    const auto begun = Clock::now();
    auto command = shell(script, 1s);
    const auto end = world.run(std::move(command));
    CHECK(Clock::now() - begun < 10s);
    if (!end) continue;
    const pid_t grandchild = std::stoi(end->output);
    // It was killed; init reaps it.
    const auto deadline = Clock::now() + 10s;
    while (is_alive(grandchild) && Clock::now() < deadline) ::usleep(1000);
    CHECK_FALSE(is_alive(grandchild));
  }
}

TEST_CASE("a grandchild that has left the group and holds the pipe holds nobody up") {
  World world;
  const auto begun = Clock::now();
  const auto end = world.run(shell("setsid sleep 60 & echo $!"));
  REQUIRE(end);
  CHECK(Clock::now() - begun < 20s);
  const pid_t grandchild = std::stoi(end->output);
  ::kill(grandchild, SIGKILL);
}

TEST_CASE("many children run at once, and none waits for another") {
  constexpr std::size_t kMany = 60;
  World world;
  std::size_t ended = 0;
  for (std::size_t i = 0; i < kMany; ++i) {
    asio::co_spawn(world.io, world.children.run(shell("exec sleep 60", 60s)),
                   [&ended](const std::exception_ptr&, const Result<ChildEnd>&) { ++ended; });
  }
  CHECK(world.outcome(shell("echo quick")) == "good: quick\n");
  CHECK(ended == 0);
  world.children.stop();
  world.io.restart();
  world.io.run_for(30s);
  CHECK(ended == kMany);
}

TEST_CASE("stopping ends every child at once and begins no more") {
  World world;
  std::vector<std::string> told;
  for (int i = 0; i < 3; ++i) {
    asio::co_spawn(world.io, world.children.run(shell("exec sleep 60", 60s)),
                   [&told](const std::exception_ptr&, const Result<ChildEnd>& end) {
                     told.push_back(end ? "good" : end.error().message);
                   });
  }
  asio::steady_timer timer(world.io, 50ms);
  timer.async_wait([&world](const auto&) { world.children.stop(); });
  const auto begun = Clock::now();
  world.io.run();
  CHECK(Clock::now() - begun < 10s);
  CHECK(told == std::vector<std::string>(3, "the program is stopping"));
  CHECK(world.outcome(shell("echo x")) == "the program is stopping");
}

TEST_CASE("a child that ends with its io_context is killed") {
  pid_t child = 0;
  {
    World world;
    asio::co_spawn(world.io, world.children.run(shell("echo $$ > /dev/null; exec sleep 60", 60s)), asio::detached);
    world.io.run_for(50ms);
    std::ifstream("/proc/self/task/" + std::to_string(::getpid()) + "/children") >> child;
    REQUIRE(child > 0);
    CHECK(is_alive(child));
  }
  CHECK_FALSE(is_alive(child));
}

TEST_CASE("children leave no descriptor behind, however they end") {
  World world;
  CHECK(world.run(shell("exit 0")));
  const auto before = open_descriptors();
  for (int i = 0; i < 5; ++i) {
    CHECK(world.run(shell("cat")));
    CHECK_FALSE(world.run(shell("exec sleep 60", 20ms)));
    CHECK_FALSE(world.run({.program = "/nowhere", .max_output = 1, .deadline = 1s}));
  }
  CHECK(open_descriptors() == before);
}

TEST_CASE("a limit on open files is told as what it is" * doctest::skip(plumbline::testing::kNeedsDescriptors)) {
  World world;
  CHECK(world.run(shell("exit 0")));  // what lasts is open from now on
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  // One more at a time, so that each of the descriptors that a child costs is the one too many.
  std::vector<std::string> refusals;
  for (rlim_t most = 3;; ++most) {
    const rlimit low{.rlim_cur = most, .rlim_max = before.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &low) == 0);
    const auto told = world.outcome(shell("echo x"));
    if (told == "good: x\n") break;
    REQUIRE_MESSAGE(
        told.contains(": Too many open files: this process may have at most " + std::to_string(most) + " files open"),
        told);
    refusals.push_back(told.substr(0, told.find(':')));
  }
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK(std::ranges::count(refusals, "/bin/sh cannot be started") > 0);
  CHECK(std::ranges::count(refusals, "/bin/sh cannot be waited for") > 0);
  CHECK(world.outcome(shell("echo x")) == "good: x\n");
}

}  // namespace plumbline::net::testing
