#include "loopback.h"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <utility>

namespace plumbline::manifests::test {

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
    pollfd waiting{.fd = listener_.socket.get(), .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, 20) <= 0) continue;
    const Descriptor connection(::accept4(listener_.socket.get(), nullptr, nullptr, SOCK_CLOEXEC));
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
