#include "daemon/systemd/passed_sockets.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <set>
#include <utility>

#include "base/text.h"
#include "net/http_server.h"

namespace plumbline::daemon {
namespace {

constexpr int kFirst = 3;  // SD_LISTEN_FDS_START
constexpr std::string_view kScheme = "systemd:";

struct Listener {
  std::string_view field;
  const std::string& address;
};

std::array<Listener, 2> listeners_of(const ServerConfig& server) {
  return {Listener{"server.listen", server.listen}, Listener{"server.metrics_listen", server.metrics_listen}};
}

// What is wrong with the socket that a listener asks for, and how to mend it; nothing if it can be served.
std::optional<Diagnostic> problem_with(const Listener& listener, const std::string& name,
                                       const PassedSockets& sockets) {
  const std::string field(listener.field);
  const std::string shown = '"' + printable(name) + '"';
  const std::size_t count = sockets.count(name);
  if (count == 0) {
    return Diagnostic{.summary = field + ": systemd passes no socket " + shown,
                      .detail = "start a socket unit with FileDescriptorName=" + printable(name) +
                                " for this service, or set " + field + " to an address"};
  }
  if (count > 1) {
    return Diagnostic{.summary = field + ": systemd passes " + counted(count, "socket") + " named " + shown,
                      .detail = "a listener is one socket: leave one ListenStream= in its unit"};
  }
  if (!net::is_tcp_listener(sockets.copy(name))) {
    return Diagnostic{.summary = field + ": the socket " + shown + " that systemd passes does not listen for TCP",
                      .detail = "its unit needs a ListenStream= with a port, and Accept=no"};
  }
  return std::nullopt;
}

}  // namespace

PassedSockets PassedSockets::take_from(const Environment& environment) {
  const auto number = [&environment](const char* variable) {
    return whole_number<int>(environment.get(variable).value_or(""));
  };
  const auto count = number("LISTEN_FDS");
  if (number("LISTEN_PID") != ::getpid() || !count) return {};
  const auto text = environment.get("LISTEN_FDNAMES").value_or("");
  const auto names = split(text, ':');
  PassedSockets passed;
  for (int i = 0; i < *count; ++i) {
    Descriptor socket(kFirst + i);
    if (::fcntl(socket.get(), F_SETFD, FD_CLOEXEC) != 0) {
      socket.release();  // it is not open, so the variables are wrong
      break;
    }
    const auto at = static_cast<std::size_t>(i);
    passed.sockets_.emplace(at < names.size() ? names[at] : std::string_view(), std::move(socket));
  }
  return passed;
}

Descriptor PassedSockets::copy(const std::string& name) const {
  const auto found = sockets_.find(name);
  return found == sockets_.end() ? Descriptor() : Descriptor(::fcntl(found->second.get(), F_DUPFD_CLOEXEC, 0));
}

std::set<std::string> PassedSockets::names() const {
  std::set<std::string> names;
  for (const auto& [name, socket] : sockets_) names.insert(name);
  return names;
}

std::optional<std::string> passed_name(std::string_view address) {
  if (!address.starts_with(kScheme)) return std::nullopt;
  return std::string(address.substr(kScheme.size()));
}

std::vector<Diagnostic> passed_socket_problems(const std::string& file, const ServerConfig& server,
                                               const PassedSockets& sockets) {
  std::vector<Diagnostic> problems;
  std::set<std::string> wanted;
  for (const auto& listener : listeners_of(server)) {
    const auto name = passed_name(listener.address);
    if (!name) continue;
    wanted.insert(*name);
    if (auto problem = problem_with(listener, *name, sockets)) problems.push_back(*std::move(problem));
  }
  for (const auto& name : sockets.names()) {
    if (wanted.contains(name)) continue;
    problems.push_back({.severity = Severity::warning,
                        .summary = "systemd passes a socket \"" + printable(name) + "\" that no listener asks for",
                        .detail = "a listener takes it with server.listen: systemd:" + printable(name)});
  }
  for (auto& problem : problems) problem.where.file = file;
  return problems;
}

}  // namespace plumbline::daemon
