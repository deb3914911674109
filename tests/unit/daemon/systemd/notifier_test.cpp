#include "daemon/systemd/notifier.h"

#include <doctest/doctest.h>
#include <time.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/text.h"
#include "daemon/systemd/watchdog.h"
#include "tests/support/notify_socket.h"
#include "tests/support/temporary_folder.h"

namespace plumbline::daemon {
namespace {

using namespace std::chrono_literals;
using plumbline::testing::NotifySocket;
using plumbline::testing::TemporaryFolder;
using Messages = std::vector<std::string>;

struct Manager {
  TemporaryFolder folder;
  NotifySocket socket{folder.file("notify")};

  [[nodiscard]] Environment environment(std::map<std::string, std::string> more = {}) const {
    more.emplace("NOTIFY_SOCKET", socket.name());
    return Environment::of(std::move(more));
  }
};

std::int64_t monotonic_us() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000 + now.tv_nsec / 1'000;
}

TEST_CASE("a service manager is told each step in a message of its own") {
  Manager manager;
  Notifier notifier(manager.environment());
  CHECK(notifier.has_manager());
  notifier.extend(90s);
  notifier.ready();
  notifier.status("1 of 2 sources ready");
  notifier.alive();
  notifier.stopping();
  CHECK(manager.socket.messages() ==
        Messages{"EXTEND_TIMEOUT_USEC=90000000", "READY=1", "STATUS=1 of 2 sources ready", "WATCHDOG=1", "STOPPING=1"});
}

TEST_CASE("a reload tells when it began, by the clock that systemd compares with") {
  Manager manager;
  Notifier notifier(manager.environment());
  const auto before = monotonic_us();
  notifier.reloading();
  const auto after = monotonic_us();
  REQUIRE(manager.socket.messages().size() == 1);
  const std::string_view message = manager.socket.messages().front();
  constexpr std::string_view kBegin = "RELOADING=1\nMONOTONIC_USEC=";
  REQUIRE(message.starts_with(kBegin));
  const auto told = whole_number<std::int64_t>(message.substr(kBegin.size()));
  REQUIRE(told);
  CHECK(*told >= before);
  CHECK(*told <= after);
}

TEST_CASE("a status that did not change is not sent again, and can say nothing but a status") {
  Manager manager;
  Notifier notifier(manager.environment());
  notifier.status("one");
  notifier.status("one");
  notifier.status("two\nSTOPPING=1");
  notifier.status("one");
  CHECK(manager.socket.messages() == Messages{"STATUS=one", "STATUS=two\\x0aSTOPPING=1", "STATUS=one"});
}

TEST_CASE("a name that no file has is an address too") {
  NotifySocket socket("@plumbline-test-" + std::to_string(::getpid()));
  Notifier notifier(Environment::of({{"NOTIFY_SOCKET", socket.name()}}));
  notifier.ready();
  CHECK(socket.messages() == Messages{"READY=1"});
}

TEST_CASE("without a service manager nothing happens") {
  for (const std::string address : {"", "relative", "vsock:2:1234"}) {
    CAPTURE(address);
    Notifier notifier(Environment::of({{"NOTIFY_SOCKET", address}, {"WATCHDOG_USEC", "1000000"}}));
    CHECK_FALSE(notifier.has_manager());
    CHECK_FALSE(notifier.watchdog());
    notifier.ready();
  }
  CHECK_FALSE(Notifier(Environment::of({{"NOTIFY_SOCKET", "/" + std::string(200, 'x')}})).has_manager());
  // The manager is gone: the service goes on.
  Notifier notifier(Environment::of({{"NOTIFY_SOCKET", "/nowhere/notify"}}));
  notifier.ready();
  notifier.stopping();
}

TEST_CASE("a watchdog is for the process that it names, and has a time") {
  Manager manager;
  const auto limit = [&](std::map<std::string, std::string> variables) {
    return Notifier(manager.environment(std::move(variables))).watchdog();
  };
  const auto self = std::to_string(::getpid());
  CHECK(limit({{"WATCHDOG_USEC", "30000000"}}) == 30s);
  CHECK(limit({{"WATCHDOG_USEC", "30000000"}, {"WATCHDOG_PID", self}}) == 30s);
  CHECK_FALSE(limit({{"WATCHDOG_USEC", "30000000"}, {"WATCHDOG_PID", "1"}}));
  for (const auto* bad : {"", "0", "-1", "soon", "99999999999999999999"}) CHECK_FALSE(limit({{"WATCHDOG_USEC", bad}}));
}

TEST_CASE("the watchdog hears from a loop that runs, and nothing from one that hangs") {
  Manager manager;
  Notifier notifier(manager.environment({{"WATCHDOG_USEC", "20000"}}));
  boost::asio::io_context loop(1);
  const Watchdog watchdog(loop.get_executor(), &notifier);
  const auto alive = [&manager] { return manager.socket.count("WATCHDOG=1"); };
  CHECK(alive() == 1);
  while (alive() < 3) loop.run_one();
  const auto before = alive();
  // A task that does not come back: three intervals go by meanwhile.
  boost::asio::post(loop, [&] {
    CHECK(plumbline::testing::holds_for(60ms, [&] { return alive() == before; }));
    loop.stop();
  });
  loop.run();
  CHECK(alive() <= before + 1);
}

TEST_CASE("a manager without a watchdog is not told that the loop runs") {
  Manager manager;
  Notifier notifier(manager.environment());
  boost::asio::io_context loop(1);
  const Watchdog watchdog(loop.get_executor(), &notifier);
  loop.run();
  CHECK(manager.socket.messages().empty());
}

}  // namespace
}  // namespace plumbline::daemon
