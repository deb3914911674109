#include "loopback.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <stdexcept>
#include <utility>

namespace plumbline::manifests::test {

SilentPeer::SilentPeer() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  if (::bind(listener_.get(), generic, size) != 0 || ::listen(listener_.get(), 16) != 0 ||
      ::getsockname(listener_.get(), generic, &size) != 0) {
    throw std::runtime_error("no listener on loopback");
  }
  port_ = ntohs(address.sin_port);
}

FixedAnswer::FixedAnswer(std::string answer) : answer_(std::move(answer)), thread_([this] { serve(); }) {}

FixedAnswer::~FixedAnswer() {
  stop_ = true;
  thread_.join();
}

std::vector<std::string> FixedAnswer::requests() const {
  const std::scoped_lock lock(mutex_);
  return requests_;
}

void FixedAnswer::serve() {
  while (!stop_) {
    pollfd waiting{.fd = listener_.get(), .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, 20) <= 0) continue;
    const Descriptor connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    std::string head;
    std::array<char, 4096> buffer{};
    while (!head.contains("\r\n\r\n")) {
      const auto count = ::recv(connection.get(), buffer.data(), buffer.size(), 0);
      if (count <= 0) break;
      head.append(buffer.data(), static_cast<std::size_t>(count));
    }
    {
      const std::scoped_lock lock(mutex_);
      requests_.push_back(head);
    }
    ::send(connection.get(), answer_.data(), answer_.size(), MSG_NOSIGNAL);
  }
}

}  // namespace plumbline::manifests::test
