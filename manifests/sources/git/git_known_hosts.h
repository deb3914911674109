#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

/// The keys that an ssh server may present: the file known_hosts, as sshd(8) describes it.
namespace plumbline::manifests {

/// What known_hosts says about one server. Keys are in binary form.
struct HostKeys {
  std::string host;  ///< its name in known_hosts: `git.example.com`, or `[git.example.com]:2222`
  std::vector<std::string> trusted;
  std::vector<std::string> revoked;
};

/// Collects the lines for one server: names, patterns (`*`, `?`, `!`) and hashed names, `[host]:port` for a port other
/// than 22, `@revoked`. Lines with `@cert-authority`, which libssh2 cannot use, and malformed lines are skipped.
HostKeys keys_of_host(std::string_view known_hosts, std::string_view host, std::uint16_t port);

/// Whether one of the keys has a type that libssh2 1.10 can ask for (ed25519, ecdsa). To be called before connecting,
/// because the connection would fail without saying why. The error says how to get a line for known_hosts.
Result<void> check_usable(const HostKeys& keys);

/// Accepts a key that is trusted and not revoked. The error holds the fingerprint and says what to do.
Result<void> check_host_key(const HostKeys& keys, std::string_view shown);

/// The trusted keys as lines of known_hosts, each under `[host]:port`, not hashed.
std::string to_known_hosts(const HostKeys& keys, std::string_view host, std::uint16_t port);

}  // namespace plumbline::manifests
