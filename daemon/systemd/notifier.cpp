#include "daemon/systemd/notifier.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "base/text.h"

namespace plumbline::daemon {
namespace {

using std::chrono::microseconds;

// The address as the kernel wants it; nothing for a form that is not of services (`vsock:` is of virtual machines), or
// is too long.
std::optional<std::string> socket_address(std::string text) {
  if (text.size() >= sizeof(sockaddr_un::sun_path)) return std::nullopt;
  if (text.starts_with('/')) return text;
  if (!text.starts_with('@')) return std::nullopt;
  text.front() = '\0';  // unix(7), abstract sockets
  return text;
}

// A manager that hangs must not hang the loop as well.
Descriptor make_socket() {
  Descriptor made(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const timeval patience{.tv_sec = 1, .tv_usec = 0};
  ::setsockopt(made.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  return made;
}

// The limit of the watchdog. It is for the process that the manager has started, if it names one.
std::optional<microseconds> watchdog_of(const Environment& environment) {
  const auto process = environment.get("WATCHDOG_PID");
  if (process && whole_number<pid_t>(*process) != ::getpid()) return std::nullopt;
  const auto limit = whole_number<std::int64_t>(environment.get("WATCHDOG_USEC").value_or(""));
  if (!limit || *limit <= 0) return std::nullopt;
  return microseconds(*limit);
}

// systemd compares it with its own reading of this clock, to tell this reload from an earlier one.
microseconds monotonic_now() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::chrono::seconds(now.tv_sec) +
         std::chrono::duration_cast<microseconds>(std::chrono::nanoseconds(now.tv_nsec));
}

}  // namespace

Notifier::Notifier(const Environment& environment) {
  auto address = socket_address(environment.get("NOTIFY_SOCKET").value_or(""));
  if (!address) return;
  address_ = *std::move(address);
  socket_ = make_socket();
  watchdog_ = watchdog_of(environment);
}

void Notifier::ready() {
  send("READY=1");
}

void Notifier::reloading() {
  send(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", monotonic_now().count()));
}

void Notifier::stopping() {
  send("STOPPING=1");
}

void Notifier::status(std::string_view text) {
  if (!has_manager() || text == last_status_) return;
  last_status_ = text;
  // A line end would begin another assignment.
  send("STATUS=" + printable(text));
}

void Notifier::extend(std::chrono::seconds time) {
  send(fmt::format("EXTEND_TIMEOUT_USEC={}", microseconds(time).count()));
}

void Notifier::alive() {
  send("WATCHDOG=1");
}

void Notifier::send(const std::string& message) const {
  if (!has_manager()) return;
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  std::ranges::copy(address_, std::begin(to.sun_path));
  // The length tells an abstract name's end; a path ends at its null byte as well.
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the form of the system's interface
  const auto* address = reinterpret_cast<const sockaddr*>(&to);
  while (::sendto(socket_.get(), message.data(), message.size(), MSG_NOSIGNAL, address, size) < 0 && errno == EINTR) {
  }
}

}  // namespace plumbline::daemon
