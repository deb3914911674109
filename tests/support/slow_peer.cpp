#include "tests/support/slow_peer.h"

#include <poll.h>
#include <sys/socket.h>

#include <string_view>
#include <vector>

namespace plumbline::testing {
namespace {

constexpr int kPause = 50;  // ms between two bytes

// The next piece of what never ends; nothing for ever if there is none.
std::string piece(SlowPeer::Manner manner, std::size_t number) {
  static constexpr std::string_view kHead = "HTTP/1.1 200 OK\r\nX-Padding: ";
  // A handshake record of TLS of which the rest never comes.
  static constexpr std::string_view kHandshake("\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03", 11);
  switch (manner) {
    case SlowPeer::Manner::silent:
      return {};
    case SlowPeer::Manner::half:
      return number == 0 ? std::string(kHandshake) : std::string();
    case SlowPeer::Manner::trickle:
      return number < kHead.size() ? std::string(1, kHead[number]) : "a";
    case SlowPeer::Manner::trickle_refs: {
      // gitprotocol-pack(5): length, id, name, and behind the first one the capabilities.
      const auto name = "refs/heads/b" + std::to_string(100'000 + number);
      const auto line = std::string(40, '1') + ' ' + name + (number == 0 ? std::string("\0ofs-delta", 10) : "") + '\n';
      static constexpr std::string_view kDigits = "0123456789abcdef";
      const auto size = line.size() + 4;
      return std::string("00") + kDigits[size / 16] + kDigits[size % 16] + line;
    }
  }
  return {};
}

}  // namespace

SlowPeer::SlowPeer(Manner manner) : manner_(manner), thread_([this] { serve(); }) {}

SlowPeer::~SlowPeer() {
  stop_ = true;
  thread_.join();
}

std::string SlowPeer::url(const std::string& scheme) const {
  return scheme + "://127.0.0.1:" + std::to_string(listener_.port) + "/repository.git";
}

void SlowPeer::serve() {
  struct Connection {
    Descriptor socket;
    std::size_t said = 0;
  };
  std::vector<Connection> connections;
  while (!stop_) {
    pollfd waiting{.fd = listener_.socket.get(), .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, kPause) > 0) {
      connections.push_back(
          {Descriptor(::accept4(listener_.socket.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK))});
      ++connections_;
    }
    for (auto& [socket, said] : connections) {
      const auto text = piece(manner_, said++);
      ::send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL);
    }
  }
}

}  // namespace plumbline::testing
