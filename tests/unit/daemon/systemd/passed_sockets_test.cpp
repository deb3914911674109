#include "daemon/systemd/passed_sockets.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

namespace plumbline::daemon {
namespace {

Descriptor tcp_listener() {
  Descriptor made(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  REQUIRE(::listen(made.get(), 1) == 0);
  return made;
}

PassedSockets passed(const std::vector<std::string>& names) {
  std::multimap<std::string, Descriptor> sockets;
  for (const auto& name : names) sockets.emplace(name, tcp_listener());
  return PassedSockets(std::move(sockets));
}

std::string told(const ServerConfig& server, const PassedSockets& sockets) {
  std::string lines;
  for (const auto& problem : passed_socket_problems("plumbline.yaml", server, sockets))
    lines += to_text(problem) + '\n';
  return lines;
}

// Puts `socket` at the first descriptor that a service manager passes, and what was there back at the end.
class AtFirst {
 public:
  explicit AtFirst(const Descriptor& socket) : before_(::fcntl(kFirst, F_DUPFD_CLOEXEC, 10)) {
    REQUIRE(::dup2(socket.get(), kFirst) == kFirst);
  }
  ~AtFirst() {
    if (before_.valid()) ::dup3(before_.get(), kFirst, O_CLOEXEC);
  }
  AtFirst(const AtFirst&) = delete;
  AtFirst& operator=(const AtFirst&) = delete;

 private:
  static constexpr int kFirst = 3;
  Descriptor before_;
};

TEST_CASE("a socket is taken over by its name, and is no child's") {
  const auto listener = tcp_listener();
  const AtFirst at_first(listener);
  const auto sockets = PassedSockets::take_from(
      Environment::of({{"LISTEN_PID", std::to_string(::getpid())}, {"LISTEN_FDS", "1"}, {"LISTEN_FDNAMES", "listen"}}));
  CHECK(sockets.names() == std::set<std::string>{"listen"});
  CHECK((::fcntl(3, F_GETFD) & FD_CLOEXEC) != 0);
  CHECK(sockets.copy("listen").valid());
  CHECK_FALSE(sockets.copy("other").valid());
}

TEST_CASE("sockets for another process are left alone") {
  const std::string self = std::to_string(::getpid());
  const auto count = [](std::map<std::string, std::string> variables) {
    return PassedSockets::take_from(Environment::of(std::move(variables))).names().size();
  };
  CHECK(count({}) == 0);
  CHECK(count({{"LISTEN_FDS", "1"}}) == 0);
  CHECK(count({{"LISTEN_PID", "1"}, {"LISTEN_FDS", "1"}}) == 0);
  CHECK(count({{"LISTEN_PID", self}}) == 0);
  for (const auto* bad : {"0", "-1", "many"}) CHECK(count({{"LISTEN_PID", self}, {"LISTEN_FDS", bad}}) == 0);
}

TEST_CASE("an address may be the name of a socket") {
  CHECK(passed_name("systemd:listen") == "listen");
  CHECK_FALSE(passed_name("127.0.0.1:8080"));
  CHECK_FALSE(passed_name(""));
}

TEST_CASE("a socket that a listener asks for and that is there is no problem") {
  CHECK(told({}, {}).empty());
  CHECK(told({.listen = "127.0.0.1:8080"}, {}).empty());
  const auto both = passed({"a", "b"});
  CHECK(told({.listen = "systemd:a", .metrics_listen = "systemd:b"}, both).empty());
}

TEST_CASE("a socket that was not passed is an error with its mend") {
  CHECK(told({.listen = "systemd:listen"}, {}) ==
        "plumbline.yaml: error: server.listen: systemd passes no socket \"listen\"; start a socket unit with "
        "FileDescriptorName=listen for this service, or set server.listen to an address\n");
  CHECK(told({.metrics_listen = "systemd:m"}, {}).starts_with("plumbline.yaml: error: server.metrics_listen: "));
}

TEST_CASE("a unit with several addresses is refused, because one of them would be served by nobody") {
  CHECK(told({.listen = "systemd:listen"}, passed({"listen", "listen"}))
            .starts_with("plumbline.yaml: error: server.listen: systemd passes 2 sockets named \"listen\"; "));
}

TEST_CASE("what does not listen for TCP is refused") {
  std::multimap<std::string, Descriptor> sockets;
  sockets.emplace("listen", Descriptor(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)));
  CHECK(told({.listen = "systemd:listen"}, PassedSockets(std::move(sockets)))
            .starts_with("plumbline.yaml: error: server.listen: the socket \"listen\" that systemd passes does not "
                         "listen for TCP; "));
}

TEST_CASE("a socket that nobody asks for is told") {
  CHECK(told({.listen = "127.0.0.1:0"}, passed({"plumbline.socket"})) ==
        "plumbline.yaml: warning: systemd passes a socket \"plumbline.socket\" that no listener asks for; a listener "
        "takes it with server.listen: systemd:plumbline.socket\n");
}

}  // namespace
}  // namespace plumbline::daemon
