#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/descriptor.h"
#include "base/diagnostic.h"
#include "daemon/config/config.h"
#include "daemon/config/environment.h"

namespace plumbline::daemon {

/// Sockets that the service manager has opened for this process (sd_listen_fds(3)). They listen before the process
/// runs and while it is started again, and may have ports that the process could not have.
class PassedSockets {
 public:
  /// None.
  PassedSockets() = default;
  explicit PassedSockets(std::multimap<std::string, Descriptor> sockets) : sockets_(std::move(sockets)) {}

  /// Takes over the descriptors that LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES tell of; none if they are meant for
  /// another process. To be called once.
  static PassedSockets take_from(const Environment& environment);

  /// A copy of the socket of that name, FileDescriptorName= of its unit, for one server: a later server of the same
  /// process takes another one. Invalid if there is none.
  [[nodiscard]] Descriptor copy(const std::string& name) const;
  /// How many have that name; several if a unit has several addresses.
  [[nodiscard]] std::size_t count(const std::string& name) const { return sockets_.count(name); }
  [[nodiscard]] std::set<std::string> names() const;

 private:
  std::multimap<std::string, Descriptor> sockets_;
};

/// The name of the socket that an address of the configuration asks for (`systemd:listen`); nothing if it is an
/// address to bind.
std::optional<std::string> passed_name(std::string_view address);

/// Problems with the sockets that a configuration asks for: an error for one that was not passed or is of no use, a
/// warning for one that nobody asks for. `file` is the configuration's path.
std::vector<Diagnostic> passed_socket_problems(const std::string& file, const ServerConfig& server,
                                               const PassedSockets& sockets);

}  // namespace plumbline::daemon
