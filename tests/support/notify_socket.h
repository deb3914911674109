#pragma once

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/descriptor.h"
#include "tests/support/eventually.h"

namespace plumbline::testing {

/// The part of a service manager that hears what a service says of itself (sd_notify(3)).
class NotifySocket {
 public:
  /// `name` as in NOTIFY_SOCKET: a path, or @ and a name that no file has.
  explicit NotifySocket(std::string name) : name_(std::move(name)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::ranges::copy(name_, std::begin(address.sun_path));
    if (name_.front() == '@') address.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name_.size());
    if (::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0) {
      throw std::runtime_error("no socket can be bound to " + name_);
    }
  }

  [[nodiscard]] const std::string& name() const { return name_; }

  /// All messages so far, each as it came.
  const std::vector<std::string>& messages() {
    std::array<char, 4096> buffer{};
    while (true) {
      const auto count = ::recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (count < 0) return messages_;
      messages_.emplace_back(buffer.data(), static_cast<std::size_t>(count));
    }
  }

  [[nodiscard]] std::ptrdiff_t count(std::string_view message) { return std::ranges::count(messages(), message); }

  /// Whether a message comes that begins so.
  [[nodiscard]] bool wait_for(std::string_view beginning) {
    return eventually(
        [&] { return std::ranges::any_of(messages(), [&](const auto& text) { return text.starts_with(beginning); }); });
  }

 private:
  std::string name_;
  Descriptor socket_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  std::vector<std::string> messages_;
};

}  // namespace plumbline::testing
