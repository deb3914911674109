#include "api/window_file.h"
#include "tests/support/temporary_folder.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace plumbline::api {
namespace {

using Folder = plumbline::testing::TemporaryFolder;

ReservationRequest wants(std::uint64_t process, std::size_t calls) {
  return {.process = process, .wanted = calls, .allowed = 100, .share = 100};
}

std::size_t granted(WindowStore& store, std::uint64_t process, std::size_t calls) {
  const auto reservation = store.reserve(wants(process, calls));
  REQUIRE_MESSAGE(reservation, reservation.error().message);
  return reservation->granted;
}

mode_t mode_of(const std::string& path) {
  struct stat status{};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 0777U;
}

TEST_CASE("the window lies in its folder under a digest of the budget, for its owner alone") {
  const Folder folder;
  const auto path = window_file_of(folder.file("state"), "ci-user");
  CHECK(path == folder.file("state") + "/window-72af0f10da1f23da");
  CHECK(granted(*open_window_file(path), 1, 1) == 1);
  CHECK(mode_of(path) == 0600);
  CHECK(mode_of(folder.file("state")) == 0700);
}

TEST_CASE("processes that use one window see each other") {
  const Folder folder;
  const auto one = open_window_file(folder.file("window"));
  const auto other = open_window_file(folder.file("window"));
  CHECK(granted(*one, 1, 20) == 20);
  CHECK(granted(*other, 2, 100) == 30);
  CHECK(granted(*one, 1, 0) == 0);
  CHECK(granted(*one, 3, 100) == 20);
  // Another one that was lost meanwhile counts as half used again.
  std::filesystem::remove(folder.file("window"));
  CHECK(granted(*one, 4, 100) == 50);
}

TEST_CASE("many who ask at once are never given more than there is") {
  const Folder folder;
  std::atomic<std::size_t> sum = 0;
  std::atomic<int> failed = 0;
  {
    std::vector<std::jthread> threads;
    for (std::uint64_t i = 1; i <= 8; ++i) {
      threads.emplace_back([&, i] {
        const auto store = open_window_file(folder.file("window"));
        for (std::uint64_t call = 0; call < 20; ++call) {
          // As if each call were of a process that is killed with it.
          const auto reservation = store->reserve(wants(i * 1000 + call, 1));
          reservation ? void(sum += reservation->granted) : void(++failed);
        }
      });
    }
  }
  CHECK(failed == 0);
  CHECK(sum == 50);
}

TEST_CASE("a lock ends with its process, and nobody waits for it for ever") {
  const Folder folder;
  const auto path = folder.file("window");
  const auto store = open_window_file(path);
  CHECK(granted(*store, 1, 1) == 1);
  std::array<int, 2> ready{};
  REQUIRE(::pipe(ready.data()) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    const bool locked = file >= 0 && ::flock(file, LOCK_EX) == 0;
    if (::write(ready[1], locked ? "1" : "0", 1) == 1) ::pause();
    ::_exit(1);
  }
  char locked = 0;
  REQUIRE(::read(ready[0], &locked, 1) == 1);
  CHECK(locked == '1');
  const auto refused = store->reserve(wants(1, 1));
  CHECK_FALSE(refused);
  if (!refused) CHECK(refused.error().message == "another process holds the lock of the window file");
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  CHECK(granted(*store, 1, 1) == 1);
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_CASE("a folder that cannot be made, and what is no file, are told") {
  const Folder folder;
  std::ofstream(folder.file("no-folder")) << "text";
  const auto below = open_window_file(folder.file("no-folder") + "/state/window")->reserve(wants(1, 1));
  REQUIRE_FALSE(below);
  CHECK(below.error().message == "the window file cannot be opened: Not a directory");
  std::filesystem::create_directory(folder.file("window"));
  CHECK_FALSE(open_window_file(folder.file("window"))->reserve(wants(1, 1)));
  std::filesystem::create_symlink("no-folder", folder.file("link"));
  CHECK_FALSE(open_window_file(folder.file("link"))->reserve(wants(1, 1)));
}

}  // namespace
}  // namespace plumbline::api
